"""The filter slides over the image of a 1: at four positions the window, its products with the filter, and the map."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure

from relecture import plotting
from relecture.illustrations.config import UnseededFigureConfig
from relecture.illustrations.convolution import DIAGONAL_FILTER, convolve, digit_one
from relecture.illustrations.illustration import Illustration
from relecture.illustrations.matrix_plot import draw_cell_grid, draw_frame, draw_matrix

#: Row and column (from 0) of the upper left pixel of each window, in the order in which the filter reaches them.
POSITIONS = ((0, 0), (1, 4), (6, 7), (10, 7))


def products(position: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Return the window of the 1 at `position` and its products with the filter, (3, 3) each."""
    (row, column), (height, width) = position, DIAGONAL_FILTER.shape
    window = digit_one()[row : row + height, column : column + width]
    return window, window * DIAGONAL_FILTER


def map_until(position: tuple[int, int]) -> np.ndarray:
    """Return the feature map as far as it is computed at `position`, row by row from the left; NaN elsewhere."""
    feature_map = convolve(digit_one(), DIAGONAL_FILTER)
    row, column = position
    feature_map[row, column + 1 :] = np.nan
    feature_map[row + 1 :] = np.nan
    return feature_map


def product_table() -> pd.DataFrame:
    """Return the columns position (from 1), row, column (from 0), pixel, weight, product: nine rows per position."""
    rows = []
    for number, position in enumerate(POSITIONS, start=1):
        window, product = products(position)
        for (i, j), value in np.ndenumerate(product):
            cell = position[0] + i, position[1] + j
            rows.append((number, *cell, window[i, j], DIAGONAL_FILTER[i, j], value))
    return pd.DataFrame(rows, columns=["position", "row", "column", "pixel", "weight", "product"])


def draw(config: UnseededFigureConfig, data: Path | None = None) -> Illustration:
    """Draw a column per position: the window in the image, window times filter, the map so far."""
    figure = plt.figure(figsize=(14, 9))
    columns = figure.subfigures(1, len(POSITIONS), squeeze=False).ravel()
    for column, position in zip(columns, POSITIONS, strict=True):
        _draw_position(column, position)
    return Illustration(figure, product_table())


def _draw_position(column: SubFigure, position: tuple[int, int]) -> None:
    above, middle, below = column.subfigures(3, 1, height_ratios=(10, 4.6, 10), squeeze=False).ravel()
    image = above.subplots()
    draw_matrix(image, digit_one(), f"Window at row {position[0] + 1}, column {position[1] + 1}", fontsize=7)
    draw_frame(image, *position, 3)
    window, product = products(position)
    grid = middle.subplots(1, 3)
    for axes, values, title in zip(
        grid, (window, DIAGONAL_FILTER, product), ("window", "× filter", "= products"), strict=True
    ):
        _draw_numbers(axes, values, title)
    draw_frame(grid[0], 0, 0, 3)
    terms = " + ".join(_short(value) for value in np.diag(product))
    middle.supxlabel(f"{terms} = {_short(product.sum())}", fontsize=13, fontweight="bold", color=plotting.RED)
    feature_map = below.subplots()
    until, largest = map_until(position), convolve(digit_one(), DIAGONAL_FILTER).max()
    draw_matrix(feature_map, np.nan_to_num(until), "Feature map (blue: not yet)", fontsize=7, largest=largest)
    feature_map.imshow(np.where(np.isnan(until), 0.5, np.nan), cmap="Blues", vmin=0, vmax=2, zorder=0.5)
    draw_frame(feature_map, *position, 1)


def _draw_numbers(axes: Axes, values: np.ndarray, title: str) -> None:
    plotting.annotated_heatmap(axes, values, _short, cmap="gray_r", limits=(0, 1.25), white_above=0.44, fontsize=12)
    draw_cell_grid(axes, values.shape)
    axes.set_title(title, fontsize=12, fontweight="normal", loc="center")


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
