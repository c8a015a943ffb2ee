"""The method `limits`: what k-means cannot do, each time measured against a Gaussian mixture.

The mixture has round groups, each with a spread and a share of its own (`spherical` in scikit-learn); with equal
spreads that shrink to nothing it is k-means. So it differs in what the lecture lists as k-means' drawbacks only.

* soft membership: two equal groups come closer; k-means never doubts, the mixture says when it does
* unequal spread: two groups side by side, one wider and wider
* outliers: three groups, and more and more points far away from all of them
* music tastes: the lecture's three groups of listeners, which k-means is good at
"""

from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import entropy
from sklearn.metrics import adjusted_rand_score
from sklearn.mixture import GaussianMixture

from relecture import records
from relecture.clusters.datasets import listeners
from relecture.clusters.kmeans_batched import cluster
from relecture.records import FitResult

DISTANCES = (2, 3, 4, 5, 6)  # between two groups of standard deviation 1
SHOWN_DISTANCE = 3
SPREADS = (1, 2, 3, 4, 5)  # of the wide group, when the other's is 1/2
SHOWN_SPREAD = 3
DOUBT = 0.5  # bits: membership at most 89 % sure
OUTSIDE = 30.0  # half the width of the square that outliers are in
CORNERS = np.array([(-3, -2), (3, -2), (0, 3)], dtype=float)


def fit(config: dict[str, Any]) -> FitResult:
    """A member per replication: final numbers, curves by distance, spread and outliers, and the points shown."""
    result = FitResult()
    for seed in range(config["first_seed"], config["first_seed"] + config["replications"]):
        member, random = f"seed-{seed}", np.random.RandomState(seed)
        scores: dict[str, float] = {}
        curves, cases = [], []
        for part in (_soft, _spread, _outliers, _music):
            numbers, curve, points = part(random, config)
            scores |= numbers
            curves += [row for step, values in curve.items() for row in records.rows(member, values, step=step)]
            cases.append(points.assign(part=part.__name__.removeprefix("_")))
        shown = pd.concat(cases, ignore_index=True) if seed == config["first_seed"] else None
        result.add(member, scores, shown)
        result.histories.append(pd.DataFrame(curves))
    return result


Part = tuple[dict[str, float], dict[int, dict[str, float]], pd.DataFrame]


def _soft(random: np.random.RandomState, config: dict[str, Any]) -> Part:
    """Entropy of membership (bits a point), and how often k-means is wrong where the mixture doubts or is sure."""
    curve, scores, shown = {}, {}, None
    for distance in DISTANCES:
        truth = np.repeat([0, 1], config["points"])
        x = random.normal(size=(len(truth), 2))
        x[:, 0] += distance * (truth - 0.5)
        hard = matched(kmeans(x, 2, config["starts"], random), truth)
        soft = mixture(x, 2, config["starts"], random).predict_proba(x)
        bits, wrong = entropy(soft, base=2, axis=1), hard != truth
        doubt = bits > DOUBT
        curve[distance] = {"soft.entropy": bits.mean(), "soft.kmeans_wrong": wrong.mean()}
        if distance == SHOWN_DISTANCE:
            scores = {
                "soft.entropy": bits.mean(),
                "soft.doubtful": doubt.mean(),
                "soft.wrong_in_doubt": _share(wrong, doubt),
                "soft.wrong_when_sure": _share(wrong, ~doubt),
            }
            shown = points(x, truth, hard, soft.argmax(1)).assign(entropy=bits)
    return _numbers(scores), curve, shown


