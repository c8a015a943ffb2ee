"""Groups in one table: k-means clusters its rows; principal components and correlations group its columns."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA

from relecture import plotting
from relecture.illustrations.config import SeededFigureConfig
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


def cluster_rows(table: pd.DataFrame, seed: int) -> pd.Series:
    """Return two groups of rows by k-means, the best of twenty starts; the first row is in group 0."""
    clusters = KMeans(2, n_init=20, random_state=seed).fit_predict(table.to_numpy(float))
    return pd.Series(np.where(clusters == clusters[0], 0, 1), index=table.index)


def loadings(table: pd.DataFrame) -> pd.Series:
    """Return each column's loading on the first principal component, signed so that the first is negative."""
    component = PCA(1).fit(table.to_numpy(float)).components_[0]
    return pd.Series(-np.sign(component[0]) * component, index=table.columns)


def group_columns(table: pd.DataFrame) -> pd.Series:
    """Return two groups of columns by the sign of their loadings; the first column is in group 0."""
    return (loadings(table) > 0).astype(int)


def draw(config: SeededFigureConfig, data: Path | None = None) -> Illustration:
    """Draw the table, the table with its rows by group, and the loadings of its columns."""
    rows, weights, columns = cluster_rows(TABLE, config.seed), loadings(TABLE), group_columns(TABLE)
    ordered = TABLE.loc[rows.sort_values(kind="stable").index]
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(13, 5), width_ratios=(6, 6, 7))
    _draw_table(left, TABLE)
    left.set(title="Users by artists", xlabel="artist", ylabel="user")
    _draw_table(middle, ordered)
    middle.axhline((rows == 0).sum() - 0.5, color=plotting.RED, linewidth=3)
    middle.set(title="Rows: two groups by k-means", xlabel="artist")
    artists = np.arange(1, len(weights) + 1)
    for group, colour in enumerate((plotting.ORANGE, plotting.BLUE)):
        right.bar(artists[columns == group], weights[columns == group], color=colour)
    right.axhline(0, color="black", linewidth=1)
    right.set(title="Columns: two groups by PCA", xlabel="artist", ylabel="loading on the first component")
    right.set_xticks(artists)
    right.grid(axis="x", visible=False)
    numbers = pd.concat([_long(rows, "row group"), _long(weights, "loading"), _long(columns, "column group")])
    return Illustration(figure, numbers)


def _draw_table(axes: Axes, table: pd.DataFrame) -> None:
    plotting.annotated_heatmap(
        axes, table.to_numpy(), lambda value: f"{value:.0f}", cmap="gray_r", limits=(0, 1.5), fontsize=13
    )
    axes.set_xticks(range(6), [str(column) for column in range(1, 7)])
    axes.vlines(np.arange(0.5, 5), -0.5, len(table) - 0.5, color="white", linewidth=1)
    axes.hlines(np.arange(0.5, len(table) - 1), -0.5, 5.5, color="white", linewidth=1)
    axes.set_yticks(range(len(table)), table.index)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(True)


def _long(values: pd.Series, quantity: str) -> pd.DataFrame:
    return pd.DataFrame({"quantity": quantity, "name": values.index, "value": values.to_numpy()})
