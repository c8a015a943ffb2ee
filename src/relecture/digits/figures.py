"""The figures of the comparison `digits`."""

from textwrap import fill
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from relecture import plotting
from relecture.digits import choices as chosen
from relecture.digits.result_tables import FURTHER_NETWORKS, NAMES, NETWORKS, DigitsResults, gaps, lowest_epochs
from relecture.records import Record
from relecture.text_format import count, interval, listed, number, percent
from relecture.uncertainty import half_width

COLOUR = dict(zip(NETWORKS, plotting.COLOURS, strict=False))
_SHORT_NAMES = {name: NAMES[name].removeprefix("Network with ").removeprefix("Network, ") for name in NETWORKS}


def test_error(results: DigitsResults) -> Figure:
    """Draw the test error of each method: every member, the mean with its interval, the published value."""
    figure, (low, high) = plt.subplots(1, 2, figsize=(11, 6.6), sharey=True, width_ratios=(3, 2))
    drawn: dict[Axes, list[float]] = {low: [], high: []}
    for y, (method, name) in enumerate(reversed(NAMES.items())):
        axes = low if method in (*NETWORKS, *FURTHER_NETWORKS) else high
        last, last_ten = results.errors(method), results.errors(method, "test_error_last_ten")
        axes.plot(last, np.full(len(last), y), "o", color=plotting.SKY, markersize=5)
        drawn[axes] += [*last, *_mean_with_interval(axes, last, y, marker="s", color=plotting.BLUE)]
        if len(last_ten):
            drawn[axes] += _mean_with_interval(axes, last_ten, y - 0.25, marker="^", color=plotting.RED)
        if published := results.published_error(method):
            axes.plot(float(published), y + 0.25, **plotting.REFERENCE_MARKER)
            drawn[axes].append(float(published))
        low.annotate(name, (0, y), xycoords=("axes fraction", "data"), xytext=(-8, 0),
                     textcoords="offset points", ha="right", va="center")  # fmt: skip
    low.set(yticks=[], xlim=_limits_around(drawn[low]), ylim=(-0.6, len(NAMES) - 0.4), xlabel="test error (%)")
    high.set(xlim=_limits_around(drawn[high]), xlabel="test error (%)")
    high.tick_params(left=False)
    low.set_title("networks")
    high.set_title("other methods")
    low.plot([], [], "o", color=plotting.SKY, label="one seed, last epoch")
    low.errorbar([], [], xerr=[], fmt="s", color=plotting.BLUE, capsize=4, label="mean, 95 % interval")
    late = f"last {count(results.n_last_epochs)} epochs: mean, 95 % interval"
    low.errorbar([], [], xerr=[], fmt="^", color=plotting.RED, capsize=4, label=late)
    low.plot([], [], label="published", **plotting.REFERENCE_MARKER)
    figure.suptitle(fill(_test_error_title(results), 90), x=0.01, ha="left", fontweight="bold")
    figure.legend(loc="outside lower center", ncols=2)
    return figure


def _mean_with_interval(axes: Axes, values: pd.Series, y: float, **style: Any) -> list[float]:
    """Draw the mean with its 95 % interval and return the numbers that are drawn."""
    mean, half = float(values.mean()), half_width(float(values.std()), len(values))
    axes.errorbar(mean, y, xerr=half, capsize=4, markersize=6, **style)
    return [mean] if np.isnan(half) else [mean - half, mean, mean + half]


def _test_error_title(results: DigitsResults) -> str:
    """Return what the differences over the last epochs say of the regularisers."""
    against = {
        gap.b: gap.difference for gap in gaps(results) if gap.a == "plain" and gap.error == "test_error_last_ten"
    }
    helpful = [_SHORT_NAMES[name] for name, gap in against.items() if gap.finding == "significant" and gap.mean > 0]
    late = f"over the last {count(results.n_last_epochs)} epochs"
    if all(gap.finding == "not tested" for gap in against.values()):
        return "One network per method: no difference can be tested"
    if not helpful:
        return f"No regulariser lowers the test error significantly {late}"
    return f"Significantly lower test error than without regularisation, {late}: {listed(helpful)}"


def curves(results: DigitsResults) -> Figure:
    """Draw training and validation loss by epoch for each regulariser."""
    figure, grid = plt.subplots(1, len(NETWORKS), figsize=(15, 4.2), sharey=True)
    for axes, method in zip(grid, NETWORKS, strict=True):
        _losses(axes, results.records[method])
        axes.set(title=_SHORT_NAMES[method])
    grid[0].set(ylabel="cross-entropy (nats), dropout off", yscale="log")
    grid[0].legend(loc="lower left")
    figure.supxlabel("epoch", fontsize="medium")
    return figure


