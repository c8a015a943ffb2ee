"""Find a form on a page by its printed features, as they are on another page of the same form.

The other page, the template, is one that the layout names, or a sheet of the same folder whose frame was found. Its
handwriting does not matter: a robust homography follows what both pages have in common.
"""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

FEATURE_SIDE = 1200  # pixels: features are found on an image whose longer side has at most so many
N_FEATURES = 3000
INK_SHARE = 0.8  # of the level between ink and paper: what is lighter, such as a watermark, has no features
MAX_RATIO = 0.8  # of the distances to the nearest and the second nearest feature (Lowe 2004)
REPROJECTION = 3.0  # pixels
MIN_INLIERS = 40  # features that agree on one homography
COMPARED_SCALE = 0.25  # of a rectified form, on which print is compared
MIN_CORRELATION, CORRELATION_MARGIN = 0.25, 0.1  # of print with the template's, and before that of a turned form


@dataclass(frozen=True)
class TemplatePage:
    """A page on which the tables of the form are known.

    `dark` (height, width) is the darkness of the page, `matrices` map points of each rectified table to it, and `flats`
    are the rectified tables. `name` names the page in a listing.
    """

    name: str
    dark: np.ndarray
    matrices: tuple[np.ndarray, ...]
    flats: tuple[np.ndarray, ...]

    @cached_property
    def features(self) -> tuple[np.ndarray, np.ndarray]:
        """Positions (n, 2) and descriptors (n, 128) of the page's features."""
        return _features(self.dark)

    def locate(self, dark: np.ndarray) -> list[np.ndarray] | None:
        """Return the matrices that map each rectified table to a page; None if too few features agree."""
        points, descriptors = _features(dark)
        if min(len(points), len(self.features[0])) < MIN_INLIERS:
            return None
        pairs = cv2.BFMatcher().knnMatch(descriptors, self.features[1], k=2)
        near = [(a.trainIdx, a.queryIdx) for a, b in pairs if a.distance < MAX_RATIO * b.distance]
        if len(near) < MIN_INLIERS:
            return None
        index = np.array(near)
        source, target = self.features[0][index[:, 0]], points[index[:, 1]]
        matrix, inliers = cv2.findHomography(source, target, cv2.USAC_MAGSAC, REPROJECTION)
        if matrix is None or inliers.sum() < MIN_INLIERS:
            return None
        return [matrix @ table for table in self.matrices]

    def best_turn(self, table: int, turned: list[np.ndarray], boxes: np.ndarray) -> int | None:
        """Return which of several readings of a table has the template's print; None if that is not clear.

        Args:
            table: Index of the table.
            turned: The rectified table in two or more orientations, all of the template's size.
            boxes: (boxes, 4), left, top, width and height in its pixels, whose content is not compared.
        """
        height, width = self.flats[table].shape
        shape = (max(round(COMPARED_SCALE * width), 1), max(round(COMPARED_SCALE * height), 1))
        outside = np.ones((height, width), np.uint8)
        for left, top, box_width, box_height in boxes.round().astype(int):
            outside[max(top - 6, 0) : top + box_height + 6, max(left - 6, 0) : left + box_width + 6] = 0
        mask = cv2.resize(outside, shape, interpolation=cv2.INTER_NEAREST).astype(bool)
        if mask.sum() < 100:
            return None
        template, *images = (
            cv2.resize(cv2.GaussianBlur(flat, (0, 0), 2), shape, interpolation=cv2.INTER_AREA)[mask]
            for flat in (self.flats[table], *turned)
        )
        scores = [_correlation(template, image) for image in images]
        second, first = np.sort(scores)[-2:]
        if first < MIN_CORRELATION or first - second < CORRELATION_MARGIN:
            return None
        return int(np.argmax(scores))


def _features(dark: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return positions (n, 2) in pixels of the page, and descriptors (n, 128), of features of its ink."""
    scale = min(1.0, FEATURE_SIDE / max(dark.shape))
    image = (255 * dark).astype(np.uint8)
    level, _ = cv2.threshold(cv2.GaussianBlur(image, (0, 0), 0.8), 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    image[image < INK_SHARE * level] = 0
    smaller = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    points, descriptors = cv2.SIFT.create(nfeatures=N_FEATURES).detectAndCompute(smaller, np.empty(0))
    if descriptors is None:
        return np.empty((0, 2), np.float32), np.empty((0, 128), np.float32)
    return np.array([point.pt for point in points], np.float32) / np.float32(scale), descriptors


def _correlation(first: np.ndarray, second: np.ndarray) -> float:
    if min(first.std(), second.std()) < 1e-6:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])
