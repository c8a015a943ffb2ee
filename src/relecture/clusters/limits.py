"""The method `limits`: limits of k-means, each one measured against a Gaussian mixture.

The components of the mixture are round, each with its own variance and weight (`spherical` in scikit-learn); with equal
variances that shrink to zero the mixture is k-means. So it differs only in what the lecture lists as drawbacks of
k-means.

* soft: two equal groups overlap more and more; k-means assigns every point, the mixture gives its uncertainty
* spread: two groups side by side, one wider and wider
* outliers: three groups, and more and more points far away from all of them
* music: the lecture's three groups of listeners, which k-means recovers
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import entropy
from sklearn.metrics import adjusted_rand_score

from relecture import records
from relecture.clusters.config import Limits
from relecture.clusters.datasets import simulate_listeners
from relecture.clusters.gaussian_mixture import UNCERTAIN_BITS, fit_gmm
from relecture.clusters.kmeans_batched import kmeans
from relecture.clusters.labels import align_labels
from relecture.records import FitResult

DISTANCES = (2, 3, 4, 5, 6)  # between two groups of standard deviation 1
SHOWN_DISTANCE = 3
SPREADS = (1, 2, 3, 4, 5)  # standard deviation of the wide group over that of the other, which is 1/2
SHOWN_SPREAD = 3
OUTLIER_RANGE = 30.0  # half the width of the square that outliers are drawn from
CENTERS = np.array([(-3, -2), (3, -2), (0, 3)], dtype=float)


class Simulation(NamedTuple):
    """One simulation of one limit: final metrics, metrics by step (distance, spread, outliers), and the points."""

    metrics: dict[str, float]
    curve: dict[int, dict[str, float]]
    points: pd.DataFrame


def fit(config: Limits) -> FitResult:
    """Fit a member per replication: final metrics, curves by distance, spread and outliers; points of the first."""
    result = FitResult()
    for seed in range(config.first_seed, config.first_seed + config.n_replications):
        member, random = f"seed-{seed}", np.random.RandomState(seed)
        simulations = {name: simulate(random, config) for name, simulate in SIMULATIONS.items()}
        metrics = {key: float(value) for limit in simulations.values() for key, value in limit.metrics.items()}
        points = [limit.points.assign(part=name) for name, limit in simulations.items()]
        result.add(member, metrics, pd.concat(points, ignore_index=True) if seed == config.first_seed else None)
        rows = [
            row
            for limit in simulations.values()
            for step, values in limit.curve.items()
            for row in records.rows(member, values, step=step)
        ]
        result.histories.append(pd.DataFrame(rows))
    return result


def simulate_soft(random: np.random.RandomState, config: Limits) -> Simulation:
    """Measure entropy of membership (bits a point) and errors of k-means where the mixture is certain or not."""
    curve: dict[int, dict[str, float]] = {}
    metrics: dict[str, float] = {}
    points = pd.DataFrame()
    for distance in DISTANCES:
        truth = np.repeat([0, 1], config.n_points)
        x = random.normal(size=(len(truth), 2))
        x[:, 0] += distance * (truth - 0.5)
        hard = align_labels(kmeans_labels(x, 2, config.n_init, random), truth)
        soft = fit_gmm(x, 2, config.n_init, random).predict_proba(x)
        bits, wrong = entropy(soft, base=2, axis=1), hard != truth
        uncertain = bits > UNCERTAIN_BITS
        curve[distance] = {"soft.entropy": bits.mean(), "soft.kmeans_error": wrong.mean()}
        if distance == SHOWN_DISTANCE:
            metrics = {
                "soft.entropy": bits.mean(),
                "soft.uncertain_share": uncertain.mean(),
                "soft.kmeans_error_uncertain": _error_rate(wrong, uncertain),
                "soft.kmeans_error_certain": _error_rate(wrong, ~uncertain),
            }
            points = _points(x, truth, hard, soft.argmax(1)).assign(entropy=bits)
    return Simulation(metrics, curve, points)


def simulate_spread(random: np.random.RandomState, config: Limits) -> Simulation:
    """Measure the adjusted Rand index as one of two groups gets wider; they stay 2.5 wide standard deviations apart."""
    curve: dict[int, dict[str, float]] = {}
    points = pd.DataFrame()
    for spread in SPREADS:
        truth = np.repeat([0, 1], config.n_points)
        x = random.normal(size=(len(truth), 2)) * np.where(truth == 0, spread, 1)[:, None] / 2
        x[:, 0] += truth * 2.5 * spread / 2 + truth * 1.25
        hard = kmeans_labels(x, 2, config.n_init, random)
        soft = gmm_labels(x, 2, config.n_init, random)
        curve[spread] = {
            "spread.kmeans_ari": adjusted_rand_score(truth, hard),
            "spread.mixture_ari": adjusted_rand_score(truth, soft),
        }
        if spread == SHOWN_SPREAD:
            points = _points(x, truth, align_labels(hard, truth), align_labels(soft, truth))
    return Simulation(curve[SHOWN_SPREAD], curve, points)


def simulate_outliers(random: np.random.RandomState, config: Limits) -> Simulation:
    """Measure the adjusted Rand index over the points that are no outliers; each method also with one extra cluster."""
    truth = np.repeat(np.arange(len(CENTERS)), config.n_points)
    x = random.normal(size=(len(truth), 2)) + CENTERS[truth]
    outliers = random.uniform(-OUTLIER_RANGE, OUTLIER_RANGE, size=(max(config.n_outliers), 2))
    curve: dict[int, dict[str, float]] = {}
    points = pd.DataFrame()
    for n_outliers in config.n_outliers:
        z, k = np.vstack([x, outliers[:n_outliers]]), len(CENTERS)
        labels = {
            "kmeans": kmeans_labels(z, k, config.n_init, random),
            "mixture": gmm_labels(z, k, config.n_init, random),
            "kmeans_extra": kmeans_labels(z, k + 1, config.n_init, random),
            "mixture_extra": gmm_labels(z, k + 1, config.n_init, random),
        }
        curve[n_outliers] = {
            f"outliers.{name}_ari": adjusted_rand_score(truth, codes[: len(truth)]) for name, codes in labels.items()
        }
        points = _points(z, np.append(truth, np.full(n_outliers, -1)), labels["kmeans"], labels["mixture_extra"])
    return Simulation(curve[max(config.n_outliers)], curve, points)


def simulate_music(random: np.random.RandomState, config: Limits) -> Simulation:
    """Measure the adjusted Rand index of k-means on the music tastes."""
    hours, groups = simulate_listeners(random, config.n_points, 1.0)
    truth = np.unique(groups, return_inverse=True)[1]
    labels = align_labels(kmeans_labels(hours, 3, config.n_init, random), truth)
    metrics = {"music.kmeans_ari": adjusted_rand_score(truth, labels)}
    return Simulation(metrics, {}, _points(hours, truth, labels, labels))


#: The simulation of each limit; all draw from one stream, so their order matters.
SIMULATIONS = {
    "soft": simulate_soft,
    "spread": simulate_spread,
    "outliers": simulate_outliers,
    "music": simulate_music,
}


def kmeans_labels(x: np.ndarray, n_clusters: int, n_init: int, random: np.random.RandomState) -> np.ndarray:
    """Return the labels of the best of some k-means++ starts."""
    runs = kmeans(x, n_clusters, n_init, np.random.default_rng(random.randint(2**31)))
    labels: np.ndarray = runs.labels[runs.best]
    return labels


def gmm_labels(x: np.ndarray, n_components: int, n_init: int, random: np.random.RandomState) -> np.ndarray:
    """Return the most probable component of each point under that mixture."""
    labels: np.ndarray = fit_gmm(x, n_components, n_init, random).predict(x)
    return labels


def _points(x: np.ndarray, truth: np.ndarray, kmeans: np.ndarray, mixture: np.ndarray) -> pd.DataFrame:
    """Return the points of one simulation with their true group (-1 = outlier) and the labels of both methods."""
    return pd.DataFrame({"x": x[:, 0], "y": x[:, 1], "group": truth, "kmeans": kmeans, "mixture": mixture})


def _error_rate(wrong: np.ndarray, selected: np.ndarray) -> float:
    return float(wrong[selected].mean()) if selected.any() else np.nan
