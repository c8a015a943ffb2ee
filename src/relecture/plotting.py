"""The style of every figure: colours, sizes, file formats; and plots that several comparisons share."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from relecture.atomic_files import atomic_write
from relecture.exhibit import Exhibits
from relecture.records import Record

#: Okabe and Ito's colours: distinguishable with colour blindness, and of different lightness.
BLUE, ORANGE, GREEN, RED, SKY, PINK, GREY = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#56B4E9",
    "#CC79A7",
    "#7F7F7F",
)
COLOURS = (BLUE, ORANGE, GREEN, RED, SKY, PINK, GREY)

#: Marker of a published or a true value, in every figure.
REFERENCE_MARKER: dict[str, Any] = {
    "marker": "D",
    "color": "black",
    "markerfacecolor": "white",
    "linestyle": "none",
    "markersize": 7,
    "zorder": 5,
}

_STYLE: Any = {
    "figure.dpi": 100,
    "savefig.dpi": 150,
    "figure.constrained_layout.use": True,
    "font.size": 12,
    "axes.titlesize": 13,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E3E3E3",
    "axes.prop_cycle": cycler(color=COLOURS),
    "legend.frameon": False,
    "svg.hashsalt": "relecture",
    "svg.fonttype": "path",
}


@contextmanager
def style() -> Iterator[None]:
    """Apply the style of the project to the figures made inside the block."""
    with mpl.rc_context(_STYLE):
        yield


def save(figure: Figure, stem: Path, sample_name: str = "") -> None:
    """Write `stem`.svg and `stem`.png, with the same bytes for the same figure.

    Args:
        figure: The figure; it is closed.
        stem: Path without a suffix.
        sample_name: Name of the sample data that the figure shows, written on it; empty if the data are complete.
    """
    if sample_name:
        figure.text(0.995, 0.005, sample_name, ha="right", va="bottom", color=RED, fontsize=10, fontweight="bold")
    for kind, metadata in (("svg", {"Date": None}), ("png", {"Software": None})):
        with atomic_write(stem.with_suffix(f".{kind}")) as path:
            figure.savefig(path, format=kind, metadata=metadata)
    plt.close(figure)


def draw_overview(exhibits: Exhibits, record: Record, stem: Path) -> None:
    """Draw one record to `stem`.svg and `stem`.png."""
    with style():
        save(resolve_name(exhibits.overview)(record), stem, record.sample_name)


def draw_figures(
    exhibits: Exhibits, results: Any, folder: Path, sample_name: str = "", showing_sample: Collection[str] | None = None
) -> None:
    """Draw every figure into `folder`, with `sample_name` on those named in `showing_sample` (on all, if None)."""
    with style():
        for one in exhibits.figures:
            shown = showing_sample is None or one.name in showing_sample
            save(resolve_name(one.function)(results), folder / one.name, sample_name if shown else "")


def annotated_heatmap(
    axes: Axes,
    values: np.ndarray,
    text: Callable[[float], str],
    *,
    cmap: str = "Blues",
    limits: tuple[float, float] | None = None,
    white_above: float = 0.6,
    fontsize: float = 10,
) -> None:
    """Draw a matrix as coloured cells with a text in each.

    Args:
        axes: Where to draw.
        values: The matrix (rows, columns).
        text: Returns the text of a value; may be empty.
        cmap: Name of the colour map.
        limits: Values at the two ends of the colour map; by default the range of the data.
        white_above: Share of the largest absolute value above which the text is white, because the cell is dark.
        fontsize: Size of the texts in points.
    """
    low, high = limits or (float(np.nanmin(values)), float(np.nanmax(values)))
    axes.imshow(values, cmap=cmap, vmin=low, vmax=high, aspect="auto")
    dark = white_above * max(abs(low), abs(high))
    for (row, column), value in np.ndenumerate(values):
        colour = "white" if abs(value) > dark else "black"
        axes.text(column, row, text(value), ha="center", va="center", color=colour, fontsize=fontsize)
    axes.grid(False)
