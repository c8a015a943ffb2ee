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
from relecture.data_files import quote_formula, write_csv
from relecture.errors import UserError
from relecture.tallies.counting.vote_counts import VoteCounts
from relecture.tallies.networks.digit_classifier import DigitClassifier
from relecture.tallies.segmentation.cell_crops import UNREADABLE_COLUMNS
from relecture.tallies.segmentation.image_io import sheet_name
from relecture.tallies.segmentation.layout import FormLayout
from relecture.tallies.segmentation.sheet_folder import segment_batches

BATCH_SIZE = 32  # sheets whose cells are in memory at once, in each process
COLUMNS = ("sheet", "party", "votes", "quality")

#: Rows of the table, and name and reason of each unreadable sheet.
BatchCounts = tuple[list[tuple[str, str, int, float]], list[tuple[str, str]]]


@dataclass(frozen=True)
class SheetCounts:
    """The number of counted sheets, and the unreadable ones with their reason (columns sheet, reason)."""

    n_sheets: int
    unreadable: pd.DataFrame


def count_sheets(
    paths: Sequence[Path], layout: FormLayout, classifier: DigitClassifier, out: Path, processes: int = 1
) -> SheetCounts:
    """Count the sheets in `paths` and write `out`: a row per sheet and party, columns COLUMNS.

    The table is written whole or not at all. Memory does not grow with the number of sheets. Unreadable sheets do not
    stop the others: they are returned, and listed next to `out` in `<name>.unreadable.csv`.

    Raises:
        UserError: No sheet is readable, or two sheets have the same name.
    """
    _check_unique_names(paths)
    n_sheets, failures = 0, []
    with atomic_write(out) as draft:
        with draft.open("w", newline="", encoding="utf-8") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(COLUMNS)
            for rows, unreadable in _count_batches(paths, layout, classifier, processes):
                table.writerows(map(quote_formula, row) for row in rows)
                n_sheets += len(rows) // len(layout.parties)
                failures += unreadable
        if not n_sheets:
            raise UserError(_nothing_counted(failures))
    counted = SheetCounts(n_sheets, pd.DataFrame(failures, columns=list(UNREADABLE_COLUMNS)))
    failures_path = out.with_name(f"{out.stem}.unreadable.csv")
    if failures:
        write_csv(failures_path, counted.unreadable)
    else:
        failures_path.unlink(missing_ok=True)
    return counted


def _count_batches(
    paths: Sequence[Path], layout: FormLayout, classifier: DigitClassifier, processes: int
) -> Iterator[BatchCounts]:
    """Yield the counts batch by batch, in the order of the paths."""
    batches = [paths[start : start + BATCH_SIZE] for start in range(0, len(paths), BATCH_SIZE)]
    if processes == 1:
        for batch in batches:
            yield _count_batch(batch, layout, classifier)
        return
    # Spawned processes, because PyTorch's threads do not survive a fork.
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, spawn, _start_worker, (layout, classifier)) as pool:
        yield from pool.map(_count_batch_in_worker, batches)


def _count_batch(paths: Sequence[Path], layout: FormLayout, classifier: DigitClassifier) -> BatchCounts:
    rows: list[tuple[str, str, int, float]] = []
    unreadable: list[tuple[str, str]] = []
    for batch in segment_batches(paths, layout, BATCH_SIZE):
        unreadable += batch.unreadable
        if not batch.names:
            continue
        names, unknown = np.array(batch.names, dtype=object), np.full(len(batch.names), "", dtype=object)
        counts = VoteCounts(classifier.probabilities(batch.images), names, layout.parties, unknown, unknown)
        table = counts.counts()[list(COLUMNS)].astype({"votes": object, "quality": object})
        rows += list(table.itertuples(index=False, name=None))
    return rows, unreadable


class _Worker(TypedDict, total=False):
    layout: FormLayout
    classifier: DigitClassifier


#: Layout and classifier of a worker process.
_WORKER: _Worker = {}


def _start_worker(layout: FormLayout, classifier: DigitClassifier) -> None:
    """Store what a worker process needs for every batch."""
    torch.set_num_threads(1)
    _WORKER["layout"], _WORKER["classifier"] = layout, classifier


def _count_batch_in_worker(paths: Sequence[Path]) -> BatchCounts:
    return _count_batch(paths, _WORKER["layout"], _WORKER["classifier"])


def _check_unique_names(paths: Sequence[Path]) -> None:
    seen: dict[str, Path] = {}
    for path in paths:
        if (name := sheet_name(path)) in seen:
            raise UserError(f"two sheets are named {name}: {seen[name]} and {path}. Rename one of them")
        seen[name] = path


def _nothing_counted(failures: list[tuple[str, str]]) -> str:
    reasons = "".join(f"\n  {sheet}: {reason}" for sheet, reason in failures[:5])
    more = f"\n  and {len(failures) - 5} more" if len(failures) > 5 else ""
    return f"none of the {len(failures)} sheets is readable, so nothing was counted:{reasons}{more}"
