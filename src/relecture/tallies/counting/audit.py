"""The accuracy of a count, and the number of sheets that a person must audit.

All of it is about the readable sheets; a person enters the others in any case.

An *audit* of a sheet replaces its counted votes by the true ones. Totals are right *within 1 %* if that of every party
differs from its true total by at most 1 % of it, and *exactly* right if none differs. *Sheets needed* is the smallest
number of audited sheets after which the totals are right and stay right with every further sheet of that order; this
needs the truth. The number *expected* needs no truth: it is the smallest number after which, for every party, the mean
error of the total plus 1.96 of its standard deviations is within 1 % of the counted total, provided that the posterior
(`VoteCounts.posterior`) is right and errors are independent of each other.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from relecture.tallies.counting.vote_counts import VoteCounts

#: The share of its true total within which each party's total must be.
TARGETS = {"within 1 %": 0.01, "exactly": 0.0}
#: The orders in which a person audits the sheets.
ORDERS = {
    "quality": "lowest quality first",
    "expected_vote_error": "largest expected error first",
    "random": "random order",
}
NORMAL_QUANTILE = 1.96  # standard deviations, for 95 %
INTERVAL = (2.5, 97.5)  # percentiles


@dataclass(frozen=True)
class AuditedCounts:
    """Vote counts, and the true votes of the same sheets and parties, (sheets, parties), or None if unknown."""

    counts: VoteCounts
    truth: np.ndarray | None

    @property
    def true_votes(self) -> np.ndarray:
        """The true votes, which must be known."""
        if self.truth is None:
            raise ValueError("the true votes of these sheets are not known")
        return self.truth

    @cached_property
    def errors(self) -> np.ndarray:
        """Counted minus true votes, (sheets, parties)."""
        errors: np.ndarray = self.counts.votes - self.true_votes
        return errors

    @cached_property
    def priorities(self) -> dict[str, np.ndarray]:
        """A number per sheet for each order that is not random; the sheet with the lowest is audited first."""
        return {"quality": self.counts.quality, "expected_vote_error": -self.counts.expected_vote_error()}

    def gaps(self, order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the distance of each party's total from the truth after 0, 1, 2, ... audits in this order.

        Args:
            order: Indices of sheets; they alone make up the totals, and a repeated index counts repeatedly.

        Returns:
            Gaps (audits + 1, parties) and true totals (parties,), in votes.
        """
        return np.abs(_unaudited_sums(self.errors[order])), self.true_votes[order].sum(0)

    def expected_gaps(self, order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the expected gaps: mean error plus NORMAL_QUANTILE standard deviations, and counted totals."""
        mean, variance = self._expectation
        bias = np.abs(_unaudited_sums(mean[order] - self.counts.votes[order]))
        gaps = bias + NORMAL_QUANTILE * np.sqrt(_unaudited_sums(variance[order]))
        return gaps, self.counts.votes[order].sum(0)

    @cached_property
    def _expectation(self) -> tuple[np.ndarray, np.ndarray]:
        return self.counts.expected()


def sheets_needed(gaps: np.ndarray, totals: np.ndarray, tolerance: float) -> int:
    """Return the number of audits from which on all gaps (audits + 1, parties) are within `tolerance` of the totals."""
    wrong = np.flatnonzero((gaps > tolerance * totals).any(1))
    return int(wrong[-1]) + 1 if len(wrong) else 0


def audit_table(audited: AuditedCounts, n_resamples: int, seed: int = 1) -> pd.DataFrame:
    """Return the number of sheets needed, one row per order and target.

    Columns: order and target (keys of ORDERS and TARGETS), sheets (the readable ones); needed, low, high; expected;
    saved, saved_low, saved_high (fewer audits than in random order). For the random order `needed` is the mean over
    `n_resamples` permutations and the interval holds 95 % of them. For the others it is the bootstrap interval over
    polling stations, for elections like this one. `saved` compares with the mean of the random orders, its interval
    with one random order in every resample. What needs the truth is NaN without it.
    """
    rng = np.random.default_rng(seed)
    n_sheets = len(audited.counts.sheets)
    permutations = np.array([rng.permutation(n_sheets) for _ in range(n_resamples)])
    resamples = rng.integers(n_sheets, size=(n_resamples, n_sheets))
    rows = []
    for target, tolerance in TARGETS.items():
        random = _needed(audited, permutations, tolerance)
        random_resampled = _needed(audited, resamples, tolerance)  # a resample is drawn in random order
        rows.append({"order": "random", "target": target, "needed": random.mean(), **_interval(random),
                     "expected": _expected(audited, permutations, tolerance)})  # fmt: skip
        for order, priority in audited.priorities.items():
            ranking = np.argsort(priority, kind="stable")[None]
            ranked_resamples = np.take_along_axis(resamples, np.argsort(priority[resamples], 1, "stable"), 1)
            resampled = _needed(audited, ranked_resamples, tolerance)
            needed = _needed(audited, ranking, tolerance).mean()
            saved = _interval(random_resampled - resampled)
            rows.append({"order": order, "target": target, "needed": needed, **_interval(resampled),
                         "expected": _expected(audited, ranking, tolerance), "saved": random.mean() - needed,
                         "saved_low": saved["low"], "saved_high": saved["high"]})  # fmt: skip
    columns = ["order", "target", "sheets", "needed", "low", "high", "expected", "saved", "saved_low", "saved_high"]
    table = pd.DataFrame(rows).assign(sheets=n_sheets)[columns]
    index = {order: index for index, order in enumerate(ORDERS)}
    return table.sort_values("order", key=lambda column: column.map(index), kind="stable", ignore_index=True)


def accuracy_by_quality(
    audited: AuditedCounts, quality_threshold: float, n_resamples: int, seed: int = 1
) -> pd.DataFrame:
    """Return the accuracy on sheets of high and of low quality; one row each, and one for the difference.

    Columns: group, sheets, quality (mean); and, with the truth, the shares of digits, of counts (a party's number on a
    sheet) and of whole sheets that are right: digits, digits_low, digits_high, counts, ... with the 95 % bootstrap
    interval over polling stations.
    """
    counts, rng = audited.counts, np.random.default_rng(seed)
    is_high = counts.quality > quality_threshold
    groups = {"high": np.flatnonzero(is_high), "low": np.flatnonzero(~is_high)}
    rows: list[dict[str, Any]] = [
        {"group": name, "sheets": len(sheets), "quality": counts.quality[sheets].mean() if len(sheets) else np.nan}
        for name, sheets in groups.items()
    ]
    if audited.truth is not None:
        rows.append({"group": "difference", "sheets": len(is_high)})
        for name, accuracy in _accuracies(audited).items():
            samples = {group: _bootstrap_means(accuracy[sheets], n_resamples, rng) for group, sheets in groups.items()}
            means = {group: accuracy[sheets].mean() if len(sheets) else np.nan for group, sheets in groups.items()}
            samples["difference"] = samples["high"] - samples["low"]
            means["difference"] = means["high"] - means["low"]
            for row in rows:
                interval = _interval(samples[row["group"]])
                row |= {name: means[row["group"]], f"{name}_low": interval["low"], f"{name}_high": interval["high"]}
    return pd.DataFrame(rows)


def party_errors(audited: AuditedCounts, n_resamples: int, seed: int = 1) -> pd.DataFrame:
    """Return each party's total: party, true, counted, error, low, high, in votes and shares of the true total.

    `error` is (counted − true) / true, with the 95 % bootstrap interval over polling stations, for elections like this
    one.
    """
    rng, n_sheets = np.random.default_rng(seed), len(audited.counts.sheets)
    true, counted = audited.true_votes.sum(0), audited.counts.votes.sum(0)
    resamples = rng.integers(n_sheets, size=(n_resamples, n_sheets))
    totals = np.array([audited.true_votes[sheets].sum(0) for sheets in resamples])
    with np.errstate(divide="ignore", invalid="ignore"):
        error = (counted - true) / true
        errors = np.array([audited.errors[sheets].sum(0) for sheets in resamples]) / totals
        errors[~np.isfinite(errors)] = np.nan
    low, high = np.nanpercentile(errors, INTERVAL, axis=0)
    return pd.DataFrame({"party": audited.counts.parties, "true": true, "counted": counted, "error": error,
                         "low": low, "high": high})  # fmt: skip


def total_absolute_error(audited: AuditedCounts) -> float:
    """Return the sum of the parties' absolute errors as a share of all true votes."""
    return float(np.abs(audited.errors.sum(0)).sum() / audited.true_votes.sum())


def _unaudited_sums(values: np.ndarray) -> np.ndarray:
    """Sum over the sheets not yet audited, (sheets, parties) in the order of audits -> (sheets + 1, parties)."""
    sums = np.zeros((len(values) + 1, values.shape[1]), values.dtype)
    sums[:-1] = np.cumsum(values[::-1], axis=0)[::-1]
    return sums


def _needed(audited: AuditedCounts, orders: np.ndarray, tolerance: float) -> np.ndarray:
    """Return the sheets needed in each of the orders (orders, sheets); NaN without the truth."""
    if audited.truth is None:
        return np.full(len(orders), np.nan)
    return np.array([sheets_needed(*audited.gaps(order), tolerance) for order in orders], dtype=float)


def _expected(audited: AuditedCounts, orders: np.ndarray, tolerance: float) -> float:
    """Return the mean expected number of sheets needed over the orders; NaN for exact totals."""
    if not tolerance:  # expected errors are never exactly zero
        return np.nan
    return float(np.mean([sheets_needed(*audited.expected_gaps(order), tolerance) for order in orders]))


def _interval(values: np.ndarray) -> dict[str, float]:
    if np.isnan(values).all():
        return {"low": np.nan, "high": np.nan}
    low, high = np.nanpercentile(values, INTERVAL)
    return {"low": float(low), "high": float(high)}


def _accuracies(audited: AuditedCounts) -> dict[str, np.ndarray]:
    """Return of each sheet the shares of digits and of counts that are right, and whether all are, (sheets,)."""
    true_digits = audited.true_votes[..., None] // audited.counts.place_values % 10
    right = audited.errors == 0
    return {
        "digits": (true_digits == audited.counts.digits).mean((1, 2)),
        "counts": right.mean(1),
        "whole_sheets": right.all(1).astype(float),
    }


def _bootstrap_means(values: np.ndarray, n_resamples: int, rng: np.random.Generator) -> np.ndarray:
    """Return means of resamples; NaN for fewer than two values."""
    if len(values) < 2:
        return np.full(n_resamples, np.nan)
    means: np.ndarray = values[rng.integers(len(values), size=(n_resamples, len(values)))].mean(1)
    return means
