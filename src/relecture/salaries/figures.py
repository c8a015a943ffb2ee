"""The figures of the comparison `salaries`."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from relecture import plotting
from relecture.records import Record
from relecture.salaries.learning_tables import NETWORKS, EpochError, epoch_errors, errors_by_size, test_errors
from relecture.salaries.result_tables import NAMES, SalariesResults, has_published_values, record_labels, table_labels
from relecture.salaries.table_labels import TableLabels
from relecture.uncertainty import half_width

#: The panels of the learning curve; the network with a standardised target is in both.
_PANELS = {
    "Linear models and networks": ("linear", "lasso", "relaxed_lasso", "ridge", "network", "network_standardised"),
    "Neighbours, trees and the network": ("knn", "tree", "bagging", "random_forest", "network_standardised"),
}
_LINES: dict[str, dict[str, Any]] = {
    "linear": {"color": plotting.BLUE, "marker": "o"},
    "lasso": {"color": plotting.SKY, "marker": "s"},
    "relaxed_lasso": {"color": plotting.GREEN, "marker": "D"},
    "ridge": {"color": plotting.GREY, "marker": "v"},
    "knn": {"color": plotting.BLUE, "marker": "o", "linestyle": "-."},
    "tree": {"color": plotting.GREY, "marker": "v", "linestyle": "-."},
    "bagging": {"color": plotting.SKY, "marker": "s", "linestyle": ":"},
    "random_forest": {"color": plotting.GREEN, "marker": "D", "linestyle": "--"},
    "network": {"color": plotting.ORANGE, "marker": "^", "linestyle": "--"},
    "network_standardised": {"color": plotting.RED, "marker": "^"},
}


def splits(results: SalariesResults) -> Figure:
    """Draw the test error over random splits, a row per method, with the published value and the book's split."""
    by_method = results.records
    labels = table_labels(by_method)
    published_values = {entry.id: float(entry.number) for entry in results.published}
    with_published = [method for method in results.methods if has_published_values(by_method, method)]
    figure, axes = plt.subplots(figsize=(9, 1.6 + 0.7 * len(results.methods)))
    for y, method in enumerate(reversed(results.methods)):
        values = _metric(by_method["resampled", method], "mae")
        axes.violinplot(values, [y], orientation="horizontal", widths=0.8, showextrema=False)
        axes.plot(values, y + _jitter(len(values)), ".", color=plotting.BLUE, alpha=0.45, markersize=5)
        axes.plot(values.mean(), y, "|", color="black", markersize=26, markeredgewidth=2)
        book = _metric(by_method["book", method], "mae").mean()
        axes.plot(book, y - 0.12, "o", color=plotting.RED, markersize=8, zorder=6)
        if method in with_published:
            axes.plot(published_values[f"salaries.{method}.mae"], y + 0.12, **plotting.REFERENCE_MARKER)
        axes.annotate(NAMES[method], (0, y), xycoords=("axes fraction", "data"), xytext=(-8, 0),
                      textcoords="offset points", ha="right", va="center")  # fmt: skip
    for collection in axes.collections:
        collection.set_facecolor(plotting.SKY)
        collection.set_alpha(0.35)
    axes.set(yticks=[], xlabel=f"mean absolute error on the test {labels.rows} ({labels.scale})")
    axes.set_title(f"The error depends on the split: {len(values)} random splits")
    axes.plot([], [], ".", color=plotting.BLUE, label="one random split")
    axes.plot([], [], "|", color="black", markersize=14, markeredgewidth=2, label="their mean")
    axes.plot([], [], "o", color=plotting.RED, label=labels.first_split)
    if with_published:
        axes.plot([], [], label="published", **plotting.REFERENCE_MARKER)
    figure.legend(loc="outside lower center", ncols=4)
    return figure


