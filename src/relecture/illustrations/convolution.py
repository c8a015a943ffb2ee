"""Convolution: a filter slid over a picture of a 1, its feature map, tanh, and max-pooling (ISL section 10.3)."""

from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from relecture.illustrations.illustration import Illustration
from relecture.illustrations.matrix_plot import frame, show

#: The lecture's filter: it answers most strongly to a stroke from the upper left to the lower right.
DIAGONAL = np.eye(3)

STAGES = ("image", "feature_map", "tanh", "pooled")

#: The window that the figure follows from the picture to the pooled map: row and column of its upper left pixel.
FOLLOWED = (10, 7)


def one() -> np.ndarray:
    """The lecture's picture of a 1: 16 x 16 numbers from 0 (paper) to 1 (ink)."""
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
    """The feature map: the sum of image x filter in every window that fits; (h, w) and (a, b) -> (h-a+1, w-b+1).

    As in all CNNs the filter is not flipped, so strictly this is a cross-correlation.
    """
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.einsum("ijab,ab->ij", windows, kernel)


def pool(values: np.ndarray, size: int = 2) -> np.ndarray:
    """Max-pooling: the largest of each block of size x size; rows and columns that fill no block are left out."""
    height, width = (length // size for length in values.shape)
    blocks = values[: height * size, : width * size].reshape(height, size, width, size)
    return blocks.max(axis=(1, 3))


def stages(image: np.ndarray) -> dict[str, np.ndarray]:
    """From the image to the pooled map, by the names of STAGES."""
    feature_map = convolve(image, DIAGONAL)
    activated = np.tanh(feature_map)
    return dict(zip(STAGES, (image, feature_map, activated, pool(activated)), strict=True))


def cells(found: dict[str, np.ndarray]) -> pd.DataFrame:
    """Columns stage, row, column (from 0), value: every cell that is not zero."""
    rows = [(name, *cell, value) for name, values in found.items() for cell, value in np.ndenumerate(values) if value]
    return pd.DataFrame(rows, columns=["stage", "row", "column", "value"])


def draw(config: dict[str, Any], data: Path | None = None) -> Illustration:
    """Every stage with its numbers; one window is followed all the way."""
    found = stages(one())
    row, column = FOLLOWED
    block = row // 2, column // 2
    figure, grid = plt.subplots(1, 5, figsize=(13.5, 4), width_ratios=(16, 4, 14, 14, 9))
    image, kernel, feature_map, activated, pooled = grid
    show(image, found["image"], "Image, 16 × 16", fontsize=7)
    show(kernel, DIAGONAL, "Filter", fontsize=9)
    show(feature_map, found["feature_map"], "Feature map, 14 × 14", fontsize=7)
    show(activated, found["tanh"], "tanh", fontsize=7, digits=2)
    show(pooled, found["pooled"], "2 × 2 max-pooling", fontsize=9, digits=2)
    frame(image, row, column, 3)
    frame(kernel, 0, 0, 3)
    frame(feature_map, row, column, 1)
    frame(activated, 2 * block[0], 2 * block[1], 2)
    frame(pooled, *block, 1)
    return Illustration(figure, cells(found))