def _spread(random: np.random.RandomState, config: dict[str, Any]) -> Part:
    """Adjusted Rand index as one of two groups gets wider; they stay 2.5 wide standard deviations apart."""
    curve, scores, shown = {}, {}, None
    for wide in SPREADS:
        truth = np.repeat([0, 1], config["points"])
        x = random.normal(size=(len(truth), 2)) * np.where(truth == 0, wide, 1)[:, None] / 2
        x[:, 0] += truth * 2.5 * wide / 2 + truth * 1.25
        found = {"kmeans": kmeans(x, 2, config["starts"], random), "mixture": mixed(x, 2, config["starts"], random)}
        ari = {f"spread.{name}_ari": adjusted_rand_score(truth, labels) for name, labels in found.items()}
        curve[wide] = ari
        if wide == SHOWN_SPREAD:
            scores = ari
            shown = points(x, truth, *(matched(labels, truth) for labels in found.values()))
    return _numbers(scores), curve, shown


def _outliers(random: np.random.RandomState, config: dict[str, Any]) -> Part:
    """Adjusted Rand index over the points that are no outliers; each method also with one group to spare."""
    truth = np.repeat(np.arange(len(CORNERS)), config["points"])
    x = random.normal(size=(len(truth), 2)) + CORNERS[truth]
    far = random.uniform(-OUTSIDE, OUTSIDE, size=(max(config["outliers"]), 2))
    curve, shown = {}, None
    for count in config["outliers"]:
        z, k = np.vstack([x, far[:count]]), len(CORNERS)
        found = {
            "kmeans": kmeans(z, k, config["starts"], random),
            "mixture": mixed(z, k, config["starts"], random),
            "kmeans_spare": kmeans(z, k + 1, config["starts"], random),
            "mixture_spare": mixed(z, k + 1, config["starts"], random),
        }
        curve[count] = {
            f"outliers.{name}_ari": adjusted_rand_score(truth, labels[: len(truth)]) for name, labels in found.items()
        }
        shown = points(z, np.append(truth, np.full(count, -1)), found["kmeans"], found["mixture_spare"])
    return _numbers(curve[max(config["outliers"])]), curve, shown


def _music(random: np.random.RandomState, config: dict[str, Any]) -> Part:
    """Adjusted Rand index of k-means on the music tastes."""
    hours, groups = listeners(random, config["points"], 1.0)
    codes = np.unique(groups, return_inverse=True)[1]
    labels = matched(kmeans(hours, 3, config["starts"], random), codes)
    return {"music.kmeans_ari": adjusted_rand_score(codes, labels)}, {}, points(hours, codes, labels, labels)


def kmeans(x: np.ndarray, clusters: int, starts: int, random: np.random.RandomState) -> np.ndarray:
    """Labels of the best of some k-means++ starts."""
    runs = cluster(x, clusters, starts, np.random.default_rng(random.randint(2**31)))
    return runs.labels[runs.best]


def mixture(x: np.ndarray, groups: int, starts: int, random: np.random.RandomState) -> GaussianMixture:
    """The likeliest Gaussian mixture of round groups from some starts at random points."""
    return GaussianMixture(
        groups,
        covariance_type="spherical",
        n_init=starts,
        init_params="k-means++",
        max_iter=500,
        random_state=random.randint(2**31),
    ).fit(x)


def mixed(x: np.ndarray, groups: int, starts: int, random: np.random.RandomState) -> np.ndarray:
    """Labels by the likeliest group of that mixture."""
    return mixture(x, groups, starts, random).predict(x)


def matched(labels: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """The labels renamed so that as many as possible agree with the true groups."""
    from scipy.optimize import linear_sum_assignment

    size = max(labels.max(), truth.max()) + 1
    table = np.zeros((size, size), dtype=int)
    np.add.at(table, (labels, truth), 1)
    return linear_sum_assignment(-table)[1][labels]


def points(x: np.ndarray, truth: np.ndarray, hard: np.ndarray, soft: np.ndarray) -> pd.DataFrame:
    """The points of one simulation with their true group (-1 = outlier) and the found ones."""
    return pd.DataFrame({"x": x[:, 0], "y": x[:, 1], "group": truth, "kmeans": hard, "mixture": soft})


def _share(wrong: np.ndarray, among: np.ndarray) -> float:
    return wrong[among].mean() if among.any() else np.nan


def _numbers(scores: dict[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in scores.items()}
