"""Reads a page: finds the form's frame, straightens it, and cuts what is written in the boxes."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import cv2
import numpy as np

from relecture.errors import UserError
from relecture.tallies.networks.cell_dataset import SIDE
from relecture.tallies.segmentation import line_detection
from relecture.tallies.segmentation.frame_detection import darkness, rectangles
from relecture.tallies.segmentation.image_io import BrokenError, grey
from relecture.tallies.segmentation.layout import Form

LONGEST = 1800  # pixels: a larger page is made smaller
SHORTEST = 200
BOX = 56  # pixels of the shorter side of the smallest box, once the form is straight
CORRECTIONS = 3  # times that the form is laid on the page, each time by the lines that were found before
LINE = 4  # pixels that are left out inside of the middle of a box's line
EDGES = 2  # rows and columns at the border of a cell in which the rest of a line may be
NEAR = 3.0  # pixels: so near to where the layout has it a box's line has to be
PRESENT, SURE = 0.8, 0.97  # of all lines of boxes have to be there; then no other frame is tried


class Unread(Exception):
    """Why a sheet cannot be read. It is listed, and the others are read."""


@dataclass(frozen=True)
class Straight:
    """A form as it would lie on the table.

    `dark` is float32 (height, width), 0 = paper, 1 = black; `scale` is pixels per unit of the form, `matrix` (3, 3)
    carries points of `dark` to points of the page. `lines` (boxes, 4) are left, top, right and bottom of every box,
    as found, in pixels of `dark`; `line` is how dark the boxes' lines are.
    """

    dark: np.ndarray
    scale: float
    matrix: np.ndarray
    lines: np.ndarray
    line: float

    def outlines(self) -> np.ndarray:
        """The corners of every box on the page: (boxes, 4, 2), clockwise from the upper left."""
        left, top, right, bottom = self.lines.T
        corners = np.stack([[left, top], [right, top], [right, bottom], [left, bottom]]).transpose(2, 0, 1)
        return cv2.perspectiveTransform(corners.reshape(1, -1, 2), self.matrix)[0].reshape(-1, 4, 2)


def open_page(path: Path) -> np.ndarray:
    """A page as uint8 (height, width), 255 = white.

    Raises:
        Unread: It is no image, or is cut off.
        UserError: There is no such file.
    """
    if not path.is_file():
        raise UserError(f"there is no sheet {path}")
    try:
        return grey(path)
    except BrokenError as error:
        raise Unread(str(error)) from error


def cut(page: np.ndarray, form: Form) -> np.ndarray:
    """The cells of a page, uint8 (parties, boxes, 28, 28), 0 = paper, 255 = ink.

    A cell is the inside of its box. Digits keep their place and size in it.

    Raises:
        Unread: There is no frame on the page, or the boxes in it are not where the form has them.
    """
    return cells(straighten(page, form)).reshape(*form.boxes.shape[:2], SIDE, SIDE)


def straighten(page: np.ndarray, form: Form) -> Straight:
    """The form on a page (uint8, 255 = white), whichever way round it lies. Raises Unread, as `cut`."""
    if min(page.shape) < SHORTEST:
        raise Unread(f"it has only {page.shape[1]} x {page.shape[0]} pixels")
    shrink = min(1.0, LONGEST / max(page.shape))
    if shrink < 1:
        page = cv2.resize(page, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    dark = darkness(page)
    best, most = None, -1.0
    for corners in _ways(rectangles(dark)):
        straight, present = _laid(dark, corners, form, shrink)
        if present > most:
            best, most = straight, present
        if most >= SURE:
            break
    if best is None:
        raise Unread("no frame is found on it")
    if most < PRESENT:
        raise Unread("its boxes are not where the layout has them")
    return best


def _ways(frames: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
    """Each frame as it lies, and only then turned, should the page lie on its side or upside down."""
    seen = []
    for corners in frames:
        seen.append(corners)
        yield corners
    for turn, corners in product((2, 1, 3), seen):
        yield np.roll(corners, turn, axis=0)


def cells(straight: Straight) -> np.ndarray:
    """What is written in the boxes of a straight form: uint8 (boxes, 28, 28), 0 = paper, 255 = ink."""
    inside = np.empty((len(straight.lines), SIDE, SIDE), np.float32)
    for cell, (left, top, right, bottom) in zip(inside, straight.lines, strict=True):
        rows = slice(round(top) + LINE, round(bottom) - LINE + 1)
        columns = slice(round(left) + LINE, round(right) - LINE + 1)
        cell[:] = cv2.resize(straight.dark[rows, columns], (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    inside -= np.median(inside, axis=(1, 2), keepdims=True)
    _wipe(inside)
    # What lies below the paper's median mirrors its noise; what is no farther above it is no ink either.
    floor = np.sqrt(2 * np.mean(np.minimum(inside, 0) ** 2))
    inks = np.quantile(inside, 0.97, axis=(1, 2))
    ink = max(np.quantile(inks, 0.6), 0.4 * straight.line, floor + 0.02)
    return (255 * ((inside - floor) / (ink - floor)).clip(0, 1)).round().astype(np.uint8)


def _laid(dark: np.ndarray, corners: np.ndarray, form: Form, shrink: float) -> tuple[Straight, float]:
    """The form between four corners of a page, and the share of its boxes' lines that are there."""
    boxes = form.boxes.reshape(-1, 4)
    scale = BOX / boxes[:, 2:].min()
    size = (round(form.width * scale), round(form.height * scale))
    to = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], np.float32)
    matrix = cv2.getPerspectiveTransform(to, corners.astype(np.float32))
    for _ in range(CORRECTIONS):
        flat = cv2.warpPerspective(dark, matrix, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        found, strength = line_detection.find(flat, boxes * scale)
        there = line_detection.there(flat, boxes * scale, strength)
        if (correction := line_detection.correction(boxes * scale, found, there)) is None:
            break
        matrix = matrix @ correction
    to_page = np.diag([1 / shrink, 1 / shrink, 1]) @ matrix
    straight = Straight(flat, scale, to_page, found, float(np.median(strength)))
    return straight, float((there & (line_detection.off(boxes * scale, found) <= NEAR)).mean())


def _wipe(inside: np.ndarray) -> None:
    """Take away what is left of a box's lines: what a row or column at the border has along most of its length."""
    for edge in (*range(EDGES), *range(SIDE - EDGES, SIDE)):
        for line in (inside[:, edge, :], inside[:, :, edge]):
            line -= 2 * np.maximum(np.median(line, axis=1, keepdims=True), 0)
