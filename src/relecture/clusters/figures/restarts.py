"""Many starts: the local optima they reach, and how many starts are enough."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from relecture import plotting
from relecture.clusters import STARTS, TITLES
from relecture.clusters.data import Dataset
from relecture.clusters.record_access import Found, curve, values
from relecture.clusters.record_access import optima as reached
from relecture.records import Record

LOOK = {"assignment": (plotting.BLUE, "o"), "points": (plotting.ORANGE, "s"), "plus_plus": (plotting.GREEN, "^")}
SHOWN = 10
MARKS = (1, 2, 5, 10, 20, 50, 100)


def optima(found: Found, sets: dict[str, Dataset]) -> Figure:
    """How often each kind of start ends in each of the best optima of the labs' data."""
    figure, grid = plt.subplots(1, 2, figsize=(13, 5), sharey=True)
    for axes, name in zip(grid, ("book_r", "book_python"), strict=True):
        shares(axes, found[f"{name}/restarts"])
        axes.set_title(f"{TITLES[name]}: {len(reached(found[f'{name}/restarts']))} local optima")
    grid[0].set_ylabel("share of starts that end there (%)")
    figure.legend(*grid[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def shares(axes: Axes, record: Record) -> None:
    """Bars for the best optima, and one for all others together."""
    listed = reached(record)
    rest = listed.iloc[SHOWN:]
    places = np.arange(min(SHOWN, len(listed)) + (len(rest) > 0))
    for i, (kind, words) in enumerate(STARTS.items()):
        heights = [*listed[kind].head(SHOWN), *([rest[kind].sum()] if len(rest) else [])]
        axes.bar(places + 0.28 * (i - 1), 100 * np.array(heights), 0.26, color=LOOK[kind][0], label=words,
                 edgecolor="white", hatch=("", "//", "..")[i])  # fmt: skip
    digits = 3 if listed.wss.iloc[0] < 1000 else 0
    names = [f"{value:,.{digits}f}" for value in listed.wss.head(SHOWN)]
    axes.set_xticks(places, [*names, *([f"{len(rest)} others"] if len(rest) else [])], rotation=45, ha="right")
    axes.set_xlabel("within-cluster sum of squares of the optimum, best first")
    axes.grid(axis="x", visible=False)


def success(found: Found, sets: dict[str, Dataset]) -> Figure:
    """The probability that the best of n starts is the best optimum: computed and counted."""
    figure, grid = plt.subplots(2, 3, figsize=(13, 7.6), sharey=True)
    for axes, name in zip(grid.flat, sets, strict=False):
        within(axes, found[f"{name}/restarts"])
        axes.set_title(f"{TITLES[name]}\n{axes.get_title(loc='left')}", fontsize=12)
        axes.set_xlabel("starts n")
    for axes in grid[:, 0]:
        axes.set_ylabel("best known optimum found (%)")
    key = grid.flat[-1]
    key.set_axis_off()
    key.legend(*grid[0, 0].get_legend_handles_labels(), loc="center left", fontsize=12)
    return figure


def within(axes: Axes, record: Record) -> None:
    """A line for 1 - (1 - p)^n, marks for what was counted; and, as a title, how many starts reach 95 %."""
    notes = []
    for kind, words in STARTS.items():
        colour, marker = LOOK[kind]
        computed, counted = curve(record, "within", kind), curve(record, "found_within", kind)
        axes.plot(computed.index, 100 * computed, color=colour, label=f"{words}: 1 − (1 − p)ⁿ")
        # Marks at whole numbers of starts that lie evenly on the log axis.
        places = np.unique(np.geomspace(1, counted.index.max(), 14).round().astype(int))
        axes.plot(places, 100 * counted[places], marker, color=colour, markersize=6, label=f"{words}: counted")
        needed = values(record, kind).starts_for_95
        notes.append(f"{needed:.0f}" if np.isfinite(needed) else "–")
    axes.axhline(95, color="black", linestyle="--", linewidth=1)
    axes.set(xscale="log", ylim=(-3, 103))
    axes.set_xticks(MARKS, [str(mark) for mark in MARKS])
    axes.minorticks_off()
    axes.set_title(f"95 % with {', '.join(notes)} starts", fontsize=12)