def learning_curve(results: SalariesResults) -> Figure:
    """Draw the error of every method by the number of training rows, with the 95 % intervals of the means."""
    labels, errors = table_labels(results.records), errors_by_size(results)
    means = pd.DataFrame({method: table.mean() for method, table in errors.items()})
    figure, grid = plt.subplots(1, 2, figsize=(12, 6), sharex=True, sharey=True)
    for axes, (title, methods) in zip(grid, _PANELS.items(), strict=True):
        shown = [method for method in methods if method in errors]
        for at, method in enumerate(shown):
            n_splits = len(errors[method])
            half = half_width(errors[method].std(ddof=1), n_splits, results.test_to_train)
            x = means.index * 1.012 ** (at - (len(shown) - 1) / 2)  # beside each other, so that all bars can be seen
            axes.errorbar(x, means[method], half, label=NAMES[method], capsize=2, elinewidth=1, **_LINES[method])
        axes.set(xscale="log", xlabel=f"training {labels.rows}")
        axes.set_title(title, fontweight="normal", fontsize=12)
        axes.set_xticks(means.index, [f"{n:,}" for n in means.index])
        axes.minorticks_off()
        axes.legend(loc="upper right", fontsize=10)
    grid[0].set_ylabel(f"mean absolute error on the test {labels.rows}\n({labels.scale})")
    best = means.idxmin(axis=1).value_counts()
    sizes = "every size" if len(best) == 1 else f"{best.iloc[0]} of {len(means)} sizes"
    finding = f"{NAMES[best.index[0]]}: the lowest mean error at {sizes} of the training set ({n_splits} splits)"
    figure.suptitle(finding, x=0.01, ha="left", fontweight="bold", fontsize=13)
    return figure


def epochs(results: SalariesResults) -> Figure:
    """Draw the mean test error of the networks by epoch, with its 95 % interval, and that of linear regression."""
    labels = table_labels(results.records)
    figure, axes = plt.subplots(figsize=(9, 5))
    for network in NETWORKS:
        if network in results.methods:
            curves = test_errors(results.records["resampled", network])
            mean, half = curves.mean(), half_width(curves.std(ddof=1), len(curves), results.test_to_train)
            colour = _LINES[network]["color"]
            axes.fill_between(curves.columns, mean - half, mean + half, color=colour, alpha=0.15)
            axes.plot(curves.columns, mean, color=colour, linestyle=_LINES[network].get("linestyle", "-"),
                      label=f"{NAMES[network]} (mean, 95 % interval)")  # fmt: skip
    linear = results.random_errors["linear"].mean()
    axes.axhline(linear, color="black", linestyle=":", label="Linear regression (mean)")
    axes.set(xlabel="epoch", ylabel=f"mean absolute error on the test {labels.rows}\n({labels.scale})")
    axes.set_title(_epochs_title(epoch_errors(results)))
    figure.legend(loc="outside lower center", ncols=1)
    return figure


def _epochs_title(errors: list[EpochError]) -> str:
    """Return the finding on the fewest epochs of the network with a standardised target that make a difference."""
    for one in errors:
        if one.network == "network_standardised" and one.change is not None and one.change.significant:
            after = "lower" if one.change.mean < 0 else "higher"
            return f"Standardised target: after {one.epoch:,} epochs the error is {after} than after all"
    return "Standardised target: fewer epochs make no significant difference"


def lasso_path(results: SalariesResults) -> Figure:
    """Draw coefficients and cross-validated error along the path of lambda, on the book's split."""
    by_method = results.records
    labels = table_labels(by_method)
    curves = by_method["book", "lasso"].history.pivot(index="step", columns="metric", values="value")
    best = curves["cv_mae"].idxmin()
    figure, (top, bottom) = plt.subplots(2, 1, figsize=(9, 8), sharex=True)
    coefficients = curves.filter(regex="^coefficient_")
    largest = list(coefficients.loc[best].abs().nlargest(6).index)
    for column in coefficients:
        colour = plotting.COLOURS[largest.index(column)] if column in largest else "#C9C9C9"
        top.plot(curves["lambda"], coefficients[column], color=colour, zorder=3 if column in largest else 2)
    lines = [top.plot([], [], color=plotting.COLOURS[index])[0] for index in range(len(largest))]
    names = [column.removeprefix("coefficient_") for column in largest]  # not labels: some begin with an underscore
    top.set(ylabel=f"coefficient per standard deviation\n({labels.scale})", xscale="log")
    top.legend(lines, names, loc="upper left", bbox_to_anchor=(1, 1), title="largest at chosen λ")
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
    bottom.set(xlabel="penalty λ", ylabel=f"mean absolute error\n({labels.scale})")
    for axes in (top, bottom):
        axes.axvline(curves["lambda"][best], color="black", linestyle="--", linewidth=1)
        axes.invert_xaxis() if axes is top else None
    n_selected = int(curves["predictors"][best])
    bottom.plot(
        [],
        [],
        color="black",
        linestyle="--",
        label=f"chosen: λ = {curves['lambda'][best]:.3g}, {n_selected} predictors",
    )
    bottom.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return figure


