"""The overview of one record, for its run in MLflow."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from relecture import plotting
from relecture.records import Record
from relecture.tallies import MARK
from relecture.tallies.figures.classifier import confusion_shares, symbol


def overview(record: Record) -> Figure:
    """Draw the learning curves of a record, and its confusion matrix, trials or accuracy by number of cells."""
    method = record.params["method"]
    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 5))
    _draw_learning_curves(left, record)
    if method == "search":
        _draw_trials(right, record)
    elif method in ("finalists", "printed_trials"):
        _draw_repeated_trials(right, record)
    elif method.startswith("label_curve/"):
        _draw_label_curve(right, record)
    else:
        _draw_confusion(right, record.predictions)
    figure.suptitle(method, x=0.01, ha="left", fontweight="bold")
    return figure


def _draw_learning_curves(axes: Axes, record: Record) -> None:
    curves = record.history[record.history.metric == "validation_accuracy"]
    for _, curve in curves.groupby("member"):
        axes.plot(curve.step, 100 * curve.value, color=plotting.BLUE, alpha=0.45, linewidth=1.2)
    axes.set(xlabel="epoch", ylabel="accuracy on target validation cells (%)", title="Learning curves")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def _draw_trials(axes: Axes, record: Record) -> None:
    accuracy = record.metrics[record.metrics.metric == "accuracy"]
    rates = [record.params["members"][member]["learning_rate"] for member in accuracy.member]
    axes.plot(rates, 100 * accuracy.value, "o", color=plotting.BLUE)
    axes.set(
        xscale="log", xlabel="learning rate", ylabel="accuracy after the last rung (%)", title="Trials by learning rate"
    )


def _draw_repeated_trials(axes: Axes, record: Record) -> None:
    accuracy = record.metrics[record.metrics.metric == "accuracy"]
    trials = accuracy.member.str.rpartition("-seed-")[0]
    axes.plot(100 * accuracy.value, trials, "o", color=plotting.BLUE)
    axes.set(xlabel="accuracy on target validation cells (%)", title="Each network of each trial")
    axes.invert_yaxis()


def _draw_label_curve(axes: Axes, record: Record) -> None:
    wide = record.metrics.pivot(index="member", columns="metric", values="value")
    axes.plot(wide.n_labelled, 100 * wide.target_accuracy, "o", color=plotting.SKY)
    mean = 100 * wide.groupby("n_labelled").target_accuracy.mean()
    axes.plot(mean.index, mean, color=plotting.BLUE)
    axes.set(
        xscale="log",
        xlabel="labelled cells",
        ylabel="accuracy on target test cells (%)",
        title="Accuracy by number of labelled cells",
    )


def _draw_confusion(axes: Axes, predictions: pd.DataFrame) -> None:
    test = predictions[predictions.part == "test"] if "part" in predictions else predictions.assign(drawn=False)
    shares = confusion_shares(test)
    plotting.annotated_heatmap(
        axes, shares, lambda share: f"{share:.0f}" if share >= 0.5 else "", limits=(0, 100), fontsize=9
    )
    names = ["none" if label == MARK else symbol(label) for label in range(len(shares))]
    axes.set(
        xlabel="predicted digit",
        ylabel="digit",
        xticks=range(len(shares)),
        yticks=range(len(shares)),
        xticklabels=names,
        yticklabels=names,
        title="Target test cells, % of each digit" + ("\n(none: drawn marks too)" if test.drawn.any() else ""),
        aspect="equal",
    )
