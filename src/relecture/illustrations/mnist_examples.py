"""MNIST examples, arranged as in ISL Figure 10.3: many digits above, three of them below as 784 numbers each."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from relecture.data import mnist
from relecture.illustrations.config import UnseededFigureConfig
from relecture.illustrations.illustration import Illustration
from relecture.illustrations.matrix_plot import draw_cell_grid

N_LINES = 4
ENLARGED_DIGITS = (3, 5, 8)


def example_indices(labels: np.ndarray, n_lines: int = N_LINES) -> np.ndarray:
    """Return the indices of the first `n_lines` of every digit in labels (n,): (n_lines, 10), column d for digit d."""
    return np.column_stack([np.flatnonzero(labels == digit)[:n_lines] for digit in range(10)])


def draw(config: UnseededFigureConfig, data: Path) -> Illustration:
    """Draw the first images of each digit, and the first 3, 5 and 8 enlarged; `data` is the manifest of MNIST."""
    images = mnist.load(data)
    indices = example_indices(images.train_labels)
    figure = plt.figure(figsize=(10, 8.2))
    above, below = figure.subfigures(2, 1, height_ratios=(4, 3.6), squeeze=False).ravel()
    sheet = above.subplots()
    sheet.imshow(np.block([[images.train_images[i] for i in line] for line in indices]), cmap="gray_r")
    sheet.set(xticks=[], yticks=[])
    sheet.grid(False)
    sheet.spines[:].set_visible(False)
    for axes, digit in zip(below.subplots(1, len(ENLARGED_DIGITS)), ENLARGED_DIGITS, strict=True):
        image = images.train_images[indices[0, digit]]
        axes.imshow(image, cmap="gray_r")
        draw_cell_grid(axes, image.shape, colour="#BDBDBD", linewidth=0.5)
    rows = [(line, digit, indices[line, digit]) for line, digit in np.ndindex(indices.shape)]
    numbers = pd.DataFrame(rows, columns=["line", "label", "training_image"])
    numbers["mean_pixel"] = images.train_images[numbers.training_image].mean((1, 2)).round(3)
    return Illustration(figure, numbers, images.name if images.sample else "")
