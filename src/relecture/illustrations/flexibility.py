"""Flexibility against test error: networks of growing size, trained to the end on the same few rows."""

import warnings
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor

from relecture import plotting
from relecture.illustrations.illustration import Illustration

NOISE = 0.4  # standard deviation; its square is the error that nobody can avoid
TEST_ROWS = 2000
ITERATIONS = 1000  # of L-BFGS, at most
INPUTS = 2


def truth(x: np.ndarray) -> np.ndarray:
    """The mean of y, (rows,), given x (rows, 2): smooth, curved, with an interaction."""
    return np.sin(3 * x[:, 0]) * np.cos(2 * x[:, 1]) + x[:, 0] * x[:, 1]


def sample(rows: int, random: np.random.RandomState) -> tuple[np.ndarray, np.ndarray]:
    """Inputs (rows, 2), uniform between -1 and 1, and answers (rows,) with noise."""
    x = random.uniform(-1, 1, (rows, INPUTS))
    return x, truth(x) + NOISE * random.standard_normal(rows)


def errors(rows: int, units: list[int], seeds: int, seed: int) -> pd.DataFrame:
    """Mean squared errors: columns member, units, parameters, train, test; each member has rows of its own."""
    table = []
    for member in range(seed, seed + seeds):
        random = np.random.RandomState(member)
        (x, y), (new, answers) = sample(rows, random), sample(TEST_ROWS, random)
        for hidden in units:
            network = _fitted(hidden, x, y, member)
            counted = sum(part.size for part in (*network.coefs_, *network.intercepts_))
            train, test = (((network.predict(a) - b) ** 2).mean() for a, b in ((x, y), (new, answers)))
            table.append((f"seed-{member}", hidden, counted, train, test))
    return pd.DataFrame(table, columns=["member", "units", "parameters", "train", "test"])


def _fitted(hidden: int, x: np.ndarray, y: np.ndarray, seed: int) -> MLPRegressor:
    """No penalty and no early stopping, so that size alone decides."""
    network = MLPRegressor(
        hidden_layer_sizes=(hidden,), solver="lbfgs", alpha=0, max_iter=ITERATIONS, random_state=seed
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the largest are stopped by the iterations
        return network.fit(x, y)


def draw(config: dict[str, Any], data: Path | None = None) -> Illustration:
    """Training and test error against the number of units: every draw, and the mean."""
    found = errors(**config)
    mean = found.groupby("units")[["train", "test"]].mean()
    figure, axes = plt.subplots(figsize=(9, 5.4))
    for column, colour, marker, label in (
        ("train", plotting.BLUE, "o", "training rows"),
        ("test", plotting.RED, "s", "new rows"),
    ):
        for _, member in found.groupby("member"):
            axes.plot(member.units, member[column], color=colour, alpha=0.15, linewidth=1)
        axes.plot(mean.index, mean[column], color=colour, marker=marker, linewidth=2.5, label=label)
    axes.axhline(NOISE**2, color="black", linestyle=":", label="noise: the least on new rows")
    best = mean.test.idxmin()
    axes.annotate(
        f"lowest: {best} units",
        (best, mean.test[best]),
        xytext=(0, 34),
        textcoords="offset points",
        ha="center",
        arrowprops={"arrowstyle": "->"},
    )
    axes.set(
        title="More flexible is better only up to a point",
        xlabel="units of the hidden layer (log scale)",
        ylabel="mean squared error",
        xscale="log",
        ylim=(0, 1.4 * max(mean.test.max(), mean.train.max())),
    )
    axes.set_xticks(mean.index, [str(units) for units in mean.index])
    axes.minorticks_off()
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return Illustration(figure, found)
