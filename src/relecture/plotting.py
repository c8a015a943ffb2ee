"""One look for every figure: colours, sizes, how it is saved."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
from cycler import cycler
from matplotlib.figure import Figure

#: Okabe and Ito's colours, told apart by all and of different lightness.
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

#: How a printed number is drawn, everywhere.
PRINTED: dict[str, Any] = {
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
    """The look of the project, for the figures made inside."""
    with mpl.rc_context(_STYLE):
        yield


def save(figure: Figure, stem: Path, data: str = "") -> None:
    """Write `stem`.svg and `stem`.png, the same bytes for the same figure; `data` is named if it is a sample."""
    if data:
        figure.text(0.995, 0.005, data, ha="right", va="bottom", color=RED, fontsize=10, fontweight="bold")
    stem.parent.mkdir(parents=True, exist_ok=True)
    for kind, metadata in (("svg", {"Date": None}), ("png", {"Software": None})):
        draft = stem.with_name(f".{stem.name}.{kind}")
        figure.savefig(draft, format=kind, metadata=metadata)
        draft.replace(stem.with_suffix(f".{kind}"))
    plt.close(figure)
