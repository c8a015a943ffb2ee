"""Read a folder of tally sheets: the page images, their layout and stations, and the cells of all pages."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
import pandas as pd

from relecture.errors import UserError
from relecture.records import array_digest
from relecture.tallies.segmentation.cell_crops import (
    COUNTED,
    FILE_COLUMNS,
    UNREAD,
    UNREADABLE_COLUMNS,
    CellCrops,
    text_array,
)
from relecture.tallies.segmentation.cell_normalization import CellImages
from relecture.tallies.segmentation.image_io import sheet_name
from relecture.tallies.segmentation.layout import FormLayout
from relecture.tallies.segmentation.lost_sheets import surroundings
from relecture.tallies.segmentation.rectify import UnreadableSheet, find_sheets, no_cells, open_page, sheet_cells
from relecture.tallies.segmentation.sheet_listing import (
    LAYOUT_FILE,
    SOURCE_FILE,
    Form,
    SheetFile,
    SheetListing,
    list_sheets,
)
from relecture.tallies.segmentation.station_tables import read_stations

__all__ = [
    "LAYOUT_FILE",
    "SOURCE_FILE",
    "SheetBatch",
    "find_sheet",
    "list_pages",
    "segment_batches",
    "segment_files",
    "segment_folder",
]

BATCH_SIZE = 100  # sheets in memory at once
LOST = (
    "the page may show another sheet, which was not found, for example because its frame is broken: scan every sheet "
    "by itself. If what is printed there belongs to the form, name a page of it as template_page in the layout"
)


@dataclass(frozen=True)
class SheetBatch:
    """Some sheets of one layout, of which some may be unreadable.

    `names` and `images` (readable, rows, boxes, 28, 28) uint8, the normalised cells, are those of the readable sheets,
    as are `as_cut` of the same shape and `empty` (readable, rows, boxes); `unreadable` holds a (name, reason) for each
    of the others. `files` has rows (FILE_COLUMNS) for all.
    """

    names: list[str]
    images: np.ndarray
    unreadable: list[tuple[str, str]]
    layout: FormLayout
    as_cut: np.ndarray
    empty: np.ndarray
    files: list[tuple[str, str, str, str]]


def segment_folder(folder: Path) -> CellCrops:
    """Return the cells of all sheets in a folder and its sub-folders.

    The folder holds page images and `layout.json`; `stations.csv` may name their stations. Unreadable sheets are
    listed and do not stop the others.

    Raises:
        UserError: The folder does not exist or has no page, the layout or the stations are wrong, sub-folders have
            layouts with other rows, or no sheet is readable.
    """
    listing = _list_folder(folder)
    layout = _common_layout(folder, listing)
    broken = [(sheet, reason) for _, sheet, state, reason in listing.others if state == UNREAD]
    batches = [_reorder(batch, layout) for batch in segment_files(listing.files, listing.forms)]
    sheets = [name for batch in batches for name in batch.names]
    if twice := [sheet for sheet, times in Counter(sheets).items() if times > 1]:
        raise UserError(f"{folder} holds two sheets that are named {twice[0]}: rename one of their files")
    failed = [(name, reason) for batch in batches for name, reason in batch.unreadable]
    # That there is a sheet which was not found is no certainty, so it needs no station.
    unread = [name for name, reason in [*failed, *broken] if reason != LOST]
    stations = read_stations(folder, [*sheets, *unread])
    rows = [row for batch in batches for row in batch.files]
    known = {file.name for file in listing.files} | {sheet for sheet, _ in broken} | set(sheets)
    missing = [(name, "its image is missing") for name in stations.sheet if name not in known]
    failures = failed + broken + missing
    unreadable = pd.DataFrame(failures, columns=list(UNREADABLE_COLUMNS), dtype=str)
    if not sheets:
        first = f" The first, {unreadable.sheet[0]}: {unreadable.reason[0]}" if len(unreadable) else ""
        raise UserError(f"none of the {len(known)} sheets in {folder} is readable.{first}")
    images, as_cut, empty = (
        np.concatenate([getattr(batch, name) for batch in batches]) for name in ("images", "as_cut", "empty")
    )
    name, sample = _read_source(folder)
    facts = [str(one) for one in (*layout.is_party, *layout.sums, layout.empty_means, layout.mark_means)]
    texts = (sheets, layout.row_names, unreadable.sheet, facts)
    content = array_digest(images, as_cut, empty, *map(text_array, texts))
    return CellCrops(
        images,
        text_array(sheets),
        unreadable,
        stations,
        layout.row_names,
        name,
        sample,
        content,
        as_cut=as_cut,
        empty=empty,
        is_party=layout.is_party,
        has_box=layout.has_box,
        sums=layout.sums,
        empty_means=layout.empty_means,
        mark_means=layout.mark_means,
        files=pd.DataFrame(sorted([*rows, *listing.others]), columns=list(FILE_COLUMNS), dtype="str"),
    )


def list_pages(folder: Path) -> tuple[list[Path], FormLayout]:
    """Return the files of a folder's pages, and their layout.

    Raises:
        UserError: The folder does not exist, has no page or two pages of one name, or the layout is wrong.
    """
    listing = _list_folder(folder)
    return list(dict.fromkeys(file.path for file in listing.files)), _common_layout(folder, listing)


def segment_batches(paths: Sequence[Path], layout: FormLayout, size: int = BATCH_SIZE) -> Iterator[SheetBatch]:
    """Yield the sheets of files with one page each in batches of `size`, one batch at a time in memory."""
    files = [SheetFile(path, 0, sheet_name(path), 0, path.name) for path in paths]
    yield from segment_files(files, [Form(layout)], size)


def segment_files(files: Sequence[SheetFile], forms: Sequence[Form], size: int = BATCH_SIZE) -> Iterator[SheetBatch]:
    """Yield the sheets of pages in batches of at most `size` pages of one form, one batch at a time in memory."""
    for number, group in groupby(files, key=lambda file: file.form):
        pages = list(group)
        for start in range(0, len(pages), size):
            yield _segment_batch(pages[start : start + size], forms[number])


def find_sheet(listing: SheetListing, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the page of a sheet, uint8 (height, width), and the corners (boxes, 4, 2) of its boxes on the page."""
    pages = {file.name: file for file in listing.files}
    base, _, index = name.rpartition("-form-")
    file, number = (pages[name], 0) if name in pages else (pages[base], int(index) - 1)
    form, page = listing.forms[file.form], open_page(file.path, file.page)
    tables = find_sheets(page, form.layout, form.template)[number].tables
    return page, np.concatenate([table.outlines() for table in tables])


