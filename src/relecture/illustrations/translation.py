"""Translation of an image: its effect on the image, on the feature map, and after max-pooling.

The feature map is shifted like the image (equivariance); pooling hides part of a small shift; the maximum does not
change (invariance).
"""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from relecture import plotting
from relecture.illustrations.config import UnseededFigureConfig
from relecture.illustrations.convolution import compute_stages, digit_one
from relecture.illustrations.illustration import Illustration
from relecture.illustrations.matrix_plot import draw_matrix

SHIFTS = range(5)  # pixels to the right
DRAWN_SHIFT = 1
NAMES = {"image": "image", "feature_map": "feature map", "pooled": "after tanh and pooling"}


def shift_image(image: np.ndarray, down: int, right: int) -> np.ndarray:
    """Return the image (h, w) shifted by whole pixels; raise ValueError if ink would leave it."""
    rows, columns = np.nonzero(image)
    height, width = image.shape
    if min(rows) + down < 0 or max(rows) + down >= height or min(columns) + right < 0 or max(columns) + right >= width:
        raise ValueError(f"shifted by {down} down and {right} right, ink would leave the image")
    return np.roll(image, (down, right), (0, 1))


def shift_correlations(shifts: range = SHIFTS) -> pd.DataFrame:
    """Compare each stage of the shifted 1 with that of the original.

    Returns:
        The columns right (pixels), stage, correlation (of cells at the same position), largest (value of the stage).
    """
    original, rows = compute_stages(digit_one()), []
    for right in shifts:
        shifted = compute_stages(shift_image(digit_one(), 0, right))
        for name in NAMES:
            values = shifted[name]
            correlation = np.corrcoef(original[name].ravel(), values.ravel())[0, 1].round(12)
            rows.append((right, name, correlation, values.max()))
    return pd.DataFrame(rows, columns=["right", "stage", "correlation", "largest"])


def draw(config: UnseededFigureConfig, data: Path | None = None) -> Illustration:
    """Draw the 1 and the 1 shifted by a pixel, stage by stage, and the correlation for every shift."""
    numbers = shift_correlations()
    figure = plt.figure(figsize=(13.5, 6))
    pictures, curve = figure.subfigures(1, 2, width_ratios=(8, 5), squeeze=False).ravel()
    grid = pictures.subplots(2, 3)
    for line, right, label in zip(grid, (0, DRAWN_SHIFT), ("original", "one pixel to the right"), strict=True):
        stages = compute_stages(shift_image(digit_one(), 0, right))
        for axes, (name, title) in zip(line, NAMES.items(), strict=True):
            correlation = numbers[(numbers.right == right) & (numbers.stage == name)].correlation.item()
            draw_matrix(axes, stages[name], "" if right else title[0].upper() + title[1:])
            axes.set_xlabel(f"correlation {correlation:.2f}, maximum {stages[name].max():.2f}")
        line[0].set_ylabel(label)
    axes = curve.subplots()
    for (name, title), colour, marker in zip(
        NAMES.items(), (plotting.GREY, plotting.SKY, plotting.BLUE), "os^", strict=True
    ):
        rows = numbers[numbers.stage == name]
        axes.plot(rows.right, rows.correlation, marker=marker, color=colour, linewidth=2.5, label=title, markersize=8)
    axes.set(
        title="Pooling hides part of a small shift",
        xlabel="shift to the right (pixels)",
        ylabel="correlation with the original",
        xticks=SHIFTS,
    )
    axes.legend()
    return Illustration(figure, numbers)
