"""Vote counts made up for tests: true votes, and the probabilities of a calibrated classifier."""

from dataclasses import replace

import numpy as np

from relecture.tallies.counting.audit import AuditedCounts
from relecture.tallies.counting.vote_counts import ConstrainedNumbers, VoteCounts
from relecture.tallies.counting.vote_tables import CountedElection

PARTIES = ("Ash", "Birch", "Cedar")


def made(sheets: int = 60, seed: int = 0, districts: int = 3, signal: float = 4.0, lean: float = 1.0) -> AuditedCounts:
    """Return made-up sheets with the probabilities of a calibrated classifier.

    Each digit is one of ten Gaussians, and Bayes' rule with equal priors gives its probabilities. `signal` is how far
    they are apart, in standard deviations, on the mean sheet; it varies from sheet to sheet. Votes are around 300, 150
    and 100 on every sheet; with `lean` 0 all three parties get about as many.
    """
    rng = np.random.default_rng(seed)
    means = np.array([300, 150, 100]) * lean + 180 * (1 - lean)
    truth = rng.poisson(means * rng.uniform(0.7, 1.3, (sheets, 1)))
    digits = truth[..., None] // np.array([100, 10, 1]) % 10
    signals = signal * rng.uniform(0.6, 1.4, (sheets, 1, 1, 1))
    odds = np.exp(signals * (signals * np.eye(10)[digits] + rng.normal(0, 1, (*digits.shape, 10))) - signals**2)
    return AuditedCounts(counts_of((odds / odds.sum(-1, keepdims=True)).astype(np.float32), districts), truth)


def counts_of(probabilities: np.ndarray, districts: int = 1) -> VoteCounts:
    """Return counts with names of sheets, stations and districts; districts follow each other in turn."""
    sheets = len(probabilities)
    return VoteCounts(
        probabilities=probabilities,
        sheets=np.array([f"sheet-{i:03d}" for i in range(sheets)], dtype=object),
        parties=PARTIES[: probabilities.shape[1]],
        districts=np.array([f"D{i % districts + 1}" for i in range(sheets)], dtype=object),
        stations=np.array([f"S{i:03d}" for i in range(sheets)], dtype=object),
    )


def sure(votes: np.ndarray, high: float = 1.0, districts: int = 1) -> VoteCounts:
    """Return counts of exactly these votes (sheets, parties), each digit with the probability `high`."""
    digits = np.asarray(votes)[..., None] // np.array([100, 10, 1]) % 10
    probabilities = np.full((*digits.shape, 10), (1 - high) / 9, np.float32)
    np.put_along_axis(probabilities, digits[..., None], np.float32(high), axis=-1)
    return counts_of(probabilities, districts)


def constrained(counts: VoteCounts) -> VoteCounts:
    """Return counts whose digits are those read, each number with the certainty of its digits and a made-up state."""
    certainty = counts.confidence.prod(-1)
    states = np.where(certainty > 0.9, "adds up as read", "unclear").astype(object)
    return replace(counts, constrained=ConstrainedNumbers(counts.digits, certainty, states))


def made_election(truth_known: bool) -> CountedElection:
    """Return forty sheets: a poor classifier before transfer, a good one after.

    With the truth, two more sheets are unreadable.
    """
    before, after = made(40, signal=2.5).counts, made(40, signal=5.0)
    counts = {
        "pretrained": before,
        "transferred": after.counts,
        "prior_corrected": replace(after.counts, prior_corrected=True),
        "sum_constrained": constrained(after.counts),
    }
    return CountedElection(
        variants={
            name: AuditedCounts(variant, after.truth if truth_known else None) for name, variant in counts.items()
        },
        n_unreadable=2 if truth_known else 0,
        name="made up",
        sample=False,
        quality_threshold=0.9,
        n_resamples=20,
    )
