"""How many clusters: three criteria side by side."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from relecture import plotting
from relecture.clusters import TITLES
from relecture.clusters.data import Dataset
from relecture.clusters.record_access import Found, curve, values
from relecture.records import Record

ROWS = ("music", "statecrime", "images")
WORDS = {"music": "the music tastes", "statecrime": "the US states", "images": "the handwritten digits"}


def elbow(found: Found, sets: dict[str, Dataset]) -> Figure:
    """Sum of squares, silhouette and gap statistic by K, on data with known groups and on real data."""
    figure, grid = plt.subplots(len(ROWS), 3, figsize=(13, 9), sharex=True)
    for line, name in zip(grid, ROWS, strict=True):
        record = found[f"{name}/elbow"]
        criteria(line, record)
        answers = values(record, "data")
        known = f"{answers.known:.0f} known groups" if "known" in answers else "groups unknown"
        line[0].set_ylabel(f"{TITLES[name]}\n({known})\n\nsum of squares")
    for axes in grid[-1]:
        axes.set_xlabel("number of clusters K")
    figure.suptitle(_finding(found), x=0.01, ha="left", fontweight="bold")
    return figure


def criteria(line: np.ndarray, record: Record) -> None:
    """The three curves of a record of `elbow`, each with its answer marked."""
    answers = values(record, "data")
    _curve(line[0], curve(record, "wss"), answers.get("elbow", np.nan), "elbow")
    _curve(line[1], curve(record, "silhouette"), answers.silhouette, "silhouette")
    gap, error = curve(record, "gap"), curve(record, "gap_se")
    line[2].errorbar(gap.index, gap, yerr=error, fmt="none", color=plotting.SKY, capsize=3)
    _curve(line[2], gap, answers.gap, "gap statistic")
    line[1].set_ylabel("mean silhouette")
    line[2].set_ylabel("gap ± its standard error")


def _curve(axes: Axes, values: pd.Series, answer: float, name: str) -> None:
    axes.plot(values.index, values, "o-", color=plotting.BLUE, markersize=4)
    if np.isfinite(answer):
        axes.axvline(answer, color=plotting.RED, linestyle="--", linewidth=1.5)
        axes.plot(answer, values[answer], "o", color=plotting.RED, markersize=9, zorder=4)
    axes.set_title(f"{name}: K = {answer:.0f}" if np.isfinite(answer) else f"{name}: none", fontsize=12)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def _finding(found: Found) -> str:
    """In words, from the numbers: where the criteria agree and where not."""
    agree: list[str] = []
    differ: list[str] = []
    for name in ROWS:
        answers = values(found[f"{name}/elbow"], "data").reindex(["elbow", "silhouette", "gap"])
        (agree if answers.notna().all() and answers.nunique() == 1 else differ).append(WORDS[name])
    parts = [
        f"agree on {' and '.join(agree)}" if agree else "",
        f"disagree on {' and '.join(differ)}" if differ else "",
    ]
    text = ", ".join(part for part in parts if part)
    return f"The criteria {text}"
