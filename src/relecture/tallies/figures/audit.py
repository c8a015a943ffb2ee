"""What a person has to do: whom the count makes the winner, and how many sheets are to be checked."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from relecture import plotting
from relecture.tallies.counting.audit import INTERVAL, ORDERS, TARGETS, Checked, by_quality, needed
from relecture.tallies.counting.district_winners import draw_totals, winners
from relecture.tallies.counting.vote_counts import ALL
from relecture.tallies.counting.vote_tables import READINGS, Election
from relecture.tallies.figures.vote_counts import STYLES

NEAR = TARGETS["within 1 %"]
LINES = {"quality": (plotting.BLUE, "-"), "stake": (plotting.GREEN, "--"), "random": (plotting.ORANGE, "-")}


def curves(election: Election) -> Figure:
    """The largest error of a party by the number of sheets checked: worst quality first, most at stake, at random."""
    shown = [name for name in ("after", "prior") if name in election.readings]
    figure, panels = plt.subplots(1, len(shown), figsize=(6.4 * len(shown), 5.6), sharey=True, squeeze=False)
    counts = [_curves(axes, election, name) for axes, name in zip(panels[0], shown, strict=True)]
    what = "largest error of a party's total (%)" if election.known else "largest error expected by the reader (%)"
    panels[0, 0].set(ylabel=what, ylim=(0, None))
    panels[0, 0].set_yscale("symlog", linthresh=1)
    ticks = [tick for tick in (0, 0.5, 1, 10, 100, 1000) if tick <= 1.1 * panels[0, 0].get_ylim()[1]]
    panels[0, 0].set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    panels[0, 0].yaxis.set_minor_locator(NullLocator())
    figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    more = f" and the {election.unread} unread" if election.unread else ""
    text = f"{' or '.join(map(str, counts))} of {election.sheets} sheets{more} have to be checked, worst quality first"
    figure.suptitle(text, x=0.01, ha="left", fontweight="bold")
    return figure


def _curves(axes: Axes, election: Election, name: str) -> int:
    """The curves of one reading; the checks that it needs, worst quality first."""
    checked, random = election.readings[name], np.random.default_rng(1)
    sheets = np.arange(election.sheets + 1)
    many = np.array([_largest(checked, random.permutation(election.sheets))[0] for _ in range(election.resamples)])
    low, high = np.percentile(many, INTERVAL, axis=0)
    axes.fill_between(sheets, low, high, color=plotting.ORANGE, alpha=0.2, linewidth=0, label="95 % of random orders")
    axes.plot(sheets, many.mean(0), color=plotting.ORANGE, label="at random, mean")
    counts = {}
    for order, key in checked.keys.items():
        error, counts[order] = _largest(checked, np.argsort(key, kind="stable"))
        colour, line = LINES[order]
        axes.plot(sheets, error, color=colour, linestyle=line, linewidth=2, label=ORDERS[order], drawstyle="steps-post")
        axes.plot(counts[order], 100 * NEAR, "v", color=colour, markersize=10, zorder=5, clip_on=False)
    axes.axhline(100 * NEAR, color="black", linewidth=1, linestyle=":")
    axes.set(xlabel="sheets checked by a person", xlim=(0, election.sheets))
    axes.set_title(f"{READINGS[name]}: {counts['quality']} until within 1 %", fontsize=11)
    return counts["quality"]


def groups(election: Election) -> Figure:
    """How many digits and counts are read right on sheets of high and of low quality, before and after transfer.

    Without the true votes: how many sheets there are of which quality.
    """
    if not election.known:
        return _qualities(election)
    shown = list(election.readings)
    figure, panels = plt.subplots(1, 2, figsize=(11.5, 2.2 + 0.8 * len(shown)), sharey=True)
    places = {name: place for place, name in enumerate(reversed(shown))}
    for name in shown:
        found = by_quality(election.readings[name], election.high, election.resamples).set_index("group")
        for axes, key in zip(panels, ("digits", "counts"), strict=True):
            for group, colour, marker, shift in (("high", plotting.BLUE, "o", 0.13), ("low", plotting.RED, "^", -0.13)):
                row = 100 * found.loc[group, [key, f"{key}_low", f"{key}_high"]].to_numpy(float)
                if np.isnan(row[0]):
                    continue
                ends = np.nan_to_num([[row[0] - row[1]], [row[2] - row[0]]])
                axes.errorbar(row[0], places[name] + shift, xerr=ends, fmt=marker, color=colour, capsize=4,
                              markersize=8)  # fmt: skip
                axes.annotate(f"{found.sheets[group]:,} sheets", (row[0], places[name] + shift), xytext=(0, 7),
                              textcoords="offset points", ha="center", fontsize=9, color=colour)  # fmt: skip
    for axes, title in zip(panels, ("single digits", "counts of a party on a sheet"), strict=True):
        axes.set(xlabel="read right (%)", ylim=(-0.5, len(shown) - 0.4))
        axes.set_title(title, fontsize=12)
    panels[0].set_yticks(list(places.values()), [READINGS[name] for name in places])
    for label, colour, marker in (("high quality", plotting.BLUE, "o"), ("low quality", plotting.RED, "^")):
        panels[0].plot([], [], marker, color=colour, label=label)
    figure.legend(loc="outside lower center", ncols=2)
    figure.suptitle(_finding(election), x=0.01, ha="left", fontweight="bold")
    return figure


def margins(election: Election) -> Figure:
    """The counted winner's margin in each district, where the reader expects it, and the true one."""
    tables = {name: winners(own, draw_totals(own.reading)) for name, own in election.readings.items()}
    tables = {name: found[found.district != ALL] if len(found) > 1 else found for name, found in tables.items()}
    names = list(tables["after"].district)
    figure, axes = plt.subplots(figsize=(10, 2.1 + 0.72 * len(names)))
    places = np.arange(len(names))[::-1]
    for name, found in tables.items():
        colour, marker, shift = STYLES[name]
        axes.hlines(places + shift, found.margin_low, found.margin_high, color=colour, linewidth=2)
        axes.plot(found.margin, places + shift, marker, color=colour, markersize=8,
                  label=f"counted {READINGS[name]}, 95 % expected")  # fmt: skip
        if election.known:
            _true_margins(axes, election.readings[name], found, places + shift)
    axes.axvline(0, color="black", linewidth=1)
    if election.known:
        axes.plot([], [], label="true margin of the counted winner", **plotting.REFERENCE_MARKER)
    axes.set(yticks=places, yticklabels=["all" if name == ALL else name for name in names],
             xlabel="votes of the counted winner before the next party (below 0: another has won)")  # fmt: skip
    last = list(tables)[-1]
    found = tables[last]
    changed = int(found.changed.sum()) if election.known else 0
    told = f", {changed} {'is' if changed == 1 else 'are'} changed by the reading" if election.known else ""
    axes.set_title(f"{READINGS[last].capitalize()}: {int(found.safe.sum())} of {len(found)} winners are safe{told}")
    figure.legend(loc="outside lower center", ncols=2)
    return figure


