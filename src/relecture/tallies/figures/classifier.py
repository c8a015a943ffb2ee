"""Figures of the final model on test cells: confusions, misclassified cells, calibration and attributions."""

from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from relecture import plotting
from relecture.tallies import MARK
from relecture.text_format import counted

if TYPE_CHECKING:
    from relecture.tallies.networks.attribution import Attributions

MAX_CELLS = (4, 9)  # rows and columns of misclassified cells
STAGES = {"before": "before temperature scaling", "after": "after temperature scaling"}


def confusion(test: pd.DataFrame) -> Figure:
    """Draw the confusion matrix.

    `test` has a row per test cell, and after them one per drawn symbol: label, predicted, drawn.
    """
    shares = confusion_shares(test)
    figure, axes = plt.subplots(figsize=(7.8, 6.8))
    errors = shares.copy()
    np.fill_diagonal(errors, np.nan)
    plotting.annotated_heatmap(
        axes,
        errors,
        lambda share: f"{share:.1f}" if share > 0 else "",
        cmap="Oranges",
        limits=(0, max(np.nanmax(errors), 1e-9)),
        white_above=0.7,
    )
    names = [*map(symbol, range(len(shares)))]
    for digit, share in enumerate(shares.diagonal()):
        axes.text(digit, digit, f"{share:.0f}", ha="center", va="center", color=plotting.BLUE, fontweight="bold")
    ticks = range(len(shares))
    axes.set(xlabel="predicted", ylabel="written", xticks=ticks, yticks=ticks, aspect="equal")
    axes.set(xticklabels=names, yticklabels=names)
    cells, n_drawn = test[~test.drawn], int((test.drawn & (test.label == MARK)).sum())
    accuracy = (cells.label == cells.predicted).mean()
    axes.set_title(
        f"{100 * accuracy:.1f} % of {len(cells):,} test cells are classified correctly\n"
        "(numbers: % of the cells of a digit" + (f";\nno digit: with {n_drawn:,} drawn marks)" if n_drawn else ")")
    )
    return figure


def confusion_shares(predictions: pd.DataFrame) -> np.ndarray:
    """Return the percentage of each digit's cells by predicted digit, from the columns label, predicted, drawn.

    (10, 10), or (11, 11) where MARK is among them. Drawn marks count, drawn digits do not.
    """
    predictions = predictions[~predictions.drawn | (predictions.label == MARK)]
    counts = pd.crosstab(predictions.label, predictions.predicted)
    marks = MARK in counts.index or MARK in counts.columns
    classes = range(MARK + 1 if marks else MARK)
    counts = counts.reindex(classes, columns=classes, fill_value=0)
    shares: np.ndarray = 100 * counts.div(counts.sum(axis=1).clip(lower=1), axis=0).to_numpy()
    return shares


def symbol(label: int) -> str:
    """Return what a figure calls a class: its digit, or `no digit`."""
    return "no digit" if label == MARK else str(label)


