"""What the reader gets to see: sheets, good and bad, and cells beside MNIST's."""

import textwrap
from dataclasses import dataclass
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from relecture import plotting as look
from relecture.tallies.networks.cell_dataset import Cells
from relecture.tallies.segmentation import rectify, sheet_folder
from relecture.tallies.segmentation.layout import Form

MOST = 200  # sheets that are looked at to find examples
COLUMNS = 4
A_DIGIT = 8  # cells of each digit that are shown


@dataclass(frozen=True)
class _Page:
    """A page, where its boxes were found (None: unread), and how dark their lines are."""

    name: str
    picture: np.ndarray
    outlines: np.ndarray | None
    line: float
    reason: str = ""


def examples(folder: Path) -> Figure:
    """Ordinary sheets above; below, those that could not be read and those with the faintest print.

    What the reader found of the boxes is outlined.
    """
    paths, form = sheet_folder.own(folder)
    found = [_seen(path, form) for path in paths[:MOST]]
    by_print = sorted((page for page in found if page.outlines is not None), key=lambda page: page.line)
    unread = [page for page in found if page.outlines is None and page.picture.size][: COLUMNS // 2]
    faint = by_print[: COLUMNS - len(unread)]
    middle = by_print[len(by_print) // 4 :]
    ordinary = middle[:: max(len(middle) // COLUMNS, 1)][:COLUMNS]
    rows = [row for row in (ordinary, [*faint, *unread]) if row]
    high, wide = rows[0][0].picture.shape
    size = (13, 13 / COLUMNS * (high / wide + 0.12) * len(rows) + 0.4)
    figure, grid = plt.subplots(len(rows), COLUMNS, figsize=size, squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for line, row in zip(grid, rows, strict=True):
        for axes, page in zip(line, row, strict=False):
            _draw(axes, page)
    read = sum(page.outlines is not None for page in found)
    looked_at = f"{len(found)} sheets" if len(found) == len(paths) else f"the first {len(found)} sheets"
    title = f"{read} of {looked_at} are read; the faintest print and some unread below"
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
    return figure


def cells_grid(cells: Cells, mnist_images: np.ndarray, mnist_labels: np.ndarray) -> Figure:
    """Cells cut from sheets, and images of MNIST (n, 28, 28), with labels (n,): a row per digit."""
    figure, halves = plt.subplots(1, 2, figsize=(13, 6.9))
    images, labels = cells.part("train")
    for axes, title, pictures, digits in (
        (halves[0], "MNIST: every digit large and in the middle", mnist_images, mnist_labels),
        (halves[1], f"Cells: {cells.name}", images, labels),
    ):
        own = [pictures[digits == digit] for digit in range(10)]
        rows = [of_digit[:: max(len(of_digit) // A_DIGIT, 1)][:A_DIGIT] for of_digit in own]
        rows = [np.pad(row, ((0, A_DIGIT - len(row)), (0, 0), (0, 0))) for row in rows]
        sheet = np.stack(rows).transpose(0, 2, 1, 3).reshape(280, 28 * A_DIGIT)
        axes.imshow(sheet, cmap="gray_r", vmin=0, vmax=255, interpolation="nearest")
        axes.set_xticks(np.arange(-0.5, 28 * A_DIGIT, 28), [])
        axes.set_yticks(np.arange(-0.5, 280, 28), [])
        axes.set_yticks(np.arange(13.5, 280, 28), range(10), minor=True)
        axes.tick_params(which="both", length=0)
        axes.grid(color="#BBBBBB", linewidth=0.8)
        axes.set_axisbelow(False)
        axes.set_title(title, fontsize=12)
    halves[0].set_ylabel("digit")
    return figure


def _seen(path: Path, form: Form) -> _Page:
    picture = np.empty((0, 0), np.uint8)
    try:
        picture = rectify.open_page(path)
        straight = rectify.straighten(picture, form)
    except rectify.Unread as reason:
        return _Page(path.stem, picture, None, 0.0, str(reason))
    return _Page(path.stem, picture, straight.outlines(), straight.line)


def _draw(axes: Axes, page: _Page) -> None:
    axes.imshow(page.picture, cmap="gray", vmin=0, vmax=255)
    for outline in [] if page.outlines is None else page.outlines:
        axes.fill(*outline.T, facecolor="none", edgecolor=look.BLUE, linewidth=1)
    title = page.name if page.outlines is not None else textwrap.fill(f"{page.name}, unread: {page.reason}", 36)
    colour = "black" if page.outlines is not None else look.RED
    axes.set_title(title, fontsize=10, fontweight="normal", loc="center", color=colour)
