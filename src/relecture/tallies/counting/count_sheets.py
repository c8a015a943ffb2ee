"""Count any number of a user's sheets: page images in, a table of votes out."""

import csv
import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
import pandas as pd
import torch

from relecture.atomic_files import atomic_write
from relecture.data_files import quote_formula, write_csv
from relecture.errors import UserError
from relecture.tallies.counting.material import Material
from relecture.tallies.counting.sheet_numbers import CHECK_COLUMNS, NumberRules, SheetNumbers
from relecture.tallies.counting.vote_counts import votes_of
from relecture.tallies.networks.digit_classifier import DigitClassifier
from relecture.tallies.segmentation.cell_crops import COUNTED, FILE_COLUMNS, UNREAD, UNREADABLE_COLUMNS
from relecture.tallies.segmentation.sheet_folder import SheetBatch, segment_files
from relecture.tallies.segmentation.sheet_listing import Form, SheetFile, SheetListing

BATCH_SIZE = 32  # sheets whose cells are in memory at once, in each process
COLUMNS = ("sheet", "party", "votes", "as_read", "state", "quality")


@dataclass
class BatchCounts:
    """What a batch of pages adds to the tables: rows of COLUMNS, CHECK_COLUMNS, UNREADABLE_COLUMNS, FILE_COLUMNS."""

    counts: list[tuple[Any, ...]] = field(default_factory=list)
    to_check: list[tuple[Any, ...]] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    files: list[tuple[str, str, str, str]] = field(default_factory=list)
    n_numbers: int = 0
    material: Material = field(default_factory=Material)


@dataclass(frozen=True)
class SheetCounts:
    """The number of counted sheets, the unreadable ones with their reason (columns sheet, reason), and all files.

    `files` (columns FILE_COLUMNS) has every file: counted, unread or ignored, with the reason. A person must
    look at `n_to_check` of `n_numbers` numbers; `has_sums` tells whether a layout states sums,
    `material` how clear the cells are to the classifier.
    """

    n_sheets: int
    n_numbers: int
    n_to_check: int
    has_sums: bool
    material: Material
    unreadable: pd.DataFrame
    files: pd.DataFrame

    def describe_checks(self) -> str:
        """Return how many numbers a person must look at, in a line."""
        if not self.has_sums:
            return (
                f"all {self.n_numbers:,} numbers are unchecked, because the layout states no sums; with the sums that "
                'are printed on the form ("sums" in layout.json) most need no look'
            )
        return f"a person must look at {self.n_to_check:,} of {self.n_numbers:,} numbers"


def count_sheets(listing: SheetListing, classifier: DigitClassifier, out: Path, processes: int = 1) -> SheetCounts:
    """Count the sheets of a listing and write `out`: a row per sheet and party, columns COLUMNS.

    `votes` are those with which the sums of the form hold, `as_read` those of each digit by itself, `state` says how
    sure they are; without sums both are the same. What a person must look at is listed in `<name>.to_check.csv`. The
    table is written whole or not at all. Memory does not grow with the number of sheets. Unreadable sheets do not
    stop the others: they are returned, and listed next to `out` in `<name>.unreadable.csv`. All files, ignored ones as
    well, are listed in `<name>.files.csv`.

    Raises:
        UserError: No sheet is readable.
    """
    n_sheets = n_numbers = n_to_check = 0
    files, material = list(listing.others), Material()
    failures = [(sheet, reason) for _, sheet, state, reason in files if state == UNREAD]
    with atomic_write(out) as draft, atomic_write(out.with_name(f"{out.stem}.to_check.csv")) as checks_draft:
        with (
            draft.open("w", newline="", encoding="utf-8") as file,
            checks_draft.open("w", newline="", encoding="utf-8") as checks_file,
        ):
            table, checks = (csv.writer(one, lineterminator="\n") for one in (file, checks_file))
            table.writerow(COLUMNS)
            checks.writerow(CHECK_COLUMNS)
            for batch in _count_batches(listing, classifier, processes):
                table.writerows(map(quote_formula, row) for row in batch.counts)
                n_sheets += sum(state == COUNTED for _, _, state, _ in batch.files)
                checks.writerows(map(quote_formula, row) for row in batch.to_check)
                n_numbers += batch.n_numbers
                material += batch.material
                n_to_check += len(batch.to_check)
                failures += batch.unreadable
                files += batch.files
        if not n_sheets:
            raise UserError(_nothing_counted(failures))
    counted = SheetCounts(
        n_sheets,
        n_numbers,
        n_to_check,
        any(form.layout.sums for form in listing.forms),
        material,
        pd.DataFrame(failures, columns=list(UNREADABLE_COLUMNS)),
        pd.DataFrame(sorted(files), columns=list(FILE_COLUMNS)),
    )
    write_csv(out.with_name(f"{out.stem}.files.csv"), counted.files)
    failures_path = out.with_name(f"{out.stem}.unreadable.csv")
    if failures:
        write_csv(failures_path, counted.unreadable)
    else:
        failures_path.unlink(missing_ok=True)
    return counted


