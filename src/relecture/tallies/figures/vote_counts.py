"""What the sheets add up to: one of them with its reading, their quality, and the result."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from relecture import plotting
from relecture.tallies.counting.audit import Checked, party_errors
from relecture.tallies.counting.district_winners import draw_totals, intervals
from relecture.tallies.counting.vote_counts import ALL
from relecture.tallies.counting.vote_tables import READINGS, Election

#: How each reading is drawn, everywhere: colour, marker, and how far above its line.
STYLES = {
    "before": (plotting.ORANGE, "s", 0.22),
    "after": (plotting.BLUE, "o", 0.0),
    "prior": (plotting.GREEN, "^", -0.22),
}
DOUBTFUL = 0.9  # digits less certain than this are marked on the sheet


def example(checked: Checked) -> int:
    """The number of a sheet that shows how it goes: misread if there is one, else the one of median quality.

    Among the misread ones it is that with the fewest errors, and of these the one of highest quality.
    """
    quality = checked.reading.quality
    if checked.truth is not None and checked.errors.any():
        wrong = (checked.errors != 0).sum(1)
        return int(np.lexsort((-quality, np.where(wrong, wrong, wrong.max() + 1)))[0])
    return int(np.argsort(quality, kind="stable")[len(quality) // 2])


def sheet(page: np.ndarray, outlines: np.ndarray, checked: Checked, number: int) -> Figure:
    """A page with what was read in its boxes.

    Args:
        page: uint8 (height, width), 255 = white.
        outlines: (parties x boxes, 4, 2), corners of the boxes on the page, as `Straight.outlines` has them.
        number: that of the sheet in the reading.
    """
    reading = checked.reading
    parties, boxes = reading.digits.shape[1:]
    outlines = outlines.reshape(parties, boxes, 4, 2)
    height, width = page.shape
    figure, axes = plt.subplots(figsize=(9, 9 * height / width * 0.78 + 0.8))
    axes.imshow(page, cmap="gray", vmin=0, vmax=255)
    axes.set_axis_off()
    for row, column in np.ndindex(parties, boxes):
        corners, sure = outlines[row, column], reading.certainty[number, row, column]
        colour = plotting.BLUE if sure >= DOUBTFUL else plotting.RED
        axes.plot(*np.vstack([corners, corners[:1]]).T, color=colour, linewidth=1.6,
                  linestyle="-" if sure >= DOUBTFUL else (0, (2, 1)))  # fmt: skip
        axes.annotate(str(reading.digits[number, row, column]), corners[1], xytext=(-2, -2),
                      textcoords="offset points", color=colour, fontsize=11, fontweight="bold", ha="right",
                      va="top")  # fmt: skip
    for row in range(parties):
        votes, place = reading.votes[number, row], outlines[row, -1].mean(0)
        text, colour = f"{votes}", plotting.BLUE
        if checked.truth is not None and votes != checked.truth[number, row]:
            text, colour = f"{votes}, truly {checked.truth[number, row]}", plotting.RED
        axes.annotate(text, (width, place[1]), xytext=(8, 0), textcoords="offset points", va="center",
                      annotation_clip=False, color=colour, fontsize=12, fontweight="bold")  # fmt: skip
    axes.set_title(f"Sheet {reading.sheets[number]}: quality {reading.quality[number]:.3f}")
    for colour, line, label in ((plotting.BLUE, "-", f"read with a probability of {DOUBTFUL:g} or more"),
                                (plotting.RED, (0, (2, 1)), "less certain")):  # fmt: skip
        axes.plot([], [], color=colour, linestyle=line, label=label)
    figure.legend(loc="outside lower center", ncols=2)
    return figure


def quality(election: Election, unread: pd.DataFrame | None = None) -> Figure:
    """The quality of every sheet after transfer, by district; `unread` (sheet, district) are drawn at the left."""
    reading = election.readings["after"].reading
    names = list(dict.fromkeys(reading.districts))
    figure, axes = plt.subplots(figsize=(10, 1.6 + 0.62 * len(names)))
    high = reading.quality > election.high
    low_end = min(float(reading.quality.min()), election.high) - 0.02
    for place, district in enumerate(reversed(names)):
        for chosen, colour, marker in ((high, plotting.BLUE, "o"), (~high, plotting.RED, "^")):
            own = np.flatnonzero((reading.districts == district) & chosen)
            spread = place + 0.3 * np.sin(2.4 * np.arange(len(own)))  # so that they do not hide each other
            axes.plot(reading.quality[own], spread, marker, color=colour, markersize=5, alpha=0.6, markeredgewidth=0)
        if unread is not None:
            lost = int((unread.district == district).sum())
            axes.plot(np.full(lost, low_end - 0.01), place + 0.12 * (np.arange(lost) - (lost - 1) / 2), "x",
                      color="black", markersize=7)  # fmt: skip
    axes.axvline(election.high, color="black", linewidth=1, linestyle="--")
    for colour, marker, label in ((plotting.BLUE, "o", "high"), (plotting.RED, "^", "low"), ("black", "x", "unread")):
        if label != "unread" or election.unread:
            axes.plot([], [], marker, color=colour, label=label)
    labels = ["all sheets" if name == ALL else name for name in reversed(names)]
    axes.set(yticks=range(len(names)), yticklabels=labels, ylim=(-0.6, len(names) - 0.4),
             xlabel="quality of a sheet: mean of the highest probabilities of its digits")  # fmt: skip
    more = f", {election.unread} unread" if election.unread else ""
    axes.set_title(f"{high.sum()} of {len(high)} sheets are of high quality{more}")
    figure.legend(loc="outside lower center", ncols=3)
    return figure


def result(election: Election) -> Figure:
    """Votes of each party as every reading counts them, and how far they are from the true ones."""
    parties = election.readings["after"].reading.parties
    width, height = 12.5 if election.known else 8, 2.1 + 0.5 * len(parties)
    figure, panels = plt.subplots(1, 2 if election.known else 1, figsize=(width, height), sharey=True, squeeze=False)
    places = np.arange(len(parties))[::-1]
    for name, checked in election.readings.items():
        colour, marker, shift = STYLES[name]
        panels[0, 0].plot(checked.reading.votes.sum(0) / 1000, places + shift, marker, color=colour, markersize=8,
                          label=f"counted {READINGS[name]}")  # fmt: skip
    if election.known:
        panels[0, 0].plot(
            election.readings["after"].true.sum(0) / 1000, places, label="true", **plotting.REFERENCE_MARKER
        )
        _errors(panels[0, 1], election, places)
    else:
        _expected(panels[0, 0], election, places)
    panels[0, 0].set(yticks=places, yticklabels=parties, xlabel="votes (thousands)", xlim=(0, None))
    panels[0, 0].set_title("Final result")
    figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def signed_scale(axes: Axes, direction: str, reach: float) -> None:
    """A logarithmic scale in percent that also shows zero, and what lies below it as far as `reach` tells."""
    powers = [power for power in (1, 10, 100, 1000, 10_000) if power <= max(1.5 * reach, 1)]
    ticks = [*(-power for power in reversed(powers)), 0, *powers]
    getattr(axes, f"set_{direction}scale")("symlog", linthresh=1)
    getattr(axes, f"set_{direction}ticks")(ticks, [f"{tick:+,d}".replace("-", "−") if tick else "0" for tick in ticks])
    getattr(axes, f"{direction}axis").set_minor_locator(NullLocator())


def _errors(axes: Axes, election: Election, places: np.ndarray) -> None:
    reach, wrong = 1.0, []
    for name, checked in election.readings.items():
        found, (colour, marker, shift) = party_errors(checked, election.resamples), STYLES[name]
        ends = 100 * np.abs([found.error - found.low, found.high - found.error])
        axes.errorbar(100 * found.error, places + shift, xerr=np.nan_to_num(ends), fmt=marker, color=colour,
                      markersize=8, capsize=3)  # fmt: skip
        reach = max(reach, 100 * float(found[["error", "low", "high"]].abs().max().max()))
        wrong.append(f"{100 * (checked.reading.votes.sum() / checked.true.sum() - 1):+z.1f} %".replace("-", "−"))
    axes.axvline(0, color="black", linewidth=1)
    signed_scale(axes, "x", reach)
    axes.set(xlabel="error of the total (%), 95 % interval over polling stations")
    axes.set_title(f"Error of all votes: {', '.join(wrong)}")


def _expected(axes: Axes, election: Election, places: np.ndarray) -> None:
    reading = election.readings["after"].reading
    found = intervals(election.readings["after"], draw_totals(reading))
    found = found[found.district == ALL]
    axes.hlines(places, found.low / 1000, found.high / 1000, color=plotting.BLUE, linewidth=2,
                label="where the reader expects the truth (95 %)")  # fmt: skip
