"""The scorecard: each published value, the reproduced value and the verdict."""

from typing import Literal

import pandas as pd

from relecture import tables
from relecture.errors import UserError
from relecture.scorecard.published_values import PublishedValue, rounded
from relecture.text_format import spread

Verdict = Literal["exact", "within", "better", "differs"]

COLUMNS = (
    *("id", "comparison", "quantity", "source", "published", "reproduced", "sd", "n", "verdict", "note", "preset"),
)
QUICK, STANDARD = "quick", "standard"  # only `quick` of the project's presets is smaller than the standard one


def verdict(published: PublishedValue, reproduced: float, sd: float | None) -> Verdict:
    """Judge a reproduced value.

    `exact`: it rounds to the published value; `within`: the published value lies in mean ± 2 sd; else `better` or
    `differs`.
    """
    if rounded(reproduced, published.digits) == published.number:
        return "exact"
    gap = reproduced - float(published.number)
    if sd is not None and abs(gap) <= 2 * sd:
        return "within"
    if (published.better == "lower" and gap < 0) or (published.better == "higher" and gap > 0):
        return "better"
    return "differs"


def build(published: list[PublishedValue], reproduced: pd.DataFrame, preset: str = STANDARD) -> pd.DataFrame:
    """Return one row per published value of the comparisons in `reproduced`; columns COLUMNS.

    A reproduced value that is not listed as published is a UserError. A published value that was not computed, as with
    a user's predictors, keeps its row and says so: no row is dropped without a word.
    """
    comparisons = set(reproduced.id.str.partition(".")[0])
    if unlisted := sorted(set(reproduced.id) - {entry.id for entry in published}):
        raise UserError(f"config/published.yaml does not list these values: {', '.join(unlisted)}")
    by_id = reproduced.set_index("id")
    rows = [
        {
            "id": entry.id,
            "comparison": entry.comparison,
            "quantity": entry.quantity,
            "source": entry.source,
            "published": entry.value,
            **(_judge(entry, by_id.loc[entry.id], preset) if entry.id in by_id.index else _NOT_COMPUTED),
            "preset": preset,
        }
        for entry in published
        if entry.comparison in comparisons
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def as_text(scorecard: pd.DataFrame) -> pd.DataFrame:
    """Return the scorecard for reading: one more digit than published where there is a standard deviation."""
    rows = []
    for row in scorecard.itertuples():
        digits = len(str(row.published).partition(".")[2]) + (row.n > 1)
        value = spread(row.reproduced, row.sd, digits) if row.n > 1 else tables.number(row.reproduced, digits)
        rows.append((row.quantity, row.source, row.published, value, str(row.n), row.verdict or "–", row.note))
    return pd.DataFrame(rows, columns=["quantity", "source", "published", "reproduced", "n", "verdict", "note"])


_NOT_COMPUTED: dict[str, object] = {"n": 0, "verdict": "", "note": "Not computed with these settings."}


def _judge(entry: PublishedValue, value: pd.Series, preset: str) -> dict[str, object]:
    sd = None if pd.isna(value.sd) else float(value.sd)
    is_real = pd.isna(value.data) or not value.data
    judged = verdict(entry, float(value.reproduced), sd) if is_real else ""
    notes = [
        entry.note,
        _reason(entry, preset) if judged == "differs" else "",
        "" if is_real else f"{value.data}: not judged.",
    ]
    return {
        "reproduced": float(value.reproduced),
        "sd": sd,
        "n": int(value.n),
        "verdict": judged,
        "note": " ".join(note for note in notes if note),
    }


def _reason(entry: PublishedValue, preset: str) -> str:
    if entry.differs:
        return entry.differs
    return "The preset is smaller than the standard one." if preset == QUICK else "No reason is known."
