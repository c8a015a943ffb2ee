"""One table, two questions: k-means groups its rows, principal components and correlations group its columns."""

from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA

from relecture import plotting
from relecture.illustrations.illustration import Illustration

#: The lecture's users by artists: 1 where a user listens to an artist.
TABLE = pd.DataFrame(
    [
        [0, 0, 0, 1, 1, 1],
        [1, 1, 0, 0, 0, 0],
        [0, 0, 0, 1, 1, 0],
        [1, 1, 1, 0, 0, 0],
        [0, 0, 0, 0, 1, 1],
        [0, 1, 1, 0, 0, 0],
        [1, 1, 0, 0, 0, 0],
        [0, 0, 0, 1, 1, 0],
    ],
    index=list("ABCDEFGH"),
    columns=[f"artist {i}" for i in range(1, 7)],
)


def row_groups(table: pd.DataFrame, seed: int) -> pd.Series:
    """Two groups of rows by k-means, the best of twenty starts; the first row is in group 0."""
    found = KMeans(2, n_init=20, random_state=seed).fit_predict(table.to_numpy(float))
    return pd.Series(np.where(found == found[0], 0, 1), index=table.index)


def loadings(table: pd.DataFrame) -> pd.Series:
    """Each column's weight in the first principal component; that of the first column is negative."""
    weights = PCA(1).fit(table.to_numpy(float)).components_[0]
    return pd.Series(-np.sign(weights[0]) * weights, index=table.columns)


def column_groups(table: pd.DataFrame) -> pd.Series:
    """Two groups of columns, by the sign of their weights; the first column is in group 0."""
    return (loadings(table) > 0).astype(int)


def draw(config: dict[str, Any], data: Path | None = None) -> Illustration:
    """The table as it is, with its rows in groups, and its columns' correlations and weights."""
    rows, weights, columns = row_groups(TABLE, **config), loadings(TABLE), column_groups(TABLE)
    ordered = TABLE.loc[rows.sort_values(kind="stable").index]
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(13, 5), width_ratios=(6, 6, 7))
    _table(left, TABLE)
    left.set(title="Users by artists", xlabel="artist", ylabel="user")
    _table(middle, ordered)
    middle.axhline((rows == 0).sum() - 0.5, color=plotting.RED, linewidth=3)
    middle.set(title="Rows: two groups by k-means", xlabel="artist")
    places = np.arange(1, len(weights) + 1)
    for group, colour in enumerate((plotting.ORANGE, plotting.BLUE)):
        right.bar(places[columns == group], weights[columns == group], color=colour)
    right.axhline(0, color="black", linewidth=1)
    right.set(title="Columns: two groups by PCA", xlabel="artist", ylabel="weight in the first component")
    right.set_xticks(places)
    right.grid(axis="x", visible=False)
    numbers = pd.concat([_long(rows, "row group"), _long(weights, "weight"), _long(columns, "column group")])
    return Illustration(figure, numbers)


def _table(axes: Axes, table: pd.DataFrame) -> None:
    axes.imshow(table, cmap="gray_r", vmin=0, vmax=1.5, aspect="auto")
    for (row, column), value in np.ndenumerate(table.to_numpy()):
        axes.text(column, row, value, ha="center", va="center", color="white" if value else "#707070", fontsize=13)
    axes.set_xticks(range(6), [str(column) for column in range(1, 7)])
    axes.vlines(np.arange(0.5, 5), -0.5, len(table) - 0.5, color="white", linewidth=1)
    axes.hlines(np.arange(0.5, len(table) - 1), -0.5, 5.5, color="white", linewidth=1)
    axes.set_yticks(range(len(table)), table.index)
    axes.tick_params(length=0)
    axes.grid(False)
    axes.spines[:].set_visible(True)


def _long(values: pd.Series, what: str) -> pd.DataFrame:
    return pd.DataFrame({"what": what, "name": values.index, "value": values.to_numpy()})
