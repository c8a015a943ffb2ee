"""MNIST examples, arranged as in ISL Figure 10.3: many digits above, three of them below as 784 numbers each."""

from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from relecture.data import mnist
from relecture.illustrations.illustration import Illustration

LINES = 4
ENLARGED = (3, 5, 8)


def examples(labels: np.ndarray, each: int = LINES) -> np.ndarray:
    """Where the first `each` of every digit are among labels (n,): (each, 10), column d holds the digit d."""
    return np.column_stack([np.flatnonzero(labels == digit)[:each] for digit in range(10)])


def draw(config: dict[str, Any], data: Path) -> Illustration:
    """The first images of each digit, and the first 3, 5 and 8 with their pixels; data is the manifest of MNIST."""
    images = mnist.load(data)
    places = examples(images.train_labels)
    figure = plt.figure(figsize=(10, 8.2))
    above, below = figure.subfigures(2, 1, height_ratios=(4, 3.6), squeeze=False).ravel()
    sheet = above.subplots()
    sheet.imshow(np.block([[images.train_images[i] for i in line] for line in places]), cmap="gray_r")
    sheet.set(xticks=[], yticks=[])
    sheet.grid(False)
    sheet.spines[:].set_visible(False)
    for axes, digit in zip(below.subplots(1, len(ENLARGED)), ENLARGED, strict=True):
        axes.imshow(images.train_images[places[0, digit]], cmap="gray_r")
        axes.set_xticks(np.arange(-0.5, 28), [""] * 29)
        axes.set_yticks(np.arange(-0.5, 28), [""] * 29)
        axes.tick_params(length=0)
        axes.grid(color="#BDBDBD", linewidth=0.5)
        axes.set_axisbelow(False)
        axes.spines[:].set_visible(True)
    rows = [(line, digit, places[line, digit]) for line, digit in np.ndindex(places.shape)]
    numbers = pd.DataFrame(rows, columns=["line", "label", "training_image"])
    numbers["mean_pixel"] = images.train_images[numbers.training_image].mean((1, 2)).round(3)
    return Illustration(figure, numbers, images.name if images.sample else "")
