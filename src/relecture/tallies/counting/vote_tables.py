"""The tables of the count: party totals, district winners, accuracy by quality, and sheets to audit.

Without true votes the tables lack the columns that compare with them.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from relecture import tables
from relecture.tallies.counting.audit import (
    ORDERS,
    TARGETS,
    AuditedCounts,
    accuracy_by_quality,
    audit_table,
    party_errors,
    total_absolute_error,
)
from relecture.tallies.counting.district_winners import (
    MAX_RISK,
    N_DRAWS,
    district_winners,
    draw_totals,
    total_intervals,
)
from relecture.tallies.counting.vote_counts import VoteCounts
from relecture.tallies.segmentation.cell_crops import CellCrops
from relecture.tallies.segmentation.station_tables import ALL_DISTRICTS, true_votes
from relecture.text_format import counted, interval, number, percent, signed

#: The variants of the count and their labels in tables; the paper's is `transferred`.
COUNT_VARIANTS = {
    "pretrained": "before transfer",
    "transferred": "after transfer",
    "prior_corrected": "after transfer, prior-corrected",
    "sum_constrained": "after transfer, sum-constrained",
}
PRIOR_NOTE = (
    "Prior-corrected: digits weighted by their frequency in each party's box, which is estimated from the "
    "probabilities of the sheets themselves; these depend on the temperature, which needs labelled cells. "
    "Sum-constrained: the most probable digits with which the sums printed on the form hold."
)


@dataclass(frozen=True)
class CountedElection:
    """All variants of the count of the same sheets, by the keys of COUNT_VARIANTS.

    None of the numbers includes the `n_unreadable` sheets; quality is high above `quality_threshold`; `n_resamples` is
    the number of random orders and of bootstrap samples.
    """

    variants: dict[str, AuditedCounts]
    n_unreadable: int
    name: str
    sample: bool
    quality_threshold: float
    n_resamples: int

    @property
    def truth_known(self) -> bool:
        """Whether the true votes are known."""
        return self.variants["transferred"].truth is not None

    @property
    def n_sheets(self) -> int:
        """The number of readable sheets."""
        return len(self.variants["transferred"].counts.sheets)


def load(
    folders: dict[str, Path], crops: Path, truth: Path | None, quality_threshold: float, n_resamples: int
) -> CountedElection:
    """Load the counts in `folders`, by the keys of COUNT_VARIANTS, with the `truth` if it is known."""
    variants = {name: VoteCounts.load(folder) for name, folder in folders.items()}
    cells, counts = CellCrops.load(crops), variants["transferred"]
    votes = None if truth is None else true_votes(truth, counts.sheets.tolist(), counts.parties)
    return CountedElection(
        variants={name: AuditedCounts(counts, votes) for name, counts in variants.items()},
        n_unreadable=len(cells.unreadable),
        name=cells.name,
        sample=cells.sample,
        quality_threshold=quality_threshold,
        n_resamples=n_resamples,
    )


def write_totals(election: CountedElection, stem: Path) -> None:
    """Write the votes of each party by each variant of the count, with their errors."""
    transferred = election.variants["transferred"]
    expected = total_intervals(transferred, draw_totals(transferred.counts)).query("district == @ALL_DISTRICTS")
    numbers = pd.DataFrame({"party": transferred.counts.parties})
    if election.truth_known:
        numbers["true"] = transferred.true_votes.sum(0)
    for name, audited in election.variants.items():
        numbers[f"counted_{name}"] = audited.counts.votes.sum(0)
        if election.truth_known:
            errors = party_errors(audited, election.n_resamples)
            numbers[[f"error_{name}", f"error_{name}_low", f"error_{name}_high"]] = errors[["error", "low", "high"]]
    numbers[["expected_low", "expected_high"]] = expected[["low", "high"]].to_numpy()
    sums = numbers.filter(regex="true|counted").sum().to_dict()
    if election.truth_known:
        sums |= {f"error_{name}": sums[f"counted_{name}"] / sums["true"] - 1 for name in election.variants}
    numbers = pd.concat(
        [numbers, pd.DataFrame([{"party": "", **sums}])], ignore_index=True
    )  # any name may be a party's
    text = pd.DataFrame({"party": [*transferred.counts.parties, "all votes"]})
    if election.truth_known:
        text["true"] = [number(value, 0) for value in numbers.true]
    for name in election.variants:
        text[f"counted {COUNT_VARIANTS[name]}"] = [number(value, 0) for value in numbers[f"counted_{name}"]]
        if election.truth_known:
            text[f"error {COUNT_VARIANTS[name]}"] = [_signed_percent(value) for value in numbers[f"error_{name}"]]
    text["95 % expected"] = [_range(*pair) for pair in zip(numbers.expected_low, numbers.expected_high, strict=True)]
    note = (
        f"{_describe(election)} {PRIOR_NOTE} 95 % expected: interval of the true total after transfer by the posterior."
    )
    if election.truth_known:
        errors = [
            f"{COUNT_VARIANTS[name]} {percent(total_absolute_error(audited), 2)}"
            for name, audited in election.variants.items()
        ]
        note += f" Sum of the parties' absolute errors, in % of all votes: {', '.join(errors)}."
    tables.write(stem, numbers, text, "Tallies: the votes of each party", note)


def write_districts(election: CountedElection, stem: Path) -> None:
    """Write the winner of each district by each variant of the count, its margin, and the risk that it is wrong."""
    numbers, rows, findings = [], [], []
    for name, audited in election.variants.items():
        draws = draw_totals(audited.counts)
        winners = district_winners(audited, draws)
        numbers.append(_with_variant(winners, name))
        for row in winners.itertuples():
            text = {
                "count": COUNT_VARIANTS[name],
                "district": "all together" if row.district == ALL_DISTRICTS else row.district,
                "sheets": str(row.sheets),
                "winner": row.winner,
                "margin": number(row.margin, 0),
                "margin, 95 % expected": _range(row.margin_low, row.margin_high),
                "risk of another": "under 0.1 %" if row.risk == 0 else percent(row.risk, 1),
                "safe": "yes" if row.safe else "no",
            }
            if election.truth_known:
                text |= {"true winner": row.true_winner, "true margin": number(row.true_margin, 0),
                         "changed": "yes" if row.changed else "no"}  # fmt: skip
            rows.append(text)
        if election.truth_known:
            findings.append(_coverage(COUNT_VARIANTS[name].capitalize(), winners, total_intervals(audited, draws)))
    note = (
        f"{_describe(election)} Margin: votes before the next party. Expected: from {N_DRAWS:,} draws of the true "
        "digits by the posterior, the classifier's probabilities weighted by the frequency of each digit in a party's "
        f"box. Risk: another party has as many votes or more; safe: below {percent(MAX_RISK)}."
    )
    note += f" {'. '.join(findings)}." if findings else ""
    tables.write(stem, pd.concat(numbers), pd.DataFrame(rows), "Tallies: district winners", note)


def write_quality(election: CountedElection, stem: Path) -> None:
    """Write the accuracy on sheets of high and of low quality."""
    numbers, rows = [], []
    for name, audited in election.variants.items():
        groups = accuracy_by_quality(audited, election.quality_threshold, election.n_resamples)
        numbers.append(_with_variant(groups, name))
        for row in groups.to_dict("records"):
            text = {"count": COUNT_VARIANTS[name], "quality": row["group"], "sheets": str(row["sheets"]),
                    "mean quality": number(row["quality"], 3)}  # fmt: skip
            if election.truth_known:
                for key, label in (("digits", "digits right"), ("counts", "counts right"),
                                   ("whole_sheets", "sheets wholly right")):  # fmt: skip
                    text[label] = "–" if pd.isna(row[key]) else percent(row[key], 1)
                    text[f"{label}, 95 %"] = _range(100 * row[f"{key}_low"], 100 * row[f"{key}_high"], 1)
            rows.append(text)
    note = (
        f"{_describe(election)} Quality: mean of the highest probabilities of a sheet's digits; high above "
        f"{election.quality_threshold:g}. A count is a party's number on a sheet."
        + (" Intervals: bootstrap over polling stations." if election.truth_known else "")
    )
    tables.write(stem, pd.concat(numbers), pd.DataFrame(rows), "Tallies: accuracy by quality of the sheet", note)


def write_audits(election: CountedElection, stem: Path) -> None:
    """Write how many sheets must be audited until the totals are right, in three orders."""
    numbers, rows = [], []
    for name, audited in election.variants.items():
        audits = audit_table(audited, election.n_resamples)
        numbers.append(_with_variant(audits, name))
        for row in audits.to_dict("records"):
            if not election.truth_known and not TARGETS[row["target"]]:
                continue
            text = {"count": COUNT_VARIANTS[name], "order": ORDERS[row["order"]], "totals right": row["target"]}
            if election.truth_known:
                text |= {"sheets needed": number(row["needed"], 0), "95 %": _range(row["low"], row["high"]),
                         "fewer than in random order": number(row["saved"], 0),
                         "fewer, 95 %": _range(row["saved_low"], row["saved_high"])}  # fmt: skip
            rows.append(text | {"expected by the posterior": number(row["expected"], 0)})
    note = (
        f"{_describe(election)} Audited sheets get their true votes. Needed: the smallest number of audits after which "
        "every party's total is right and stays right. Random order: mean, and interval of 95 % of the orders; other "
        "orders: bootstrap over polling stations. Expected error: the votes that are miscounted on a sheet according "
        "to the posterior. Expected by the posterior: the same number without the truth."
    )
    tables.write(stem, pd.concat(numbers), pd.DataFrame(rows), "Tallies: sheets to audit", note)


def _with_variant(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the table with the first column `variant`."""
    return table.assign(variant=name)[["variant", *table.columns]]


