"""The algorithm step by step, its descent, and six runs of it."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from relecture import plotting
from relecture.clusters import TITLES
from relecture.clusters.data import Dataset
from relecture.clusters.figures.scatter import bare, centres, same_numbers, scatter
from relecture.clusters.kmeans_trace import means, wss
from relecture.clusters.record_access import Found, curve, model, optima, values
from relecture.records import Record
from relecture.text_format import count

SHOWN = "book_r"


def steps(found: Found, sets: dict[str, Dataset]) -> Figure:
    """The lecture's figure: data, random assignment, centroids, reassignment, ..., until nothing changes."""
    record, x = found[f"{SHOWN}/steps"], sets[SHOWN].x
    runs = record.predictions
    longest = runs.member[runs.iteration == 0].iloc[0]
    centroids, last = model(record, "centroids.npz"), int(values(record, longest).iterations)
    panels: list[tuple[str, str | None, str | None]] = [
        ("Data", None, None),
        ("Step 1: random groups", "assigned-0", None),
    ]
    panels += [
        (f"Iteration {i}, step 2{letter}: {words}", labels, f"{what}-{i}")
        for i in (1, 2)
        for letter, words, labels, what in (
            ("a", "centroids", f"reassigned-{i - 1}" if i > 1 else "assigned-0", "centroids"),
            ("b", "regroup", f"reassigned-{i}", "reassigned"),
        )
    ]
    panels.append((f"After {last} iterations: final", f"reassigned-{last}", f"reassigned-{last}"))
    figure, grid = plt.subplots(2, 4, figsize=(13, 6.8), sharex=True, sharey=True)
    for axes, (title, labels, centre) in zip(grid.flat, panels, strict=False):
        bare(axes)
        axes.set_title(title, fontsize=12)
        if labels is None:
            scatter(axes, x, size=6)
            continue
        what, _, iteration = labels.partition("-")
        own = runs[(runs.member == longest) & (runs.step == what) & (runs.iteration == int(iteration))]
        groups = own.sort_values("row").cluster.to_numpy() - 1
        scatter(axes, x, groups, size=6)
        centre_points = centroids[centre] if centre else means(x, groups, groups.max() + 1)
        if centre:
            centres(axes, centre_points)
        total = f"sum of squares {wss(x, groups, centre_points):.1f}"
        axes.annotate(total, (0.03, 0.03), xycoords="axes fraction", fontsize=11)
    key = grid.flat[-1]
    key.set_axis_off()
    text = (
        "small: points, coloured by group\nlarge: centroids, the means of\nthe groups\n\n"
        "step 2a moves the centroids,\nstep 2b regroups every point to\nits nearest centroid;\n"
        "the sum of squares never rises"
    )
    key.text(0.03, 0.97, text, va="top", fontsize=12, transform=key.transAxes)
    return figure


def descent(found: Found, sets: dict[str, Dataset]) -> Figure:
    """The within-cluster sum of squares after every half step, run by run."""
    names = ["book_r", "music", "statecrime", "images"]
    figure, grid = plt.subplots(1, len(names), figsize=(13, 4.2))
    for axes, name in zip(grid, names, strict=True):
        falling(axes, found[f"{name}/steps"])
        axes.set(title=TITLES[name], xlabel="iteration")
    grid[0].set_ylabel("within-cluster sum of squares")
    figure.legend(*grid[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def falling(axes: plt.Axes, record: Record) -> None:
    """The curves of every run of a record of `steps`, the best in colour."""
    ends = record.metrics[record.metrics.metric == "optimum"].set_index("member").value
    for member in sorted(ends.index, key=ends.get, reverse=True):
        after_a, after_b = (curve(record, f"wss_{what}", member) for what in ("centroids", "reassigned"))
        x = np.column_stack([after_a.index - 0.5, after_b.index]).ravel()
        y = np.column_stack([after_a, after_b]).ravel()
        best = ends[member] == 1
        axes.plot(
            x, y, color=plotting.BLUE if best else "#A8A8A8", linewidth=2 if best else 1.3, zorder=3 if best else 2
        )
        axes.plot(x[-1], y[-1], "o", color=plotting.BLUE if best else "#6E6E6E", markersize=6, zorder=4)
    axes.plot([], [], color=plotting.BLUE, linewidth=2, label="runs that reach the lowest of these")
    axes.plot([], [], color="#A8A8A8", label="other runs")
    axes.plot([], [], "o", color="#6E6E6E", label="nothing changes any more")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def six_runs(found: Found, sets: dict[str, Dataset]) -> Figure:
    """Where each run from a random assignment ends, its objective above it, the best in colour."""
    record, x = found[f"{SHOWN}/steps"], sets[SHOWN].x
    members = list(dict.fromkeys(record.metrics.member))
    ends = {member: _last(record, member) for member in members}
    scores = {member: values(record, member) for member in members}
    best = min(members, key=lambda member: scores[member].wss)
    rows = -(-len(members) // 3)
    figure, grid = plt.subplots(rows, 3, figsize=(11, 3.5 * rows), sharex=True, sharey=True, squeeze=False)
    for axes in grid.flat[len(members) :]:
        axes.set_axis_off()
    for axes, member in zip(grid.flat, members, strict=False):
        bare(axes)
        labels = same_numbers(ends[member], ends[best])
        scatter(axes, x, labels, size=6)
        centres(axes, means(x, labels, labels.max() + 1))
        wins = scores[member].optimum == 1
        axes.set_title(f"{scores[member].wss:.4f}", color=plotting.BLUE if wins else "black",
                       fontweight="bold" if wins else "normal", fontsize=15)  # fmt: skip
        for side in axes.spines.values():
            side.set(color=plotting.BLUE if wins else "#BBBBBB", linewidth=2.5 if wins else 1)
    distinct = len({scores[member].optimum for member in members})
    winners = int(sum(scores[member].optimum == 1 for member in members))
    title = told(len(members), distinct, winners)
    starts = optima(found[f"{SHOWN}/restarts"])
    if starts.wss.min() < scores[best].wss * (1 - 1e-7):
        total = len(found[f"{SHOWN}/restarts"].predictions)
        title += f"\nbut {total:,} starts know a better one: {starts.wss.min():.4f}"
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
    return figure


def told(runs: int, optima: int, winners: int) -> str:
    """What the runs found, as a title: `6 runs, three local optima; three reach the lowest (blue)`."""
    found = f"{runs} {'run' if runs == 1 else 'runs'}, {count(optima)} local {'optimum' if optima == 1 else 'optima'}"
    return f"{found}; {count(winners)} {'reaches' if winners == 1 else 'reach'} the lowest (blue)"


def _last(record: Record, member: str) -> np.ndarray:
    own = record.predictions[record.predictions.member == member]
    return own[own.iteration == own.iteration.max()].query("step == 'reassigned'").sort_values("row").cluster - 1
