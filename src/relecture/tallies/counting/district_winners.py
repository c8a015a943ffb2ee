"""Does the reading change who wins a district, and could it?

*Does it*: the party with the most votes in the counted totals of the district's sheets that were read, against the one
with the most in their true totals. *Could it*: true totals are drawn many times from the reader's own beliefs (its
probabilities, weighed with how often each digit stands in a party's box), digit by digit; the risk is the share of
draws in which another party has as many votes as the counted winner, or more. A winner is *safe* when the risk is below
RISK. This takes no truth, but trusts the reader: that its beliefs are right and its errors independent. Whether they
are, the coverage of the drawn intervals shows where the truth is known.
"""

import numpy as np
import pandas as pd

from relecture.tallies.counting.audit import INTERVAL, Checked
from relecture.tallies.counting.vote_counts import ALL, Reading

RISK = 0.05
DRAWS = 1000
CHUNK = 2_000_000  # digits drawn at once


def draw_totals(reading: Reading, draws: int = DRAWS, seed: int = 1) -> dict[str, np.ndarray]:
    """True totals as the reader thinks they may be, by district and for ALL: (draws, parties) votes each."""
    random = np.random.default_rng(seed)
    found = {}
    for district in dict.fromkeys(reading.districts):
        own = reading.beliefs[reading.districts == district]
        found[district] = np.zeros((draws, len(reading.parties)), np.int64)
        size = max(1, CHUNK // (draws * own[0, ..., 0].size))
        for start in range(0, len(own), size):
            steps = own[start : start + size].cumsum(-1)[..., :-1]  # (sheets, parties, boxes, 9)
            chance = random.random((draws, *steps.shape[:-1]), dtype=np.float32)
            digits = np.zeros(chance.shape, np.int16)
            for digit in range(steps.shape[-1]):
                digits += chance >= steps[..., digit]
            found[district] += (digits @ reading.places).sum(1)
    found[ALL] = np.sum(list(found.values()), axis=0)
    return found


def winners(checked: Checked, draws: dict[str, np.ndarray]) -> pd.DataFrame:
    """A row per district, and one for ALL together.

    Columns: district, sheets; winner and margin (votes before the next party) as counted; margin_low and margin_high
    (where 95 % of the drawn margins are; below zero another party leads); risk; safe; and, with the truth, true_winner
    and true_margin, changed. Parties with equally many votes share a place: `A = B`.
    """
    reading = checked.reading
    districts = [name for name in draws if name != ALL]
    rows = []
    for district in [*districts, *([ALL] if len(districts) > 1 or not districts else [])]:
        own = np.ones(len(reading.sheets), bool) if district == ALL else reading.districts == district
        counted = reading.votes[own].sum(0)
        first, drawn = counted.argmax(), draws[district]
        margins = drawn[:, first] - np.delete(drawn, first, axis=1).max(1, initial=0)
        low, high = np.percentile(margins, INTERVAL)
        row = {"district": district, "sheets": int(own.sum()), "winner": _winner(counted, reading.parties),
               "margin": _margin(counted), "margin_low": low, "margin_high": high,
               "risk": float((margins <= 0).mean())}  # fmt: skip
        row["safe"] = row["risk"] < RISK
        if checked.truth is not None:
            true = checked.truth[own].sum(0)
            row |= {"true_winner": _winner(true, reading.parties), "true_margin": _margin(true)}
            row["changed"] = row["winner"] != row["true_winner"]
        rows.append(row)
    return pd.DataFrame(rows)


def intervals(checked: Checked, draws: dict[str, np.ndarray]) -> pd.DataFrame:
    """Each party's total in each district and in ALL: counted, the middle 95 % of the draws, and whether they hold the
    true total; columns district, party, counted, low, high and, with the truth, true, covered."""
    reading, rows = checked.reading, []
    for district, drawn in draws.items():
        own = np.ones(len(reading.sheets), bool) if district == ALL else reading.districts == district
        low, high = np.percentile(drawn, INTERVAL, axis=0)
        table = pd.DataFrame({"district": district, "party": reading.parties, "counted": reading.votes[own].sum(0),
                              "low": low, "high": high})  # fmt: skip
        if checked.truth is not None:
            table["true"] = checked.truth[own].sum(0)
            table["covered"] = table.true.between(table.low, table.high)
        rows.append(table)
    return pd.concat(rows, ignore_index=True)


def _winner(votes: np.ndarray, parties: tuple[str, ...]) -> str:
    return " = ".join(party for party, own in zip(parties, votes, strict=True) if own == votes.max())


def _margin(votes: np.ndarray) -> int:
    second, first = np.sort([0, *votes])[-2:]
    return int(first - second)
