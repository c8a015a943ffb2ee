"""Plots of small matrices with their values in the cells."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from relecture import plotting


def draw_matrix(
    axes: Axes, values: np.ndarray, title: str, fontsize: float = 0, digits: int = 1, largest: float | None = None
) -> None:
    """Draw values (h, w) of at least 0 as squares, dark where they are large.

    With a `fontsize` nonzero values are written into their cells, with `digits` decimals. Darkest is the `largest`
    value, by default that of `values`.
    """

    def text(value: float) -> str:
        if not (fontsize and value):
            return ""
        return f"{value:.{digits}f}".removeprefix("0") if digits > 1 else f"{value:.{digits}f}".removesuffix(".0")

    darkest = 1.25 * (largest or values.max())
    plotting.annotated_heatmap(
        axes, values, text, cmap="gray_r", limits=(0, darkest), white_above=0.55 / 1.25, fontsize=fontsize
    )
    draw_cell_grid(axes, values.shape)
    axes.set_title(title, fontsize=12)


def draw_cell_grid(axes: Axes, shape: tuple[int, ...], colour: str = "#D0D0D0", linewidth: float = 0.4) -> None:
    """Draw lines between the square cells of a matrix of `shape` (rows, columns), without ticks."""
    height, width = shape
    axes.set_aspect("equal")
    axes.set_xticks(np.arange(-0.5, width), [""] * (width + 1))
    axes.set_yticks(np.arange(-0.5, height), [""] * (height + 1))
    axes.tick_params(length=0)
    axes.grid(True, color=colour, linewidth=linewidth)
    axes.set_axisbelow(False)
    axes.spines[:].set_visible(True)


def draw_frame(axes: Axes, row: int, column: int, size: int) -> None:
    """Draw a frame around size x size cells whose first is at (row, column)."""
    square = Rectangle((column - 0.5, row - 0.5), size, size, fill=False, edgecolor=plotting.RED, linewidth=2.5)
    axes.add_patch(square).set_zorder(5)