def _qualities(election: Election) -> Figure:
    figure, axes = plt.subplots(figsize=(8, 4.6))
    qualities = {name: checked.reading.quality for name, checked in election.readings.items() if name in STYLES}
    bins = np.linspace(min(found.min() for found in qualities.values()), 1, 26).tolist()
    for name in ("before", "after"):
        axes.hist(qualities[name], bins, histtype="step", linewidth=2, color=STYLES[name][0], label=READINGS[name])
    axes.axvline(election.high, color="black", linewidth=1, linestyle="--")
    axes.set(xlabel="quality of a sheet: mean of the highest probabilities of its digits", ylabel="sheets")
    high = [f"{(found > election.high).sum()} {READINGS[name]}" for name, found in qualities.items() if name != "prior"]
    axes.set_title(f"Of high quality are {', '.join(high)} (of {election.sheets})")
    axes.legend(loc="upper left")
    return figure


def _largest(checked: Checked, order: np.ndarray) -> tuple[np.ndarray, int]:
    """The largest error of a party in % after 0, 1, 2, ... checks, and the checks needed; expected where no truth."""
    gaps, totals = checked.expected_gaps(order) if checked.truth is None else checked.gaps(order)
    return 100 * (gaps / np.maximum(totals, 1)).max(1), needed(gaps, totals, NEAR)


def _true_margins(axes: Axes, checked: Checked, found, places: np.ndarray) -> None:
    for row, place in zip(found.itertuples(), places, strict=True):
        own = checked.reading.districts == row.district
        true = checked.true[own].sum(0)
        first = checked.reading.votes[own].sum(0).argmax()
        axes.plot(true[first] - np.delete(true, first).max(initial=0), place, **plotting.REFERENCE_MARKER)


def _finding(election: Election) -> str:
    found = by_quality(election.readings["after"], election.high, election.resamples).set_index("group")
    high, low = (100 * found.counts[group] for group in ("high", "low"))
    if np.isnan(high) or np.isnan(low):
        return f"After transfer all sheets are of {'low' if np.isnan(high) else 'high'} quality"
    return f"After transfer {high:.1f} % of the counts are right on sheets of high quality, {low:.1f} % on the others"
