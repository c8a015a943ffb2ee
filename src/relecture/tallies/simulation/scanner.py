"""What happens between paper and file: the page lies askew, light and paper are uneven, the picture is blurred."""

from dataclasses import dataclass

import cv2
import numpy as np

LIGHTS = 5  # points a side of the grid between which light changes smoothly
FAINTEST = 0.1  # contrast that even the worst scan keeps


@dataclass(frozen=True)
class Scan:
    """One pass through the scanner.

    `matrix` (3, 3) carries points of the page to points of the picture. `light` (LIGHTS, LIGHTS) is the light's
    strength, `contrast` how much of the difference between ink and paper remains, `blur` a standard deviation in
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
    def draw(cls, random: np.random.Generator, size: tuple[int, int], severity: float, bad: bool) -> "Scan":
        """A scan of a page of `size` (width, height); `bad` ones are much worse where severity is above 0."""
        worse = bad and severity > 0
        turn = severity * (random.choice([-1, 1]) * random.uniform(2, 4.5) if worse else random.normal(0, 0.7))
        shift = severity * random.normal(0, 5, size=2)
        bend = severity * random.normal(0, 5 if worse else 2, size=(4, 2))
        slope = severity * random.normal(0, 0.09 if worse else 0.03, size=2)
        y, x = np.mgrid[-1 : 1 : LIGHTS * 1j, -1 : 1 : LIGHTS * 1j]
        uneven = severity * random.normal(0, 0.04 if worse else 0.012, size=(LIGHTS, LIGHTS))
        return cls(
            matrix=_askew(size, turn, shift, bend),
            light=(1 + slope[0] * x + slope[1] * y + uneven).astype(np.float32),
            paper=238 - severity * random.uniform(0, 22),
            background=random.choice([60.0, 150.0, 205.0]) if severity > 0 else 238.0,
            contrast=max(1 - severity * (random.uniform(0.45, 0.58) if worse else random.uniform(0, 0.15)), FAINTEST),
            blur=severity * (random.uniform(1.4, 2.0) if worse else random.uniform(0.3, 0.7)),
            noise=severity * (random.uniform(7, 11) if worse else random.uniform(2, 5)),
            fold=_fold(random, severity) if worse and random.random() < 0.6 else None,
        )

    def take(self, ink: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """A page's ink (height, width), 0 = paper, 1 = black, as a picture uint8 of the same size, 255 = white."""
        size = ink.shape[::-1]
        page = np.empty_like(ink)
        np.multiply(ink, -self.contrast * self.paper, out=page)
        page += self.paper
        page *= cv2.resize(self.light, size, interpolation=cv2.INTER_CUBIC)
        if self.fold:
            page *= _shadow(size, *self.fold)
        picture: np.ndarray = cv2.warpPerspective(
            page, self.matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=self.background
        )
        if self.blur > 0:
            picture = cv2.GaussianBlur(picture, (0, 0), self.blur)
        if self.noise > 0:
            grain = random.standard_normal(size=picture.shape, dtype=np.float32)
            picture = picture + np.float32(self.noise) * grain
        return picture.clip(0, 255).round().astype(np.uint8)


def _askew(size: tuple[int, int], turn: float, shift: np.ndarray, bend: np.ndarray) -> np.ndarray:
    """Turned by `turn` degrees around the middle, shifted, and each corner moved by its row of `bend`, in pixels."""
    width, height = size
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    turned = cv2.transform(corners[None], cv2.getRotationMatrix2D((width / 2, height / 2), turn, 1.0))[0]
    return cv2.getPerspectiveTransform(corners, (turned + shift + bend).astype(np.float32))


def _fold(random: np.random.Generator, severity: float) -> tuple[float, float, float, float]:
    """A fold across the page, not quite level or upright."""
    across, tilt = random.uniform(0.25, 0.75), random.normal(0, 0.03)
    depth = min(severity * random.uniform(0.12, 0.3), 0.6)
    return (tilt, 1.0, across + tilt / 2, depth) if random.random() < 0.5 else (1.0, tilt, across + tilt / 2, depth)


def _shadow(size: tuple[int, int], a: float, b: float, c: float, depth: float) -> np.ndarray:
    """The light that is left beside a fold: a thin dark line, and on one side a shadow that fades."""
    width, height = size
    x = np.linspace(0, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    distance = a * x + b * y - np.float32(c)
    fades = np.where(distance > 0, np.exp(-np.maximum(distance, 0) / 0.06), 0)
    return (1 - depth * np.maximum(0.6 * fades, np.exp(-((distance / 0.0025) ** 2)))).astype(np.float32)
