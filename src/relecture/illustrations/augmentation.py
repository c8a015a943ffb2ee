"""Augmentation: one digit, and variations of it that a reader still takes for the same."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.ndimage import affine_transform

from relecture import plotting
from relecture.data import mnist
from relecture.illustrations.illustration import Illustration

VARIATIONS = 9
DEGREES, PIXELS, ZOOM = 15.0, 1.5, 1.15  # the largest turn, shift and zoom; the smallest zoom is 1 / ZOOM


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


def draw(config: dict[str, Any], data: Path) -> Illustration:
    """The first training image and its variations; data is the manifest of MNIST."""
    images = mnist.load(data)
    digit, label = images.train_images[0] / 255, int(images.train_labels[0])
    all_of_them = [Variation(), *variations(VARIATIONS, config["seed"])]
    numbers = pd.DataFrame([asdict(variation) for variation in all_of_them])
    numbers["ink"] = [variation.applied(digit).sum() for variation in all_of_them]
    figure, grid = plt.subplots(2, 5, figsize=(12, 6))
    for axes, variation in zip(grid.flat, all_of_them, strict=True):
        axes.imshow(variation.applied(digit), cmap="gray_r", vmin=0, vmax=1)
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(True)
        axes.set_title(_said(variation), fontsize=11, fontweight="normal")
    grid[0, 0].set_title(f"a {label} of MNIST")
    grid[0, 0].spines[:].set(linewidth=3, color=plotting.RED)
    numbers.insert(0, "label", label)
    return Illustration(figure, numbers, images.name if images.sample else "")


def _said(variation: Variation) -> str:
    """`turned 3° left, × 0.84` and the shift with arrows, in pixels."""
    turn = f"turned {abs(variation.turn):.0f}° {'left' if variation.turn > 0 else 'right'}, × {variation.zoom:.2f}"
    vertical = f"{'↓' if variation.down > 0 else '↑'} {abs(variation.down):.1f}"
    horizontal = f"{'→' if variation.right > 0 else '←'} {abs(variation.right):.1f}"
    return f"{turn}\n{vertical}, {horizontal} pixels"
