"""Is the final model right, and sure for good reasons? On test cells, which nothing was chosen on."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from relecture import plotting
from relecture.tallies.networks.attribution import Explanation

MISREAD = (4, 9)  # rows and columns of cells
STAGES = {"before": "before temperature scaling", "after": "after"}


def confusion(test: pd.DataFrame) -> Figure:
    """Which digits are taken for which; `test` has a row per test cell: label, predicted."""
    counts = pd.crosstab(test.label, test.predicted).reindex(range(10), columns=range(10), fill_value=0)
    shares = 100 * counts.div(counts.sum(axis=1).clip(lower=1), axis=0).to_numpy()
    figure, axes = plt.subplots(figsize=(7.8, 6.8))
    wrong = shares.copy()
    np.fill_diagonal(wrong, np.nan)
    limit = max(np.nanmax(wrong), 1e-9)
    axes.imshow(wrong, cmap="Oranges", vmin=0, vmax=limit)
    for row, column in np.ndindex(shares.shape):
        value = shares[row, column]
        if row == column:
            axes.text(column, row, f"{value:.0f}", ha="center", va="center", color=plotting.BLUE, fontweight="bold")
        elif value:
            colour = "white" if value > 0.7 * limit else "black"
            axes.text(column, row, f"{value:.1f}", ha="center", va="center", color=colour, fontsize=10)
    axes.set(xlabel="read as", ylabel="digit", xticks=range(10), yticks=range(10))
    axes.grid(False)
    right = (test.label == test.predicted).mean()
    axes.set_title(
        f"{100 * right:.1f} % of {len(test):,} test cells are read right\n(numbers: % of the cells of a digit)"
    )
    return figure


def misread(test: pd.DataFrame, images: np.ndarray) -> Figure:
    """The misread cells that the reader is surest of.

    `test` has a row per test cell: label, predicted, probability, and cell, the cell's place in `images` (n, 28, 28).
    """
    wrong = test[test.label != test.predicted].sort_values(["probability", "cell"], ascending=[False, True])
    rows, columns = MISREAD
    rows = max(1, min(rows, -(-len(wrong) // columns)))
    figure, grid = plt.subplots(rows, columns, figsize=(11.5, 1.65 * rows + 0.6), squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, case in zip(grid.flat, wrong.itertuples(), strict=False):
        _cell(axes, images[case.cell])
        axes.set_title(f"{case.label} read as {case.predicted}\n{100 * case.probability:.1f} %", loc="center",
                       fontsize=10, fontweight="normal")  # fmt: skip
    first = "the surest first" if len(wrong) <= grid.size else f"the {grid.size} surest"
    text = f"{len(wrong)} of {len(test):,} test cells are misread" + (f"; {first}" if len(wrong) else "")
    figure.suptitle(text, x=0.01, ha="left", fontweight="bold")
    return figure


def reliability(table: pd.DataFrame, found: dict[str, Any]) -> Figure:
    """How often digits are right by how sure the reader is, before and after; `found` is that of temperature.json."""
    figure, (axes, counts) = plt.subplots(2, 1, figsize=(7.4, 7.8), height_ratios=(4, 1.2), sharex=True)
    axes.plot([0, 1], [0, 1], color=plotting.GREY, linewidth=1, zorder=1)
    axes.annotate("as right as it is sure", (0.3, 0.3), xytext=(6, -12), textcoords="offset points",
                  color=plotting.GREY, rotation=42, rotation_mode="anchor", fontsize=10)  # fmt: skip
    styles = {"before": (plotting.ORANGE, "s", "--"), "after": (plotting.BLUE, "o", "-")}
    for stage, (colour, marker, line) in styles.items():
        bins = table[table.stage == stage]
        error = np.abs([bins.accuracy - bins.accuracy_low, bins.accuracy_high - bins.accuracy])
        label = f"{STAGES[stage]}: calibration error {100 * found['calibration_error'][stage]:.1f} %"
        axes.errorbar(bins.confidence, bins.accuracy, error, fmt=marker, linestyle=line, color=colour, capsize=3,
                      markersize=7, label=label)  # fmt: skip
        counts.stairs(bins.set_index("low")["count"].reindex(np.arange(10) / 10, fill_value=0),
                      np.arange(11) / 10, color=colour, linestyle=line, linewidth=2)  # fmt: skip
    axes.set(ylabel="share read right", xlim=(0, 1.01), ylim=(0, 1.02))
    axes.legend(loc="upper left")
    axes.set_title(f"One temperature, {found['temperature']:.2f}, fitted on {found['validation_cells']:,} other cells")
    counts.set(xlabel="probability of the digit that was read", ylabel="test cells")
    return figure


def attributions(chosen: pd.DataFrame, images: np.ndarray, wrong: Explanation, right: Explanation) -> Figure:
    """What the reader looks at in misread cells (left) and in cells of the same digit that it reads right.

    `chosen` are the pairs of `explanation.pairs`, a row each; `wrong` and `right` explain their cells in that order;
    `images` (n, 28, 28) are what their cell numbers point into.
    """
    rows = max(len(chosen), 1)
    figure, grid = plt.subplots(rows, 7, figsize=(11.5, 1.75 * rows + 1.3), width_ratios=(1, 1, 1, 0.25, 1, 1, 1),
                                squeeze=False)  # fmt: skip
    for axes in grid.flat:
        axes.set_axis_off()
    for place, case in enumerate(chosen.itertuples()):
        for first, kind, found in ((0, "wrong", wrong), (4, "right", right)):
            image = images[getattr(case, f"{kind}_cell")]
            _cell(grid[place, first], image)
            read, sure = getattr(case, f"{kind}_predicted"), getattr(case, f"{kind}_probability")
            grid[place, first].set_title(f"{case.label} read as {read}, {100 * sure:.0f} %", loc="center",
                                         fontsize=10, fontweight="normal")  # fmt: skip
            for step, name in ((1, "integrated"), (2, "occlusion")):
                _map(grid[place, first + step], getattr(found, name)[place], image)
    for column, name in ((1, "integrated gradients"), (2, "occlusion"), (5, "integrated gradients"), (6, "occlusion")):
        grid[0, column].set_title(name, loc="center", fontsize=10, fontweight="normal")
    text = "What speaks for the digit that was read (blue) and against it (red): misread and right cells of a digit"
    figure.suptitle(text, x=0.01, ha="left", fontweight="bold", fontsize=12)
    return figure


def _cell(axes: Axes, image: np.ndarray) -> None:
    axes.imshow(image, cmap="gray_r", vmin=0, vmax=255)


def _map(axes: Axes, values: np.ndarray, image: np.ndarray) -> None:
    limit = max(np.quantile(np.abs(values), 0.995), 1e-9)
    axes.imshow(values, cmap="RdBu", vmin=-limit, vmax=limit)
    axes.contour(image, levels=[110], colors="black", linewidths=0.7)
