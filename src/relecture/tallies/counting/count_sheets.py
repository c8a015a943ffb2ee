"""Count any number of a user's sheets: page images in, a table of votes out."""

import csv
import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import numpy as np
import pandas as pd
import torch

from relecture.atomic_files import atomic_write
from relecture.errors import UserError
from relecture.tallies.counting.vote_counts import VoteCounts
from relecture.tallies.networks.digit_classifier import DigitClassifier
from relecture.tallies.segmentation.cell_crops import COUNTED, FILE_COLUMNS, UNREAD, UNREADABLE_COLUMNS
from relecture.tallies.segmentation.sheet_folder import segment_files
from relecture.tallies.segmentation.sheet_listing import Form, SheetFile, SheetListing

BATCH_SIZE = 32  # sheets whose cells are in memory at once, in each process
COLUMNS = ("sheet", "party", "votes", "quality")

#: Rows of the table, name and reason of each unreadable sheet, and rows (FILE_COLUMNS) of the files.
BatchCounts = tuple[list[tuple[str, str, int, float]], list[tuple[str, str]], list[tuple[str, str, str, str]]]


@dataclass(frozen=True)
class SheetCounts:
    """The number of counted sheets, the unreadable ones with their reason (columns sheet, reason), and all files.

    `files` (columns FILE_COLUMNS) has every file: counted, unread or ignored, with the reason.
    """

    n_sheets: int
    unreadable: pd.DataFrame
    files: pd.DataFrame


def count_sheets(listing: SheetListing, classifier: DigitClassifier, out: Path, processes: int = 1) -> SheetCounts:
    """Count the sheets of a listing and write `out`: a row per sheet and party, columns COLUMNS.

    The table is written whole or not at all. Memory does not grow with the number of sheets. Unreadable sheets do not
    stop the others: they are returned, and listed next to `out` in `<name>.unreadable.csv`. All files, ignored ones as
    well, are listed in `<name>.files.csv`.

    Raises:
        UserError: No sheet is readable.
    """
    n_sheets = 0
    files = list(listing.others)
    failures = [(sheet, reason) for _, sheet, state, reason in files if state == UNREAD]
    with atomic_write(out) as draft:
        with draft.open("w", newline="", encoding="utf-8") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(COLUMNS)
            for counted_rows, unreadable, file_rows in _count_batches(listing, classifier, processes):
                table.writerows(counted_rows)
                n_sheets += sum(state == COUNTED for _, _, state, _ in file_rows)
                failures += unreadable
                files += file_rows
        if not n_sheets:
            raise UserError(_nothing_counted(failures))
    counted = SheetCounts(
        n_sheets,
        pd.DataFrame(failures, columns=list(UNREADABLE_COLUMNS)),
        pd.DataFrame(sorted(files), columns=list(FILE_COLUMNS)),
    )
    with atomic_write(out.with_name(f"{out.stem}.files.csv")) as draft:
        counted.files.to_csv(draft, index=False)
    failures_path = out.with_name(f"{out.stem}.unreadable.csv")
    if failures:
        with atomic_write(failures_path) as draft:
            counted.unreadable.to_csv(draft, index=False)
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
    rows: list[tuple[str, str, int, float]] = []
    unreadable: list[tuple[str, str]] = []
    file_rows: list[tuple[str, str, str, str]] = []
    for batch in segment_files(files, forms, BATCH_SIZE):
        unreadable += batch.unreadable
        file_rows += batch.files
        if not batch.names:
            continue
        names, unknown = np.array(batch.names, dtype=object), np.full(len(batch.names), "", dtype=object)
        images = batch.images[:, np.array(batch.layout.is_party)]
        counts = VoteCounts(classifier.probabilities(images), names, batch.layout.parties, unknown, unknown)
        table = counts.counts()[list(COLUMNS)].astype({"votes": object, "quality": object})
        rows += list(table.itertuples(index=False, name=None))
    return rows, unreadable, file_rows


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
