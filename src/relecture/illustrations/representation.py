"""Two rings of points, not linearly separable in Cartesian coordinates and linearly separable in polar ones.

After Goodfellow, Bengio and Courville, *Deep Learning*, figure 1.1.
"""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from sklearn.linear_model import LogisticRegression

from relecture import plotting
from relecture.illustrations.config import RepresentationFigureConfig
from relecture.illustrations.illustration import Illustration
from relecture.text_format import spread

RADII = (1.0, 2.0)
RADIUS_SD = 0.15  # standard deviation of a point's distance from its ring
OUTER_COLOUR = "#E4E4E4"  # of the region classified as outer ring
NAMES = {"cartesian": "Cartesian", "polar": "Polar"}


def sample_rings(n_points: int, random: np.random.RandomState) -> tuple[np.ndarray, np.ndarray]:
    """Draw `n_points` per ring: positions (2 n_points, 2) as x and y, and the ring of each, 0 or 1."""
    ring = np.repeat([0, 1], n_points)
    distance = np.take(RADII, ring) + RADIUS_SD * random.standard_normal(2 * n_points)
    angle = random.uniform(-np.pi, np.pi, 2 * n_points)
    return distance[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]), ring


def to_polar(positions: np.ndarray) -> np.ndarray:
    """Return distances from the centre and angles in (-pi, pi], (n, 2), of positions x, y, (n, 2)."""
    x, y = positions.T
    return np.column_stack([np.hypot(x, y), np.arctan2(y, x)])


def representations(positions: np.ndarray) -> dict[str, np.ndarray]:
    """Return the same points in each representation."""
    return {"cartesian": positions, "polar": to_polar(positions)}


def fit_classifiers(n_points: int, seed: int) -> dict[str, tuple[LogisticRegression, np.ndarray, np.ndarray]]:
    """Fit a logistic regression per representation; return it with its test points and their rings."""
    random = np.random.RandomState(seed)
    (x_train, ring_train), (x_test, ring_test) = sample_rings(n_points, random), sample_rings(n_points, random)
    test = representations(x_test)
    return {
        name: (LogisticRegression().fit(x, ring_train), test[name], ring_test)
        for name, x in representations(x_train).items()
    }


def accuracies(config: RepresentationFigureConfig) -> pd.DataFrame:
    """Return the columns member, representation, accuracy (a share) of logistic regressions on test points."""
    rows = [
        (f"seed-{seed}", name, model.score(x, ring))
        for seed in range(config.seed, config.seed + config.n_seeds)
        for name, (model, x, ring) in fit_classifiers(config.n_points, seed).items()
    ]
    return pd.DataFrame(rows, columns=["member", "representation", "accuracy"])


def draw(config: RepresentationFigureConfig, data: Path | None = None) -> Illustration:
    """Draw the test points of the first draw in both representations, and the region classified as outer ring."""
    numbers = accuracies(config)
    percentages = 100 * numbers.groupby("representation").accuracy.agg(["mean", "std"])
    figure, grid = plt.subplots(1, 2, figsize=(11, 5.2))
    classifiers = fit_classifiers(config.n_points, config.seed)
    for axes, (name, classifier) in zip(grid, classifiers.items(), strict=True):
        _scatter(axes, *classifier)
        mean, sd = percentages.loc[name]
        axes.set_title(f"{NAMES[name]}: test accuracy {spread(mean, sd, 1)} %")
    grid[0].set(xlabel="x", ylabel="y", aspect="equal")
    grid[1].set(xlabel="distance from the centre", ylabel="angle (radians)", yticks=[-np.pi, 0, np.pi])
    grid[1].set_yticklabels(["−π", "0", "π"])
    handles, labels = grid[0].get_legend_handles_labels()
    handles.append(Rectangle((0, 0), 1, 1, color=OUTER_COLOUR))
    figure.legend(handles, [*labels, "classified as outer ring"], loc="outside lower center", ncols=3)
    return Illustration(figure, numbers)


def _scatter(axes: Axes, model: LogisticRegression, inputs: np.ndarray, ring: np.ndarray) -> None:
    (left, bottom), (right, top) = inputs.min(0) - 0.25, inputs.max(0) + 0.25
    x, y = np.meshgrid(np.linspace(left, right, 400), np.linspace(bottom, top, 400))
    outer = model.predict_proba(np.column_stack([x.ravel(), y.ravel()]))[:, 1].reshape(x.shape)
    axes.contourf(x, y, outer, levels=[0.5, 1], colors=[OUTER_COLOUR], zorder=0)
    axes.contour(x, y, outer, levels=[0.5], colors="black", linewidths=1.5)
    axes.plot(*inputs[ring == 0].T, "o", color=plotting.BLUE, markersize=5, label="inner ring")
    axes.plot(*inputs[ring == 1].T, "^", color=plotting.ORANGE, markersize=5, label="outer ring")
    axes.grid(False)
