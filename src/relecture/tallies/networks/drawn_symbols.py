"""Symbols that are drawn for training: marks that are no digit, and ways of writing a digit that the cells lack.

Where a number has fewer digits than boxes, people cross the others out, draw dashes through them, or strike out a digit
that they have written. MNIST has no such marks, and hardly a 1 with a serif, a 7 with a bar or a 0 with a slash.

A plain upright stroke is never drawn as a mark: it looks exactly like a 1. A stroke that leans as far as no 1 does is a
slash; in between the two classes meet, the network's probabilities are divided, and the number is flagged.
"""

from collections.abc import Callable
from itertools import pairwise

import cv2
import numpy as np

from relecture.tallies.segmentation.cell_normalization import normalize_cells

CANVAS = 64  # pixels of the square on which symbols are drawn
Points = list[tuple[float, float]]
#: Kinds of marks with their share of the drawn ones.
MARK_SHARES = {"cross": 0.3, "dash": 0.22, "slash": 0.12, "tick": 0.08, "struck_out": 0.18, "scribble": 0.1}
#: Digits with ways of writing them that are drawn.
VARIANT_DIGITS = (1, 7, 0)


def draw_marks(n: int, digits: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Return n normalised cells with a mark, uint8 (n, 28, 28); `digits` (m, 28, 28) are struck out in some."""
    kinds = random.choice(list(MARK_SHARES), n, p=list(MARK_SHARES.values()))
    ink = np.zeros((n, CANVAS, CANVAS), np.float32)
    for canvas, kind in zip(ink, kinds, strict=True):
        digit = digits[random.integers(len(digits))] if kind == "struck_out" and len(digits) else None
        canvas[:] = draw_mark(kind, random, digit)
    return normalize_cells(ink)


def draw_variants(n: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return n normalised cells with a 1 with serif, a 7 with bar or a 0 with slash, and their labels (n,)."""
    labels = random.choice(VARIANT_DIGITS, n).astype(np.int64)
    ink = [_pen(_VARIANTS[label](random), random) for label in labels.tolist()]
    return normalize_cells(np.array(ink, np.float32).reshape(-1, CANVAS, CANVAS)), labels


def draw_mark(kind: str, random: np.random.Generator, digit: np.ndarray | None = None) -> np.ndarray:
    """Return the ink of one mark of a kind of MARK_SHARES, float32 (CANVAS, CANVAS), 1 = black.

    A struck-out `digit` (height, width), 0 to 255 or 0 to 1, lies under the strokes; without one it is a scribble.
    """
    ink = _pen(_MARKS[kind](random), random)
    if digit is not None:
        below = cv2.resize(digit.astype(np.float32), (CANVAS, CANVAS), interpolation=cv2.INTER_LINEAR)
        ink = np.maximum(ink, below / max(float(below.max()), 1e-6))
    return ink


def _pen(strokes: list[Points], random: np.random.Generator) -> np.ndarray:
    """Return strokes, points from -1 to 1, in one pen's width, leaning and slightly bent: float32, 1 = black."""
    canvas = np.zeros((CANVAS, CANVAS), np.uint8)
    width, slant, size = int(random.integers(2, 7)), random.normal(0, 0.08), random.uniform(0.3, 0.42) * CANVAS
    for stroke in strokes:
        points = np.array(stroke) + random.normal(0, 0.04, (len(stroke), 2))
        points = _bend(points, random)
        points = np.column_stack([points[:, 0] - slant * points[:, 1], points[:, 1]])
        fixed = np.round(16 * (CANVAS / 2 + size * points)).astype(np.int32)  # sixteenths of a pixel
        cv2.polylines(canvas, [fixed], False, 255, width, cv2.LINE_AA, shift=4)
    ink: np.ndarray = cv2.GaussianBlur(canvas, (0, 0), 0.8).astype(np.float32) / 255
    return ink


def _bend(points: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Return a polyline with points between, each piece bent to one side."""
    pieces = []
    for start, end in pairwise(points):
        along = np.linspace(0, 1, 9)[:, None]
        across = np.array([start[1] - end[1], end[0] - start[0]]) * random.normal(0, 0.05)
        pieces.append(start + along * (end - start) + 4 * along * (1 - along) * across)
    return np.concatenate(pieces)


def _line(angle: float, length: float, x: float = 0.0, y: float = 0.0) -> Points:
    """Return a line around (x, y) at an angle to the horizontal in degrees; 90 is upright, 45 is a slash."""
    dx, dy = length * np.cos(np.radians(angle)), length * np.sin(np.radians(angle))
    return [(x - dx, y + dy), (x + dx, y - dy)]


def _cross(random: np.random.Generator) -> list[Points]:
    steep = random.uniform(35, 62)
    lengths = random.uniform(0.75, 1.15, 2)
    shift = random.normal(0, 0.1, 2)
    return [_line(steep, lengths[0]), _line(180 - random.uniform(0.85, 1.15) * steep, lengths[1], *shift)]


def _dash(random: np.random.Generator) -> list[Points]:
    angle, length = random.normal(0, 8), random.uniform(0.4, 1)
    if random.random() < 0.15:
        return [_line(angle, length, 0, -0.25), _line(angle + random.normal(0, 4), length, 0, 0.25)]
    if random.random() < 0.15:
        return [[(-length, 0.05), (-0.4 * length, -0.15), (0.4 * length, 0.15), (length, -0.05)]]
    return [_line(angle, length)]


def _slash(random: np.random.Generator) -> list[Points]:
    angle = random.uniform(15, 48) if random.random() < 0.6 else 180 - random.uniform(15, 65)
    return [_line(angle, random.uniform(0.8, 1.2))]


def _tick(random: np.random.Generator) -> list[Points]:
    corner = (random.uniform(-0.5, -0.1), random.uniform(0.5, 0.9))
    start = (corner[0] - random.uniform(0.2, 0.5), corner[1] - random.uniform(0.2, 0.6))
    return [[start, corner, (random.uniform(0.5, 1), random.uniform(-1, -0.4))]]


def _strike(random: np.random.Generator) -> list[Points]:
    # Beyond the digit on both sides: a bar that is shorter belongs to a 7, a slash that is shorter to a 0.
    level = random.random() < 0.5
    angle = random.uniform(-12, 12) if level else random.choice([-1, 1]) * random.uniform(30, 60)
    count = random.integers(1, 4)
    return [
        _line(angle + random.normal(0, 4), random.uniform(1.05, 1.3), 0, offset)
        for offset in random.normal(0, 0.25, count)
    ]


def _scribble(random: np.random.Generator) -> list[Points]:
    n = int(random.integers(6, 14))
    x = np.linspace(-0.7, 0.7, n) + random.normal(0, 0.12, n)
    y = np.where(np.arange(n) % 2, 1, -1) * random.uniform(0.3, 0.9, n)
    return [list(zip(x.tolist(), y.tolist(), strict=True))]


def _one(random: np.random.Generator) -> list[Points]:
    strokes: list[Points] = [[(0, -1), (0, 1)]]
    kind = random.integers(3)
    if kind != 1:  # a serif at the top, from short to nearly as long as that of a 7
        strokes[0].insert(0, (-random.uniform(0.15, 0.6), -1 + random.uniform(0.2, 0.7)))
    if kind != 0:  # a base
        half = random.uniform(0.25, 0.6)
        strokes.append([(-half, 1), (half, 1)])
    return strokes


def _seven(random: np.random.Generator) -> list[Points]:
    left, right, foot = random.uniform(-0.7, -0.4), random.uniform(0.4, 0.7), random.uniform(-0.4, 0.1)
    top = -1 + random.normal(0, 0.08)
    middle, half = (right + foot) / 2, random.uniform(0.2, 0.5)
    y = random.uniform(-0.15, 0.15)
    return [[(left, top), (right, -1), (foot, 1)], [(middle - half, y), (middle + half, y)]]


def _zero(random: np.random.Generator) -> list[Points]:
    turn = np.linspace(0, 2 * np.pi, 17) - np.pi / 2
    width = random.uniform(0.5, 0.8)
    ring = list(zip((width * np.cos(turn)).tolist(), np.sin(turn).tolist(), strict=True))
    return [ring, _line(random.uniform(45, 65), random.uniform(0.6, 0.95))]


_MARKS: dict[str, Callable[[np.random.Generator], list[Points]]] = {
    "cross": _cross,
    "dash": _dash,
    "slash": _slash,
    "tick": _tick,
    "struck_out": _strike,
    "scribble": _scribble,
}
_VARIANTS: dict[int, Callable[[np.random.Generator], list[Points]]] = {1: _one, 7: _seven, 0: _zero}