def early_stopping(results: DigitsResults) -> Figure:
    """Draw validation loss and error by epoch of the networks without regularisation, and where each is lowest."""
    record = results.records["plain"]
    figure, grid = plt.subplots(1, 2, figsize=(12, 4.8))
    for axes, metric, factor, label in (
        (grid[0], "validation_loss", 1, "validation loss (nats)"),
        (grid[1], "validation_error", 100, "validation error (%)"),
    ):
        table = record.history[record.history.metric == metric].pivot(index="step", columns="member", values="value")
        table, epochs = factor * table, lowest_epochs(results, metric)
        axes.plot(table.index, table, color=plotting.SKY, alpha=0.5, linewidth=1)
        axes.plot(table.index, table.mean(axis=1), color=plotting.BLUE, linewidth=2.5)
        axes.plot(epochs, [table.loc[epoch, member] for member, epoch in epochs.items()], "o", color=plotting.RED,
                  markeredgecolor="black", zorder=5)  # fmt: skip
        where = f"epoch {epochs.min()}" if epochs.min() == epochs.max() else f"epochs {epochs.min()} to {epochs.max()}"
        axes.set(xlabel="epoch", ylabel=label, title=f"Lowest at {where}")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    grid[0].plot([], [], color=plotting.SKY, label="one network without regularisation")
    grid[0].plot([], [], color=plotting.BLUE, linewidth=2.5, label="mean of the networks")
    grid[0].plot([], [], "o", color=plotting.RED, markeredgecolor="black", label="lowest value of a network")
    figure.suptitle(_early_stopping_title(results), x=0.01, ha="left", fontweight="bold")
    figure.legend(loc="outside lower center", ncols=3)
    return figure


def _early_stopping_title(results: DigitsResults) -> str:
    (fall,) = (gap.difference for gap in gaps(results) if gap.error == "validation_error")
    low, high = (fall.low, fall.high) if fall.mean >= 0 else (-fall.high, -fall.low)
    points, limits = f"{number(abs(fall.mean), 2)} points", interval(low, high, 2)
    if fall.finding == "not tested":
        return "One network: what the validation error does after the lowest loss cannot be tested"
    if fall.finding == "not significant":
        size = f"{points} {'less' if fall.mean >= 0 else 'more'} ({limits})"
        return f"After the lowest validation loss the error does not change significantly: {size}"
    verb = "falls by another" if fall.mean >= 0 else "rises by"
    return f"After the lowest validation loss the validation error {verb} {points} ({limits})"


