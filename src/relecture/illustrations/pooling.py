"""Max-pooling of blocks of 2 x 2 and 3 x 3: an example with numbers, and its effect on a digit."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from relecture import plotting
from relecture.data import mnist
from relecture.illustrations.config import SeededFigureConfig
from relecture.illustrations.convolution import max_pool
from relecture.illustrations.illustration import Illustration
from relecture.illustrations.matrix_plot import draw_cell_grid

SIZES = (2, 3)
EXAMPLE_SIDE = 6  # divisible by both sizes
SHADES = ("#D6E8F5", "#FBE6BF")  # of neighbouring blocks


def example_numbers(seed: int) -> np.ndarray:
    """Draw the numbers of the example, (6, 6), whole and from 0 to 9."""
    return np.random.RandomState(seed).randint(0, 10, (EXAMPLE_SIDE, EXAMPLE_SIDE))


def pooled_images(image: np.ndarray) -> dict[int, np.ndarray]:
    """Return the image itself under 1, and pooled with each of SIZES."""
    return {1: image, **{size: max_pool(image, size) for size in SIZES}}


def pooled_table(images: dict[str, np.ndarray]) -> pd.DataFrame:
    """Return the columns image, block (1, 2, 3), row, column (from 0), value."""
    rows = [
        (name, size, *cell, value)
        for name, image in images.items()
        for size, pooled in pooled_images(image).items()
        for cell, value in np.ndenumerate(pooled)
    ]
    return pd.DataFrame(rows, columns=["image", "block", "row", "column", "value"])


def draw(config: SeededFigureConfig, data: Path) -> Illustration:
    """Draw the example on the left, a digit of MNIST on the right; `data` is the manifest of MNIST."""
    images = mnist.load(data)
    example, digit = example_numbers(config.seed), images.train_images[0] / 255
    figure = plt.figure(figsize=(13.5, 7.6))
    left, right = figure.subfigures(1, 2, width_ratios=(1, 1.45), squeeze=False).ravel()
    grid = left.subplots(2, 2, width_ratios=(6, 3))
    for line, size in zip(grid, SIZES, strict=True):
        _draw_blocks(line[0], example, size)
        _draw_blocks(line[1], max_pool(example, size), 1)
        line[0].set_title(f"Blocks of {size} × {size}", fontsize=13)
        line[1].set_title("Largest of each", fontsize=13)
    pictures = right.subplots(2, 2)
    for line, size in zip(pictures, SIZES, strict=True):
        pooled = max_pool(digit, size)
        for axes, picture, text in (
            (line[0], digit, f"{digit.shape[0]} × {digit.shape[1]} = {digit.size} pixels"),
            (line[1], pooled, f"{pooled.shape[0]} × {pooled.shape[1]} = {pooled.size} maxima"),
        ):
            axes.imshow(picture, cmap="gray_r", vmin=0, vmax=1)
            axes.set_title(text, fontsize=13)
        draw_cell_grid(line[0], digit.shape, colour="#DDDDDD", linewidth=0.3)
        _draw_block_lines(line[0], digit.shape[0], size)
        draw_cell_grid(line[1], pooled.shape, colour="#DDDDDD", linewidth=0.5)
    numbers = pooled_table({"example": example, "digit": digit})
    return Illustration(figure, numbers, images.name if images.sample else "")


def _draw_blocks(axes: Axes, values: np.ndarray, size: int) -> None:
    """Draw numbers with neighbouring blocks in different shades, and the largest of each block in bold."""
    height, width = values.shape
    for row in range(0, height, size):
        for column in range(0, width, size):
            shade = SHADES[(row // size + column // size) % 2]
            axes.add_patch(Rectangle((column - 0.5, row - 0.5), size, size, facecolor=shade, edgecolor="black"))
    for (row, column), value in np.ndenumerate(values):
        top, left = row // size * size, column // size * size
        is_largest = value == values[top : top + size, left : left + size].max()
        text = axes.text(column, row, f"{value}", ha="center", va="center", fontsize=15)
        if is_largest and size > 1:
            text.set(fontweight="bold", color=plotting.RED)
    axes.set(xlim=(-0.55, width - 0.45), ylim=(height - 0.45, -0.55), aspect="equal")
    axes.axis("off")


def _draw_block_lines(axes: Axes, side: int, size: int) -> None:
    """Draw the borders of the blocks that lie wholly inside the image."""
    end = side // size * size
    edges = np.arange(0, end + 1, size) - 0.5
    axes.hlines(edges, -0.5, end - 0.5, color=plotting.SKY, linewidth=0.8)
    axes.vlines(edges, -0.5, end - 0.5, color=plotting.SKY, linewidth=0.8)
