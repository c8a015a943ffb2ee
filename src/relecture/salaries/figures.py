"""The figures of the comparison `salaries`."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from relecture import plotting
from relecture.records import Record
from relecture.salaries import table_labels
from relecture.salaries.result_tables import NAMES, compared
from relecture.salaries.table_labels import Subject
from relecture.scorecard.published_values import PublishedValue

Records = dict[tuple[str, str], Record]


def splits(found: Records, printed: list[PublishedValue]) -> Figure:
    """Test error over random splits, one row per method, the printed value and the book's split marked."""
    about = table_labels.of(found["book", "linear"])
    by_id = {entry.id: float(entry.number) for entry in printed}
    marked = [method for method in NAMES if compared(found, method)]
    figure, axes = plt.subplots(figsize=(9, 5))
    for place, (method, name) in enumerate(reversed(NAMES.items())):
        values = _metric(found["resampled", method], "mae")
        axes.violinplot(values, [place], orientation="horizontal", widths=0.8, showextrema=False)
        axes.plot(values, place + _jitter(len(values)), ".", color=plotting.BLUE, alpha=0.45, markersize=5)
        axes.plot(values.mean(), place, "|", color="black", markersize=26, markeredgewidth=2)
        book = _metric(found["book", method], "mae").mean()
        axes.plot(book, place - 0.12, "o", color=plotting.RED, markersize=8, zorder=6)
        if method in marked:
            axes.plot(by_id[f"salaries.{method}.mae"], place + 0.12, **plotting.REFERENCE_MARKER)
        axes.annotate(name, (0, place), xycoords=("axes fraction", "data"), xytext=(-8, 0),
                      textcoords="offset points", ha="right", va="center")  # fmt: skip
    for collection in axes.collections:
        collection.set_facecolor(plotting.SKY)
        collection.set_alpha(0.35)
    axes.set(yticks=[], xlabel=f"mean absolute error on the test {about.rows} ({about.scale})")
    axes.set_title(f"How much the split decides: {len(values)} random splits")
    axes.plot([], [], ".", color=plotting.BLUE, label="one random split")
    axes.plot([], [], "|", color="black", markersize=14, markeredgewidth=2, label="their mean")
    axes.plot([], [], "o", color=plotting.RED, label=about.first_split)
    if marked:
        axes.plot([], [], label="printed", **plotting.REFERENCE_MARKER)
    figure.legend(loc="outside lower center", ncols=4)
    return figure


def lasso_path(found: Records) -> Figure:
    """Coefficients and cross-validated error along the path of lambda, on the book's split."""
    about = table_labels.of(found["book", "lasso"])
    curves = found["book", "lasso"].history.pivot(index="step", columns="metric", values="value")
    best = curves["cv_mae"].idxmin()
    figure, (top, bottom) = plt.subplots(2, 1, figsize=(9, 8), sharex=True)
    coefficients = curves.filter(regex="^coefficient_")
    named = coefficients.loc[best].abs().nlargest(6).index
    for column in coefficients:
        colour = plotting.COLOURS[list(named).index(column)] if column in named else "#C9C9C9"
        top.plot(curves["lambda"], coefficients[column], color=colour, zorder=3 if column in named else 2)
    for column in named:
        top.plot(
            [],
            [],
            color=plotting.COLOURS[list(named).index(column)],
            label=column.removeprefix("coefficient_"),
        )
    top.set(ylabel=f"coefficient per standard deviation\n({about.scale})", xscale="log")
    top.legend(loc="upper left", bbox_to_anchor=(1, 1), title="largest at the choice")
    top.set_title("Lasso: the larger the penalty, the fewer predictors")
    bottom.fill_between(
        curves["lambda"],
        curves["cv_mae"] - curves["cv_mae_se"],
        curves["cv_mae"] + curves["cv_mae_se"],
        color=plotting.SKY,
        alpha=0.4,
        label="± 1 standard error",
    )
    bottom.plot(curves["lambda"], curves["cv_mae"], color=plotting.BLUE, label="cross-validated error")
    bottom.set(xlabel="penalty λ", ylabel=f"mean absolute error\n({about.scale})")
    for axes in (top, bottom):
        axes.axvline(curves["lambda"][best], color="black", linestyle="--", linewidth=1)
        axes.invert_xaxis() if axes is top else None
    kept = int(curves["predictors"][best])
    bottom.plot(
        [],
        [],
        color="black",
        linestyle="--",
        label=f"chosen: λ = {curves['lambda'][best]:.3g}, {kept} predictors",
    )
    bottom.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return figure


def residuals(found: Records) -> Figure:
    """What each method gets wrong on the book's test players, against what it predicts."""
    about = table_labels.of(found["book", "linear"])
    figure, grid = plt.subplots(2, 2, figsize=(10, 7.5), sharex=True, sharey=True)
    for axes, (method, name) in zip(grid.flat, NAMES.items(), strict=True):
        _residuals(axes, found["book", method].predictions, about)
        axes.set_title(name)
    for axes in grid[-1]:
        axes.set_xlabel(about.predicted)
    for axes in grid[:, 0]:
        axes.set_ylabel(f"{about.observed} minus predicted")
    figure.suptitle(about.missed, x=0.01, ha="left", fontweight="bold")
    return figure


def overview(record: Record) -> Figure:
    """One method by itself: its curves if it has any, what it misses, and its members."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.5))
    about = table_labels.of(record)
    _residuals(left, record.predictions, about)
    left.set(xlabel=about.predicted, ylabel=f"{about.observed} minus predicted")
    left.set_title(f"{record.params['method']}: residuals")
    epochs = record.history[record.history.metric.isin(["train_mae", "test_mae"])]
    if len(epochs):
        for colour, (metric, name) in zip(
            plotting.COLOURS, {"train_mae": "training", "test_mae": "test"}.items(), strict=False
        ):
            curve = epochs[epochs.metric == metric].groupby("step").value.agg(["mean", "min", "max"])
            right.fill_between(curve.index, curve["min"], curve["max"], alpha=0.2, color=colour)
            right.plot(curve.index, curve["mean"], color=colour, label=f"{name} (mean, range)")
        right.set(xlabel="epoch", ylabel=f"mean absolute error ({about.scale})", title="Learning")
        right.legend()
    else:
        values = _metric(record, "mae")
        right.plot(values, _jitter(len(values)), "o", color=plotting.BLUE, alpha=0.5)
        right.set(yticks=[], ylim=(-1, 1), xlabel=f"mean absolute error ({about.scale})")
        right.set_title("The only member" if len(values) == 1 else f"{len(values)} members")
    return figure


def _metric(record: Record, metric: str) -> np.ndarray:
    return record.metrics[record.metrics.metric == metric].value.to_numpy()


def _residuals(axes: Axes, predictions: pd.DataFrame, about: Subject) -> None:
    """A point per row: the mean over members, with a line over the range of their predictions."""
    rows = predictions.groupby(about.row_column).agg(
        observed=(about.target_column, "first"),
        low=("predicted", "min"),
        high=("predicted", "max"),
        mean=("predicted", "mean"),
    )
    axes.axhline(0, color="black", linewidth=1)
    for row in rows.itertuples():  # a larger prediction is a smaller residual
        ends = np.array([row.low, row.high])
        axes.plot(ends, row.observed - ends, color=plotting.SKY, linewidth=1)
    axes.plot(rows["mean"], rows.observed - rows["mean"], "o", color=plotting.BLUE, markersize=4, alpha=0.8)


def _jitter(n: int) -> np.ndarray:
    """Heights that keep points apart; the same every time."""
    return 0.25 * np.sin(np.arange(n) * 2.4)
