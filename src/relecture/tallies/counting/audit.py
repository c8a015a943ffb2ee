"""How good is the count, and how many sheets must a person check?

All of it is about the sheets that could be read; those that could not are entered by a person in any case.

*Checking* a sheet puts its true votes in place of those that were read. Totals are right *within 1 %* when that of
every party differs from its true total by at most 1 % of it, and *exactly* right when none differs. *Sheets needed* are
the fewest after which the totals are right and stay right however many more of that order are checked: this takes the
truth. Without it, and beside it, stands what the reader expects of itself: the fewest after which for every party the
mean error of the total and 1.96 of its standard deviations together are within 1 % of the counted total, if the
reader's beliefs (`Reading.beliefs`) are right and its errors independent of each other.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from relecture.tallies.counting.vote_counts import Reading

#: Within what share of its true total each party's must be.
TARGETS = {"within 1 %": 0.01, "exactly": 0.0}
#: Which sheets a person checks first.
ORDERS = {"quality": "worst quality first", "stake": "most votes at stake first", "random": "at random"}
NORMAL = 1.96  # standard deviations, for 95 %
INTERVAL = (2.5, 97.5)  # percentiles


@dataclass(frozen=True)
class Checked:
    """A reading, and the true votes of the same sheets and parties, (sheets, parties), where they are known."""

    reading: Reading
    truth: np.ndarray | None

    @property
    def true(self) -> np.ndarray:
        """The true votes; only where they are known."""
        if self.truth is None:
            raise ValueError("the true votes of these sheets are not known")
        return self.truth

    @cached_property
    def errors(self) -> np.ndarray:
        """Votes read too many, (sheets, parties)."""
        return self.reading.votes - self.true

    @cached_property
    def keys(self) -> dict[str, np.ndarray]:
        """For each order that is not random, a number per sheet; the lowest is checked first."""
        return {"quality": self.reading.quality, "stake": -self.reading.at_stake()}

    def gaps(self, order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How far each party's total is from the truth after 0, 1, 2, ... checks in this order of sheets.

        Args:
            order: numbers of sheets; they alone make up the totals, and one that is named twice counts twice.

        Returns:
            Gaps (checks + 1, parties) and true totals (parties,), in votes.
        """
        return np.abs(_left(self.errors[order])), self.true[order].sum(0)

    def expected_gaps(self, order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The same as the reader expects it: mean error and NORMAL standard deviations, beside counted totals."""
        mean, variance = self._expectation
        gap = np.abs(_left(mean[order] - self.reading.votes[order])) + NORMAL * np.sqrt(_left(variance[order]))
        return gap, self.reading.votes[order].sum(0)

    @cached_property
    def _expectation(self) -> tuple[np.ndarray, np.ndarray]:
        return self.reading.expected()


def needed(gaps: np.ndarray, totals: np.ndarray, tolerance: float) -> int:
    """The fewest checks from which on all gaps (checks + 1, parties) are within `tolerance` of the totals."""
    wrong = np.flatnonzero((gaps > tolerance * totals).any(1))
    return int(wrong[-1]) + 1 if len(wrong) else 0


def checks(checked: Checked, resamples: int, seed: int = 1) -> pd.DataFrame:
    """Sheets needed, by order and target; a row each.

    Columns: order and target (keys of ORDERS and TARGETS), sheets (that were read); needed, low, high; expected;
    saved, saved_low, saved_high (checks fewer than at random). For the random order `needed` is the mean over
    `resamples` orders and the interval holds 95 % of them. For the others the interval is the bootstrap's over
    polling stations: so many sheets would be needed in elections like this one. `saved` compares with the mean of the
    random orders, and its interval with one random order in every resample. What takes the truth is NaN without it.
    """
    random = np.random.default_rng(seed)
    sheets = len(checked.reading.sheets)
    shuffled = np.array([random.permutation(sheets) for _ in range(resamples)])
    resampled = random.integers(sheets, size=(resamples, sheets))
    rows = []
    for target, tolerance in TARGETS.items():
        at_random = _counts(checked, shuffled, tolerance)
        again = _counts(checked, resampled, tolerance)  # a resample is in random order as it is drawn
        rows.append({"order": "random", "target": target, "needed": at_random.mean(), **_interval(at_random),
                     "expected": _expected(checked, shuffled, tolerance)})  # fmt: skip
        for order, key in checked.keys.items():
            ranked = np.argsort(key, kind="stable")[None]
            own = _counts(checked, np.take_along_axis(resampled, np.argsort(key[resampled], 1, "stable"), 1), tolerance)
            found = _counts(checked, ranked, tolerance).mean()
            saved = _interval(again - own)
            rows.append({"order": order, "target": target, "needed": found, **_interval(own),
                         "expected": _expected(checked, ranked, tolerance), "saved": at_random.mean() - found,
                         "saved_low": saved["low"], "saved_high": saved["high"]})  # fmt: skip
    columns = ["order", "target", "sheets", "needed", "low", "high", "expected", "saved", "saved_low", "saved_high"]
    table = pd.DataFrame(rows).assign(sheets=sheets)[columns]
    place = {order: place for place, order in enumerate(ORDERS)}
    return table.sort_values("order", key=lambda column: column.map(place), kind="stable", ignore_index=True)


def by_quality(checked: Checked, high: float, resamples: int, seed: int = 1) -> pd.DataFrame:
    """How well sheets of high and of low quality are read; a row each, and one for the difference.

    Columns: group, sheets, quality (mean); and, with the truth, the shares of digits, of counts (a party's number on a
    sheet) and of whole sheets that were read right: digits, digits_low, digits_high, counts, ... with the bootstrap's
    95 % interval over polling stations.
    """
    reading, random = checked.reading, np.random.default_rng(seed)
    chosen = reading.quality > high
    groups = {"high": np.flatnonzero(chosen), "low": np.flatnonzero(~chosen)}
    rows: list[dict[str, Any]] = [
        {"group": name, "sheets": len(own), "quality": reading.quality[own].mean() if len(own) else np.nan}
        for name, own in groups.items()
    ]
    if checked.truth is not None:
        rows.append({"group": "difference", "sheets": len(chosen)})
        for name, right in _right(checked).items():
            samples = {group: _means(right[own], resamples, random) for group, own in groups.items()}
            found = {group: right[own].mean() if len(own) else np.nan for group, own in groups.items()}
            samples["difference"] = samples["high"] - samples["low"]
            found["difference"] = found["high"] - found["low"]
            for row in rows:
                interval = _interval(samples[row["group"]])
                row |= {name: found[row["group"]], f"{name}_low": interval["low"], f"{name}_high": interval["high"]}
    return pd.DataFrame(rows)


def party_errors(checked: Checked, resamples: int, seed: int = 1) -> pd.DataFrame:
    """Each party's total: party, true, counted, error, low, high, in votes and shares of the true total.

    `error` is (counted − true) / true, with the bootstrap's 95 % interval over polling stations: the error in
    elections like this one.
    """
    random, sheets = np.random.default_rng(seed), len(checked.reading.sheets)
    true, counted = checked.true.sum(0), checked.reading.votes.sum(0)
    again = random.integers(sheets, size=(resamples, sheets))
    totals = np.array([checked.true[own].sum(0) for own in again])
    with np.errstate(divide="ignore", invalid="ignore"):
        error = (counted - true) / true
        errors = np.array([checked.errors[own].sum(0) for own in again]) / totals
        errors[~np.isfinite(errors)] = np.nan
    low, high = np.nanpercentile(errors, INTERVAL, axis=0)
    return pd.DataFrame({"party": checked.reading.parties, "true": true, "counted": counted, "error": error,
                         "low": low, "high": high})  # fmt: skip


def misplaced(checked: Checked) -> float:
    """The parties' absolute errors together, as a share of all true votes."""
    return float(np.abs(checked.errors.sum(0)).sum() / checked.true.sum())


def _left(values: np.ndarray) -> np.ndarray:
    """Sums over the sheets not yet checked, (sheets, parties) in the order of checking -> (sheets + 1, parties)."""
    sums = np.zeros((len(values) + 1, values.shape[1]), values.dtype)
    sums[:-1] = np.cumsum(values[::-1], axis=0)[::-1]
    return sums


def _counts(checked: Checked, orders: np.ndarray, tolerance: float) -> np.ndarray:
    """Sheets needed in each of the orders (orders, sheets); NaN without the truth."""
    if checked.truth is None:
        return np.full(len(orders), np.nan)
    return np.array([needed(*checked.gaps(order), tolerance) for order in orders], dtype=float)


def _expected(checked: Checked, orders: np.ndarray, tolerance: float) -> float:
    """Sheets that the reader expects to be needed, on average over the orders; it never expects to be exact."""
    if not tolerance:
        return np.nan
    return float(np.mean([needed(*checked.expected_gaps(order), tolerance) for order in orders]))


def _interval(values: np.ndarray) -> dict[str, float]:
    if np.isnan(values).all():
        return {"low": np.nan, "high": np.nan}
    low, high = np.nanpercentile(values, INTERVAL)
    return {"low": float(low), "high": float(high)}


def _right(checked: Checked) -> dict[str, np.ndarray]:
    """Of each sheet, the share of its digits, of its counts, and of itself that were read right, (sheets,)."""
    reading = checked.reading
    digits = checked.true[..., None] // reading.places % 10
    counts = checked.errors == 0
    return {
        "digits": (digits == reading.digits).mean((1, 2)),
        "counts": counts.mean(1),
        "whole_sheets": counts.all(1).astype(float),
    }


def _means(values: np.ndarray, resamples: int, random: np.random.Generator) -> np.ndarray:
    """Means of resamples; NaN where there are not two values to draw from."""
    if len(values) < 2:
        return np.full(resamples, np.nan)
    return values[random.integers(len(values), size=(resamples, len(values)))].mean(1)