def _count_batches(listing: SheetListing, classifier: DigitClassifier, processes: int) -> Iterator[BatchCounts]:
    """Yield the counts batch by batch, in the order of the files."""
    files = listing.files
    batches = [files[start : start + BATCH_SIZE] for start in range(0, len(files), BATCH_SIZE)]
    if processes == 1:
        for batch in batches:
            yield _count_batch(batch, listing.forms, classifier)
        return
    # Spawned processes, because PyTorch's threads do not survive a fork.
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, spawn, _start_worker, (listing.forms, classifier)) as pool:
        yield from pool.map(_count_batch_in_worker, batches)


def _count_batch(files: Sequence[SheetFile], forms: Sequence[Form], classifier: DigitClassifier) -> BatchCounts:
    result = BatchCounts()
    for batch in segment_files(files, forms, BATCH_SIZE):
        result.unreadable += batch.unreadable
        result.files += batch.files
        if not batch.names:
            continue
        numbers = batch_numbers(batch, classifier)
        unknown = np.full(len(batch.names), "", dtype=object)
        as_read = votes_of(numbers, unknown, unknown)
        counts = votes_of(numbers, unknown, unknown, sum_constrained=True).counts()
        table = counts.assign(as_read=as_read.votes.ravel(), quality=np.repeat(as_read.quality, len(as_read.parties)))
        result.n_numbers += numbers.states.size
        result.material += numbers.material
        for rows, one in ((result.counts, table[list(COLUMNS)]), (result.to_check, numbers.to_check())):
            rows += one.astype(object).itertuples(index=False, name=None)
    return result


def batch_numbers(batch: SheetBatch, classifier: DigitClassifier) -> SheetNumbers:
    """Return all numbers of a batch of sheets, those of totals as well."""
    form = batch.layout
    rules = NumberRules(
        form.row_names, np.array(form.is_party), form.has_box, form.sums, form.empty_means, form.mark_means
    )
    classes = classifier.probabilities(batch.images)
    return SheetNumbers.of(batch.names, rules, classes, batch.empty, classifier.test_quality)


class _Worker(TypedDict, total=False):
    forms: Sequence[Form]
    classifier: DigitClassifier


#: Forms and classifier of a worker process.
_WORKER: _Worker = {}


def _start_worker(forms: Sequence[Form], classifier: DigitClassifier) -> None:
    """Store what a worker process needs for every batch."""
    torch.set_num_threads(1)
    _WORKER["forms"], _WORKER["classifier"] = forms, classifier


def _count_batch_in_worker(files: Sequence[SheetFile]) -> BatchCounts:
    return _count_batch(files, _WORKER["forms"], _WORKER["classifier"])


def _nothing_counted(failures: list[tuple[str, str]]) -> str:
    reasons = "".join(f"\n  {sheet}: {reason}" for sheet, reason in failures[:5])
    more = f"\n  and {len(failures) - 5} more" if len(failures) > 5 else ""
    return f"none of the {len(failures)} sheets is readable, so nothing was counted:{reasons}{more}"
