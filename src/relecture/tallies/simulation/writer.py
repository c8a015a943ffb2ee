"""The handwriting of one writer: the same slant, size and pen in all boxes of a sheet."""

from dataclasses import dataclass

import cv2
import numpy as np

from relecture.tallies.networks.drawn_symbols import draw_mark

SOURCE_SIZE = 16  # side of a digit's image, pixels
EDGE_SOFTNESS = 0.35  # width of a stroke's edge, in units of ink


@dataclass(frozen=True)
class Writer:
    """One writer. Lengths are shares of a box's side, angles are radians.

    `ink_threshold` is the ink level at which a stroke ends: a higher one gives thinner strokes. `darkness` is the share
    of the light that the ink absorbs. `jitter` is the standard deviation of the differences between digits.
    """

    height: float
    width: float
    slant: float
    shift_x: float
    shift_y: float
    ink_threshold: float
    darkness: float
    jitter: float

    @classmethod
    def sample(cls, rng: np.random.Generator, severity: float) -> "Writer":
        """Draw a writer; at severity 0 all write large and upright in the centre of the box."""
        return cls(
            height=0.68 - severity * rng.uniform(0.06, 0.12),
            width=0.72 + severity * rng.normal(0, 0.04),
            slant=severity * rng.normal(0.06, 0.06),
            shift_x=severity * rng.normal(-0.095, 0.02),
            shift_y=severity * rng.normal(0.095, 0.02),
            ink_threshold=0.45 + severity * rng.uniform(-0.1, 0.06),
            darkness=0.85 - severity * rng.uniform(0, 0.25),
            jitter=0.02 * severity,
        )

    def write_digit(self, digit: np.ndarray, box: float, size: int, rng: np.random.Generator) -> np.ndarray:
        """Write a digit into a box.

        Args:
            digit: Image (16, 16), 1 = ink.
            box: Side of the box, pixels.
            size: Side of the result, in whose centre the box lies, pixels.
            rng: Source of the jitter.

        Returns:
            The ink, (size, size), 1 = black.
        """
        jitter = rng.normal(0, self.jitter, size=5)
        height = box * self.height * (1 + jitter[0])
        width = height * self.width * (1 + jitter[1])
        angle = 1.2 * jitter[2]
        shear = np.array([[width, -self.slant * height], [0, height]]) / SOURCE_SIZE
        matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ shear
        centre = (size - 1) / 2 + box * np.array([self.shift_x + jitter[3], self.shift_y + jitter[4]])
        offset = centre - matrix @ np.full(2, (SOURCE_SIZE - 1) / 2)
        placed = cv2.warpAffine(digit, np.column_stack([matrix, offset]), (size, size), flags=cv2.INTER_CUBIC)
        ink: np.ndarray = self.darkness * ((placed - self.ink_threshold) / EDGE_SOFTNESS + 0.5).clip(0, 1)
        return ink

    def write_mark(self, kind: str, digit: np.ndarray, box: float, size: int, rng: np.random.Generator) -> np.ndarray:
        """Write a mark of a kind of `drawn_symbols.MARK_SHARES` into a box; `digit` is what is struck out.

        The other arguments and the result are those of `write_digit`.
        """
        mark = draw_mark(kind, rng, digit if kind == "struck_out" else None)
        scale = box * rng.uniform(0.7, 1.0) / len(mark)
        centre = (size - 1) / 2 + box * rng.normal(0, 0.04, 2)
        offset = centre - scale * (len(mark) - 1) / 2
        matrix = np.column_stack([scale * np.eye(2), offset])
        placed: np.ndarray = cv2.warpAffine(mark, matrix, (size, size), flags=cv2.INTER_LINEAR)
        return self.darkness * placed

    def write_signature(self, size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
        """Return a scribbled name of `size` (width, height), float32, 1 = black."""
        width, height = size
        steps = np.linspace(0, 1, 60)
        waves = sum(rng.normal(0, 1 / k) * np.sin(2 * np.pi * (k * steps + rng.random())) for k in range(2, 9))
        x = width * (0.08 + 0.84 * steps) + 0.05 * width * np.roll(waves, 7)
        y = height * (0.5 + 0.17 * waves)
        strokes = np.zeros((height, width), np.uint8)
        points = np.round(16 * np.column_stack([x, y])).astype(np.int32)  # sixteenths of a pixel
        cv2.polylines(strokes, [points], False, 255, 2, cv2.LINE_AA, shift=4)
        return (self.darkness / 255 * strokes).astype(np.float32)
