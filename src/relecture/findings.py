"""Findings and choices of a comparison: what its conclusions and comparisons of runs are made from."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
import pandas as pd

from relecture.data_files import read_csv, write_csv
from relecture.uncertainty import Difference


@dataclass(frozen=True)
class Finding:
    """An estimate with its 95 % interval, its p-value adjusted over all of its table, and the finding in words.

    `n` is the number of pairs that a t interval is from; None for another interval.
    """

    id: str
    estimate: float
    low: float
    high: float
    adjusted_p: float
    finding: str
    n: int | None = None

    @classmethod
    def of(cls, id: str, difference: Difference) -> "Finding":
        """Return the finding of a difference whose p-value was adjusted."""
        adjusted = np.nan if difference.adjusted_p is None else difference.adjusted_p
        return cls(id, difference.mean, difference.low, difference.high, adjusted, difference.finding, difference.n)


@dataclass(frozen=True)
class Choice:
    """What was chosen among candidates, and how firmly.

    `share_of_wins` is the share of resamples in which `value` is chosen; NaN if it was not measured. `on_border`: it is
    the first or last candidate of a grid, so that a better one may lie outside. `lowest` is the candidate with the
    lowest error; a simpler one is preferred where its error is within one standard error of the lowest.
    """

    id: str
    value: str
    share_of_wins: float
    on_border: bool
    lowest: str


def choose(id: str, errors: pd.DataFrame, replicates: pd.DataFrame, *, has_border: bool = True) -> Choice:
    """Choose the simplest candidate whose mean error is within one standard error of the lowest.

    Args:
        id: Name of the choice.
        errors: Errors on validation data, a column per candidate from the simplest to the most complex, a row per seed.
            The standard error is that of the best candidate's mean; with one seed the lowest error is chosen.
        replicates: Mean errors of the same candidates, a row per resample of seeds and validation data.
        has_border: Whether the candidates are a grid, beyond whose ends there are more.
    """
    means = errors.mean()
    lowest, spread = means.idxmin(), errors.sem().fillna(0.0)
    chosen = _simplest(means, spread[lowest])
    on_border = has_border and chosen in (errors.columns[0], errors.columns[-1])
    return Choice(id, str(chosen), float(win_shares(errors, replicates)[chosen]), on_border, str(lowest))


def win_shares(errors: pd.DataFrame, replicates: pd.DataFrame) -> pd.Series:
    """Return the share of resamples in which `choose` would choose each candidate; its arguments are the same."""
    means, spread = replicates[errors.columns].to_numpy(), errors.sem().fillna(0.0).to_numpy()
    within = means.min(axis=1) + spread[means.argmin(axis=1)]
    winners = (means <= within[:, None]).argmax(axis=1)
    return pd.Series(np.bincount(winners, minlength=means.shape[1]) / len(means), index=errors.columns)


def resample_seeds(errors: pd.DataFrame, n_resamples: int, seed: int = 0) -> pd.DataFrame:
    """Return the mean errors of `n_resamples` bootstrap samples of the rows."""
    rows = np.random.default_rng(seed).integers(len(errors), size=(n_resamples, len(errors)))
    return pd.DataFrame(errors.to_numpy()[rows].mean(axis=1), columns=errors.columns)


def write_findings(path: Path, findings: Iterable[Finding]) -> None:
    """Write `id, estimate, low, high, adjusted_p, finding, n` as CSV."""
    _write(path, Finding, findings)


def write_choices(path: Path, choices: Iterable[Choice]) -> None:
    """Write `id, value, share_of_wins, on_border, lowest` as CSV."""
    _write(path, Choice, choices)


def read_findings(path: Path) -> pd.DataFrame:
    """Read what `write_findings` wrote, indexed by id."""
    return read_csv(path, index_col="id")


def read_choices(path: Path) -> pd.DataFrame:
    """Read what `write_choices` wrote, indexed by id; values are text."""
    return read_csv(path, index_col="id", dtype={"value": str, "lowest": str})


def _simplest(means: pd.Series, standard_error: float) -> object:
    return means.index[(means <= means.min() + standard_error).to_numpy().argmax()]


def _write(path: Path, row: type, rows: Iterable[Finding] | Iterable[Choice]) -> None:
    columns = [field.name for field in fields(row)]
    write_csv(path, pd.DataFrame([asdict(one) for one in rows], columns=columns))
