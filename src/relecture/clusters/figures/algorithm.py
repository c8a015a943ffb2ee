"""Lloyd's algorithm step by step, its sum of squares by iteration, and six runs."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from relecture import plotting
from relecture.clusters import TITLES
from relecture.clusters.figures.scatter import (
    DARK_GREY,
    LIGHT_GREY,
    MIDDLE_GREY,
    hide_ticks,
    plot_centroids,
    plot_points,
)
from relecture.clusters.kmeans_trace import cluster_means, wss
from relecture.clusters.labels import align_labels
from relecture.clusters.record_access import ClustersResults, curve, local_optima, member_metrics, model_arrays
from relecture.records import Record
from relecture.text_format import count

EXAMPLE = "book_r"


def steps(results: ClustersResults) -> Figure:
    """Draw the lecture's figure: data, random groups, centroids, reassignment, ..., until nothing changes."""
    record, x = results.records[f"{EXAMPLE}/steps"], results.datasets[EXAMPLE].x
    runs = record.predictions
    longest = runs.member[runs.iteration == 0].iloc[0]
    centroids, last = model_arrays(record, "centroids.npz"), int(member_metrics(record, longest).n_iter)
    panels: list[tuple[str, str | None, str | None]] = [
        ("Data", None, None),
        ("Step 1: random groups", "assigned-0", None),
    ]
    panels += [
        (f"Iteration {i}, step 2{letter}: {title}", labels, f"{step}-{i}")
        for i in (1, 2)
        for letter, title, labels, step in (
            ("a", "centroids", f"reassigned-{i - 1}" if i > 1 else "assigned-0", "centroids"),
            ("b", "reassign", f"reassigned-{i}", "reassigned"),
        )
    ]
    panels.append((f"After {last} iterations: final", f"reassigned-{last}", f"reassigned-{last}"))
    figure, grid = plt.subplots(2, 4, figsize=(13, 6.8), sharex=True, sharey=True)
    for axes, (title, labels, centroid_key) in zip(grid.flat, panels, strict=False):
        hide_ticks(axes)
        axes.set_title(title, fontsize=12)
        if labels is None:
            plot_points(axes, x, size=6)
            continue
        step, _, iteration = labels.partition("-")
        rows = runs[(runs.member == longest) & (runs.step == step) & (runs.iteration == int(iteration))]
        groups = rows.sort_values("row").cluster.to_numpy() - 1
        plot_points(axes, x, groups, size=6)
        centers = centroids[centroid_key] if centroid_key else cluster_means(x, groups, groups.max() + 1)
        if centroid_key:
            plot_centroids(axes, centers)
        total = f"sum of squares {wss(x, groups, centers):.1f}"
        axes.annotate(total, (0.03, 0.03), xycoords="axes fraction", fontsize=11)
    legend = grid.flat[-1]
    legend.set_axis_off()
    text = (
        "small: points, coloured by group\nlarge: centroids, the means of\nthe groups\n\n"
        "step 2a moves the centroids,\nstep 2b reassigns every point to\nits nearest centroid;\n"
        "the sum of squares never rises"
    )
    legend.text(0.03, 0.97, text, va="top", fontsize=12, transform=legend.transAxes)
    return figure


def descent(results: ClustersResults) -> Figure:
    """Draw the within-cluster sum of squares of each run after steps 2a and 2b."""
    names = ["book_r", "music", "statecrime", "images"]
    figure, grid = plt.subplots(1, len(names), figsize=(13, 4.2))
    for axes, name in zip(grid, names, strict=True):
        plot_descent(axes, results.records[f"{name}/steps"])
        axes.set(title=TITLES[name], xlabel="iteration")
    grid[0].set_ylabel("within-cluster sum of squares")
    figure.legend(*grid[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def plot_descent(axes: Axes, record: Record) -> None:
    """Plot the curve of every run of a record of `steps`, the best in blue."""
    ranks = record.metrics[record.metrics.metric == "optimum"].set_index("member").value
    for member in sorted(ranks.index, key=ranks.get, reverse=True):
        after_2a, after_2b = (curve(record, f"wss_{step}", member) for step in ("centroids", "reassigned"))
        x = np.column_stack([after_2a.index - 0.5, after_2b.index]).ravel()
        y = np.column_stack([after_2a, after_2b]).ravel()
        best = ranks[member] == 1
        axes.plot(
            x, y, color=plotting.BLUE if best else MIDDLE_GREY, linewidth=2 if best else 1.3, zorder=3 if best else 2
        )
        axes.plot(x[-1], y[-1], "o", color=plotting.BLUE if best else DARK_GREY, markersize=6, zorder=4)
    axes.plot([], [], color=plotting.BLUE, linewidth=2, label="runs that reach the lowest of these")
    axes.plot([], [], color=MIDDLE_GREY, label="other runs")
    axes.plot([], [], "o", color=DARK_GREY, label="converged")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def six_runs(results: ClustersResults) -> Figure:
    """Draw the final clusters of each run from a random partition, its sum of squares above it, the best in blue."""
    record, x = results.records[f"{EXAMPLE}/steps"], results.datasets[EXAMPLE].x
    members = list(dict.fromkeys(record.metrics.member))
    final = {member: _final_labels(record, member) for member in members}
    metrics = {member: member_metrics(record, member) for member in members}
    best = min(members, key=lambda member: metrics[member].wss)
    n_rows = -(-len(members) // 3)
    figure, grid = plt.subplots(n_rows, 3, figsize=(11, 3.5 * n_rows), sharex=True, sharey=True, squeeze=False)
    for axes in grid.flat[len(members) :]:
        axes.set_axis_off()
    for axes, member in zip(grid.flat, members, strict=False):
        hide_ticks(axes)
        labels = align_labels(final[member], final[best])
        plot_points(axes, x, labels, size=6)
        plot_centroids(axes, cluster_means(x, labels, labels.max() + 1))
        is_best = metrics[member].optimum == 1
        axes.set_title(f"{metrics[member].wss:.4f}", color=plotting.BLUE if is_best else "black",
                       fontweight="bold" if is_best else "normal", fontsize=15)  # fmt: skip
        for side in axes.spines.values():
            side.set(color=plotting.BLUE if is_best else LIGHT_GREY, linewidth=2.5 if is_best else 1)
    ranks = [metrics[member].optimum for member in members]
    title = runs_title(len(members), len(set(ranks)), ranks.count(1))
    restarts = results.records[f"{EXAMPLE}/restarts"]
    lowest = local_optima(restarts).wss.min()
    if lowest < metrics[best].wss * (1 - 1e-7):
        title += f"\nbut {len(restarts.predictions):,} starts reach a lower one: {lowest:.4f}"
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
    return figure


def runs_title(n_runs: int, n_optima: int, n_best: int) -> str:
    """Return the finding as a title: `6 runs, three local optima; three reach the lowest (blue)`."""
    runs = f"{n_runs} {'run' if n_runs == 1 else 'runs'}"
    optima = f"{count(n_optima)} local {'optimum' if n_optima == 1 else 'optima'}"
    return f"{runs}, {optima}; {count(n_best)} {'reaches' if n_best == 1 else 'reach'} the lowest (blue)"


def _final_labels(record: Record, member: str) -> np.ndarray:
    rows = record.predictions[record.predictions.member == member]
    final = rows[(rows.iteration == rows.iteration.max()) & (rows.step == "reassigned")]
    labels: np.ndarray = final.sort_values("row").cluster.to_numpy() - 1
    return labels
