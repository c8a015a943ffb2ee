"""Readings made up for tests: true votes, and a reader that is as sure of its digits as it is right."""

import numpy as np

from relecture.tallies.counting.audit import Checked
from relecture.tallies.counting.vote_counts import Reading

PARTIES = ("Ash", "Birch", "Cedar")


def made(sheets: int = 60, seed: int = 0, districts: int = 3, signal: float = 4.0, lean: float = 1.0) -> Checked:
    """Made-up sheets as a calibrated reader sees them.

    Each digit is one of ten Gaussians, and Bayes' rule with equal shares gives its probabilities. `signal` is how far
    they are apart, in standard deviations, on the mean sheet; it varies from sheet to sheet. Votes are around 300, 150
    and 100 on every sheet; with `lean` 0 all three parties get about as many.
    """
    random = np.random.default_rng(seed)
    likely = np.array([300, 150, 100]) * lean + 180 * (1 - lean)
    truth = random.poisson(likely * random.uniform(0.7, 1.3, (sheets, 1)))
    digits = truth[..., None] // np.array([100, 10, 1]) % 10
    signals = signal * random.uniform(0.6, 1.4, (sheets, 1, 1, 1))
    odds = np.exp(signals * (signals * np.eye(10)[digits] + random.normal(0, 1, (*digits.shape, 10))) - signals**2)
    return Checked(reading((odds / odds.sum(-1, keepdims=True)).astype(np.float32), districts), truth)


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