def lambda_choice(results: DigitsResults) -> Figure:
    """Draw the validation error by lambda for both penalties, and how often each lambda is chosen in resamples."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(12.5, 4.8), width_ratios=(3, 2))
    grids = (("ridge", "ridge_search", plotting.BLUE, "o"), ("L1", "l1", plotting.RED, "^"))
    for (penalty, name, colour, marker), shift in zip(grids, (-1, 1), strict=True):
        record = results.records[name]
        errors, choice = 100 * chosen.validation_errors(record), chosen.lambda_choice(record)
        at = float(choice.value)
        for lambda_, values in errors.items():
            left.plot([lambda_] * len(values), values, marker, color=colour, alpha=0.35, markersize=5)
        left.errorbar(errors.columns, errors.mean(), yerr=errors.sem().fillna(0), color=colour, marker=marker,
                      capsize=4, label=f"{penalty}: mean ± standard error")  # fmt: skip
        left.plot(at, errors[at].mean(), marker, markersize=15, markerfacecolor="none", markeredgecolor="black",
                  markeredgewidth=1.6)  # fmt: skip
        shares = 100 * chosen.lambda_win_shares(record)
        right.bar(shares.index * 10 ** (0.12 * shift), shares, width=0.22 * shares.index, color=colour, label=penalty,
                  hatch="" if shift < 0 else "//", edgecolor="white")  # fmt: skip
    left.plot([], [], "o", markersize=13, markerfacecolor="none", markeredgecolor="black", label="chosen")
    late = f"mean of the last {count(results.n_last_epochs)} epochs"
    left.set(xscale="log", yscale="log", xlabel="lambda", ylabel="validation error (%)", title=late.capitalize())
    left.yaxis.set_major_formatter("{x:g}")
    left.yaxis.set_minor_formatter("{x:g}")
    left.legend(loc="upper left")
    right.set(
        xscale="log", xlim=left.get_xlim(), ylim=(0, 100), xlabel="lambda", ylabel="chosen in (% of the resamples)"
    )
    right.set_title("How firm is the choice?")
    right.legend()
    figure.suptitle(_lambda_title(results), x=0.01, ha="left", fontweight="bold")
    return figure


def _lambda_title(results: DigitsResults) -> str:
    choice = chosen.lambda_choice(results.records["ridge_search"])
    border = ", on the border of the grid" if choice.on_border else ""
    return f"Ridge: lambda {float(choice.value):g} is chosen{border}, in {percent(choice.share_of_wins)} of resamples"


def weights(results: DigitsResults) -> Figure:
    """Draw the distribution of the weights of each layer by method, over all seeds."""
    import torch

    hidden = len(results.records["plain"].params["config"]["hidden"])
    names = [f"hidden layer {layer}" for layer in range(1, hidden + 1)]
    widths = [0.4, *[0.6] * (hidden - 1), 1.2]  # of the range; values beyond it are drawn at its ends
    figure, grid = plt.subplots(1, hidden + 1, figsize=(max(9, 13 / 3 * (hidden + 1)), 4.2))
    for method in NETWORKS:
        states = torch.load(results.records[method].folder / "model" / "weights.pt", weights_only=True)
        layers = zip(*([v for n, v in state.items() if n.endswith("weight")] for state in states.values()), strict=True)
        for axes, widest, layer in zip(grid, widths, layers, strict=True):
            values = torch.stack(layer).flatten().clip(-widest, widest).numpy()
            axes.hist(values, bins=np.linspace(-widest, widest, 81), density=True, histtype="step", linewidth=1.8,
                      color=COLOUR[method], label=NAMES[method])  # fmt: skip
    for axes, name in zip(grid, [*names, "output layer (not penalised)"], strict=True):
        axes.set(title=name, xlabel="weight", yscale="log", ylim=(1e-3, None))
    grid[0].set_ylabel("density")
    figure.legend(*grid[0].get_legend_handles_labels(), loc="outside lower center", ncols=3 if hidden > 1 else 2)
    return figure


def confusion(results: DigitsResults) -> Figure:
    """Draw the confusion matrix of the dropout network over all seeds."""
    figure, axes = plt.subplots(figsize=(7.5, 6.5))
    _confusion(axes, results.records["dropout"].predictions)
    axes.set_title("Dropout: errors per 1,000 images of a digit")
    return figure


def confidently_wrong(results: DigitsResults) -> Figure:
    """Draw the misclassified test images with the highest probability, of the first dropout network."""
    assert results.test_images is not None
    predictions = results.records["dropout"].predictions
    first = predictions[predictions.member == predictions.member.iloc[0]]
    worst = first[first.label != first.predicted].nlargest(24, "probability")
    figure, grid = plt.subplots(3, 8, figsize=(11, 5.2))
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, case in zip(grid.flat, worst.itertuples(), strict=False):
        axes.imshow(results.test_images[case.image].reshape(28, 28), cmap="gray_r", vmin=0, vmax=1)
        text = f"{case.label} predicted as {case.predicted}\n{100 * case.probability:.1f} %"
        axes.set_title(text, fontsize=10, loc="center", fontweight="normal")
    figure.suptitle("Dropout: the most confident errors", x=0.01, ha="left", fontweight="bold")
    return figure


def overview(record: Record) -> Figure:
    """Draw one record: its losses if it has any, and its confusion matrix or the choice of lambda."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 5))
    if len(record.history):
        _losses(left, record)
        left.set(xlabel="epoch", ylabel="cross-entropy (nats), dropout off", title="Learning", yscale="log")
        left.legend()
    else:
        left.set_axis_off()
        left.text(0.5, 0.5, "no curves: not trained by epochs", ha="center", transform=left.transAxes)
    if (record.metrics.metric == "lambda").any():
        _search(right, record)
    else:
        _confusion(right, record.predictions)
        right.set_title("Errors per 1,000 images of a digit")
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
    errors, choice = 100 * chosen.validation_errors(record), chosen.lambda_choice(record)
    for lambda_, values in errors.items():
        axes.plot([lambda_] * len(values), values, "o", color=plotting.SKY)
    axes.plot(errors.columns, errors.mean(), color=plotting.BLUE, marker="s")
    at = float(choice.value)
    axes.plot(at, errors[at].mean(), "o", markersize=15, markerfacecolor="none", markeredgecolor="black")
    axes.set(xscale="log", xlabel="lambda", ylabel="validation error, last epochs (%)", title="Choice of lambda")
    axes.xaxis.set_minor_formatter("")


def _confusion(axes: Axes, predictions: pd.DataFrame) -> None:
    counts = pd.crosstab(predictions.label, predictions.predicted).reindex(range(10), columns=range(10), fill_value=0)
    rates = 1000 * counts.div(counts.sum(axis=1), axis=0).to_numpy()
    np.fill_diagonal(rates, np.nan)
    largest = np.nanmax(rates)
    digits = 0 if largest >= 20 else 1
    plotting.annotated_heatmap(
        axes,
        rates,
        lambda rate: f"{rate:.{digits}f}" if rate >= 0.05 else "",
        limits=(np.nanmin(rates), largest),
        fontsize=9,
    )
    axes.set(aspect="equal", xlabel="predicted", ylabel="digit", xticks=range(10), yticks=range(10))


def _limits_around(values: list[float]) -> tuple[float, float]:
    margin = 0.12 * (max(values) - min(values))
    return min(values) - margin, max(values) + margin
