"""Simulate a folder of tally sheets: page images, their layout and stations, and apart from them the true votes."""

import io
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from relecture.atomic_files import folder_beside, write_json
from relecture.errors import UserError
from relecture.tallies.config import SimulationConfig
from relecture.tallies.segmentation.cell_crops import STATION_COLUMNS
from relecture.tallies.segmentation.layout import N_BOXES, FormLayout
from relecture.tallies.segmentation.sheet_folder import LAYOUT_FILE, SOURCE_FILE
from relecture.tallies.segmentation.station_tables import STATIONS_FILE
from relecture.tallies.simulation.election import leading_signs, party_names, simulate_votes
from relecture.tallies.simulation.handwriting import SHEET_PART, Handwriting
from relecture.tallies.simulation.render import FormRenderer

JPEG_QUALITY = 85


def simulate_sheets(config: SimulationConfig, handwriting: Handwriting, folder: Path, truth: Path) -> None:
    """Write the sheets of a simulated election into a new folder, and its true votes to `truth`.

    The folder holds a page image per sheet, `layout.json`, `stations.csv` and the source of the handwriting. It appears
    whole or not at all.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UserError(f"{folder} exists already: remove it, or name another folder for the sheets")
    votes = simulate_votes(config)
    stations = votes.drop_duplicates("sheet")[list(STATION_COLUMNS)].reset_index(drop=True)
    with folder_beside(folder) as draft:
        for name, page in zip(stations.sheet, simulate_pages(config, votes, handwriting), strict=True):
            (draft / f"{name}.jpg").write_bytes(encode_jpeg(page))
        _layout(config).write(draft / LAYOUT_FILE)
        stations.to_csv(draft / STATIONS_FILE, index=False)
        source = {"name": f"{handwriting.name} on tally sheets", "sample": handwriting.sample}
        write_json(draft / SOURCE_FILE, source)
        truth.parent.mkdir(parents=True, exist_ok=True)
        votes.to_csv(truth, index=False)
        shutil.rmtree(folder, ignore_errors=True)
        draft.rename(folder)


def simulate_pages(config: SimulationConfig, votes: pd.DataFrame, handwriting: Handwriting) -> Iterator[np.ndarray]:
    """Yield the pages of an election one at a time, each from its own random stream."""
    renderer = FormRenderer(_layout(config))
    stations = votes.drop_duplicates("sheet")
    counts = votes.votes.to_numpy().reshape(len(stations), config.n_parties)
    digits = counts[:, :, None] // 10 ** np.arange(N_BOXES - 1, -1, -1) % 10
    rows = handwriting.draw_rows(digits, SHEET_PART, np.random.Generator(np.random.PCG64([config.seed, 3])))
    signs = leading_signs(counts, config)
    for number, (sheet_rows, sheet_signs, station) in enumerate(zip(rows, signs, stations.itertuples(), strict=True)):
        rng = np.random.Generator(np.random.PCG64([config.seed, 4, number]))
        bad_scan = bool(rng.random() < config.bad_scan_rate)
        captions = (station.district, station.station)
        digit_images = handwriting.images[sheet_rows]
        yield renderer.render(digit_images, captions, rng, config.severity, bad_scan, sheet_signs)


def _layout(config: SimulationConfig) -> FormLayout:
    """Return the form's layout; all its marks stand before a number, so that they mean nothing."""
    return replace(FormLayout.standard(party_names(config.n_parties)), mark_means="0")


def encode_jpeg(page: np.ndarray) -> bytes:
    """Return a page as a JPEG file."""
    file = io.BytesIO()
    Image.fromarray(page).save(file, "JPEG", quality=JPEG_QUALITY)
    return file.getvalue()