def misclassified(test: pd.DataFrame, images: np.ndarray) -> Figure:
    """Draw the misclassified cells with the highest probabilities.

    `test` has a row per test cell: label, predicted, probability, and cell, its index in `images` (n, 28, 28).
    """
    wrong = test[test.label != test.predicted].sort_values(["probability", "cell"], ascending=[False, True])
    rows, columns = MAX_CELLS
    rows = max(1, min(rows, -(-len(wrong) // columns)))
    figure, grid = plt.subplots(rows, columns, figsize=(11.5, 1.65 * rows + 0.6), squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, case in zip(grid.flat, wrong.itertuples(), strict=False):
        _draw_cell(axes, images[case.cell])
        title = f"{symbol(case.label)} as {symbol(case.predicted)}\n{100 * case.probability:.1f} %"
        axes.set_title(title, loc="center", fontsize=10, fontweight="normal")
    shown = "highest probability first" if len(wrong) <= grid.size else f"the {grid.size} of highest probability"
    title = f"{len(wrong)} of {len(test):,} test cells are misclassified" + (f"; {shown}" if len(wrong) else "")
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
    return figure


def reliability(table: pd.DataFrame, calibration: dict[str, Any]) -> Figure:
    """Draw the accuracy by confidence before and after temperature scaling.

    `table` is reliability.csv, `calibration` the content of temperature.json.
    """
    figure, (axes, counts) = plt.subplots(2, 1, figsize=(7.4, 7.8), height_ratios=(4, 1.2), sharex=True)
    axes.plot([0, 1], [0, 1], color=plotting.GREY, linewidth=1, zorder=1)
    axes.annotate("perfect calibration", (0.3, 0.3), xytext=(6, -12), textcoords="offset points",
                  color=plotting.GREY, rotation=42, rotation_mode="anchor", fontsize=10)  # fmt: skip
    styles = {"before": (plotting.ORANGE, "s", "--"), "after": (plotting.BLUE, "o", "-")}
    for stage, (colour, marker, line) in styles.items():
        bins = table[table.stage == stage]
        error = np.abs([bins.accuracy - bins.accuracy_low, bins.accuracy_high - bins.accuracy])
        label = f"{STAGES[stage]}: calibration error {100 * calibration['calibration_error'][stage]:.1f} %"
        axes.errorbar(bins.confidence, bins.accuracy, error, fmt=marker, linestyle=line, color=colour, capsize=3,
                      markersize=7, label=label)  # fmt: skip
        counts.stairs(bins.set_index("low")["count"].reindex(np.arange(10) / 10, fill_value=0),
                      np.arange(11) / 10, color=colour, linestyle=line, linewidth=2)  # fmt: skip
    axes.set(ylabel="accuracy", xlim=(0, 1.01), ylim=(0, 1.02))
    axes.legend(loc="upper left")
    drawn = f" and {counted(calibration['n_drawn'], 'drawn symbol')}" if calibration["n_drawn"] else ""
    axes.set_title(
        f"Temperature {calibration['temperature']:.2f},\n"
        f"fitted on {counted(calibration['n_validation'], 'validation cell')}{drawn}"
    )
    counts.set(xlabel="probability of the predicted digit", ylabel="test cells")
    return figure


def attribution(pairs: pd.DataFrame, images: np.ndarray, wrong: "Attributions", right: "Attributions") -> Figure:
    """Draw attributions of misclassified cells (left) and of correctly classified cells of the same digit (right).

    Args:
        pairs: The pairs of `attribution.select_pairs`.
        images: The test cells (n, 28, 28).
        wrong: Attributions of the misclassified cells, in the order of `pairs`.
        right: Attributions of the correctly classified cells, in the order of `pairs`.
    """
    rows = max(len(pairs), 1)
    figure, grid = plt.subplots(rows, 7, figsize=(11.5, 1.75 * rows + 1.3), width_ratios=(1, 1, 1, 0.25, 1, 1, 1),
                                squeeze=False)  # fmt: skip
    for axes in grid.flat:
        axes.set_axis_off()
    methods = {"integrated gradients": "integrated_gradients", "occlusion": "occlusion"}
    for first, kind, values in ((0, "wrong", wrong), (4, "right", right)):
        for row, pair in enumerate(pairs.itertuples()):
            image = images[getattr(pair, f"{kind}_cell")]
            _draw_cell(grid[row, first], image)
            predicted, probability = getattr(pair, f"{kind}_predicted"), getattr(pair, f"{kind}_probability")
            title = f"{symbol(pair.label)} as {symbol(predicted)}, {100 * probability:.0f} %"
            grid[row, first].set_title(title, loc="center", fontsize=10, fontweight="normal")
            for column, name in enumerate(methods.values(), start=first + 1):
                _draw_attribution(grid[row, column], getattr(values, name)[row], image)
        for column, title in enumerate(methods, start=first + 1):
            grid[0, column].set_title(title, loc="center", fontsize=10, fontweight="normal")
    title = "Pixels for the predicted digit (blue) and against it (red): misclassified and correctly classified cells"
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold", fontsize=12)
    return figure


def _draw_cell(axes: Axes, image: np.ndarray) -> None:
    axes.imshow(image, cmap="gray_r", vmin=0, vmax=255)


def _draw_attribution(axes: Axes, values: np.ndarray, image: np.ndarray) -> None:
    limit = max(np.quantile(np.abs(values), 0.995), 1e-9)
    axes.imshow(values, cmap="RdBu", vmin=-limit, vmax=limit)
    axes.contour(image, levels=[110], colors="black", linewidths=0.7)