def _segment_batch(files: Sequence[SheetFile], form: Form) -> SheetBatch:
    names, cells, unreadable, rows = [], [], [], []
    for file in files:
        try:
            page = open_page(file.path, file.page)
            sheets = find_sheets(page, form.layout, form.template)
            found = [sheet_cells(sheet.tables, form.layout) for sheet in sheets]
            lost = surroundings(page, sheets).may_show_another(form.usual, int(form.layout.has_box.sum()))
        except Exception as error:  # no page stops a run: whatever is wrong with this one, the others are counted
            reason = str(error) if isinstance(error, UnreadableSheet | UserError) else _describe(error)
            unreadable.append((file.name, reason))
            rows.append((file.label, file.name, UNREAD, reason))
            continue
        several = len(sheets) > 1
        for index, (sheet, images) in enumerate(zip(sheets, found, strict=True), start=1):
            name = f"{file.name}-form-{index}" if several else file.name
            notes = [f"sheet {index} of {len(sheets)} on the page"] if several else []
            if sheet.by_template and form.template is not None:
                notes.append(f"its frame was not found: placed by what is printed on {form.template.name} as well")
            names.append(name)
            cells.append(images)
            rows.append((file.label, name, COUNTED, "; ".join(notes)))
        if lost:
            name = f"{file.name}-form-{len(sheets) + 1}"
            unreadable.append((name, LOST))
            rows.append((file.label, name, UNREAD, LOST))
    stacked = CellImages(*map(np.stack, zip(*cells, strict=True))) if cells else no_cells(form.layout)
    return SheetBatch(names, stacked.normalised, unreadable, form.layout, stacked.as_cut, stacked.empty, rows)


def _describe(error: Exception) -> str:
    if isinstance(error, MemoryError):
        return "it needs more memory than there is"
    return f"it cannot be segmented ({type(error).__name__}: {' '.join(str(error).split())[:200]})"


def _list_folder(folder: Path) -> SheetListing:
    if not folder.is_dir():
        raise UserError(f"the folder {folder} does not exist (tallies.sheets_dir)")
    return list_sheets([folder])


def _common_layout(folder: Path, listing: SheetListing) -> FormLayout:
    """Return the first layout of a folder; those of its sub-folders have the same rows, maybe in another order."""
    first, *others = (form.layout for form in listing.forms)
    for other in others:
        if _row_facts(first) != _row_facts(other):
            raise UserError(
                f"{folder} and its sub-folders have layouts that differ in rows, sums or what a box without a digit "
                f"means ({', '.join(first.row_names)}; {', '.join(other.row_names)}): count the folders separately"
            )
    return first


def _row_facts(layout: FormLayout) -> tuple[object, ...]:
    lengths = layout.has_box.sum(1).tolist()
    rows = frozenset(zip(layout.row_names, layout.is_party, lengths, strict=True))
    return rows, frozenset(map(str, layout.sums)), layout.empty_means, layout.mark_means


def _reorder(batch: SheetBatch, layout: FormLayout) -> SheetBatch:
    """Return a batch with its rows in the order of another layout."""
    if batch.layout.row_names == layout.row_names:
        return batch
    order = [batch.layout.row_names.index(name) for name in layout.row_names]
    images, as_cut, empty = (array[:, order] for array in (batch.images, batch.as_cut, batch.empty))
    return SheetBatch(batch.names, images, batch.unreadable, layout, as_cut, empty, batch.files)


def _read_source(folder: Path) -> tuple[str, bool]:
    """Return the name of the sheets, and whether their handwriting is a stand-in."""
    path = folder / SOURCE_FILE
    if not path.exists():
        return folder.resolve().name, False
    try:
        source = json.loads(path.read_text(encoding="utf-8"))
        return str(source["name"]), bool(source["sample"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path} is damaged ({error!r}): remove it, or simulate the sheets again") from error
