"""How one hand writes: the same slant, size and pen in all boxes of a sheet."""

from dataclasses import dataclass

import cv2
import numpy as np

SOURCE = 16  # side of a digit's image, pixels
SOFT = 0.35  # how far a stroke's edge reaches, in units of ink


@dataclass(frozen=True)
class Hand:
    """One writer. Lengths are shares of a box's side, angles radians.

    `thin` is the ink level at which a stroke ends: a higher one gives thinner strokes. `tone` is how much of the
    light the ink takes away.
    """

    height: float
    width: float
    slant: float
    right: float
    down: float
    thin: float
    tone: float
    wobble: float

    @classmethod
    def draw(cls, random: np.random.Generator, severity: float) -> "Hand":
        """A writer; at severity 0 all write large, upright, in the middle of the box."""
        return cls(
            height=0.68 - severity * random.uniform(0.06, 0.12),
            width=0.72 + severity * random.normal(0, 0.04),
            slant=severity * random.normal(0.06, 0.06),
            right=severity * random.normal(-0.095, 0.02),
            down=severity * random.normal(0.095, 0.02),
            thin=0.45 + severity * random.uniform(-0.1, 0.06),
            tone=0.85 - severity * random.uniform(0, 0.25),
            wobble=0.02 * severity,
        )

    def write(self, digit: np.ndarray, box: float, side: int, random: np.random.Generator) -> np.ndarray:
        """A digit (16, 16), 1 = ink, in this hand: (side, side), 1 = ink, with a box of `box` pixels in the middle."""
        wobble = random.normal(0, self.wobble, size=5)
        high = box * self.height * (1 + wobble[0])
        wide = high * self.width * (1 + wobble[1])
        turn = 1.2 * wobble[2]
        shear = np.array([[wide, -self.slant * high], [0, high]]) / SOURCE
        turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ shear
        middle = (side - 1) / 2 + box * np.array([self.right + wobble[3], self.down + wobble[4]])
        offset = middle - turned @ np.full(2, (SOURCE - 1) / 2)
        placed = cv2.warpAffine(digit, np.column_stack([turned, offset]), (side, side), flags=cv2.INTER_CUBIC)
        return self.tone * ((placed - self.thin) / SOFT + 0.5).clip(0, 1)

    def sign(self, size: tuple[int, int], random: np.random.Generator) -> np.ndarray:
        """A scribbled name of `size` (width, height), float32, 1 = ink."""
        width, height = size
        steps = np.linspace(0, 1, 60)
        waves = sum(random.normal(0, 1 / k) * np.sin(2 * np.pi * (k * steps + random.random())) for k in range(2, 9))
        x = width * (0.08 + 0.84 * steps) + 0.05 * width * np.roll(waves, 7)
        y = height * (0.5 + 0.17 * waves)
        strokes = np.zeros((height, width), np.uint8)
        points = np.round(16 * np.column_stack([x, y])).astype(np.int32)  # sixteenths of a pixel
        cv2.polylines(strokes, [points], False, 255, 2, cv2.LINE_AA, shift=4)
        return (self.tone / 255 * strokes).astype(np.float32)