def residuals(results: SalariesResults) -> Figure:
    """Draw the residuals of each method on the book's test set against its predictions."""
    by_method = results.records
    labels = table_labels(by_method)
    n_columns = -(-len(results.methods) // 2)
    figure, grid = plt.subplots(2, n_columns, figsize=(3.2 * n_columns, 7.5), sharex=True, sharey=True)
    for axes, method in zip(grid.flat, results.methods, strict=False):
        _residuals(axes, by_method["book", method].predictions, labels)
        axes.set_title(NAMES[method], fontsize=11)
    for axes in grid.flat[len(results.methods) :]:
        axes.set_axis_off()
    figure.supxlabel(labels.predicted)
    figure.supylabel(f"{labels.observed} minus predicted")
    miss_all = all(
        _misses_largest(by_method["book", method].predictions, labels.target_column) for method in results.methods
    )
    title = labels.residuals_title if miss_all else TableLabels.residuals_title
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
    return figure


def _misses_largest(predictions: pd.DataFrame, target_column: str) -> bool:
    """Return whether the tenth of the rows with the largest target is too low by more than the mean absolute error."""
    residuals = predictions[target_column] - predictions.predicted
    largest = predictions[target_column] >= predictions[target_column].quantile(0.9)
    return bool(residuals[largest].mean() > residuals.abs().mean())


def overview(record: Record) -> Figure:
    """Draw one method: its residuals, and its curves by epoch or, without any, the errors of its members.

    Of the learning curve of all methods it draws the errors by the number of training rows.
    """
    if record.params["method"] == "learning_curve":
        return _sizes_overview(record)
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.5))
    labels = record_labels(record)
    _residuals(left, record.predictions, labels)
    left.set(xlabel=labels.predicted, ylabel=f"{labels.observed} minus predicted")
    left.set_title(f"{record.params['method']}: residuals")
    epochs = record.history[record.history.metric.isin(["train_mae", "test_mae"])]
    if len(epochs):
        for colour, (metric, name) in zip(
            plotting.COLOURS, {"train_mae": "training", "test_mae": "test"}.items(), strict=False
        ):
            curve = epochs[epochs.metric == metric].groupby("step").value.agg(["mean", "min", "max"])
            right.fill_between(curve.index, curve["min"], curve["max"], alpha=0.2, color=colour)
            right.plot(curve.index, curve["mean"], color=colour, label=f"{name} (mean, range)")
        right.set(xlabel="epoch", ylabel=f"mean absolute error ({labels.scale})", title="Learning")
        right.legend()
    else:
        values = _metric(record, "mae")
        right.plot(values, _jitter(len(values)), "o", color=plotting.BLUE, alpha=0.5)
        right.set(yticks=[], ylim=(-1, 1), xlabel=f"mean absolute error ({labels.scale})")
        right.set_title("One member" if len(values) == 1 else f"{len(values)} members")
    return figure


def _sizes_overview(record: Record) -> Figure:
    figure, axes = plt.subplots(figsize=(11, 4.5))
    labels = record_labels(record)
    for metric, rows in record.history.groupby("metric", sort=False):
        method = metric.removesuffix("_mae")
        mean = rows.groupby("step").value.mean()
        axes.plot(mean.index, mean, label=NAMES[method], **_LINES[method])
    axes.set(xlabel=f"training {labels.rows}", ylabel=f"mean absolute error ({labels.scale})", xscale="log")
    axes.set_xticks(mean.index, [f"{n:,}" for n in mean.index])
    axes.minorticks_off()
    axes.set_title(f"Learning curves: mean of {record.history.member.nunique()} splits")
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return figure


def _metric(record: Record, metric: str) -> np.ndarray:
    values: np.ndarray = record.metrics[record.metrics.metric == metric].value.to_numpy()
    return values


def _residuals(axes: Axes, predictions: pd.DataFrame, labels: TableLabels) -> None:
    """Draw a point per row, the mean over members, and a line over the range of their predictions."""
    rows = predictions.groupby(labels.row_column).agg(
        observed=(labels.target_column, "first"),
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
    """Return vertical offsets that separate points, the same for the same n."""
    offsets: np.ndarray = 0.25 * np.sin(np.arange(n) * 2.4)
    return offsets
