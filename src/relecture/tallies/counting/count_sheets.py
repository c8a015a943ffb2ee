"""Counts sheets of one's own, however many: pages in, a table of votes out."""

import csv
import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from relecture.errors import UserError
from relecture.tallies.counting.vote_counts import Reading
from relecture.tallies.networks.digit_classifier import Recognizer
from relecture.tallies.segmentation.cell_crops import UNREAD
from relecture.tallies.segmentation.layout import Form
from relecture.tallies.segmentation.sheet_folder import stream

SHARD = 32  # sheets whose cells are in memory at once, in each process
COLUMNS = ("sheet", "party", "votes", "quality")


@dataclass(frozen=True)
class Read:
    """How many sheets were read, and which were not and why (columns sheet, reason)."""

    sheets: int
    unread: pd.DataFrame


def read_sheets(paths: Sequence[Path], form: Form, recognizer: Recognizer, out: Path, processes: int = 1) -> Read:
    """Count the sheets in `paths` and write `out`: a row per sheet and party, in the columns COLUMNS.

    The table is written whole or not at all. Memory does not grow with the number of sheets. Sheets that cannot be
    read stop nothing: they are listed in the answer, and beside `out` as `<name>.unread.csv`. Raises UserError when
    that is all of them, and when two sheets have the same name.
    """
    _refuse_twins(paths)
    out.parent.mkdir(parents=True, exist_ok=True)
    draft, listed = out.with_name(f".{out.name}.part"), out.with_name(f"{out.stem}.unread.csv")
    sheets, unread = 0, []
    try:
        with draft.open("w", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(COLUMNS)
            for counts, failed in _shards(paths, form, recognizer, processes):
                table.writerows(counts)
                sheets += len(counts) // len(form.parties)
                unread += failed
        found = Read(sheets, pd.DataFrame(unread, columns=list(UNREAD)))
        if not sheets:
            raise UserError(_nothing_read(found.unread))
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)
    listed.unlink(missing_ok=True)
    if unread:
        found.unread.to_csv(listed, index=False)
    return found


Counts = tuple[list[tuple[str, str, int, float]], list[tuple[str, str]]]


def _shards(paths: Sequence[Path], form: Form, recognizer: Recognizer, processes: int) -> Iterator[Counts]:
    """Counts and failures, shard by shard, in the order of the paths."""
    parts = (list(part) for part in iter(partial(lambda rest: tuple(islice(rest, SHARD)), iter(paths)), ()))
    if processes == 1:
        yield from (_read(part, form, recognizer) for part in parts)
        return
    # Processes that are started anew: PyTorch's threads do not survive a fork.
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, fresh, _start, (form, recognizer)) as pool:
        yield from pool.map(_read_here, parts)


def _read(paths: list[Path], form: Form, recognizer: Recognizer) -> Counts:
    rows, failed = [], []
    for shard in stream(paths, form, SHARD):
        failed += shard.unread
        if not shard.names:
            continue
        names, unknown = np.array(shard.names, dtype=object), np.full(len(shard.names), "", dtype=object)
        reading = Reading(recognizer.probabilities(shard.images), names, form.parties, unknown, unknown)
        table = reading.counts()[list(COLUMNS)].astype({"votes": object, "quality": object})
        rows += list(table.itertuples(index=False, name=None))
    return rows, failed


#: The form and the recognizer of a process that reads.
_KEPT: dict[str, Any] = {}


def _start(form: Form, recognizer: Recognizer) -> None:
    """What a process keeps from shard to shard."""
    torch.set_num_threads(1)
    _KEPT.update(form=form, recognizer=recognizer)


def _read_here(paths: list[Path]) -> Counts:
    return _read(paths, **_KEPT)


def _refuse_twins(paths: Sequence[Path]) -> None:
    seen: dict[str, Path] = {}
    for path in paths:
        if path.stem in seen:
            raise UserError(f"two sheets are named {path.stem}: {seen[path.stem]} and {path}. Rename one of them")
        seen[path.stem] = path


def _nothing_read(unread: pd.DataFrame) -> str:
    shown = "".join(f"\n  {row.sheet}: {row.reason}" for row in unread.head(5).itertuples())
    more = f"\n  and {len(unread) - 5} more" if len(unread) > 5 else ""
    return f"none of the {len(unread)} sheets can be read, so nothing is counted:{shown}{more}"
