"""Rectify a page: find the form's frame, and map it to the layout."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import cv2
import numpy as np

from relecture.errors import UserError
from relecture.tallies import IMAGE_SIZE
from relecture.tallies.segmentation.cell_normalization import crop_cells
from relecture.tallies.segmentation.frame_detection import darkness, frame_candidates
from relecture.tallies.segmentation.image_io import BrokenImageError, read_grey
from relecture.tallies.segmentation.layout import FormLayout, FormTable
from relecture.tallies.segmentation.line_detection import (
    detect_lines,
    estimate_correction,
    line_offsets,
    lines_present,
)

MAX_PAGE_SIDE = 1800  # pixels: a larger page is scaled down
MIN_PAGE_SIDE = 200
BOX_SIZE = 56  # pixels of the shorter side of the smallest box on a rectified form
MAX_CORRECTIONS = 3  # refinements of the form's position, each by the lines detected before
MAX_LINE_OFFSET = 3.0  # pixels: how far a box's line may be from its position in the layout
MIN_PRESENT = 0.8  # share of all box lines that must be present
SURE_PRESENT = 0.97  # share at which no other frame candidate is tried


class UnreadableSheet(Exception):
    """The reason why a sheet cannot be segmented. The sheet is listed, and does not stop the others."""


@dataclass(frozen=True)
class RectifiedForm:
    """A form as seen straight from above.

    `dark` is float32 (height, width), 0 = paper, 1 = black; `scale` is pixels per unit of the layout, `matrix` (3, 3)
    maps points of `dark` to points of the page. `lines` (boxes, 4) are left, top, right and bottom of every box as
    detected, in pixels of `dark`; `line_darkness` is the median darkness of the boxes' lines.
    """

    dark: np.ndarray
    scale: float
    matrix: np.ndarray
    lines: np.ndarray
    line_darkness: float

    def outlines(self) -> np.ndarray:
        """Return the corners of every box on the page: (boxes, 4, 2), clockwise from the upper left."""
        left, top, right, bottom = self.lines.T
        corners = np.stack([[left, top], [right, top], [right, bottom], [left, bottom]]).transpose(2, 0, 1)
        outlines: np.ndarray = cv2.perspectiveTransform(corners.reshape(1, -1, 2), self.matrix)[0].reshape(-1, 4, 2)
        return outlines


def open_page(path: Path) -> np.ndarray:
    """Return a page as uint8 (height, width), 255 = white.

    Raises:
        UnreadableSheet: The file is not an image, or is truncated.
        UserError: The file does not exist.
    """
    if not path.is_file():
        raise UserError(f"the sheet {path} does not exist")
    try:
        return read_grey(path)
    except BrokenImageError as error:
        raise UnreadableSheet(str(error)) from error


def segment(page: np.ndarray, layout: FormLayout) -> np.ndarray:
    """Return the cells of a page, uint8 (rows, boxes, 28, 28), 0 = paper, 255 = ink.

    A box that does not exist is blank. The cells are normalised.

    Raises:
        UnreadableSheet: The page has no frame, or its boxes are not where the layout has them.
    """
    cells = np.zeros((*layout.has_box.shape, IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    cells[layout.has_box] = np.concatenate([crop_cells(form).normalised for form in rectify(page, layout)])
    return cells


def rectify(page: np.ndarray, layout: FormLayout) -> list[RectifiedForm]:
    """Return the tables of the form on a page (uint8, 255 = white) in any orientation.

    Raises:
        UnreadableSheet: As `segment`.
    """
    return [_rectify_table(page, table) for table in layout.tables]


def _rectify_table(page: np.ndarray, table: FormTable) -> RectifiedForm:
    if min(page.shape) < MIN_PAGE_SIDE:
        raise UnreadableSheet(f"it has only {page.shape[1]} x {page.shape[0]} pixels")
    shrink = min(1.0, MAX_PAGE_SIDE / max(page.shape))
    if shrink < 1:
        page = cv2.resize(page, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    dark = darkness(page)
    best, best_present = None, -1.0
    for corners in _orientations(frame_candidates(dark)):
        form, present = _fit_layout(dark, corners, table, shrink)
        if present > best_present:
            best, best_present = form, present
        if best_present >= SURE_PRESENT:
            break
    if best is None:
        raise UnreadableSheet("no frame was found on it")
    if best_present < MIN_PRESENT:
        raise UnreadableSheet("its boxes are not where the layout has them")
    return best


def _orientations(frames: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
    """Yield every frame as it lies, and only then rotated, for a page on its side or upside down."""
    seen = []
    for corners in frames:
        seen.append(corners)
        yield corners
    for quarters, corners in product((2, 1, 3), seen):
        yield np.roll(corners, quarters, axis=0)


def _fit_layout(dark: np.ndarray, corners: np.ndarray, table: FormTable, shrink: float) -> tuple[RectifiedForm, float]:
    """Return the form between four corners of a page, and the share of its boxes' lines that are present."""
    boxes = table.flat_boxes
    scale = BOX_SIZE / boxes[:, 2:].min()
    size = (round(table.width * scale), round(table.height * scale))
    target = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], np.float32)
    matrix = cv2.getPerspectiveTransform(target, corners.astype(np.float32))
    for _ in range(MAX_CORRECTIONS):
        flat = cv2.warpPerspective(dark, matrix, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        lines, strength = detect_lines(flat, boxes * scale)
        present = lines_present(flat, boxes * scale, strength)
        if (correction := estimate_correction(boxes * scale, lines, present)) is None:
            break
        matrix = matrix @ correction
    to_page = np.diag([1 / shrink, 1 / shrink, 1]) @ matrix
    form = RectifiedForm(flat, scale, to_page, lines, float(np.median(strength)))
    return form, float((present & (line_offsets(boxes * scale, lines) <= MAX_LINE_OFFSET)).mean())
