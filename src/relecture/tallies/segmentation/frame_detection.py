"""Finds the printed frame on a page: the rectangles that could be it, and their corners to a fraction of a pixel."""

from collections.abc import Iterator
from itertools import combinations

import cv2
import numpy as np

SMALLEST = 0.1  # of the page's area
CANDIDATES = 4
SHRINK = 4  # paper is looked for in a picture this many times smaller
WINDOW = 15  # pixels of the smaller picture: wider than any stroke
NEAR = 6.0  # pixels: how far the frame's line may be from the straight line between two rough corners


def darkness(page: np.ndarray) -> np.ndarray:
    """How much darker than the paper around it every pixel of a page is: float32 (height, width), 0 = paper, 1 = black.

    Light and paper that change slowly across the page make no difference any more.
    """
    height, width = page.shape
    small = cv2.resize(page, (max(width // SHRINK, 1), max(height // SHRINK, 1)), interpolation=cv2.INTER_AREA)
    paper = cv2.dilate(small, np.ones((WINDOW, WINDOW), np.uint8))
    paper = cv2.GaussianBlur(cv2.erode(paper, np.ones((WINDOW, WINDOW), np.uint8)), (0, 0), WINDOW / 4)
    paper = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.float32)
    return (1 - page / np.maximum(paper, 1)).clip(0, 1)


def rectangles(dark: np.ndarray) -> Iterator[np.ndarray]:
    """What may be the frame, the likeliest first: corners (4, 2) at its outer edge, clockwise, upper left first."""
    smooth = cv2.GaussianBlur((255 * dark).astype(np.uint8), (0, 0), 0.8)
    level, _ = cv2.threshold(smooth, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    # Where what lies beyond the page is very dark, the first level parts it from the page, the second ink from paper.
    second, _ = cv2.threshold(smooth[smooth <= level], 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    for black in (smooth > level, smooth > second):
        yield from _outlined(black.astype(np.uint8))


def _outlined(black: np.ndarray) -> Iterator[np.ndarray]:
    """The large rectangles in what is black, the largest first: outer contours, and then the white they enclose.

    A fold that crosses the frame joins it with what lies beyond the page, and parts what it encloses in two.
    """
    contours, tree = cv2.findContours(black, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    parents = tree[0, :, 3] if contours else ()
    outer = _large([contour for contour, parent in zip(contours, parents, strict=True) if parent < 0], black.size)
    inner = _large([contour for contour, parent in zip(contours, parents, strict=True) if parent >= 0], black.size)
    pairs = [np.concatenate(pair) for pair in combinations(inner, 2)]
    for contour in [*outer, *_large(pairs, black.size), *inner]:
        hull = cv2.convexHull(contour)
        rough = cv2.approxPolyDP(hull, 0.03 * cv2.arcLength(hull, True), True)
        if len(rough) == 4:
            yield _sharp(_ordered(rough[:, 0].astype(float)), contour[:, 0].astype(float))


def _large(contours: list[np.ndarray], size: int) -> list[np.ndarray]:
    """The contours whose hull is large, the largest first. A frame with a gap is thin, but its hull is large."""
    found: list[tuple[float, int, np.ndarray]] = []
    for contour in contours:
        _, _, width, height = cv2.boundingRect(contour)
        if width * height >= SMALLEST * size:
            found.append((cv2.contourArea(cv2.convexHull(contour)), len(found), contour))
    return [contour for area, _, contour in sorted(found, reverse=True)[:CANDIDATES] if area >= SMALLEST * size]


def _ordered(corners: np.ndarray) -> np.ndarray:
    """Clockwise, beginning with the corner nearest to the upper left of the page."""
    middle = corners.mean(0)
    around = corners[np.argsort(np.arctan2(*(corners - middle).T[::-1]))]
    return np.roll(around, -int(around.sum(1).argmin()), axis=0)


def _sharp(corners: np.ndarray, contour: np.ndarray) -> np.ndarray:
    """The corners where straight lines through the contour's four sides meet."""
    lines = []
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        along = (end - start) / max(np.linalg.norm(end - start), 1e-9)
        away = contour - start
        place = away @ along / max(np.linalg.norm(end - start), 1e-9)
        distance = away @ np.array([-along[1], along[0]])
        own = contour[(np.abs(distance) < NEAR) & (place > 0.04) & (place < 0.96)]
        if len(own) < 20:
            return corners
        dx, dy, x, y = cv2.fitLine(own.astype(np.float32), cv2.DIST_HUBER, 0, 0.01, 0.01).ravel()
        lines.append((-dy, dx, -dy * x + dx * y))
    sharp = []
    for before, after in zip(np.roll(lines, 1, axis=0), lines, strict=True):
        sharp.append(np.linalg.solve(np.stack([before[:2], after[:2]]), [before[2], after[2]]))
    return np.array(sharp)
