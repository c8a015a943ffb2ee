"""The scorecard: number by number, what was printed and what came out."""

import pandas as pd

from relecture import tables
from relecture.errors import UserError
from relecture.scorecard.published_values import PublishedValue

COLUMNS = ("id", "comparison", "quantity", "source", "published", "reproduced", "sd", "n", "verdict", "note")
QUICK, STANDARD = "quick", "standard"  # of the budgets that come with the project only `quick` is smaller


def build(printed: list[PublishedValue], quantities: pd.DataFrame, budget: str = STANDARD) -> pd.DataFrame:
    """One row per printed number of the comparisons that `quantities` covers; columns COLUMNS.

    A number that came out but is not listed as printed is a UserError. One that is printed but did not come out, as
    with predictors of one's own, keeps its row and says so: nothing is dropped in silence.
    """
    covered = set(quantities.id.str.partition(".")[0])
    if odd := sorted(set(quantities.id) - {entry.id for entry in printed}):
        raise UserError(f"config/published.yaml does not list these numbers: {', '.join(odd)}")
    by_id = quantities.set_index("id")
    rows = [
        _row(entry, by_id.loc[entry.id], budget) if entry.id in by_id.index else _missing(entry)
        for entry in printed
        if entry.comparison in covered
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _missing(entry: PublishedValue) -> dict[str, object]:
    row = {"id": entry.id, "comparison": entry.comparison, "quantity": entry.quantity, "source": entry.source}
    return {
        **row,
        "published": entry.value,
        "n": 0,
        "verdict": "",
        "note": "Not computed with these settings.",
    }


def _row(entry: PublishedValue, found: pd.Series, budget: str) -> dict[str, object]:
    sd = None if pd.isna(found.sd) else float(found.sd)
    judged = pd.isna(found.data) or not found.data
    verdict = entry.verdict(float(found.reproduced), sd) if judged else ""
    notes = [
        entry.note,
        _reason(entry, budget) if verdict == "differs" else "",
        "" if judged else f"{found.data}: not judged.",
    ]
    return {
        "id": entry.id,
        "comparison": entry.comparison,
        "quantity": entry.quantity,
        "source": entry.source,
        "published": entry.value,
        "reproduced": float(found.reproduced),
        "sd": sd,
        "n": int(found.n),
        "verdict": verdict,
        "note": " ".join(note for note in notes if note),
    }


def _reason(entry: PublishedValue, budget: str) -> str:
    if entry.differs:
        return entry.differs
    if budget == QUICK:
        return "Made with smaller budgets than the standard run's."
    return "No reason is known."


def shown(scorecard: pd.DataFrame) -> pd.DataFrame:
    """The scorecard for reading: one more digit than printed where there is a standard deviation."""
    text = []
    for row in scorecard.itertuples():
        digits = len(str(row.published).partition(".")[2])
        digits += row.n > 1
        value = tables.number(row.reproduced, digits)
        spread = f" ± {tables.number(row.sd, digits)}" if row.n > 1 and not pd.isna(row.sd) else ""
        text.append(
            (
                row.quantity,
                row.source,
                row.published,
                value + spread,
                str(row.n),
                row.verdict or "–",
                row.note,
            )
        )
    columns = ["quantity", "source", "printed", "reproduced", "n", "verdict", "note"]
    return pd.DataFrame(text, columns=columns)
