"""The figures of the comparison `digits`."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from relecture import plotting
from relecture.digits.result_tables import NAMES, NETWORKS
from relecture.records import Record
from relecture.scorecard.published_values import PublishedValue
from relecture.uncertainty import half_width

Records = dict[str, Record]
COLOUR = dict(zip(NAMES, plotting.COLOURS, strict=True))


def test_error(found: Records, printed: list[PublishedValue]) -> Figure:
    """Test error per method with its interval, every member, and the printed value."""
    by_id = {entry.id: float(entry.number) for entry in printed}
    figure, (low, high) = plt.subplots(1, 2, figsize=(10, 4.8), sharey=True, width_ratios=(3, 2))
    for place, (method, name) in enumerate(reversed(NAMES.items())):
        values = 100 * _metric(found[method], "test_error")
        interval = half_width(values.std(), len(values))
        for axes in (low, high):
            axes.plot(values, np.full(len(values), place), "o", color=plotting.SKY, markersize=6)
            axes.errorbar(values.mean(), place, xerr=interval, fmt="s", color=plotting.BLUE, capsize=5, markersize=7)
            if f"digits.{method}.test_error" in by_id:
                axes.plot(by_id[f"digits.{method}.test_error"], place + 0.22, **plotting.REFERENCE_MARKER)
        low.annotate(name, (0, place), xycoords=("axes fraction", "data"), xytext=(-8, 0),
                     textcoords="offset points", ha="right", va="center")  # fmt: skip
    few = np.concatenate([100 * _metric(found[method], "test_error") for method in NETWORKS])
    many = np.concatenate([100 * _metric(found[method], "test_error") for method in NAMES if method not in NETWORKS])
    low.set(yticks=[], xlim=_around([*few, 1.8, 2.3]), ylim=(-0.6, len(NAMES) - 0.4), xlabel="test error (%)")
    high.set(xlim=_around([*many, 7.2, 12.7]), xlabel="test error (%)")
    high.tick_params(left=False)
    low.set_title("networks")
    high.set_title("linear methods")
    low.plot([], [], "o", color=plotting.SKY, label="one seed")
    low.errorbar([], [], xerr=[], fmt="s", color=plotting.BLUE, capsize=5, label="mean, 95 % interval")
    low.plot([], [], label="printed", **plotting.REFERENCE_MARKER)
    figure.legend(loc="outside lower center", ncols=3)
    return figure


def curves(found: Records) -> Figure:
    """Training and validation loss by epoch: what each regulariser does to overfitting."""
    figure, grid = plt.subplots(1, len(NETWORKS), figsize=(13, 4.2), sharey=True)
    for axes, method in zip(grid, NETWORKS, strict=True):
        _losses(axes, found[method])
        axes.set(title=NAMES[method].replace("Network with ", "").replace("Network, ", ""), xlabel="epoch")
    grid[0].set(ylabel="cross-entropy (nats), dropout off", yscale="log")
    grid[0].legend(loc="lower left")
    return figure


def weights(found: Records) -> Figure:
    """Distribution of the weights of each layer, per method, over all seeds."""
    import torch

    hidden = len(found["plain"].params["config"]["hidden"])
    names = [f"hidden layer {place}" for place in range(1, hidden + 1)]
    widths = [0.4, *[0.6] * (hidden - 1), 1.2]  # of the range that is shown; what is beyond stands at its ends
    figure, grid = plt.subplots(1, hidden + 1, figsize=(max(9, 13 / 3 * (hidden + 1)), 4.2))
    for method in NETWORKS:
        states = torch.load(found[method].folder / "model" / "weights.pt", weights_only=True)
        layers = zip(*([v for n, v in state.items() if n.endswith("weight")] for state in states.values()), strict=True)
        for axes, widest, layer in zip(grid, widths, layers, strict=True):
            values = torch.stack(layer).flatten().clip(-widest, widest).numpy()
            axes.hist(values, bins=np.linspace(-widest, widest, 81), density=True, histtype="step", linewidth=1.8,
                      color=COLOUR[method], label=NAMES[method])  # fmt: skip
    for axes, name in zip(grid, [*names, "output layer (not penalised)"], strict=True):
        axes.set(title=name, xlabel="weight", yscale="log", ylim=(1e-3, None))
    grid[0].set_ylabel("density")
    figure.legend(*grid[0].get_legend_handles_labels(), loc="outside lower center", ncols=4 if hidden > 1 else 2)
    return figure


def confusion(found: Records) -> Figure:
    """Which digits the dropout network takes for which, counted over all seeds."""
    figure, axes = plt.subplots(figsize=(7.5, 6.5))
    _confusion(axes, found["dropout"].predictions)
    axes.set_title("Dropout: errors per 1,000 images of a digit")
    return figure


def confidently_wrong(found: Records, test_images: np.ndarray) -> Figure:
    """The misread test images that the first dropout network was surest of; test_images (n, 784)."""
    answers = found["dropout"].predictions
    first = answers[answers.member == answers.member.iloc[0]]
    worst = first[first.label != first.predicted].nlargest(24, "probability")
    figure, grid = plt.subplots(3, 8, figsize=(11, 5.2))
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, case in zip(grid.flat, worst.itertuples(), strict=False):
        axes.imshow(test_images[case.image].reshape(28, 28), cmap="gray_r", vmin=0, vmax=1)
        text = f"{case.label} read as {case.predicted}\n{100 * case.probability:.1f} %"
        axes.set_title(text, fontsize=10, loc="center", fontweight="normal")
    figure.suptitle("Dropout: wrong and sure of it", x=0.01, ha="left", fontweight="bold")
    return figure


def overview(record: Record) -> Figure:
    """One method by itself: its losses if it has any, and what it misreads."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 5))
    if len(record.history):
        _losses(left, record)
        left.set(xlabel="epoch", ylabel="cross-entropy (nats), dropout off", title="Learning", yscale="log")
        left.legend()
    else:
        left.set_axis_off()
        left.text(0.5, 0.5, "no curves: solved, not trained by epochs", ha="center", transform=left.transAxes)
    if len(record.predictions):
        _confusion(right, record.predictions)
        right.set_title("Errors per 1,000 images of a digit")
    else:
        _search(right, record)
    figure.suptitle(record.params["method"], x=0.01, ha="left", fontweight="bold")
    return figure


