"""The scanner between paper and file: the page lies askew, light and paper are uneven, the image is blurred."""

from dataclasses import dataclass

import cv2
import numpy as np

LIGHT_GRID = 5  # points per side of the grid between which light changes smoothly
MIN_CONTRAST = 0.1  # contrast that even the worst scan keeps


@dataclass(frozen=True)
class Scanner:
    """The settings of one scan.

    `matrix` (3, 3) maps points of the page to points of the image. `light` (LIGHT_GRID, LIGHT_GRID) is the light's
    strength, `contrast` the share of the difference between ink and paper that remains, `blur` a standard deviation in
    pixels, `noise` one in grey levels, `background` the grey beyond the page. `fold` is a line as
    (a, b, c): a x + b y = c in shares of the page's sides, and the depth of its shadow.
    """

    matrix: np.ndarray
    light: np.ndarray
    paper: float
    background: float
    contrast: float
    blur: float
    noise: float
    fold: tuple[float, float, float, float] | None

    @classmethod
    def sample(cls, rng: np.random.Generator, size: tuple[int, int], severity: float, bad_scan: bool) -> "Scanner":
        """Draw settings for a page of `size` (width, height); a bad scan is much worse if severity is above 0."""
        bad = bad_scan and severity > 0
        angle = severity * (rng.choice([-1, 1]) * rng.uniform(2, 4.5) if bad else rng.normal(0, 0.7))
        shift = severity * rng.normal(0, 5, size=2)
        bend = severity * rng.normal(0, 5 if bad else 2, size=(4, 2))
        slope = severity * rng.normal(0, 0.09 if bad else 0.03, size=2)
        y, x = np.mgrid[-1 : 1 : LIGHT_GRID * 1j, -1 : 1 : LIGHT_GRID * 1j]
        unevenness = severity * rng.normal(0, 0.04 if bad else 0.012, size=(LIGHT_GRID, LIGHT_GRID))
        return cls(
            matrix=_perspective(size, angle, shift, bend),
            light=(1 + slope[0] * x + slope[1] * y + unevenness).astype(np.float32),
            paper=238 - severity * rng.uniform(0, 22),
            background=rng.choice([60.0, 150.0, 205.0]) if severity > 0 else 238.0,
            contrast=max(1 - severity * (rng.uniform(0.45, 0.58) if bad else rng.uniform(0, 0.15)), MIN_CONTRAST),
            blur=severity * (rng.uniform(1.4, 2.0) if bad else rng.uniform(0.3, 0.7)),
            noise=severity * (rng.uniform(7, 11) if bad else rng.uniform(2, 5)),
            fold=_sample_fold(rng, severity) if bad and rng.random() < 0.6 else None,
        )

    def scan(self, ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Scan a page.

        Args:
            ink: (height, width), 0 = paper, 1 = black.
            rng: Source of the noise.

        Returns:
            The image, uint8 of the same size, 255 = white.
        """
        size = ink.shape[::-1]
        page = np.empty_like(ink)
        np.multiply(ink, -self.contrast * self.paper, out=page)
        page += self.paper
        page *= cv2.resize(self.light, size, interpolation=cv2.INTER_CUBIC)
        if self.fold:
            page *= _shadow(size, *self.fold)
        image: np.ndarray = cv2.warpPerspective(
            page, self.matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=self.background
        )
        if self.blur > 0:
            image = cv2.GaussianBlur(image, (0, 0), self.blur)
        if self.noise > 0:
            grain = rng.standard_normal(size=image.shape, dtype=np.float32)
            image = image + np.float32(self.noise) * grain
        return image.clip(0, 255).round().astype(np.uint8)


def _perspective(size: tuple[int, int], angle: float, shift: np.ndarray, bend: np.ndarray) -> np.ndarray:
    """Return a rotation by `angle` degrees around the centre, a shift, and a move of each corner by its `bend` row."""
    width, height = size
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    rotated = cv2.transform(corners[None], cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0))[0]
    return cv2.getPerspectiveTransform(corners, (rotated + shift + bend).astype(np.float32))


def _sample_fold(rng: np.random.Generator, severity: float) -> tuple[float, float, float, float]:
    """Draw a fold across the page, nearly horizontal or nearly vertical."""
    position, tilt = rng.uniform(0.25, 0.75), rng.normal(0, 0.03)
    depth = min(severity * rng.uniform(0.12, 0.3), 0.6)
    return (tilt, 1.0, position + tilt / 2, depth) if rng.random() < 0.5 else (1.0, tilt, position + tilt / 2, depth)


def _shadow(size: tuple[int, int], a: float, b: float, c: float, depth: float) -> np.ndarray:
    """Return the light that a fold leaves: a thin dark line, and on one side a shadow that fades."""
    width, height = size
    x = np.linspace(0, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    distance = a * x + b * y - np.float32(c)
    fading = np.where(distance > 0, np.exp(-np.maximum(distance, 0) / 0.06), 0)
    light: np.ndarray = 1 - depth * np.maximum(0.6 * fading, np.exp(-((distance / 0.0025) ** 2)))
    return light.astype(np.float32)
