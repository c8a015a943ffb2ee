"""One record by itself, for its run in MLflow."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from relecture import plotting
from relecture.records import Record


def overview(record: Record) -> Figure:
    """How its networks learned, and what they misread (the search has trials, a curve over labels has sizes)."""
    method = record.params["method"]
    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 5))
    _curves(left, record)
    if method == "search":
        _rungs(right, record)
    elif method.startswith("labels/"):
        _sizes(right, record)
    else:
        _confusion(right, record.predictions)
    figure.suptitle(method, x=0.01, ha="left", fontweight="bold")
    return figure


def _curves(axes: Axes, record: Record) -> None:
    curve = record.history[record.history.metric == "validation_accuracy"]
    for _, member in curve.groupby("member"):
        axes.plot(member.step, 100 * member.value, color=plotting.BLUE, alpha=0.45, linewidth=1.2)
    axes.set(xlabel="epoch", ylabel="accuracy on target validation cells (%)", title="Learning")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def _rungs(axes: Axes, record: Record) -> None:
    accuracy = record.metrics[record.metrics.metric == "accuracy"]
    rates = [record.params["members"][member]["learning_rate"] for member in accuracy.member]
    axes.plot(rates, 100 * accuracy.value, "o", color=plotting.BLUE)
    axes.set(
        xscale="log", xlabel="learning rate", ylabel="accuracy of its last rung (%)", title="Trials by learning rate"
    )


def _sizes(axes: Axes, record: Record) -> None:
    wide = record.metrics.pivot(index="member", columns="metric", values="value")
    axes.plot(wide.cells, 100 * wide.target_accuracy, "o", color=plotting.SKY)
    mean = 100 * wide.groupby("cells").target_accuracy.mean()
    axes.plot(mean.index, mean, color=plotting.BLUE)
    axes.set(xscale="log", xlabel="labelled cells", ylabel="accuracy on target test cells (%)", title="Labels")


def _confusion(axes: Axes, predictions: pd.DataFrame) -> None:
    shown = predictions[predictions.part == "test"] if "part" in predictions else predictions
    counts = pd.crosstab(shown.label, shown.predicted).reindex(range(10), columns=range(10), fill_value=0)
    rates = 100 * counts.div(counts.sum(axis=1).clip(lower=1), axis=0).to_numpy()
    axes.imshow(rates, cmap="Blues", vmin=0, vmax=100)
    for row, column in np.ndindex(rates.shape):
        if rates[row, column] >= 0.5:
            colour = "white" if rates[row, column] > 60 else "black"
            axes.text(column, row, f"{rates[row, column]:.0f}", ha="center", va="center", color=colour, fontsize=9)
    axes.set(xlabel="read as", ylabel="digit", xticks=range(10), yticks=range(10), title="Target test cells, in %")
    axes.grid(False)