def _losses(axes: Axes, record: Record) -> None:
    for metric, colour, name in (
        ("train_loss", plotting.BLUE, "training"),
        ("validation_loss", plotting.RED, "validation"),
    ):
        curve = record.history[record.history.metric == metric]
        for _, member in curve.groupby("member"):
            axes.plot(member.step, member.value, color=colour, alpha=0.3, linewidth=1)
        mean = curve.groupby("step").value.mean()
        axes.plot(mean.index, mean, color=colour, label=name)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def _search(axes: Axes, record: Record) -> None:
    wide = record.metrics.pivot(index="member", columns="metric", values="value").sort_values("penalty")
    axes.plot(wide.penalty, 100 * wide.validation_error, "o", color=plotting.SKY)
    mean = 100 * wide.groupby("penalty").validation_error.mean()
    axes.plot(mean.index, mean, color=plotting.BLUE)
    axes.set(
        xscale="log",
        xlabel="strength of the penalty",
        ylabel="validation error (%)",
        title="Choosing the strength",
    )
    axes.xaxis.set_minor_formatter("")


def _confusion(axes: Axes, predictions: pd.DataFrame) -> None:
    counts = pd.crosstab(predictions.label, predictions.predicted).reindex(range(10), columns=range(10), fill_value=0)
    rates = 1000 * counts.div(counts.sum(1), axis=0).to_numpy()
    np.fill_diagonal(rates, np.nan)
    axes.imshow(rates, cmap="Blues")
    limit = np.nanmax(rates)
    for row, column in np.ndindex(rates.shape):
        if row != column and rates[row, column] >= 0.05:
            colour = "white" if rates[row, column] > 0.6 * limit else "black"
            digits = 0 if limit >= 20 else 1
            axes.text(
                column,
                row,
                f"{rates[row, column]:.{digits}f}",
                ha="center",
                va="center",
                color=colour,
                fontsize=9,
            )
    axes.set(xlabel="read as", ylabel="digit", xticks=range(10), yticks=range(10))
    axes.grid(False)


def _around(values: list[float]) -> tuple[float, float]:
    margin = 0.12 * (max(values) - min(values))
    return min(values) - margin, max(values) + margin


def _metric(record: Record, metric: str) -> pd.Series:
    return record.metrics[record.metrics.metric == metric].value
