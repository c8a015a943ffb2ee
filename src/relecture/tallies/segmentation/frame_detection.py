"""Detect the printed frame on a page: the rectangles that may be it, and their corners to a fraction of a pixel."""

from collections.abc import Iterator
from itertools import combinations

import cv2
import numpy as np

MIN_AREA = 0.1  # of the page's area
MAX_CANDIDATES = 4
DOWNSCALE = 4  # the brightness of the paper is estimated on an image this many times smaller
WINDOW = 15  # pixels of the smaller image: wider than any stroke
LINE_TOLERANCE = 6.0  # pixels: how far the frame's line may be from the straight line between two rough corners
MIN_SINE = 0.5  # of the angle between two neighbouring sides of a frame
MAX_REFINEMENT = 4.0  # times LINE_TOLERANCE that a rough corner may be moved


def darkness(page: np.ndarray) -> np.ndarray:
    """Return how much darker than the paper around it each pixel of a page is.

    Slow changes of light and paper across the page are removed.

    Returns:
        float32 (height, width), 0 = paper, 1 = black.
    """
    height, width = page.shape
    small = cv2.resize(page, (max(width // DOWNSCALE, 1), max(height // DOWNSCALE, 1)), interpolation=cv2.INTER_AREA)
    paper = cv2.dilate(small, np.ones((WINDOW, WINDOW), np.uint8))
    paper = cv2.GaussianBlur(cv2.erode(paper, np.ones((WINDOW, WINDOW), np.uint8)), (0, 0), WINDOW / 4)
    # The brightness is inverted while it is small, so that the whole page is passed over once.
    inverse = cv2.resize(-1 / np.maximum(paper, 1).astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    dark: np.ndarray = cv2.multiply(page, inverse, dst=inverse, dtype=cv2.CV_32F)
    dark += 1
    return np.clip(dark, 0, 1, out=dark)


def frame_candidates(dark: np.ndarray) -> Iterator[Iterator[np.ndarray]]:
    """Yield the frame's candidates at one level of darkness after the other, the likelier level first.

    Yields:
        The candidates of a level, the likeliest first: corners (4, 2) at the outer edge of a rectangle, clockwise,
        upper left first.
    """
    for black in ink_levels(dark):
        yield _quadrilaterals(black)


def ink_levels(dark: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the ink of a page, uint8 (height, width) of 0 and 1, at two levels of darkness, the likelier first."""
    smooth = cv2.GaussianBlur(cv2.convertScaleAbs(dark, alpha=255), (0, 0), 0.8)
    level, _ = cv2.threshold(smooth, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    # Beside a very dark background the first level separates background from page, the second ink from paper.
    yield (smooth > level).astype(np.uint8)
    second, _ = cv2.threshold(smooth[smooth <= level], 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    yield (smooth > second).astype(np.uint8)


def _quadrilaterals(black: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the large quadrilaterals of a binary image, the largest first: outer contours, then enclosed white areas.

    A fold that crosses the frame joins it with the background beyond the page, and divides the enclosed area in two.
    """
    contours, tree = cv2.findContours(black, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    parents = tree[0, :, 3] if contours else ()
    outer = _largest([contour for contour, parent in zip(contours, parents, strict=True) if parent < 0], black.size)
    inner = _largest([contour for contour, parent in zip(contours, parents, strict=True) if parent >= 0], black.size)
    pairs = [np.concatenate(pair) for pair in combinations(inner, 2)]
    for contour in [*outer, *_largest(pairs, black.size), *inner]:
        hull = cv2.convexHull(contour)
        rough = cv2.approxPolyDP(hull, 0.03 * cv2.arcLength(hull, True), True)
        if len(rough) == 4:
            yield _refine_corners(_order_corners(rough[:, 0].astype(float)), contour[:, 0].astype(float))


def _largest(contours: list[np.ndarray], size: int) -> list[np.ndarray]:
    """Return the contours with a large hull, the largest first. A frame with a gap is thin, but its hull is large."""
    candidates: list[tuple[float, int, np.ndarray]] = []
    for contour in contours:
        _, _, width, height = cv2.boundingRect(contour)
        if width * height >= MIN_AREA * size:
            candidates.append((cv2.contourArea(cv2.convexHull(contour)), len(candidates), contour))
    return [
        contour for area, _, contour in sorted(candidates, reverse=True)[:MAX_CANDIDATES] if area >= MIN_AREA * size
    ]


def _order_corners(corners: np.ndarray) -> np.ndarray:
    """Return the corners clockwise, starting with the corner nearest to the upper left of the page."""
    centre = corners.mean(0)
    clockwise = corners[np.argsort(np.arctan2(*(corners - centre).T[::-1]))]
    return np.roll(clockwise, -int(clockwise.sum(1).argmin()), axis=0)


def _refine_corners(corners: np.ndarray, contour: np.ndarray) -> np.ndarray:
    """Return the corners where straight lines fitted to the contour's four sides meet."""
    lines = []
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        direction = (end - start) / max(np.linalg.norm(end - start), 1e-9)
        offsets = contour - start
        position = offsets @ direction / max(np.linalg.norm(end - start), 1e-9)
        distance = offsets @ np.array([-direction[1], direction[0]])
        side = contour[(np.abs(distance) < LINE_TOLERANCE) & (position > 0.04) & (position < 0.96)]
        if len(side) < 20:
            return corners
        dx, dy, x, y = cv2.fitLine(side.astype(np.float32), cv2.DIST_HUBER, 0, 0.01, 0.01).ravel()
        lines.append((-dy, dx, -dy * x + dx * y))
    refined = []
    for previous, line in zip(np.roll(lines, 1, axis=0), lines, strict=True):
        sides = np.stack([previous[:2], line[:2]])
        if abs(np.linalg.det(sides)) < MIN_SINE:  # broken lines may be fitted in parallel
            return corners
        refined.append(np.linalg.solve(sides, [previous[2], line[2]]))
    if np.abs(np.array(refined) - corners).max() > MAX_REFINEMENT * LINE_TOLERANCE:
        return corners
    return np.array(refined)
