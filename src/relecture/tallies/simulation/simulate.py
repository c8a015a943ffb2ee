"""Simulate a folder of tally sheets: page images, their layout and stations, and apart from them the true votes."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from PIL import Image

from relecture.atomic_files import atomic_folder, write_json
from relecture.data_files import write_csv
from relecture.errors import UserError
from relecture.tallies.config import SimulationConfig
from relecture.tallies.segmentation.cell_crops import STATION_COLUMNS
from relecture.tallies.segmentation.layout import N_BOXES, FormLayout
from relecture.tallies.segmentation.sheet_folder import LAYOUT_FILE, SOURCE_FILE
from relecture.tallies.segmentation.station_tables import STATIONS_FILE
from relecture.tallies.simulation.election import leading_signs, party_names, simulate_votes
from relecture.tallies.simulation.handwriting import BLOCK_SIZE, GAP_SIZE, SHEET_PART, Handwriting
from relecture.tallies.simulation.render import FormRenderer

JPEG_QUALITY = 85
TOTAL = "All votes"  # name of the row with the sum of the parties' votes
IMAGE_COLUMNS = ("sheet", "number", "box", "image", "block", "use")


def simulate_sheets(
    config: SimulationConfig, handwriting: Handwriting, folder: Path, truth: Path, images: Path | None = None
) -> None:
    """Write the sheets of a simulated election into a new folder, and its true votes to `truth`.

    The folder holds a page image per sheet, `layout.json`, `stations.csv` and the source of the handwriting. It appears
    whole or not at all. The table `images` gets a row per digit on the sheets, columns IMAGE_COLUMNS.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UserError(f"{folder} exists already: remove it, or name another folder for the sheets")
    votes = simulate_votes(config)
    stations = votes.drop_duplicates("sheet")[list(STATION_COLUMNS)].reset_index(drop=True)
    written = _write_numbers(config, votes, handwriting)
    with atomic_folder(folder) as draft:
        for name, page in zip(stations.sheet, _render_pages(config, stations, written, handwriting), strict=True):
            (draft / f"{name}.jpg").write_bytes(encode_jpeg(page))
        _layout(config).write(draft / LAYOUT_FILE)
        stations.to_csv(draft / STATIONS_FILE, index=False)
        source = {"name": f"{handwriting.name} on tally sheets", "sample": handwriting.sample}
        write_json(draft / SOURCE_FILE, source)
        write_csv(truth, votes)
        if images is not None:
            write_csv(images, image_table(config, stations.sheet.tolist(), written, handwriting))


def simulate_pages(config: SimulationConfig, votes: pd.DataFrame, handwriting: Handwriting) -> Iterator[np.ndarray]:
    """Yield the pages of an election one at a time, each from its own random stream."""
    written = _write_numbers(config, votes, handwriting)
    yield from _render_pages(config, votes.drop_duplicates("sheet"), written, handwriting)


class _Written(NamedTuple):
    """What is written on the sheets, (sheets, rows, boxes): rows of the handwriting, and signs in place of digits."""

    rows: np.ndarray
    signs: np.ndarray


def _write_numbers(config: SimulationConfig, votes: pd.DataFrame, handwriting: Handwriting) -> _Written:
    """Return what is written on the sheets: the votes of every party, and below them their total."""
    counts = votes.votes.to_numpy().reshape(-1, config.n_parties)
    numbers = np.column_stack([counts, counts.sum(1)])
    digits = numbers[:, :, None] // 10 ** np.arange(N_BOXES - 1, -1, -1) % 10
    signs = leading_signs(numbers, config)
    rows = np.full(digits.shape, -1)
    drawn = (signs == "") | (signs == "struck_out")
    random = np.random.Generator(np.random.PCG64([config.seed, 3]))
    rows[drawn] = handwriting.draw_rows(digits[drawn], SHEET_PART, random)
    return _Written(rows, signs)


def _render_pages(
    config: SimulationConfig, stations: pd.DataFrame, written: _Written, handwriting: Handwriting
) -> Iterator[np.ndarray]:
    renderer = FormRenderer(_layout(config))
    for number, (rows, signs, station) in enumerate(zip(*written, stations.itertuples(), strict=True)):
        rng = np.random.Generator(np.random.PCG64([config.seed, 4, number]))
        bad_scan = bool(rng.random() < config.bad_scan_rate)
        captions = (station.district, station.station)
        yield renderer.render(handwriting.images[rows], captions, rng, config.severity, bad_scan, signs)


def image_table(
    config: SimulationConfig, sheets: list[str], written: _Written, handwriting: Handwriting
) -> pd.DataFrame:
    """Return which image of the handwriting is in each box, columns IMAGE_COLUMNS; struck-out digits are left out.

    `image` is its number in the raw data, `block` that of the block of neighbouring images, which are of few writers;
    `use` is 1 for the first digit that is written with an image, 2 for the second.
    """
    sheet, row, box = np.nonzero(written.signs == "")
    image = handwriting.source[written.rows[sheet, row, box]]
    table = pd.DataFrame(
        {
            "sheet": np.array(sheets, dtype=object)[sheet],
            "number": np.array(_layout(config).row_names, dtype=object)[row],
            "box": box + 1,
            "image": image,
            "block": image // (BLOCK_SIZE + GAP_SIZE),
        }
    )
    return table.assign(use=table.groupby("image").cumcount() + 1)[list(IMAGE_COLUMNS)]


def _layout(config: SimulationConfig) -> FormLayout:
    """Return the form's layout, with a total; all marks stand before a number, so that they mean nothing."""
    return replace(FormLayout.standard(party_names(config.n_parties), TOTAL), mark_means="0")


def encode_jpeg(page: np.ndarray) -> bytes:
    """Return a page as a JPEG file."""
    file = io.BytesIO()
    Image.fromarray(page).save(file, "JPEG", quality=JPEG_QUALITY)
    return file.getvalue()
