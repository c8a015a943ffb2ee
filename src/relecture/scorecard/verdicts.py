"""The scorecard: each published value, the reproduced value and the verdict."""

from typing import Literal, NamedTuple, get_args

import numpy as np
import pandas as pd

from relecture import tables
from relecture.errors import UserError
from relecture.scorecard.config import ScorecardConfig
from relecture.scorecard.published_values import PublishedValue, rounded
from relecture.text_format import interval, listed, spread
from relecture.uncertainty import prediction_interval

Verdict = Literal["exact", "consistent", "inconclusive", "better", "worse", "differs", "not judged"]

#: All verdicts, in the order of counting.
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

#: Verdicts that say that a published value is not reproduced.
NOT_REPRODUCED: tuple[Verdict, ...] = ("better", "worse", "differs")

#: The parts of the scorecard and their headings. Counts and identities say that the same thing is computed, not that a
#: result is reproduced, so they have a part and counts of their own.
PARTS = {False: "Results", True: "Arithmetic: counts and identities"}

#: What the parts of the scorecard hold, arithmetic or not.
NOUNS = {False: "published results", True: "counts and identities"}

#: The words for each verdict, of one value and of several.
WORDS: dict[Verdict, tuple[str, str]] = {
    "exact": ("is exact", "are exact"),
    "consistent": ("is consistent with a new run", "are consistent with a new run"),
    "inconclusive": ("is inconclusive", "are inconclusive"),
    "better": ("is not reproduced (the new value is better)", "are not reproduced (the new values are better)"),
    "worse": ("is not reproduced (the new value is worse)", "are not reproduced (the new values are worse)"),
    "differs": ("differs", "differ"),
    "not judged": ("is not judged", "are not judged"),
}

COLUMNS = (
    *("id", "comparison", "kind", "quantity", "source", "published", "reproduced", "sd", "n", "low", "high"),
    *("verdict", "note", "preset"),
)

#: What the verdicts mean, for readers of the table.
EXPLANATION = (
    "A random value is the mean ± standard deviation over n members, with the 95 % prediction interval for one new "
    "run. exact: a value without a random part rounds to the published one. consistent: the interval holds the "
    "published value or a number that rounds to it. better, worse: it does not, so the published value is not "
    "reproduced. differs: the same where neither side is better, and a value without a random part that is not exact. "
    "inconclusive: the interval is too wide to say."
)


class Judgement(NamedTuple):
    """A verdict, and the prediction interval that it rests on; NaN for a value without one."""

    verdict: Verdict
    low: float = np.nan
    high: float = np.nan


def judge(published: PublishedValue, reproduced: float, sd: float | None = None, n: int = 1) -> Judgement:
    """Judge a reproduced value.

    Arithmetic and deterministic values are `exact` if they round to the published value, and `differs` otherwise.

    A random value is the mean of n members with standard deviation sd, and the published value is one run, so it is
    compared with the 95 % prediction interval for one new run. One member has no interval: `not judged`. An interval
    that is wider than the margin is `inconclusive`, wherever the published value lies. The published value stands for
    all numbers that round to it: if the interval reaches within half a unit of its last digit, it is `consistent`. Else
    the reproduced value is `better` or `worse`, or `differs` where neither direction is better.

    Raises:
        UserError: A value that should have no random part has a standard deviation.
    """
    if published.kind != "random":
        if sd:
            raise UserError(f"config/published.yaml lists {published.id} as {published.kind}, but its members differ")
        return Judgement("exact" if rounded(reproduced, published.digits) == published.number else "differs")
    if n < 2 or sd is None or published.margin is None:
        return Judgement("not judged")
    low, high = prediction_interval(reproduced, sd, n)
    value, half_unit = float(published.number), 0.5 * 10.0**-published.digits
    if high - low > published.margin:
        return Judgement("inconclusive", low, high)
    if low <= value + half_unit and high >= value - half_unit:
        return Judgement("consistent", low, high)
    if published.better == "neither":
        return Judgement("differs", low, high)
    improved = (reproduced < value) == (published.better == "lower")
    return Judgement("better" if improved else "worse", low, high)


