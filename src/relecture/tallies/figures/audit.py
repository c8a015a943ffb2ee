"""Figures of what a person has to do: the counted winners of the districts, and the sheets to audit."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from relecture import plotting
from relecture.tallies.counting.audit import (
    INTERVAL,
    ORDERS,
    TARGETS,
    AuditedCounts,
    accuracy_by_quality,
    sheets_needed,
)
from relecture.tallies.counting.district_winners import district_winners, draw_totals
from relecture.tallies.counting.vote_tables import COUNT_VARIANTS, CountedElection
from relecture.tallies.figures.vote_counts import STYLES
from relecture.tallies.segmentation.station_tables import ALL_DISTRICTS

TOLERANCE = TARGETS["within 1 %"]
LINES = {
    "quality": (plotting.BLUE, "-"),
    "expected_vote_error": (plotting.GREEN, "--"),
    "random": (plotting.ORANGE, "-"),
}


def curves(election: CountedElection) -> Figure:
    """Draw the largest error of a party by the number of audited sheets, in three orders."""
    names = [name for name in ("transferred", "prior_corrected", "sum_constrained") if name in election.variants]
    figure, panels = plt.subplots(1, len(names), figsize=(6.4 * len(names), 5.6), sharey=True, squeeze=False)
    needed = [_draw_curves(axes, election, name) for axes, name in zip(panels[0], names, strict=True)]
    label = "largest error of a party's total (%)" if election.truth_known else "largest expected error of a total (%)"
    panels[0, 0].set(ylabel=label, ylim=(0, None))
    panels[0, 0].set_yscale("symlog", linthresh=1)
    ticks = [tick for tick in (0, 0.5, 1, 10, 100, 1000) if tick <= 1.1 * panels[0, 0].get_ylim()[1]]
    panels[0, 0].set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    panels[0, 0].yaxis.set_minor_locator(NullLocator())
    figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    more = f" and the {election.n_unreadable} unreadable" if election.n_unreadable else ""
    title = f"{' or '.join(map(str, needed))} of {election.n_sheets} sheets{more} must be audited, {ORDERS['quality']}"
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
    return figure


def groups(election: CountedElection) -> Figure:
    """Draw the accuracy of digits and counts on sheets of high and of low quality, by variant of the count.

    Without the true votes: the number of sheets by quality.
    """
    if not election.truth_known:
        return _draw_qualities(election)
    names = list(election.variants)
    figure, panels = plt.subplots(1, 2, figsize=(11.5, 2.2 + 0.8 * len(names)), sharey=True)
    positions = {name: position for position, name in enumerate(reversed(names))}
    for name in names:
        table = accuracy_by_quality(election.variants[name], election.quality_threshold, election.n_resamples)
        table = table.set_index("group")
        for axes, key in zip(panels, ("digits", "counts"), strict=True):
            for group, colour, marker, shift in (("high", plotting.BLUE, "o", 0.13), ("low", plotting.RED, "^", -0.13)):
                mean, low, high = 100 * table.loc[group, [key, f"{key}_low", f"{key}_high"]].to_numpy(float)
                if np.isnan(mean):
                    continue
                errors = np.nan_to_num([[mean - low], [high - mean]])
                axes.errorbar(mean, positions[name] + shift, xerr=errors, fmt=marker, color=colour, capsize=4,
                              markersize=8)  # fmt: skip
                axes.annotate(f"{table.sheets[group]:,} sheets", (mean, positions[name] + shift), xytext=(0, 7),
                              textcoords="offset points", ha="center", fontsize=9, color=colour)  # fmt: skip
    for axes, title in zip(panels, ("single digits", "counts of a party on a sheet"), strict=True):
        axes.set(xlabel="accuracy (%)", ylim=(-0.5, len(names) - 0.4))
        axes.set_title(title, fontsize=12)
    panels[0].set_yticks(list(positions.values()), [COUNT_VARIANTS[name] for name in positions])
    for label, colour, marker in (("high quality", plotting.BLUE, "o"), ("low quality", plotting.RED, "^")):
        panels[0].plot([], [], marker, color=colour, label=label)
    figure.legend(loc="outside lower center", ncols=2)
    figure.suptitle(_quality_finding(election), x=0.01, ha="left", fontweight="bold")
    return figure


def margins(election: CountedElection) -> Figure:
    """Draw the counted winner's margin in each district, its expected interval, and the true margin."""
    tables = {
        name: district_winners(audited, draw_totals(audited.counts)) for name, audited in election.variants.items()
    }
    tables = {
        name: table[table.district != ALL_DISTRICTS] if len(table) > 1 else table for name, table in tables.items()
    }
    districts = list(tables["transferred"].district)
    figure, axes = plt.subplots(figsize=(10, 2.1 + 0.72 * len(districts)))
    positions = np.arange(len(districts))[::-1]
    for name, table in tables.items():
        colour, marker, shift = STYLES[name]
        axes.hlines(positions + shift, table.margin_low, table.margin_high, color=colour, linewidth=2)
        axes.plot(table.margin, positions + shift, marker, color=colour, markersize=8,
                  label=f"counted {COUNT_VARIANTS[name]}, 95 % expected")  # fmt: skip
        if election.truth_known:
            _draw_true_margins(axes, election.variants[name], table, positions + shift)
    axes.axvline(0, color="black", linewidth=1)
    if election.truth_known:
        axes.plot([], [], label="true margin of the counted winner", **plotting.REFERENCE_MARKER)
    axes.set(yticks=positions, yticklabels=["all" if name == ALL_DISTRICTS else name for name in districts],
             xlabel="votes of the counted winner before the next party (below 0: another party has won)")  # fmt: skip
    last = list(tables)[-1]
    table = tables[last]
    n_changed = int(table.changed.sum()) if election.truth_known else 0
    changed = (
        f", {n_changed} {'differs' if n_changed == 1 else 'differ'} from the truth" if election.truth_known else ""
    )
    axes.set_title(
        f"{COUNT_VARIANTS[last].capitalize()}: {int(table.safe.sum())} of {len(table)} winners are safe{changed}"
    )
    figure.legend(loc="outside lower center", ncols=2)
    return figure


