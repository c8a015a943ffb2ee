"""A linear model overfits, too: training and test error against the number of predictors, beyond the number of rows.

With more predictors than rows the model interpolates the training rows; of all models that do, least squares by the
pseudo-inverse takes the one with the smallest coefficients. Its test error is largest where the two numbers are equal
(ISL section 10.8, double descent).
"""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from relecture import plotting
from relecture.illustrations.config import LinearOverfitFigureConfig
from relecture.illustrations.illustration import Illustration
from relecture.uncertainty import half_width

N_RELEVANT = 5  # the first predictors, with a coefficient of 1 each; all others have no effect
NOISE = 1.0  # standard deviation; its square is the irreducible error
N_TEST = 2000


def sample(n_rows: int, n_predictors: int, random: np.random.RandomState) -> tuple[np.ndarray, np.ndarray]:
    """Draw standard normal predictors (rows, predictors), and outputs (rows,) with noise."""
    x = random.standard_normal((n_rows, n_predictors))
    return x, x[:, :N_RELEVANT].sum(axis=1) + NOISE * random.standard_normal(n_rows)


def mean_squared_errors(config: LinearOverfitFigureConfig) -> pd.DataFrame:
    """Return the columns member, rows, relevant, predictors, train, test (mean squared errors).

    Each member has its own rows. Of the predictors the first ones are `relevant`.
    A model has the first predictors, and no intercept, since all means are zero.
    """
    rows = []
    for seed in range(config.seed, config.seed + config.n_seeds):
        random = np.random.RandomState(seed)
        n_drawn = max(N_RELEVANT, *config.n_predictors)
        (x, y), (x_test, y_test) = sample(config.n_rows, n_drawn, random), sample(N_TEST, n_drawn, random)
        for count in config.n_predictors:
            coefficients = np.linalg.lstsq(x[:, :count], y, rcond=None)[0]  # the smallest, where there are many
            train, test = (((a[:, :count] @ coefficients - b) ** 2).mean() for a, b in ((x, y), (x_test, y_test)))
            rows.append((f"seed-{seed}", config.n_rows, N_RELEVANT, count, train, test))
    return pd.DataFrame(rows, columns=["member", "rows", "relevant", "predictors", "train", "test"])


def geometric_means(errors: pd.DataFrame) -> pd.DataFrame:
    """Return the geometric mean of the test error by predictors and its 95 % interval: mean, low, high.

    At as many predictors as rows the error has no expectation, but its logarithm has.
    """
    logs = np.log(errors.pivot(index="predictors", columns="member", values="test"))
    mean, half = logs.mean(axis=1), half_width(logs.std(axis=1), logs.shape[1])
    return np.exp(pd.DataFrame({"mean": mean, "low": mean - half, "high": mean + half}))


def draw(config: LinearOverfitFigureConfig, data: Path | None = None) -> Illustration:
    """Draw training and test error against the number of predictors: every draw, and the geometric mean."""
    errors = mean_squared_errors(config)
    figure, axes = plt.subplots(figsize=(10.5, 6))
    not_interpolated = errors[errors.predictors < config.n_rows]  # the others have a training error of 0
    for rows, column, colour in ((not_interpolated, "train", plotting.BLUE), (errors, "test", plotting.RED)):
        for _, member in rows.groupby("member"):
            axes.plot(member.predictors, member[column], color=colour, alpha=0.15, linewidth=1)
    test, train = geometric_means(errors), not_interpolated.groupby("predictors").train.mean()
    axes.plot(train.index, train, "o-", color=plotting.BLUE, linewidth=2.5, label="training error")
    intervals = [test["mean"] - test.low, test.high - test["mean"]]
    axes.errorbar(
        test.index, test["mean"], intervals, fmt="s-", color=plotting.RED, linewidth=2.5, capsize=4, label="test error"
    )
    axes.axhline(NOISE**2, color="black", linestyle=":", label="irreducible error")
    axes.axvline(config.n_rows, color=plotting.GREY, linestyle="--")
    axes.annotate(
        f"p = {config.n_rows}, as many\nas rows: all of them\nare interpolated",
        (config.n_rows, 0.6 * errors.test.max()),
        xytext=(14, 0),
        textcoords="offset points",
        va="top",
    )
    lowest, peak = test["mean"].idxmin(), test["mean"].idxmax()
    axes.set(
        title=f"The test error is lowest with {lowest} predictors and highest with {peak}",
        xscale="log",
        yscale="log",
        xlabel="predictors p (log scale)",
        ylabel="mean squared error (log scale)",
        ylim=(0.8 * not_interpolated.train.min(), 1.5 * errors.test.max()),
    )
    ticks = [count for count in (1, 2, 5, 10, 20, 50, 100, 200, 400) if count <= max(config.n_predictors)]
    axes.set_xticks(ticks, [str(count) for count in ticks])
    axes.xaxis.minorticks_off()
    axes.yaxis.set_major_formatter("{x:g}")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return Illustration(figure, errors)
