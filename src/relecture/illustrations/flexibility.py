"""Flexibility against test error: networks of growing size, trained to convergence on the same few rows."""

import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor

from relecture import plotting
from relecture.illustrations.config import FlexibilityFigureConfig
from relecture.illustrations.illustration import Illustration

NOISE = 0.4  # standard deviation; its square is the irreducible error
N_TEST = 2000
MAX_ITER = 1000  # of L-BFGS
N_INPUTS = 2


def true_mean(x: np.ndarray) -> np.ndarray:
    """Return the mean of y, (rows,), given x (rows, 2): smooth, nonlinear, with an interaction."""
    mean: np.ndarray = np.sin(3 * x[:, 0]) * np.cos(2 * x[:, 1]) + x[:, 0] * x[:, 1]
    return mean


def sample(n_rows: int, random: np.random.RandomState) -> tuple[np.ndarray, np.ndarray]:
    """Draw inputs (rows, 2), uniform between -1 and 1, and outputs (rows,) with noise."""
    x = random.uniform(-1, 1, (n_rows, N_INPUTS))
    return x, true_mean(x) + NOISE * random.standard_normal(n_rows)


def mean_squared_errors(config: FlexibilityFigureConfig) -> pd.DataFrame:
    """Return the columns member, units, parameters, train, test (mean squared errors); each member has its own rows."""
    rows = []
    for seed in range(config.seed, config.seed + config.n_seeds):
        random = np.random.RandomState(seed)
        (x, y), (x_test, y_test) = sample(config.n_rows, random), sample(N_TEST, random)
        for n_units in config.n_units:
            network = _fit_network(n_units, x, y, seed)
            n_parameters = sum(array.size for array in (*network.coefs_, *network.intercepts_))
            train, test = (((network.predict(a) - b) ** 2).mean() for a, b in ((x, y), (x_test, y_test)))
            rows.append((f"seed-{seed}", n_units, n_parameters, train, test))
    return pd.DataFrame(rows, columns=["member", "units", "parameters", "train", "test"])


def _fit_network(n_units: int, x: np.ndarray, y: np.ndarray, seed: int) -> MLPRegressor:
    """Fit without penalty and early stopping, so that networks differ only in their size."""
    network = MLPRegressor(hidden_layer_sizes=(n_units,), solver="lbfgs", alpha=0, max_iter=MAX_ITER, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the largest networks reach MAX_ITER
        return network.fit(x, y)


def draw(config: FlexibilityFigureConfig, data: Path | None = None) -> Illustration:
    """Draw training and test error against the number of units: every draw, and the mean."""
    errors = mean_squared_errors(config)
    mean = errors.groupby("units")[["train", "test"]].mean()
    figure, axes = plt.subplots(figsize=(9, 5.4))
    for column, colour, marker, label in (
        ("train", plotting.BLUE, "o", "training error"),
        ("test", plotting.RED, "s", "test error"),
    ):
        for _, member in errors.groupby("member"):
            axes.plot(member.units, member[column], color=colour, alpha=0.15, linewidth=1)
        axes.plot(mean.index, mean[column], color=colour, marker=marker, linewidth=2.5, label=label)
    axes.axhline(NOISE**2, color="black", linestyle=":", label="irreducible error")
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
        title="Test error falls, then rises as flexibility grows",
        xlabel="units of the hidden layer (log scale)",
        ylabel="mean squared error",
        xscale="log",
        ylim=(0, 1.4 * max(mean.test.max(), mean.train.max())),
    )
    axes.set_xticks(mean.index, [str(units) for units in mean.index])
    axes.minorticks_off()
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return Illustration(figure, errors)
