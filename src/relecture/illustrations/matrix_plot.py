"""Small pictures with their numbers written in."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from relecture import plotting


def show(axes: Axes, values: np.ndarray, title: str, fontsize: float = 0, digits: int = 1) -> None:
    """Values (h, w) of at least 0 as squares, dark where they are large; numbers that are not zero are written in."""
    height, width = values.shape
    axes.imshow(values, cmap="gray_r", vmin=0, vmax=1.25 * values.max())
    axes.set_xticks(np.arange(-0.5, width), [""] * (width + 1))
    axes.set_yticks(np.arange(-0.5, height), [""] * (height + 1))
    axes.tick_params(length=0)
    axes.grid(color="#D0D0D0", linewidth=0.4)
    axes.set_axisbelow(False)
    axes.spines[:].set_visible(True)
    axes.set_title(title, fontsize=12)
    if fontsize:
        for (row, column), value in np.ndenumerate(values):
            if value:
                colour = "white" if value > 0.55 * values.max() else "black"
                text = (
                    f"{value:.{digits}f}".removeprefix("0") if digits > 1 else f"{value:.{digits}f}".removesuffix(".0")
                )
                axes.text(column, row, text, ha="center", va="center", color=colour, fontsize=fontsize)


def frame(axes: Axes, row: int, column: int, size: int) -> None:
    """A frame around size x size cells whose first is at (row, column)."""
    square = Rectangle((column - 0.5, row - 0.5), size, size, fill=False, edgecolor=plotting.RED, linewidth=2.5)
    axes.add_patch(square).set_zorder(5)
