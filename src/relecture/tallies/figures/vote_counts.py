"""Figures of the count: one sheet with its digits, the quality of all sheets, and the result."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from relecture import plotting
from relecture.tallies.counting.audit import AuditedCounts, party_errors
from relecture.tallies.counting.district_winners import draw_totals, total_intervals
from relecture.tallies.counting.vote_tables import COUNT_VARIANTS, CountedElection
from relecture.tallies.segmentation.station_tables import ALL_DISTRICTS
from relecture.text_format import signed

#: Colour, marker and vertical offset of each variant of the count in every figure.
STYLES = {
    "pretrained": (plotting.ORANGE, "s", 0.3),
    "transferred": (plotting.BLUE, "o", 0.1),
    "prior_corrected": (plotting.GREEN, "^", -0.1),
    "sum_constrained": (plotting.RED, "D", -0.3),
}
CONFIDENT = 0.9  # digits with a lower probability are marked on the sheet


def example(audited: AuditedCounts) -> int:
    """Return the index of a sheet with counting errors if there is one, else of the sheet of median quality.

    Among the sheets with errors it is that with the fewest, and of these the one of highest quality.
    """
    quality = audited.counts.quality
    if audited.truth is not None and audited.errors.any():
        n_errors = (audited.errors != 0).sum(1)
        return int(np.lexsort((-quality, np.where(n_errors, n_errors, n_errors.max() + 1)))[0])
    return int(np.argsort(quality, kind="stable")[len(quality) // 2])


def sheet(page: np.ndarray, outlines: np.ndarray, audited: AuditedCounts, index: int) -> Figure:
    """Draw a page with the counted digits at its boxes.

    Args:
        page: uint8 (height, width), 255 = white.
        outlines: (parties x boxes, 4, 2), corners of the boxes on the page; NaN for boxes that a number does not have.
        audited: The counts.
        index: Index of the sheet in the counts.
    """
    counts = audited.counts
    n_parties, n_boxes = counts.digits.shape[1:]
    outlines = outlines.reshape(n_parties, n_boxes, 4, 2)
    height, width = page.shape
    figure, axes = plt.subplots(figsize=(9, 9 * height / width * 0.78 + 0.8))
    axes.imshow(page, cmap="gray", vmin=0, vmax=255)
    axes.set_axis_off()
    styles = {True: (plotting.BLUE, "-"), False: (plotting.RED, (0, (2, 1)))}
    for row, column in np.ndindex(n_parties, n_boxes):
        corners = outlines[row, column]
        if np.isnan(corners).any():
            continue
        colour, line = styles[bool(counts.confidence[index, row, column] >= CONFIDENT)]
        axes.plot(*np.vstack([corners, corners[:1]]).T, color=colour, linewidth=1.6, linestyle=line)
        axes.annotate(str(counts.digits[index, row, column]), corners[1], xytext=(-2, -2),
                      textcoords="offset points", color=colour, fontsize=11, fontweight="bold", ha="right",
                      va="top")  # fmt: skip
    for row in range(n_parties):
        votes, centre = counts.votes[index, row], outlines[row, -1].mean(0)
        text, colour = f"{votes}", plotting.BLUE
        if audited.truth is not None and votes != audited.truth[index, row]:
            text, colour = f"{votes}, true: {audited.truth[index, row]}", plotting.RED
        axes.annotate(text, (width, centre[1]), xytext=(8, 0), textcoords="offset points", va="center",
                      annotation_clip=False, color=colour, fontsize=12, fontweight="bold")  # fmt: skip
    axes.set_title(f"Sheet {counts.sheets[index]}: quality {counts.quality[index]:.3f}")
    for confident, label in ((True, f"probability of {CONFIDENT:g} or more"), (False, "lower probability")):
        colour, line = styles[confident]
        axes.plot([], [], color=colour, linestyle=line, label=label)
    figure.legend(loc="outside lower center", ncols=2)
    return figure


def quality(election: CountedElection, unreadable: pd.DataFrame | None = None) -> Figure:
    """Draw every sheet's quality after transfer, by district; `unreadable` (sheet, district) sheets are at the left."""
    counts, threshold = election.variants["transferred"].counts, election.quality_threshold
    districts = list(dict.fromkeys(counts.districts))
    figure, axes = plt.subplots(figsize=(10, 1.6 + 0.62 * len(districts)))
    high = counts.quality > threshold
    left = min(float(counts.quality.min()), threshold) - 0.02
    for position, district in enumerate(reversed(districts)):
        for group, colour, marker in ((high, plotting.BLUE, "o"), (~high, plotting.RED, "^")):
            sheets = np.flatnonzero((counts.districts == district) & group)
            y = position + 0.3 * np.sin(2.4 * np.arange(len(sheets)))  # spread, so that they do not hide each other
            axes.plot(counts.quality[sheets], y, marker, color=colour, markersize=5, alpha=0.6, markeredgewidth=0)
        if unreadable is not None:
            n = int((unreadable.district == district).sum())
            axes.plot(np.full(n, left - 0.01), position + 0.12 * (np.arange(n) - (n - 1) / 2), "x",
                      color="black", markersize=7)  # fmt: skip
    axes.axvline(threshold, color="black", linewidth=1, linestyle="--")
    legend = [(plotting.BLUE, "o", "high"), (plotting.RED, "^", "low")]
    for colour, marker, label in [*legend, *([("black", "x", "unreadable")] if election.n_unreadable else [])]:
        axes.plot([], [], marker, color=colour, label=label)
    labels = ["all sheets" if name == ALL_DISTRICTS else name for name in reversed(districts)]
    axes.set(yticks=range(len(districts)), yticklabels=labels, ylim=(-0.6, len(districts) - 0.4),
             xlabel="quality of a sheet: mean of the highest probabilities of its digits")  # fmt: skip
    more = f", {election.n_unreadable} unreadable" if election.n_unreadable else ""
    axes.set_title(f"{high.sum()} of {len(high)} sheets are of high quality{more}")
    figure.legend(loc="outside lower center", ncols=3)
    return figure


