"""The style of every figure: colours, sizes, file formats; and plots that several comparisons share.

Every text is drawn as it is: a name may hold dollar signs, and letters of any script. A legend, though, leaves out a
`label` that begins with an underscore: give names to it as `axes.legend(handles, labels)`.
"""

import logging
import re
import sys
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import findSystemFonts, fontManager, get_font
from matplotlib.text import Text
from matplotlib.ticker import Formatter, LogFormatter

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
    "text.parse_math": False,  # what is between two dollar signs in a name is no formula
}
_SUPERSCRIPTS = str.maketrans("-−0123456789", "⁻⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

#: Fonts that are preferred to others for letters that the first font lacks; of these the widespread ones.
_PREFERRED_FONTS = ("Noto Sans", "WenQuanYi", "Source Han Sans", "PingFang", "Hiragino Sans", "Arial Unicode")
#: Fonts whose letters are no letters: symbols of mathematics at the codes of letters, and boxes.
_NO_FONTS = re.compile(r"cm[a-z]+10|STIX.*|Last ?Resort.*|.*Color Emoji.*")
MAX_LETTERS = 20  # in the message about missing ones
_MISSING_GLYPH = re.compile(r"Glyph (\d+) .* missing from font")


@contextmanager
def style() -> Iterator[None]:
    """Apply the style of the project to the figures made inside the block."""
    with mpl.rc_context(_STYLE):
        yield


def save(figure: Figure, stem: Path, sample_name: str = "") -> None:
    """Write `stem`.svg and `stem`.png, with the same bytes for the same figure.

    Letters that matplotlib's own font lacks are drawn with an installed font that has them. If there is none, they are
    boxes, and a line on stderr names them.

    Args:
        figure: The figure; it is closed.
        stem: Path without a suffix.
        sample_name: Name of the sample data that the figure shows, written on it; empty if the data are complete.
    """
    if sample_name:
        figure.text(0.995, 0.005, sample_name, ha="right", va="bottom", color=RED, fontsize=10, fontweight="bold")
    _use_unicode_powers(figure)
    missing: set[str] = set()
    for kind, metadata in (("svg", {"Date": None}), ("png", {"Software": None})):
        with atomic_write(stem.with_suffix(f".{kind}")) as path:
            missing = _draw(figure, path, format=kind, metadata=metadata)
            if missing and kind == "svg":
                # Such a font may have no bold face, which needs no word.
                logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
                families = _fonts_with(frozenset(missing))
                for text in figure.findobj(Text):
                    text.set_fontfamily([*text.get_fontfamily(), *families])
                _draw(figure, path, format=kind, metadata=metadata)
        # The second file has the layout of the first. (With the engine "none" all would be drawn once more.)
        with mpl.rc_context({"figure.constrained_layout.use": False}):
            figure.set_layout_engine(None)
    if missing:
        _report_missing("".join(sorted(missing)))
    plt.close(figure)


def draw_overviews(exhibits: Exhibits, records: Iterable[Record]) -> None:
    """Draw each record to `overview.svg` and `overview.png` in its folder."""
    for record in records:
        with style():
            save(resolve_name(exhibits.overview)(record), record.folder / "overview", record.sample_name)


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
        if label := text(value):  # an empty one would cost as much time as any other
            axes.text(column, row, label, ha="center", va="center", color=colour, fontsize=fontsize)
    axes.grid(False)


class _UnicodePowers(Formatter):
    """Labels of a logarithmic axis in Unicode, such as 10³: those of matplotlib's `formatter` are in TeX."""

    def __init__(self, formatter: LogFormatter):
        self.formatter = formatter

    def set_axis(self, axis: Any) -> None:
        self.formatter.set_axis(axis)

    def set_locs(self, locs: Any) -> None:
        self.formatter.set_locs(locs)

    def __call__(self, x: float, pos: int | None = None) -> str:
        label = self.formatter(x, pos).removeprefix(r"$\mathdefault{").removesuffix("}$").replace(r"\times", "×")
        return re.sub(r"\^\{(.*?)\}", lambda power: power[1].translate(_SUPERSCRIPTS), label)


def _use_unicode_powers(figure: Figure) -> None:
    """Label logarithmic axes without TeX, which is not parsed in any text."""
    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        if isinstance(formatter := axis.get_major_formatter(), LogFormatter):
            axis.set_major_formatter(_UnicodePowers(formatter))
        if isinstance(formatter := axis.get_minor_formatter(), LogFormatter):
            axis.set_minor_formatter(_UnicodePowers(formatter))


def _draw(figure: Figure, path: Path, **options: Any) -> set[str]:
    """Write the figure and return the letters that none of its fonts has."""
    missing = set()
    with warnings.catch_warnings(record=True) as caught:
        warnings.filterwarnings("always", message=_MISSING_GLYPH.pattern)
        figure.savefig(path, **options)
    for warning in caught:
        if glyph := _MISSING_GLYPH.match(str(warning.message)):
            missing.add(chr(int(glyph[1])))
        else:
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
    return missing


@cache
def _fonts_with(letters: frozenset[str]) -> list[str]:
    """Return the families of installed fonts that together have as many of these letters as possible."""
    known = {entry.fname for entry in fontManager.ttflist}
    for file in sorted(set(findSystemFonts()) - known):  # installed after matplotlib made its list
        with _ignore_unreadable_font():
            fontManager.addfont(file)
    regular_last = sorted(fontManager.ttflist, key=lambda entry: (entry.weight == 400, entry.fname))
    files = {entry.name: entry.fname for entry in regular_last if not _NO_FONTS.fullmatch(entry.name)}
    families, left = [], set(map(ord, letters))
    for name in sorted(files, key=lambda name: (not name.startswith(_PREFERRED_FONTS), name)):
        with _ignore_unreadable_font():
            if found := left & get_font(files[name]).get_charmap().keys():
                families.append(name)
                left -= found
    return families


@contextmanager
def _ignore_unreadable_font() -> Iterator[None]:
    """Leave out a font file that cannot be read."""
    try:
        yield
    except (OSError, RuntimeError, ValueError):
        return


@cache
def _report_missing(letters: str) -> None:
    """Say once on stderr which letters the figures lack, and which packages have them."""
    shown = [letter if letter.isprintable() else f"U+{ord(letter):04X}" for letter in letters]
    more = f" and {len(shown) - MAX_LETTERS} more" if len(shown) > MAX_LETTERS else ""
    print(
        f"relecture: no installed font has {' '.join(shown[:MAX_LETTERS])}{more}: figures show boxes in their place. "
        "Install a font that has them (package fonts-noto-cjk for Chinese, Japanese and Korean; fonts-noto and "
        "fonts-symbola for others) and draw the figures again",
        file=sys.stderr,
    )