def build(
    published: list[PublishedValue], reproduced: pd.DataFrame, config: ScorecardConfig | None = None
) -> pd.DataFrame:
    """Return one row per published value of the comparisons in `reproduced`; columns COLUMNS, arithmetic rows last.

    A published value that was not computed, as with a user's predictors, keeps its row and says so: no row is dropped
    without a word.

    Args:
        published: The published values.
        reproduced: What `ReproducedValues` wrote, of one or more comparisons.
        config: Preset and settings of the run; those of the sources if None.

    Raises:
        UserError: A reproduced value is not listed as published.
    """
    config = config or ScorecardConfig.as_published(published)
    comparisons = set(reproduced.id.str.partition(".")[0])
    if unlisted := sorted(set(reproduced.id) - {entry.id for entry in published}):
        raise UserError(f"config/published.yaml does not list these values: {', '.join(unlisted)}")
    by_id = reproduced.set_index("id")
    rows = [
        {
            "id": entry.id,
            "comparison": entry.comparison,
            "kind": entry.kind,
            "quantity": entry.quantity,
            "source": entry.source,
            "published": entry.value,
            **_row(entry, by_id.loc[entry.id] if entry.id in by_id.index else None, config),
            "preset": config.preset,
        }
        for entry in sorted(published, key=lambda entry: entry.kind == "arithmetic")
        if entry.comparison in comparisons
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def parts(scorecard: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the rows of each part that has any, by its heading."""
    is_arithmetic = scorecard.kind == "arithmetic"
    rows = {heading: scorecard[is_arithmetic == part] for part, heading in PARTS.items()}
    return {heading: part for heading, part in rows.items() if len(part)}


def groups(scorecard: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Return the results of each comparison and then all arithmetic rows, each group with its title."""
    by_title: list[tuple[str, pd.DataFrame]] = []
    for heading, part in parts(scorecard).items():
        by_comparison = [(str(name), rows) for name, rows in part.groupby("comparison", sort=False)]
        by_title += [(heading, part)] if heading == PARTS[True] else by_comparison
    return by_title


def as_text(scorecard: pd.DataFrame) -> pd.DataFrame:
    """Return the scorecard for reading: one more digit than published where there is a standard deviation."""
    rows = []
    for row in scorecard.itertuples():
        digits = len(str(row.published).partition(".")[2]) + (row.n > 1)
        value = spread(row.reproduced, row.sd, digits) if row.n > 1 else tables.number(row.reproduced, digits)
        between = "–" if pd.isna(row.low) else interval(row.low, row.high, digits)
        rows.append((row.quantity, row.source, row.published, value, between, str(row.n), row.verdict, row.note))
    columns = ["quantity", "source", "published", "reproduced", "95 % interval", "n", "verdict", "note"]
    return pd.DataFrame(rows, columns=columns)


def as_text_in_parts(scorecard: pd.DataFrame) -> pd.DataFrame:
    """Return the scorecard for reading, with a row before each part that has its heading and nothing else."""
    texts = []
    for heading, rows in parts(scorecard).items():
        text = as_text(rows)
        texts += [pd.DataFrame([[heading, *[""] * (text.shape[1] - 1)]], columns=text.columns), text]
    return pd.concat(texts, ignore_index=True) if texts else as_text(scorecard)


def count_verdicts(scorecard: pd.DataFrame) -> str:
    """Return how many published values have which verdict, in a sentence per part of the scorecard."""
    sentences = []
    for heading, rows in parts(scorecard).items():
        counts = {verdict: int((rows.verdict == verdict).sum()) for verdict in VERDICTS}
        clauses = [f"{n} {WORDS[verdict][n > 1]}" for verdict, n in counts.items() if n]
        sentences.append(f"Of {len(rows)} {NOUNS[heading == PARTS[True]]} {listed(clauses)}.")
    return " ".join(sentences)


def _row(entry: PublishedValue, value: pd.Series | None, config: ScorecardConfig) -> dict[str, object]:
    reproduced, n = (np.nan, 0) if value is None else (float(value.reproduced), int(value.n))
    sd = None if value is None or pd.isna(value.sd) else float(value.sd)
    data = "" if value is None or pd.isna(value.data) else str(value.data)
    reasons = [entry.not_judged] if entry.not_judged else []
    if data:
        reasons.append(f"other data ({data})")
    elif np.isnan(reproduced) and not entry.not_judged:
        reasons.append("not computed with these settings")
    reasons += config.differences(entry)
    if entry.kind == "random" and sd is None and not reasons:
        reasons.append("one run has no spread")
    judgement = Judgement("not judged") if reasons else judge(entry, reproduced, sd, n)
    notes = [entry.note, f"Not judged: {'; '.join(reasons)}." if reasons else _reason(entry, judgement.verdict)]
    return {
        "reproduced": reproduced,
        "sd": sd,
        "n": n,
        **judgement._asdict(),
        "note": " ".join(note for note in notes if note),
    }


def _reason(entry: PublishedValue, verdict: Verdict) -> str:
    """Return what a reader should know of a verdict."""
    if verdict == "differs":
        return entry.differs or "No reason is known."
    if verdict in ("better", "worse"):
        not_reproduced = (
            "The published value is not reproduced: it lies outside the interval for one new run, and that the new "
            f"value is {verdict} does not change this."
        )
        return f"{not_reproduced} {entry.differs}".strip()
    if verdict == "inconclusive":
        return f"The interval is wider than the margin of {entry.margin:g}. {entry.margin_reason}"
    return ""
