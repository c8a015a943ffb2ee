"""Read a folder of tally sheets: the page images, their layout and stations, and the cells of all pages."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from relecture.errors import UserError
from relecture.records import array_digest
from relecture.tallies import IMAGE_SIZE
from relecture.tallies.segmentation.cell_crops import UNREADABLE_COLUMNS, CellCrops, text_array
from relecture.tallies.segmentation.image_io import list_images, sheet_name
from relecture.tallies.segmentation.layout import FormLayout
from relecture.tallies.segmentation.rectify import UnreadableSheet, open_page, segment
from relecture.tallies.segmentation.station_tables import read_stations

LAYOUT_FILE, SOURCE_FILE = "layout.json", "source.json"
BATCH_SIZE = 100  # sheets in memory at once


@dataclass(frozen=True)
class SheetBatch:
    """Some sheets, of which some may be unreadable.

    `names` and `images` (readable, parties, boxes, 28, 28) uint8 are those of the readable sheets; `unreadable` holds a
    (name, reason) for each of the others.
    """

    names: list[str]
    images: np.ndarray
    unreadable: list[tuple[str, str]]


def segment_folder(folder: Path) -> CellCrops:
    """Return the cells of all sheets in a folder.

    The folder holds page images (PNG or JPEG) and `layout.json`; `stations.csv` may name their stations. A sheet's name
    is that of its file without the suffix. Unreadable sheets are listed and do not stop the others.

    Raises:
        UserError: The folder does not exist or has no page, the layout or the stations are wrong, or no sheet is
            readable.
    """
    paths, layout = list_pages(folder)
    stations = read_stations(folder, [sheet_name(path) for path in paths])
    batches = list(segment_batches(paths, layout))
    sheets = [name for batch in batches for name in batch.names]
    stems = {sheet_name(path) for path in paths}
    missing = [(name, "its image is missing") for name in stations.sheet if name not in stems]
    rows = [row for batch in batches for row in batch.unreadable] + missing
    unreadable = pd.DataFrame(rows, columns=list(UNREADABLE_COLUMNS), dtype=str)
    if not sheets:
        first = f" The first, {unreadable.sheet[0]}: {unreadable.reason[0]}" if len(unreadable) else ""
        raise UserError(f"none of the {len(paths)} sheets in {folder} is readable.{first}")
    images = np.concatenate([batch.images for batch in batches])
    name, sample = _read_source(folder)
    content = array_digest(images, text_array(sheets), text_array(layout.parties), text_array(unreadable.sheet))
    return CellCrops(images, text_array(sheets), unreadable, stations, layout.parties, name, sample, content)


def list_pages(folder: Path) -> tuple[list[Path], FormLayout]:
    """Return the page images of a folder, sorted by name, and their layout.

    Raises:
        UserError: The folder does not exist, has no page or two pages of one name, or the layout is wrong.
    """
    if not folder.is_dir():
        raise UserError(f"the folder {folder} does not exist (tallies.sheets_dir)")
    paths, layout = list_images(folder), FormLayout.read(folder / LAYOUT_FILE)
    if not paths:
        raise UserError(f"{folder} holds no page image (PNG or JPEG)")
    stems = [sheet_name(path) for path in paths]
    if duplicates := sorted({stem for stem in stems if stems.count(stem) > 1}):
        raise UserError(f"{folder} holds two images of the sheet {duplicates[0]!r}: rename or remove one")
    return paths, layout


def segment_batches(paths: Sequence[Path], layout: FormLayout, size: int = BATCH_SIZE) -> Iterator[SheetBatch]:
    """Yield the sheets in batches of `size`, one batch at a time in memory."""
    for start in range(0, len(paths), size):
        names, images, unreadable = [], [], []
        for path in paths[start : start + size]:
            try:
                images.append(segment(open_page(path), layout))
                names.append(sheet_name(path))
            except UnreadableSheet as reason:
                unreadable.append((sheet_name(path), str(reason)))
        shape = (len(images), *layout.has_box.shape, IMAGE_SIZE, IMAGE_SIZE)
        yield SheetBatch(names, np.array(images, np.uint8).reshape(shape), unreadable)


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
