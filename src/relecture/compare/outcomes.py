"""The outcome of each quantity, choice and finding of two runs.

Numbers are compared first as they are: `identical`, or `equal` within TOLERANCE of their size, which is what the order
of floating-point operations changes. Other deterministic numbers are `different`. Other random numbers are means over
members, so their difference has a t interval (Welch's) and a p-value, adjusted by Holm's method over all random numbers
and findings: if two runs differ by chance only, the probability that any of these is `different` is at most 5 %.

A choice is no mean, so it has no p-value. Two runs that choose differently are `different` if both choices are firm.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, TypeVar, get_args

import numpy as np
import pandas as pd

from relecture.compare.run_values import Chosen, Found, Quantity, RunValues
from relecture.uncertainty import Difference, half_width, holm, unpaired

Value = TypeVar("Value", Quantity, Chosen, Found)

Outcome = Literal[
    "different", "only in A", "only in B", "not comparable", "within run-to-run variation", "equal", "identical"
]

#: All outcomes, in the order of the table.
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)

SETTING = "setting differs"

#: Numbers that differ by less, relative to their size, are equal.
TOLERANCE = 1e-9

#: A choice is firm if it wins in at least this share of the resamples. Of two equally good candidates, two runs with
#: ten seeds choose differently and firmly with a probability of 0.3 %; of four, 0.07 %. With three seeds it is 3 and
#: 0.7 %, if only seeds are resampled. (Simulated with `findings.choose`.)
FIRM = 0.99

#: Settings in records that a run chooses itself: ridge's strength, the network of the search.
_CHOSEN = ("hidden_l2", "architecture.", "learning_rate")

COLUMNS = (
    *("part", "id", "a", "a_sd", "a_n", "a_share_of_wins", "b", "b_sd", "b_n", "b_share_of_wins"),
    *("difference", "low", "high", "adjusted_p", "outcome", "note"),
)

#: What the outcomes mean, for readers of the table.
EXPLANATION = (
    "Difference is B − A with its 95 % interval. identical: the same digits. equal: within 1e-9 of the size. within "
    "run-to-run variation: random, and the difference of the means over members is not significant (Welch's t test, "
    "Holm-adjusted over all random numbers and findings of the table); of choices: not both win in 99 % of resamples. "
    "not comparable: random, and without a spread over members in both runs. different: all else."
)


@dataclass(frozen=True)
class Comparison:
    """The outcome of one quantity, choice or finding; `test` is the difference that decides if `outcome` is None."""

    part: str
    id: str
    a: Quantity | Chosen | Found | None
    b: Quantity | Chosen | Found | None
    outcome: Outcome | None
    test: Difference | None = None
    note: str = ""


def compare(a: RunValues, b: RunValues) -> pd.DataFrame:
    """Return a row per setting that differs, then one per finding, choice and quantity of either run; columns COLUMNS.

    Rows are in the order of OUTCOMES, but for settings, which come first.
    """
    settings = _settings_rows(a, b)
    compare_quantities = partial(_compare_quantities, settings_differ=bool(settings))
    compared = [
        *_pairs("finding", a.findings, b.findings, _compare_findings),
        *_pairs("choice", a.choices, b.choices, _compare_choices),
        *_pairs("quantity", a.quantities, b.quantities, compare_quantities),
    ]
    rows = [_row(one) for one in _judge(compared)]
    table = pd.DataFrame([*settings, *rows], columns=list(COLUMNS))
    order = table.outcome.map({name: index for index, name in enumerate((SETTING, *OUTCOMES))})
    return table.iloc[np.argsort(order, kind="stable")].reset_index(drop=True)


def setting_differences(a: RunValues, b: RunValues) -> list[tuple[str, str, str, list[str]]]:
    """Return the settings that differ: key, value in A, value in B, and the records that have it.

    A setting that a run has chosen itself, such as ridge's strength, is a choice and no setting.
    """
    changed: dict[tuple[str, str, str], list[str]] = {}
    for record in sorted(set(a.settings) & set(b.settings)):
        chosen = _changed_choices(a, b, record.partition("/")[0])
        for key in sorted({*a.settings[record], *b.settings[record]}):
            values = [run.settings[record].get(key) for run in (a, b)]
            texts = (_text(values[0]), _text(values[1]))
            is_chosen = texts in chosen and key.startswith(_CHOSEN)
            if values[0] != values[1] and not is_chosen:
                changed.setdefault((key, *texts), []).append(record)
    preset = [("preset", a.preset, b.preset, list[str]())] if a.preset != b.preset else []
    return [*preset, *((*key, records) for key, records in changed.items())]


def _changed_choices(a: RunValues, b: RunValues, comparison: str) -> set[tuple[str, str]]:
    ids = {id for id in (*a.choices, *b.choices) if id.startswith(f"{comparison}: ")}
    pairs = {tuple(_text(run.choices[id].value) if id in run.choices else "unset" for run in (a, b)) for id in ids}
    return {(before, after) for before, after in pairs if before != after}


def _text(value: object) -> str:
    """Return a setting as text, numbers as in `choices.csv`."""
    if value is None:
        return "unset"
    try:
        return str(value) if isinstance(value, bool) else f"{float(str(value)):g}"
    except ValueError:
        return str(value)


def _settings_rows(a: RunValues, b: RunValues) -> list[dict[str, object]]:
    return [
        {"part": "setting", "id": key, "a": one, "b": other, "outcome": SETTING, "note": ", ".join(records)}
        for key, one, other, records in setting_differences(a, b)
    ]


def _pairs(
    part: str, a: Mapping[str, Value], b: Mapping[str, Value], compare_both: Callable[[str, Value, Value], Comparison]
) -> list[Comparison]:
    return [
        compare_both(id, a[id], b[id])
        if id in a and id in b
        else Comparison(part, id, a.get(id), b.get(id), "only in A" if id in a else "only in B")
        for id in dict.fromkeys([*a, *b])
    ]


def _compare_quantities(id: str, a: Quantity, b: Quantity, settings_differ: bool) -> Comparison:
    """Compare two numbers; with other settings a deterministic one may be over other members, such as fewer splits."""

    def compared(outcome: Outcome | None, test: Difference | None = None, note: str = "") -> Comparison:
        return Comparison("quantity", id, a, b, outcome, test, note)

    if (a.value, a.sd, a.n) == (b.value, b.sd, b.n):
        return compared("identical")
    if a.n == b.n and _close(a.value, b.value) and _close(a.sd, b.sd, size=a.value):
        return compared("equal")
    note = "" if a.n == b.n else "another number of members"
    is_random = a.random or b.random
    if is_random or (note and settings_differ):
        if a.n > 1 and b.n > 1 and a.sd is not None and b.sd is not None:
            return compared(None, unpaired((a.value, a.sd, a.n), (b.value, b.sd, b.n)), note)
        if is_random:
            return compared("not comparable", note=note or "random, with one member")
    return compared("different", note=note or "deterministic")


def _compare_choices(id: str, a: Chosen, b: Chosen) -> Comparison:
    def compared(outcome: Outcome, note: str = "") -> Comparison:
        return Comparison("choice", id, a, b, outcome, note=note)

    change = "the same choice" if a.value == b.value else "another choice"
    if (a.value, a.share_of_wins) == (b.value, b.share_of_wins):
        return compared("identical")
    if a.value == b.value and _close(a.share_of_wins, b.share_of_wins):
        return compared("equal")
    if not (a.random or b.random):
        return compared("different", f"{change}, deterministic")
    if a.value == b.value:
        return compared("within run-to-run variation", change)
    if a.share_of_wins is None or b.share_of_wins is None:
        return compared("not comparable", f"{change}; how firm it is was not measured")
    if min(a.share_of_wins, b.share_of_wins) >= FIRM:
        return compared("different", f"{change}, firm in both")
    return compared("within run-to-run variation", f"{change}, not firm")


def _compare_findings(id: str, a: Found, b: Found) -> Comparison:
    note = "" if a.finding == b.finding else f"{a.finding} → {b.finding}"

    def compared(outcome: Outcome | None, note: str, test: Difference | None = None) -> Comparison:
        return Comparison("finding", id, a, b, outcome, test, note)

    pairs = list(zip(_interval(a), _interval(b), strict=True))
    if not note and all(one == other for one, other in pairs):
        return compared("identical", note)
    size = max((abs(one) for pair in pairs for one in pair if one is not None), default=0.0)
    if not note and all(_close(one, other, size) for one, other in pairs):
        return compared("equal", note)
    if not (a.random or b.random):
        return compared("different", note or "deterministic")
    if a.estimate is not None and b.estimate is not None and a.estimate * b.estimate < 0:
        if a.finding == b.finding == "significant":
            return compared("different", "significant in the other direction")
        note = f"{note}, in the other direction" if note else ""
    means = _mean(a, a.n or b.n), _mean(b, b.n or a.n)
    if means[0] and means[1]:
        return compared(None, note, unpaired(means[0], means[1]))
    return compared("not comparable", note or "its interval is no t interval of several pairs")


def _interval(finding: Found) -> tuple[float | None, float | None, float | None]:
    return finding.estimate, finding.low, finding.high


def _mean(finding: Found, n: int | None) -> tuple[float, float, int] | None:
    """Return estimate, sd and n of independent pairs with the finding's interval; None if it is no t interval.

    An older version did not write n; then it is that of the other run.
    """
    if finding.estimate is None or finding.low is None or finding.high is None or n is None or n < 2:
        return None
    return finding.estimate, (finding.high - finding.low) / 2 / half_width(1.0, n), n


def _close(a: float | None, b: float | None, size: float | None = None) -> bool:
    """Return whether two numbers are equal within TOLERANCE of their size, or of a larger one that is given."""
    if a is None or b is None:
        return a is b
    return math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=max(1e-15, TOLERANCE * abs(size or 0.0)))


def _judge(compared: list[Comparison]) -> list[Comparison]:
    """Return the comparisons with the outcomes of those that a test decides."""
    tests = iter(holm([one.test for one in compared if one.test is not None]))
    return [one if one.test is None else _judged(one, next(tests)) for one in compared]


def _judged(one: Comparison, test: Difference) -> Comparison:
    if test.significant:
        return replace(one, outcome="different", test=test)
    if np.isnan(test.low):
        return replace(one, outcome="not comparable", test=test, note="random, and no member differs from another")
    return replace(one, outcome="within run-to-run variation", test=test)


def _row(one: Comparison) -> dict[str, object]:
    row: dict[str, object] = {"part": one.part, "id": one.id, "outcome": one.outcome, "note": one.note}
    for side, value in (("a", one.a), ("b", one.b)):
        match value:
            case Quantity():
                row |= {side: value.value, f"{side}_sd": value.sd, f"{side}_n": value.n}
            case Chosen():
                row |= {side: value.value, f"{side}_share_of_wins": value.share_of_wins}
            case Found():
                row |= {side: value.estimate, f"{side}_n": value.n}
    if one.test is not None:
        test = one.test
        row |= {"difference": test.mean, "low": test.low, "high": test.high, "adjusted_p": test.adjusted_p}
    elif isinstance(one.a, Quantity | Found) and isinstance(one.b, Quantity | Found):
        a, b = row["a"], row["b"]
        row |= {"difference": None if a is None or b is None else b - a}  # type: ignore[operator]
    return row