def _draw_curves(axes: Axes, election: CountedElection, name: str) -> int:
    """Draw the curves of one variant; return the audits that it needs, lowest quality first."""
    audited, rng = election.variants[name], np.random.default_rng(1)
    audits = np.arange(election.n_sheets + 1)
    random = [_largest_error(audited, rng.permutation(election.n_sheets))[0] for _ in range(election.n_resamples)]
    low, high = np.percentile(random, INTERVAL, axis=0)
    axes.fill_between(audits, low, high, color=plotting.ORANGE, alpha=0.2, linewidth=0, label="95 % of random orders")
    axes.plot(audits, np.mean(random, axis=0), color=plotting.ORANGE, label=f"{ORDERS['random']}, mean")
    needed = {}
    for order, priority in audited.priorities.items():
        error, needed[order] = _largest_error(audited, np.argsort(priority, kind="stable"))
        colour, line = LINES[order]
        axes.plot(audits, error, color=colour, linestyle=line, linewidth=2, label=ORDERS[order], drawstyle="steps-post")
        axes.plot(needed[order], 100 * TOLERANCE, "v", color=colour, markersize=10, zorder=5, clip_on=False)
    axes.axhline(100 * TOLERANCE, color="black", linewidth=1, linestyle=":")
    axes.set(xlabel="sheets audited by a person", xlim=(0, election.n_sheets))
    axes.set_title(f"{COUNT_VARIANTS[name]}: {needed['quality']} until within 1 %", fontsize=11)
    return needed["quality"]


def _draw_qualities(election: CountedElection) -> Figure:
    figure, axes = plt.subplots(figsize=(8, 4.6))
    qualities = {name: audited.counts.quality for name, audited in election.variants.items() if name in STYLES}
    bins = np.linspace(min(quality.min() for quality in qualities.values()), 1, 26).tolist()
    for name in ("pretrained", "transferred"):
        axes.hist(qualities[name], bins, histtype="step", linewidth=2, color=STYLES[name][0],
                  label=COUNT_VARIANTS[name])  # fmt: skip
    axes.axvline(election.quality_threshold, color="black", linewidth=1, linestyle="--")
    axes.set(xlabel="quality of a sheet: mean of the highest probabilities of its digits", ylabel="sheets")
    n_high = [
        f"{(quality > election.quality_threshold).sum()} {COUNT_VARIANTS[name]}"
        for name, quality in qualities.items()
        if name in ("pretrained", "transferred")
    ]
    axes.set_title(f"Of high quality are {', '.join(n_high)} (of {election.n_sheets})")
    axes.legend(loc="upper left")
    return figure


def _largest_error(audited: AuditedCounts, order: np.ndarray) -> tuple[np.ndarray, int]:
    """Return a party's largest error in % after 0, 1, 2, ... audits, and the audits needed; expected without truth."""
    gaps, totals = audited.expected_gaps(order) if audited.truth is None else audited.gaps(order)
    return 100 * (gaps / np.maximum(totals, 1)).max(1), sheets_needed(gaps, totals, TOLERANCE)


def _draw_true_margins(axes: Axes, audited: AuditedCounts, winners: pd.DataFrame, positions: np.ndarray) -> None:
    for row, position in zip(winners.itertuples(), positions, strict=True):
        sheets = audited.counts.districts == row.district
        true = audited.true_votes[sheets].sum(0)
        first = audited.counts.votes[sheets].sum(0).argmax()
        axes.plot(true[first] - np.delete(true, first).max(initial=0), position, **plotting.REFERENCE_MARKER)


def _quality_finding(election: CountedElection) -> str:
    table = accuracy_by_quality(election.variants["transferred"], election.quality_threshold, election.n_resamples)
    table = table.set_index("group")
    high, low = (100 * table.counts[group] for group in ("high", "low"))
    if np.isnan(high) or np.isnan(low):
        return f"After transfer all sheets are of {'low' if np.isnan(high) else 'high'} quality"
    return f"After transfer {high:.1f} % of the counts are right on sheets of high quality, {low:.1f} % on the others"
