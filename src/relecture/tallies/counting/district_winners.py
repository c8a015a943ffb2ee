"""The winner of each district as counted, and the risk that another party has won.

The counted winner of a district is the party with the most votes in the counted totals of its readable sheets; with the
truth it is compared with the true winner. For the *risk*, true totals are drawn many times from the posterior
(`VoteCounts.posterior`), digit by digit; it is the share of draws in which another party has as many votes as the
counted winner, or more. A winner is *safe* if the risk is below MAX_RISK. This needs no truth, but assumes that the
posterior is right and errors are independent; where the truth is known, the coverage of the drawn intervals tests that.
"""

import numpy as np
import pandas as pd

from relecture.tallies.counting.audit import INTERVAL, AuditedCounts
from relecture.tallies.counting.vote_counts import VoteCounts
from relecture.tallies.segmentation.station_tables import ALL_DISTRICTS

MAX_RISK = 0.05
N_DRAWS = 1000
CHUNK_SIZE = 2_000_000  # digits drawn at once


def draw_totals(counts: VoteCounts, n_draws: int = N_DRAWS, seed: int = 1) -> dict[str, np.ndarray]:
    """Draw true totals from the posterior, by district and for ALL_DISTRICTS: (draws, parties) votes each."""
    rng = np.random.default_rng(seed)
    totals = {}
    for district in dict.fromkeys(counts.districts):
        posterior = counts.posterior[counts.districts == district]
        totals[district] = np.zeros((n_draws, len(counts.parties)), np.int64)
        size = max(1, CHUNK_SIZE // (n_draws * posterior[0, ..., 0].size))
        for start in range(0, len(posterior), size):
            cumulative = posterior[start : start + size].cumsum(-1)[..., :-1]  # (sheets, parties, boxes, 9)
            uniform = rng.random((n_draws, *cumulative.shape[:-1]), dtype=np.float32)
            digits = np.zeros(uniform.shape, np.int16)
            for digit in range(cumulative.shape[-1]):
                digits += uniform >= cumulative[..., digit]
            totals[district] += (digits @ counts.place_values).sum(1)
    totals[ALL_DISTRICTS] = np.sum(list(totals.values()), axis=0)
    return totals


def district_winners(audited: AuditedCounts, draws: dict[str, np.ndarray]) -> pd.DataFrame:
    """Return a row per district, and one for ALL_DISTRICTS together.

    Columns: district, sheets; winner and margin (votes before the next party) as counted; margin_low and margin_high
    (which hold 95 % of the drawn margins; below zero another party leads); risk; safe; and, with the truth, true_winner
    and true_margin, changed. Parties with equal votes are joined: `A = B`.
    """
    counts = audited.counts
    districts = [name for name in draws if name != ALL_DISTRICTS]
    rows = []
    for district in [*districts, *([ALL_DISTRICTS] if len(districts) > 1 or not districts else [])]:
        sheets = _sheets_of(counts, district)
        counted = counts.votes[sheets].sum(0)
        first, drawn = counted.argmax(), draws[district]
        margins = drawn[:, first] - np.delete(drawn, first, axis=1).max(1, initial=0)
        low, high = np.percentile(margins, INTERVAL)
        row = {"district": district, "sheets": int(sheets.sum()), "winner": _winner(counted, counts.parties),
               "margin": _margin(counted), "margin_low": low, "margin_high": high,
               "risk": float((margins <= 0).mean())}  # fmt: skip
        row["safe"] = row["risk"] < MAX_RISK
        if audited.truth is not None:
            true = audited.truth[sheets].sum(0)
            row |= {"true_winner": _winner(true, counts.parties), "true_margin": _margin(true)}
            row["changed"] = row["winner"] != row["true_winner"]
        rows.append(row)
    return pd.DataFrame(rows)


def total_intervals(audited: AuditedCounts, draws: dict[str, np.ndarray]) -> pd.DataFrame:
    """Return the counted total of each party in each district and in ALL_DISTRICTS with its interval.

    Columns: district, party, counted, low, high (the middle 95 % of the draws) and, with the truth, true, covered.
    """
    counts, rows = audited.counts, []
    for district, drawn in draws.items():
        sheets = _sheets_of(counts, district)
        low, high = np.percentile(drawn, INTERVAL, axis=0)
        table = pd.DataFrame({"district": district, "party": counts.parties, "counted": counts.votes[sheets].sum(0),
                              "low": low, "high": high})  # fmt: skip
        if audited.truth is not None:
            table["true"] = audited.truth[sheets].sum(0)
            table["covered"] = table.true.between(table.low, table.high)
        rows.append(table)
    return pd.concat(rows, ignore_index=True)


def _sheets_of(counts: VoteCounts, district: str) -> np.ndarray:
    """Return which sheets are in a district, bool (sheets,)."""
    if district == ALL_DISTRICTS:
        return np.ones(len(counts.sheets), bool)
    mask: np.ndarray = counts.districts == district
    return mask


def _winner(votes: np.ndarray, parties: tuple[str, ...]) -> str:
    return " = ".join(party for party, count in zip(parties, votes, strict=True) if count == votes.max())


def _margin(votes: np.ndarray) -> int:
    second, first = np.sort([0, *votes])[-2:]
    return int(first - second)
