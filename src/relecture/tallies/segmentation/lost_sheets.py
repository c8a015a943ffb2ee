"""Tell whether a page may show a sheet that was not found, beside those that were."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from relecture.tallies.segmentation.frame_detection import darkness, frame_candidates, ink_levels
from relecture.tallies.segmentation.rectify import RectifiedSheet

MAX_SIDE = 1200  # pixels: a larger page is scaled down
MIN_ROOM = 0.5  # of the smallest sheet's area: with less room beside the sheets there is no other
MIN_BOXES, MIN_SHARE = 3, 2 / 3  # boxes of another sheet that are seen, also as a share of the layout's
BOX_RATIO = (0.65, 1.15)  # of the inside of a printed box to the box
FRAME_RATIO = (0.7, 1.4)  # of the areas of two sheets' frames
MARGIN = 1.04  # by which a found sheet is enlarged to cover its frame's line


class Surroundings(NamedTuple):
    """How many boxes and frames like those of a form's layout a page shows beside its sheets."""

    boxes: int = 0
    frames: int = 0

    @classmethod
    def usual(cls, pages: Sequence["Surroundings"]) -> "Surroundings":
        """Return what belongs to the form by some of its pages: of both numbers the second largest.

        So one page that shows another sheet does not count, nor do pages on which writing hides lines. A page by
        itself tells nothing.
        """
        if len(pages) <= 1:
            return cls()
        boxes, frames = (sorted(numbers)[-2] for numbers in zip(*pages, strict=True))
        return cls(boxes, frames)

    def may_show_another(self, usual: "Surroundings", n_boxes: int) -> bool:
        """Return whether there may be another sheet of `n_boxes` boxes, given what belongs to the form.

        Boxes do not tell where the form has more of them elsewhere: how many are seen differs from page to page.
        """
        enough = self.boxes >= max(MIN_BOXES, MIN_SHARE * n_boxes)
        return self.frames > usual.frames or (enough and usual.boxes < MIN_BOXES)


def surroundings(page: np.ndarray, sheets: Sequence[RectifiedSheet]) -> Surroundings:
    """Return what a page (uint8, 255 = white) shows beside the sheets that were found on it."""
    places = [[form.matrix for form in sheet.tables] for sheet in sheets]
    flats = [form.dark.shape[::-1] for form in sheets[0].tables]
    outlines = np.concatenate([form.outlines() for form in sheets[0].tables])
    shrink = min(1.0, MAX_SIDE / max(page.shape))
    areas = [cv2.contourArea(_hull(matrices, flats)) for matrices in places]
    if page.size - sum(areas) < MIN_ROOM * min(areas):
        return Surroundings()
    if shrink < 1:
        page = cv2.resize(page, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    return _outside(darkness(page), [shrink * _hull(matrices, flats) for matrices in places], shrink * outlines)


def _hull(matrices: Sequence[np.ndarray], sizes: Sequence[tuple[int, ...]]) -> np.ndarray:
    """Return the hull (n, 2) of a sheet's tables on the page, with its frame's line."""
    corners = [
        cv2.perspectiveTransform(np.array([[[0, 0], [width, 0], [width, height], [0, height]]], float), matrix)[0]
        for matrix, (width, height) in zip(matrices, sizes, strict=True)
    ]
    hull = cv2.convexHull(np.concatenate(corners).astype(np.float32))[:, 0]
    enlarged: np.ndarray = hull.mean(0) + MARGIN * (hull - hull.mean(0))
    return enlarged


def _outside(dark: np.ndarray, hulls: Sequence[np.ndarray], outlines: np.ndarray) -> Surroundings:
    """Return how many boxes of the sizes of `outlines` (boxes, 4, 2), and how many frames, lie outside some hulls."""
    rest = dark.copy()
    for hull in hulls:
        cv2.fillConvexPoly(rest, hull.round().astype(np.int32), 0)
    sides = np.sort(
        [np.linalg.norm(outlines[:, corner + 1] - outlines[:, corner], axis=1) for corner in (0, 1)], axis=0
    )
    smallest, largest = BOX_RATIO[0] * sides.min(1), BOX_RATIO[1] * sides.max(1)
    area = cv2.contourArea(hulls[0].astype(np.float32))
    frames = 0
    for level in frame_candidates(rest):
        found = [corners.astype(np.float32) for corners in level]
        ratios = [
            cv2.contourArea(corners) / area for corners in found if not any(_overlap(corners, hull) for hull in hulls)
        ]
        frames = max(frames, sum(FRAME_RATIO[0] < ratio < FRAME_RATIO[1] for ratio in ratios))
    boxes = 0
    for black in ink_levels(rest):
        contours, tree = cv2.findContours(black, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
        holes = (
            [contour for contour, parent in zip(contours, tree[0, :, 3], strict=True) if parent >= 0]
            if contours
            else []
        )
        sizes = np.array([sorted(cv2.minAreaRect(hole)[1]) for hole in holes]).reshape(-1, 2)
        boxes = max(boxes, int(((sizes >= smallest) & (sizes <= largest)).all(1).sum()))
    return Surroundings(boxes, frames)


def _overlap(corners: np.ndarray, hull: np.ndarray) -> bool:
    """Return whether one of two shapes holds the centre of the other, as the edge of the paper does of a sheet's."""
    return any(
        cv2.pointPolygonTest(one.astype(np.float32), other.mean(0).tolist(), False) >= 0
        for one, other in ((corners, hull), (hull, corners))
    )