def _coverage(name: str, winners: pd.DataFrame, intervals: pd.DataFrame) -> str:
    """Return how many winners of one variant changed, and how many true totals lie in their expected interval."""
    if len(winners) > 1:  # districts, and all of them together
        winners = winners[winners.district != ALL_DISTRICTS]
    intervals = intervals[intervals.district.isin(winners.district)]
    return (
        f"{name}: {winners.changed.sum()} of {len(winners)} winners changed, {(winners.changed & winners.safe).sum()} "
        f"of them rated safe, and {intervals.covered.sum()} of {len(intervals)} true totals inside their expected 95 %"
    )


def _describe(election: CountedElection) -> str:
    n = election.n_unreadable
    more = (
        f" {counted(n, 'unreadable sheet')}, which a person enters, {'is' if n == 1 else 'are'} left out." if n else ""
    )
    classifier = election.variants["transferred"].counts.classifier
    by = f" Counted after transfer by: {classifier}." if classifier else ""
    warning = election.variants["transferred"].counts.material.warning()
    foreign = f" Warning: {warning}." if warning else ""
    return f"{election.name}: {counted(election.n_sheets, 'sheet')}.{more}{by}{foreign}"


def _signed_percent(share: float) -> str:
    return f"{signed(100 * share, 2)} %" if np.isfinite(share) else "–"


def _range(low: float, high: float, digits: int = 0) -> str:
    return "–" if pd.isna(low) else interval(low, high, digits)
