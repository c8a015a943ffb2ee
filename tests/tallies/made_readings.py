"""Readings made up for tests: true votes, and a reader that is right as often as its probabilities say."""

import numpy as np

from relecture.tallies.checking import Checked
from relecture.tallies.counting import Reading

PARTIES = ("Ash", "Birch", "Cedar")


def made(sheets: int = 60, seed: int = 0, districts: int = 3, doubt: float = 0.05, lean: float = 1.0) -> Checked:
    """A calibrated reader's reading of made-up sheets.

    `doubt` is the mean probability that a digit is not the one that was read; it varies from sheet to sheet. Votes are
    around 300, 150 and 100 on every sheet; with `lean` 0 all three parties get about as many.
    """
    random = np.random.default_rng(seed)
    likely = np.array([300, 150, 100]) * lean + 180 * (1 - lean)
    seen = random.poisson(likely * random.uniform(0.7, 1.3, (sheets, 1)))[..., None] // np.array([100, 10, 1]) % 10
    doubts = np.broadcast_to(np.minimum(doubt * random.gamma(0.5, 2.0, (sheets, 1, 1)), 0.6), seen.shape)
    probabilities = np.repeat(doubts[..., None] / 9, 10, axis=-1).astype(np.float32)
    np.put_along_axis(probabilities, seen[..., None], 1 - doubts[..., None], axis=-1)
    wrong = random.random(seen.shape) < doubts
    truth = np.where(wrong, (seen + random.integers(1, 10, seen.shape)) % 10, seen) @ np.array([100, 10, 1])
    return Checked(reading(probabilities, districts), truth)


def reading(probabilities: np.ndarray, districts: int = 1) -> Reading:
    """A reading with names for sheets, stations and districts, which follow each other in turn."""
    sheets = len(probabilities)
    return Reading(
        probabilities=probabilities,
        sheets=np.array([f"sheet-{i:03d}" for i in range(sheets)], dtype=object),
        parties=PARTIES[: probabilities.shape[1]],
        districts=np.array([f"D{i % districts + 1}" for i in range(sheets)], dtype=object),
        stations=np.array([f"S{i:03d}" for i in range(sheets)], dtype=object),
    )


def sure(votes: np.ndarray, high: float = 1.0, districts: int = 1) -> Reading:
    """A reading of exactly these votes (sheets, parties), each digit with the probability `high`."""
    digits = np.asarray(votes)[..., None] // np.array([100, 10, 1]) % 10
    probabilities = np.full((*digits.shape, 10), (1 - high) / 9, np.float32)
    np.put_along_axis(probabilities, digits[..., None], np.float32(high), axis=-1)
    return reading(probabilities, districts)
