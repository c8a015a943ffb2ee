"""The same points in two representations: what no straight line separates, and what any one does.

After Goodfellow, Bengio and Courville, *Deep Learning*, figure 1.1.
"""

from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from sklearn.linear_model import LogisticRegression

from relecture import plotting
from relecture.illustrations.illustration import Illustration

RADII = (1.0, 2.0)
SPREAD = 0.15  # standard deviation of a point's distance from its ring
SHADE = "#E4E4E4"  # what is taken for the outer ring
NAMES = {"cartesian": "Cartesian", "polar": "Polar"}


def rings(points: int, random: np.random.RandomState) -> tuple[np.ndarray, np.ndarray]:
    """Two rings of `points` each: positions (2 points, 2) as x and y, and the ring 0 or 1 of each."""
    ring = np.repeat([0, 1], points)
    distance = np.take(RADII, ring) + SPREAD * random.standard_normal(2 * points)
    angle = random.uniform(-np.pi, np.pi, 2 * points)
    return distance[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]), ring


def polar(positions: np.ndarray) -> np.ndarray:
    """Distances from the centre and angles in (-pi, pi], (n, 2), of positions x, y, (n, 2)."""
    x, y = positions.T
    return np.column_stack([np.hypot(x, y), np.arctan2(y, x)])


def represented(positions: np.ndarray) -> dict[str, np.ndarray]:
    """The same points in each representation."""
    return {"cartesian": positions, "polar": polar(positions)}


def fitted(points: int, seed: int) -> dict[str, tuple[LogisticRegression, np.ndarray, np.ndarray]]:
    """Per representation: a logistic regression, and new points with their rings to judge it by."""
    random = np.random.RandomState(seed)
    (train, ring), (test, answer) = rings(points, random), rings(points, random)
    new = represented(test)
    return {
        name: (LogisticRegression().fit(inputs, ring), new[name], answer) for name, inputs in represented(train).items()
    }


def accuracies(points: int, seeds: int, seed: int) -> pd.DataFrame:
    """Accuracy of a logistic regression on new points: columns member, representation, accuracy (a share)."""
    rows = []
    for member in range(seeds):
        for name, (model, inputs, ring) in fitted(points, seed + member).items():
            rows.append((f"seed-{seed + member}", name, model.score(inputs, ring)))
    return pd.DataFrame(rows, columns=["member", "representation", "accuracy"])


def draw(config: dict[str, Any], data: Path | None = None) -> Illustration:
    """The new points of the first draw in both representations, and the half that is taken for the outer ring."""
    found = accuracies(**config)
    summary = found.groupby("representation").accuracy.agg(["mean", "std"])
    figure, grid = plt.subplots(1, 2, figsize=(11, 5.2))
    first = fitted(config["points"], config["seed"])
    for axes, (name, judged) in zip(grid, first.items(), strict=True):
        _scatter(axes, *judged)
        mean, sd = 100 * summary.loc[name]
        axes.set_title(f"{NAMES[name]}: {mean:.1f} ± {sd:.1f} % of new points right")
    grid[0].set(xlabel="x", ylabel="y", aspect="equal")
    grid[1].set(xlabel="distance from the centre", ylabel="angle (radians)", yticks=[-np.pi, 0, np.pi])
    grid[1].set_yticklabels(["−π", "0", "π"])
    handles, labels = grid[0].get_legend_handles_labels()
    handles.append(plt.Rectangle((0, 0), 1, 1, color=SHADE))
    figure.legend(handles, [*labels, "taken for outer ring"], loc="outside lower center", ncols=3)
    return Illustration(figure, found)


def _scatter(axes: Axes, model: LogisticRegression, inputs: np.ndarray, ring: np.ndarray) -> None:
    (left, bottom), (right, top) = inputs.min(0) - 0.25, inputs.max(0) + 0.25
    x, y = np.meshgrid(np.linspace(left, right, 400), np.linspace(bottom, top, 400))
    outer = model.predict_proba(np.column_stack([x.ravel(), y.ravel()]))[:, 1].reshape(x.shape)
    axes.contourf(x, y, outer, levels=[0.5, 1], colors=[SHADE], zorder=0)
    axes.contour(x, y, outer, levels=[0.5], colors="black", linewidths=1.5)
    axes.plot(*inputs[ring == 0].T, "o", color=plotting.BLUE, markersize=5, label="inner ring")
    axes.plot(*inputs[ring == 1].T, "^", color=plotting.ORANGE, markersize=5, label="outer ring")
    axes.grid(False)
