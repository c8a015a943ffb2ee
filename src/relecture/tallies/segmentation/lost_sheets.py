"""Tell whether a page may show a sheet that was not found, beside those that were."""

from collections.abc import Sequence

import cv2
import numpy as np

from relecture.tallies.segmentation.frame_detection import darkness, frame_candidates, ink_levels
from relecture.tallies.segmentation.layout import FormLayout
from relecture.tallies.segmentation.rectify import RectifiedSheet
from relecture.tallies.segmentation.template_matching import TemplatePage

MAX_SIDE = 1800  # pixels: a larger page is scaled down
MIN_ROOM = 0.5  # of the smallest sheet's area: with less room beside the sheets there is no other
MIN_BOXES, MIN_SHARE = 3, 1 / 3  # boxes of another sheet that are seen, also as a share of the layout's
BOX_RATIO = (0.65, 1.15)  # of the inside of a printed box to the box
FRAME_RATIO = (0.7, 1.4)  # of the areas of two sheets' frames
MARGIN = 1.04  # by which a found sheet is enlarged to cover its frame's line


def may_show_another(
    page: np.ndarray, sheets: Sequence[RectifiedSheet], layout: FormLayout, template: TemplatePage | None
) -> bool:
    """Return whether a page (uint8, 255 = white) shows a frame or many boxes beside the sheets that were found.

    What a template page that the layout names shows beside its own sheet belongs to the form, and does not count.
    """
    places = [[form.matrix for form in sheet.tables] for sheet in sheets]
    flats = [form.dark.shape[::-1] for form in sheets[0].tables]
    outlines = np.concatenate([form.outlines() for form in sheets[0].tables])
    shrink = min(1.0, MAX_SIDE / max(page.shape))
    areas = [cv2.contourArea(_hull(matrices, flats)) for matrices in places]
    if page.size - sum(areas) < MIN_ROOM * min(areas):
        return False
    if shrink < 1:
        page = cv2.resize(page, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    hulls = [shrink * _hull(matrices, flats) for matrices in places]
    boxes, frames = _outside(darkness(page), hulls, shrink * outlines)
    if template is not None and layout.template_page is not None:
        hull = _hull(template.matrices, flats)
        scale = np.sqrt(cv2.contourArea(hull) / cv2.contourArea(hulls[0]))
        own_boxes, own_frames = _outside(template.dark, [hull], scale * shrink * outlines)
        boxes, frames = boxes - own_boxes, frames - own_frames
    return frames > 0 or boxes >= max(MIN_BOXES, MIN_SHARE * len(outlines))


def _hull(matrices: Sequence[np.ndarray], sizes: Sequence[tuple[int, ...]]) -> np.ndarray:
    """Return the hull (n, 2) of a sheet's tables on the page, with its frame's line."""
    corners = [
        cv2.perspectiveTransform(np.array([[[0, 0], [width, 0], [width, height], [0, height]]], float), matrix)[0]
        for matrix, (width, height) in zip(matrices, sizes, strict=True)
    ]
    hull = cv2.convexHull(np.concatenate(corners).astype(np.float32))[:, 0]
    enlarged: np.ndarray = hull.mean(0) + MARGIN * (hull - hull.mean(0))
    return enlarged


def _outside(dark: np.ndarray, hulls: Sequence[np.ndarray], outlines: np.ndarray) -> tuple[int, int]:
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
    return boxes, frames


def _overlap(corners: np.ndarray, hull: np.ndarray) -> bool:
    """Return whether one of two shapes holds the centre of the other, as the edge of the paper does of a sheet's."""
    return any(
        cv2.pointPolygonTest(one.astype(np.float32), other.mean(0).tolist(), False) >= 0
        for one, other in ((corners, hull), (hull, corners))
    )
