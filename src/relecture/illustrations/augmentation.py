"""Augmentation: one digit and random variations that keep its label."""

from dataclasses import asdict, dataclass
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.ndimage import affine_transform

from relecture import plotting
from relecture.data import mnist
from relecture.illustrations.config import SeededFigureConfig
from relecture.illustrations.illustration import Illustration

N_TRANSFORMS = 9
MAX_ROTATION, MAX_SHIFT, MAX_ZOOM = 15.0, 1.5, 1.15  # degrees, pixels, factor; the smallest zoom is 1 / MAX_ZOOM


@dataclass(frozen=True)
class AffineTransform:
    """A counter-clockwise rotation (degrees), then a zoom about the centre, then a shift (pixels)."""

    rotation: float = 0.0
    zoom: float = 1.0
    shift_down: float = 0.0
    shift_right: float = 0.0

    def apply(self, image: np.ndarray) -> np.ndarray:
        """Return the transformed image (h, w), interpolated bilinearly and 0 (paper) outside the original."""
        angle = np.deg2rad(self.rotation)
        # Rows run downwards, so this matrix from output to input coordinates rotates counter-clockwise.
        inverse = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) / self.zoom
        centre = (np.array(image.shape) - 1) / 2
        offset = centre - inverse @ (centre + np.array([self.shift_down, self.shift_right]))
        transformed: np.ndarray = affine_transform(image.astype(float), inverse, offset, order=1)
        return transformed


def random_transforms(count: int, seed: int) -> list[AffineTransform]:
    """Draw transforms, uniform within the limits (the zoom on a log scale)."""
    random = np.random.RandomState(seed)
    return [
        AffineTransform(
            rotation=random.uniform(-MAX_ROTATION, MAX_ROTATION),
            zoom=MAX_ZOOM ** random.uniform(-1, 1),
            shift_down=random.uniform(-MAX_SHIFT, MAX_SHIFT),
            shift_right=random.uniform(-MAX_SHIFT, MAX_SHIFT),
        )
        for _ in range(count)
    ]


def draw(config: SeededFigureConfig, data: Path) -> Illustration:
    """Draw the first training image and its variations; `data` is the manifest of MNIST."""
    images = mnist.load(data)
    digit, label = images.train_images[0] / 255, int(images.train_labels[0])
    transforms = [AffineTransform(), *random_transforms(N_TRANSFORMS, config.seed)]
    numbers = pd.DataFrame([asdict(transform) for transform in transforms])
    numbers["ink"] = [transform.apply(digit).sum() for transform in transforms]
    figure, grid = plt.subplots(2, 5, figsize=(12, 6))
    for axes, transform in zip(grid.flat, transforms, strict=True):
        axes.imshow(transform.apply(digit), cmap="gray_r", vmin=0, vmax=1)
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(True)
        axes.set_title(_label(transform), fontsize=11, fontweight="normal")
    grid[0, 0].set_title(f"a {label} of MNIST")
    grid[0, 0].spines[:].set(linewidth=3, color=plotting.RED)
    numbers.insert(0, "label", label)
    return Illustration(figure, numbers, images.name if images.sample else "")


def _label(transform: AffineTransform) -> str:
    """Return `rotated 3° left, × 0.84` and the shift with arrows, in pixels."""
    side = "left" if transform.rotation > 0 else "right"
    rotation = f"rotated {abs(transform.rotation):.0f}° {side}, × {transform.zoom:.2f}"
    vertical = f"{'↓' if transform.shift_down > 0 else '↑'} {abs(transform.shift_down):.1f}"
    horizontal = f"{'→' if transform.shift_right > 0 else '←'} {abs(transform.shift_right):.1f}"
    return f"{rotation}\n{vertical}, {horizontal} pixels"