def result(election: CountedElection) -> Figure:
    """Draw the votes of each party by each variant of the count, and their errors."""
    transferred, known = election.variants["transferred"], election.truth_known
    parties = transferred.counts.parties
    width, height = 12.5 if known else 8, 2.1 + 0.5 * len(parties)
    figure, panels = plt.subplots(1, 2 if known else 1, figsize=(width, height), sharey=True, squeeze=False)
    positions = np.arange(len(parties))[::-1]
    for name, audited in election.variants.items():
        colour, marker, shift = STYLES[name]
        panels[0, 0].plot(audited.counts.votes.sum(0) / 1000, positions + shift, marker, color=colour, markersize=8,
                          label=f"counted {COUNT_VARIANTS[name]}")  # fmt: skip
    if known:
        panels[0, 0].plot(transferred.true_votes.sum(0) / 1000, positions, label="true", **plotting.REFERENCE_MARKER)
        _draw_errors(panels[0, 1], election, positions)
    else:
        _draw_expected(panels[0, 0], transferred, positions)
    panels[0, 0].set(yticks=positions, yticklabels=parties, xlabel="votes (thousands)", xlim=(0, None))
    panels[0, 0].set_title("Final result")
    figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def signed_scale(axes: Axes, direction: str, reach: float) -> None:
    """Set a logarithmic scale in percent that also shows zero and negative values, up to `reach` on both sides."""
    powers = [power for power in (1, 10, 100, 1000, 10_000) if power <= max(1.5 * reach, 1)]
    ticks = [*(-power for power in reversed(powers)), 0, *powers]
    getattr(axes, f"set_{direction}scale")("symlog", linthresh=1)
    getattr(axes, f"set_{direction}ticks")(ticks, [signed(tick, 0) if tick else "0" for tick in ticks])
    getattr(axes, f"{direction}axis").set_minor_locator(NullLocator())


def _draw_errors(axes: Axes, election: CountedElection, positions: np.ndarray) -> None:
    reach, totals = 1.0, []
    for name, audited in election.variants.items():
        table, (colour, marker, shift) = party_errors(audited, election.n_resamples), STYLES[name]
        lengths = 100 * np.abs([table.error - table.low, table.high - table.error])
        axes.errorbar(100 * table.error, positions + shift, xerr=np.nan_to_num(lengths), fmt=marker, color=colour,
                      markersize=8, capsize=3)  # fmt: skip
        reach = max(reach, 100 * float(table[["error", "low", "high"]].abs().max().max()))
        totals.append(f"{signed(100 * (audited.counts.votes.sum() / audited.true_votes.sum() - 1), 1)} %")
    axes.axvline(0, color="black", linewidth=1)
    signed_scale(axes, "x", reach)
    axes.set(xlabel="error of the total (%), 95 % interval over polling stations")
    axes.set_title(f"Error of all votes: {', '.join(totals)}")


def _draw_expected(axes: Axes, audited: AuditedCounts, positions: np.ndarray) -> None:
    intervals = total_intervals(audited, draw_totals(audited.counts))
    intervals = intervals[intervals.district == ALL_DISTRICTS]
    axes.hlines(positions, intervals.low / 1000, intervals.high / 1000, color=plotting.BLUE, linewidth=2,
                label="95 % expected after transfer")  # fmt: skip
