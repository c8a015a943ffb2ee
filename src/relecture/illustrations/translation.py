"""Location invariance: what a moved picture changes in the image, in the feature map, and after max-pooling.

The feature map moves with the picture; pooling hides part of a small move; the largest value stays whatever the move.
"""

from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from relecture import plotting
from relecture.illustrations.convolution import one, stages
from relecture.illustrations.illustration import Illustration
from relecture.illustrations.matrix_plot import show

SHIFTS = range(5)  # pixels to the right
SHOWN = 1
NAMES = {"image": "image", "feature_map": "feature map", "pooled": "after tanh and pooling"}


def moved(image: np.ndarray, down: int, right: int) -> np.ndarray:
    """The image (h, w) moved by whole pixels; raises ValueError where ink would leave it."""
    rows, columns = np.nonzero(image)
    height, width = image.shape
    if min(rows) + down < 0 or max(rows) + down >= height or min(columns) + right < 0 or max(columns) + right >= width:
        raise ValueError(f"moved by {down} down and {right} right, ink would leave the image")
    return np.roll(image, (down, right), (0, 1))


def likeness(shifts: range = SHIFTS) -> pd.DataFrame:
    """How much each stage of the moved 1 is like that of the 1 in its place.

    Columns right (pixels), stage, correlation (of cells in the same place), largest (value of the stage).
    """
    still, rows = stages(one()), []
    for right in shifts:
        there = stages(moved(one(), 0, right))
        for name in NAMES:
            values = there[name]
            correlation = np.corrcoef(still[name].ravel(), values.ravel())[0, 1].round(12)
            rows.append((right, name, correlation, values.max()))
    return pd.DataFrame(rows, columns=["right", "stage", "correlation", "largest"])


def draw(config: dict[str, Any], data: Path | None = None) -> Illustration:
    """The 1 in its place and moved by a pixel, stage by stage; beside them the likeness for every move."""
    found = likeness()
    figure = plt.figure(figsize=(13.5, 6))
    pictures, curve = figure.subfigures(1, 2, width_ratios=(8, 5), squeeze=False).ravel()
    grid = pictures.subplots(2, 3)
    for line, right, place in zip(grid, (0, SHOWN), ("in its place", "one pixel to the right"), strict=True):
        shown = stages(moved(one(), 0, right))
        for axes, (name, title) in zip(line, NAMES.items(), strict=True):
            like = found[(found.right == right) & (found.stage == name)].correlation.item()
            show(axes, shown[name], "" if right else title[0].upper() + title[1:])
            axes.set_xlabel(f"likeness {like:.2f}, largest {shown[name].max():.2f}")
        line[0].set_ylabel(place)
    axes = curve.subplots()
    for (name, title), colour, marker in zip(
        NAMES.items(), (plotting.GREY, plotting.SKY, plotting.BLUE), "os^", strict=True
    ):
        rows = found[found.stage == name]
        axes.plot(rows.right, rows.correlation, marker=marker, color=colour, linewidth=2.5, label=title, markersize=8)
    axes.set(
        title="Pooling hides part of a small move",
        xlabel="moved to the right by (pixels)",
        ylabel="likeness to the 1 in its place (correlation)",
        xticks=SHIFTS,
    )
    axes.legend()
    return Illustration(figure, found)
