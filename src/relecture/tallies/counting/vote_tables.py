"""The tables of the count: party totals, districts, quality of sheets, and sheets to be checked.

Without known votes the same tables appear without the columns that compare with them.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from relecture import tables
from relecture.tallies.counting.audit import ORDERS, TARGETS, Checked, by_quality, checks, misplaced, party_errors
from relecture.tallies.counting.district_winners import DRAWS, RISK, draw_totals, intervals, winners
from relecture.tallies.counting.vote_counts import ALL, Reading
from relecture.tallies.segmentation.cell_crops import Cut
from relecture.tallies.segmentation.station_tables import true_votes

#: What is counted, and how it is called in tables; the paper's is `after`.
READINGS = {"before": "before transfer", "after": "after transfer", "prior": "after transfer, shares known"}
SHARES = (
    "Shares known: digits weighed with how often each stands in a party's box, estimated from the sheets themselves."
)


@dataclass(frozen=True)
class Election:
    """All readings of the same sheets, by the keys of READINGS, and what goes with them.

    `unread` sheets could not be cut and are in none of the numbers; `high` is the quality above which a sheet's is
    high; `resamples` is the number of random orders and of bootstrap samples.
    """

    readings: dict[str, Checked]
    unread: int
    name: str
    sample: bool
    high: float
    resamples: int

    @property
    def known(self) -> bool:
        """Whether the true votes are known."""
        return self.readings["after"].truth is not None

    @property
    def sheets(self) -> int:
        """How many were read."""
        return len(self.readings["after"].reading.sheets)


def load(folders: dict[str, Path], cut: Path, truth: Path | None, high: float, resamples: int) -> Election:
    """Put the counted `folders`, by the keys of READINGS, beside the `truth` where it is known."""
    readings = {name: Reading.load(folder) for name, folder in folders.items()}
    sheets = Cut.load(cut)
    votes = None if truth is None else true_votes(truth, readings["after"].sheets.tolist(), readings["after"].parties)
    return Election(
        readings={name: Checked(reading, votes) for name, reading in readings.items()},
        unread=len(sheets.unread),
        name=sheets.name,
        sample=sheets.sample,
        high=high,
        resamples=resamples,
    )


def write(election: Election, out: Path) -> None:
    """Write totals.*, districts.*, quality.* and checking.* into the folder `out`."""
    totals(election, out / "totals")
    districts(election, out / "districts")
    quality(election, out / "quality")
    checking(election, out / "checking")


def totals(election: Election, out: Path) -> None:
    """Write the votes of each party as each reading counts them, and how far they are from the true ones."""
    after = election.readings["after"]
    drawn = intervals(after, draw_totals(after.reading)).query("district == @ALL")
    numbers = pd.DataFrame({"party": after.reading.parties})
    if election.known:
        numbers["true"] = after.true.sum(0)
    for name, checked in election.readings.items():
        numbers[f"counted_{name}"] = checked.reading.votes.sum(0)
        if election.known:
            errors = party_errors(checked, election.resamples)
            numbers[[f"error_{name}", f"error_{name}_low", f"error_{name}_high"]] = errors[["error", "low", "high"]]
    numbers[["expected_low", "expected_high"]] = drawn[["low", "high"]].to_numpy()
    everything = numbers.filter(regex="true|counted").sum().to_dict()
    if election.known:
        everything |= {f"error_{name}": everything[f"counted_{name}"] / everything["true"] - 1
                       for name in election.readings}  # fmt: skip
    numbers = pd.concat([numbers, pd.DataFrame([{"party": ALL, **everything}])], ignore_index=True)
    shown = pd.DataFrame({"party": numbers.party.replace(ALL, "all votes")})
    if election.known:
        shown["true"] = [_count(value) for value in numbers.true]
    for name in election.readings:
        shown[f"counted {READINGS[name]}"] = [_count(value) for value in numbers[f"counted_{name}"]]
        if election.known:
            shown[f"error {READINGS[name]}"] = [_signed(value) for value in numbers[f"error_{name}"]]
    shown["95 % expected"] = [_range(*pair) for pair in zip(numbers.expected_low, numbers.expected_high, strict=True)]
    wrong = [f"{READINGS[name]} {_percent(misplaced(checked), 2)}" for name, checked in election.readings.items()
             if election.known]  # fmt: skip
    note = f"{_sheets(election)} {SHARES} 95 % expected: where the reader expects the true total after transfer." + (
        f" All parties' absolute errors together, in % of all votes: {', '.join(wrong)}." if wrong else ""
    )
    tables.write(out, numbers, shown, "Tallies: the votes of each party", note)


def districts(election: Election, out: Path) -> None:
    """Write who wins each district as each reading counts it, by how much, and whether a misreading could change it."""
    numbers, shown, told = [], [], []
    for name, checked in election.readings.items():
        drawn = draw_totals(checked.reading)
        found = winners(checked, drawn).assign(reading=name)
        numbers.append(found[["reading", *found.columns.drop("reading")]])
        for row in found.itertuples():
            text = {
                "reading": READINGS[name],
                "district": "all together" if row.district == ALL else row.district,
                "sheets": str(row.sheets),
                "winner": row.winner,
                "margin": _count(row.margin),
                "margin, 95 % expected": _range(row.margin_low, row.margin_high),
                "risk of another": "under 0.1 %" if row.risk == 0 else _percent(row.risk),
                "safe": "yes" if row.safe else "no",
            }
            if election.known:
                text |= {"true winner": row.true_winner, "true margin": _count(row.true_margin),
                         "changed": "yes" if row.changed else "no"}  # fmt: skip
            shown.append(text)
        if election.known:
            told.append(_told(READINGS[name].capitalize(), found, intervals(checked, drawn)))
    note = (
        f"{_sheets(election)} Margin: votes before the next party. Expected: from {DRAWS:,} draws of the true digits "
        "by the reader's own probabilities, weighed with how often each digit stands in a party's box. Risk: another "
        f"party has as many votes or more; safe: below {_percent(RISK, 0)}." + (f" {'. '.join(told)}." if told else "")
    )
    tables.write(out, pd.concat(numbers), pd.DataFrame(shown), "Tallies: does the reading change a winner?", note)


def quality(election: Election, out: Path) -> None:
    """Write how well sheets of high and of low quality are read."""
    numbers, shown = [], []
    for name, checked in election.readings.items():
        found = by_quality(checked, election.high, election.resamples).assign(reading=name)
        numbers.append(found[["reading", *found.columns.drop("reading")]])
        for row in found.to_dict("records"):
            text = {"reading": READINGS[name], "quality": row["group"], "sheets": str(row["sheets"]),
                    "mean quality": tables.number(row["quality"], 3)}  # fmt: skip
            if election.known:
                for key, label in (("digits", "digits right"), ("counts", "counts right"),
                                   ("whole_sheets", "sheets wholly right")):  # fmt: skip
                    text[label] = _percent(row[key])
                    text[f"{label}, 95 %"] = _range(100 * row[f"{key}_low"], 100 * row[f"{key}_high"], 1)
            shown.append(text)
    note = (
        f"{_sheets(election)} Quality: mean of the highest probabilities of a sheet's digits; high above "
        f"{election.high:g}. A count is a party's number on a sheet."
        + (" Intervals: bootstrap over polling stations." if election.known else "")
    )
    tables.write(out, pd.concat(numbers), pd.DataFrame(shown), "Tallies: are sheets of high quality read better?", note)


def checking(election: Election, out: Path) -> None:
    """Write how many sheets a person must check until the totals are right, in three orders."""
    numbers, shown = [], []
    for name, checked in election.readings.items():
        found = checks(checked, election.resamples).assign(reading=name)
        numbers.append(found[["reading", *found.columns.drop("reading")]])
        for row in found.to_dict("records"):
            if not election.known and not TARGETS[row["target"]]:
                continue
            text = {"reading": READINGS[name], "order": ORDERS[row["order"]], "totals right": row["target"]}
            if election.known:
                text |= {"sheets needed": tables.number(row["needed"], 0), "95 %": _range(row["low"], row["high"]),
                         "fewer than at random": _count(row["saved"]),
                         "fewer, 95 %": _range(row["saved_low"], row["saved_high"])}  # fmt: skip
            shown.append(text | {"expected by the reader": tables.number(row["expected"], 0)})
    note = (
        f"{_sheets(election)} Checked sheets get their true votes. Needed: the fewest after which every party's total "
        "is right and stays so. At random: mean, and where 95 % of the orders are; else the bootstrap over polling "
        "stations. Votes at stake: those that the reader expects to have misread. Expected by the reader: from its "
        "probabilities alone, without the truth."
    )
    tables.write(out, pd.concat(numbers), pd.DataFrame(shown), "Tallies: how many sheets must be checked?", note)


def _told(name: str, found: pd.DataFrame, held: pd.DataFrame) -> str:
    """What became of the winners of one reading, and whether the truth is where the reader expected it."""
    if len(found) > 1:  # districts, and all of them together
        found = found[found.district != ALL]
    held = held[held.district.isin(found.district)]
    return (
        f"{name}: {found.changed.sum()} of {len(found)} winners changed, {(found.changed & found.safe).sum()} of them "
        f"called safe, and {held.covered.sum()} of {len(held)} true totals inside their expected 95 %"
    )


def _sheets(election: Election) -> str:
    unread = f" {election.unread} more could not be read, are entered by a person and left out here." * bool(
        election.unread
    )
    return f"{election.name}: {election.sheets:,} sheets.{unread}"


def _count(value: float) -> str:
    return "–" if pd.isna(value) else f"{round(value):,}"  # no minus before a zero


def _percent(share: float, digits: int = 1) -> str:
    return "–" if pd.isna(share) else f"{100 * share:.{digits}f} %"


def _signed(share: float) -> str:
    return "–" if not np.isfinite(share) else f"{'−' if share < 0 else '+'}{abs(100 * share):.2f} %"


def _range(low: float, high: float, digits: int = 0) -> str:
    return "–" if pd.isna(low) else f"{tables.number(low, digits)} to {tables.number(high, digits)}"
