"""Figures of the material: sheets, good and bad, and cells in comparison with MNIST."""

import textwrap
from dataclasses import dataclass
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from relecture import plotting
from relecture.tallies.networks.cell_dataset import CellDataset
from relecture.tallies.segmentation.layout import FormLayout
from relecture.tallies.segmentation.rectify import UnreadableSheet, open_page, rectify
from relecture.tallies.segmentation.sheet_folder import list_pages

MAX_SHEETS = 200  # searched for examples
N_COLUMNS = 4
N_PER_DIGIT = 8  # cells of each digit in the figure


@dataclass(frozen=True)
class _Page:
    """A page, the outlines of its boxes (None if unreadable), and how dark their lines are."""

    name: str
    image: np.ndarray
    outlines: np.ndarray | None
    line_darkness: float
    reason: str = ""


def examples(folder: Path) -> Figure:
    """Draw ordinary sheets in the upper row; below, unreadable sheets and those with the faintest print.

    The detected boxes are outlined.
    """
    paths, layout = list_pages(folder)
    pages = [_rectify_page(path, layout) for path in paths[:MAX_SHEETS]]
    by_darkness = sorted((page for page in pages if page.outlines is not None), key=lambda page: page.line_darkness)
    unreadable = [page for page in pages if page.outlines is None and page.image.size][: N_COLUMNS // 2]
    faint = by_darkness[: N_COLUMNS - len(unreadable)]
    darker = by_darkness[len(by_darkness) // 4 :]
    ordinary = darker[:: max(len(darker) // N_COLUMNS, 1)][:N_COLUMNS]
    rows = [row for row in (ordinary, [*faint, *unreadable]) if row]
    height, width = rows[0][0].image.shape
    size = (13, 13 / N_COLUMNS * (height / width + 0.12) * len(rows) + 0.4)
    figure, grid = plt.subplots(len(rows), N_COLUMNS, figsize=size, squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for axes_row, row in zip(grid, rows, strict=True):
        for axes, page in zip(axes_row, row, strict=False):
            _draw_page(axes, page)
    n_readable = sum(page.outlines is not None for page in pages)
    sheets = f"{len(pages)} sheets" if len(pages) == len(paths) else f"the first {len(pages)} sheets"
    title = f"{n_readable} of {sheets} are readable; the faintest print and unreadable sheets below"
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
    return figure


def cells_grid(cells: CellDataset, mnist_images: np.ndarray, mnist_labels: np.ndarray) -> Figure:
    """Draw cells of sheets and images of MNIST (n, 28, 28) with labels (n,): a row per digit."""
    figure, halves = plt.subplots(1, 2, figsize=(13, 6.9))
    cell_images, cell_labels = cells.part("train")
    for axes, title, images, labels in (
        (halves[0], "MNIST: every digit large and centred", mnist_images, mnist_labels),
        (halves[1], f"Cells: {cells.name}", cell_images, cell_labels),
    ):
        by_digit = [images[labels == digit] for digit in range(10)]
        rows = [of_digit[:: max(len(of_digit) // N_PER_DIGIT, 1)][:N_PER_DIGIT] for of_digit in by_digit]
        rows = [np.pad(row, ((0, N_PER_DIGIT - len(row)), (0, 0), (0, 0))) for row in rows]
        mosaic = np.stack(rows).transpose(0, 2, 1, 3).reshape(280, 28 * N_PER_DIGIT)
        axes.imshow(mosaic, cmap="gray_r", vmin=0, vmax=255, interpolation="nearest")
        axes.set_xticks(np.arange(-0.5, 28 * N_PER_DIGIT, 28), [])
        axes.set_yticks(np.arange(-0.5, 280, 28), [])
        axes.set_yticks(np.arange(13.5, 280, 28), range(10), minor=True)
        axes.tick_params(which="both", length=0)
        axes.grid(color="#BBBBBB", linewidth=0.8)
        axes.set_axisbelow(False)
        axes.set_title(title, fontsize=12)
    halves[0].set_ylabel("digit")
    return figure


def _rectify_page(path: Path, layout: FormLayout) -> _Page:
    image = np.empty((0, 0), np.uint8)
    try:
        image = open_page(path)
        forms = rectify(image, layout)
    except UnreadableSheet as reason:
        return _Page(path.stem, image, None, 0.0, str(reason))
    outlines = np.concatenate([form.outlines() for form in forms])
    return _Page(path.stem, image, outlines, min(form.line_darkness for form in forms))


def _draw_page(axes: Axes, page: _Page) -> None:
    axes.imshow(page.image, cmap="gray", vmin=0, vmax=255)
    for outline in [] if page.outlines is None else page.outlines:
        axes.fill(*outline.T, facecolor="none", edgecolor=plotting.BLUE, linewidth=1)
    readable = page.outlines is not None
    title = page.name if readable else textwrap.fill(f"{page.name}, unreadable: {page.reason}", 36)
    colour = "black" if readable else plotting.RED
    axes.set_title(title, fontsize=10, fontweight="normal", loc="center", color=colour)
