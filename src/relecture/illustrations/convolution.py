"""Convolution: a filter applied to an image of a 1, its feature map, tanh, and max-pooling (ISL section 10.3)."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from relecture.illustrations.config import UnseededFigureConfig
from relecture.illustrations.illustration import Illustration
from relecture.illustrations.matrix_plot import draw_frame, draw_matrix

#: The lecture's filter: its output is largest at a stroke from the upper left to the lower right.
DIAGONAL_FILTER = np.eye(3)

STAGES = ("image", "feature_map", "tanh", "pooled")

#: The window that is framed in every stage: row and column of its upper left pixel.
FRAMED_WINDOW = (10, 7)


def digit_one() -> np.ndarray:
    """Return the lecture's image of a 1: 16 x 16 numbers from 0 (paper) to 1 (ink)."""
    image = np.zeros((16, 16))
    image[3:7, 6:8] = 0.6, 1.0
    image[7:14, 6:10] = [
        [0.3, 1.0, 0.5, 0.0],
        [0.0, 1.0, 0.5, 0.0],
        [0.0, 1.0, 1.0, 0.0],
        [0.0, 1.0, 1.0, 0.0],
        [0.8, 0.8, 1.0, 0.0],
        [0.8, 0.8, 1.0, 0.2],
        [0.3, 1.0, 0.2, 0.0],
    ]
    return image


def convolve(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Return the feature map, the sum of image x filter in every full window; (h, w) and (a, b) -> (h-a+1, w-b+1).

    As in all CNNs the filter is not flipped, so strictly this is a cross-correlation.
    """
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    feature_map: np.ndarray = np.einsum("ijab,ab->ij", windows, kernel)
    return feature_map


def max_pool(values: np.ndarray, size: int = 2) -> np.ndarray:
    """Return the maximum of each block of size x size; rows and columns that fill no block are dropped."""
    height, width = (length // size for length in values.shape)
    blocks = values[: height * size, : width * size].reshape(height, size, width, size)
    pooled: np.ndarray = blocks.max(axis=(1, 3))
    return pooled


def compute_stages(image: np.ndarray) -> dict[str, np.ndarray]:
    """Return the image, the feature map, its tanh and the pooled map, by the names of STAGES."""
    feature_map = convolve(image, DIAGONAL_FILTER)
    activated = np.tanh(feature_map)
    return dict(zip(STAGES, (image, feature_map, activated, max_pool(activated)), strict=True))


def nonzero_cells(stages: dict[str, np.ndarray]) -> pd.DataFrame:
    """Return the columns stage, row, column (from 0), value of every cell that is not zero."""
    rows = [(name, *cell, value) for name, values in stages.items() for cell, value in np.ndenumerate(values) if value]
    return pd.DataFrame(rows, columns=["stage", "row", "column", "value"])


def draw(config: UnseededFigureConfig, data: Path | None = None) -> Illustration:
    """Draw every stage with its numbers, and frame one window in all of them."""
    stages = compute_stages(digit_one())
    row, column = FRAMED_WINDOW
    block = row // 2, column // 2
    figure, grid = plt.subplots(1, 5, figsize=(13.5, 4), width_ratios=(16, 4, 14, 14, 9))
    image, kernel, feature_map, activated, pooled = grid
    draw_matrix(image, stages["image"], "Image, 16 × 16", fontsize=7)
    draw_matrix(kernel, DIAGONAL_FILTER, "Filter", fontsize=9)
    draw_matrix(feature_map, stages["feature_map"], "Feature map, 14 × 14", fontsize=7)
    draw_matrix(activated, stages["tanh"], "tanh", fontsize=7, digits=2)
    draw_matrix(pooled, stages["pooled"], "2 × 2 max-pooling", fontsize=9, digits=2)
    draw_frame(image, row, column, 3)
    draw_frame(kernel, 0, 0, 3)
    draw_frame(feature_map, row, column, 1)
    draw_frame(activated, 2 * block[0], 2 * block[1], 2)
    draw_frame(pooled, *block, 1)
    return Illustration(figure, nonzero_cells(stages))
