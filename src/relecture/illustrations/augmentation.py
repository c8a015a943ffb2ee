"""Augmentation: one digit, and variations of it that a reader still takes for the same."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.ndimage import affine_transform

from relecture.data import mnist
from relecture.illustrations.illustration import Illustration

VARIATIONS = 9
DEGREES, PIXELS, ZOOM = 20.0, 3.0, 1.2  # the largest turn, shift and zoom; the smallest zoom is 1/1.2


@dataclass(frozen=True)
class Variation:
    """A turn counter-clockwise (degrees), then a zoom about the centre, then a shift (pixels)."""

    turn: float = 0.0
    zoom: float = 1.0
    down: float = 0.0
    right: float = 0.0

    def applied(self, image: np.ndarray) -> np.ndarray:
        """The image (h, w) varied, bilinear between pixels, paper (0) where nothing was."""
        angle = np.deg2rad(self.turn)
        # Rows run downwards, so this matrix, from new places to old ones, turns the picture counter-clockwise.
        back = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) / self.zoom
        centre = (np.array(image.shape) - 1) / 2
        offset = centre - back @ (centre + np.array([self.down, self.right]))
        return affine_transform(image.astype(float), back, offset, order=1)


def variations(count: int, seed: int) -> list[Variation]:
    """Random variations, uniform within the limits (the zoom on a log scale)."""
    random = np.random.RandomState(seed)
    return [
        Variation(
            turn=random.uniform(-DEGREES, DEGREES),
            zoom=ZOOM ** random.uniform(-1, 1),
            down=random.uniform(-PIXELS, PIXELS),
            right=random.uniform(-PIXELS, PIXELS),
        )
        for _ in range(count)
    ]


def draw(spec: dict[str, Any], data: Path) -> Illustration:
    """The first training image and its variations; data is the manifest of MNIST."""
    images = mnist.load(data)
    digit, label = images.train_images[0] / 255, int(images.train_labels[0])
    all_of_them = [Variation(), *variations(VARIATIONS, spec["seed"])]
    numbers = pd.DataFrame([asdict(variation) for variation in all_of_them])
    numbers["ink"] = [variation.applied(digit).sum() for variation in all_of_them]
    figure = plt.figure(figsize=(12, 5.6))
    left, right = figure.subfigures(1, 2, width_ratios=(2, 5))
    axes = left.subplots()
    _picture(axes, digit, f"a {label} of MNIST")
    for axes, variation in zip(right.subplots(3, 3).flat, all_of_them[1:], strict=True):
        text = f"{variation.turn:+.0f}°, × {variation.zoom:.2f}, ↓ {variation.down:+.1f}, → {variation.right:+.1f}"
        _picture(axes, variation.applied(digit), text.replace("-", "−"), fontsize=10)
    numbers.insert(0, "label", label)
    return Illustration(figure, numbers, images.name if images.sample else "")


def _picture(axes: plt.Axes, image: np.ndarray, title: str, fontsize: float = 13) -> None:
    axes.imshow(image, cmap="gray_r", vmin=0, vmax=1)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(True)
    axes.set_title(title, fontsize=fontsize, loc="center", fontweight="normal")
