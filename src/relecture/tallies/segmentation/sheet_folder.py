"""A folder of tally sheets: draws one for the simulated election, and cuts the cells of any."""

import io
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

from relecture import atomic_files
from relecture.errors import UserError
from relecture.tallies.networks.cell_dataset import SIDE, digest
from relecture.tallies.segmentation import rectify, station_tables
from relecture.tallies.segmentation.cell_crops import UNREAD, Cut, texts
from relecture.tallies.segmentation.image_io import among
from relecture.tallies.segmentation.layout import BOXES, Form
from relecture.tallies.simulation import election
from relecture.tallies.simulation.handwriting import SHEETS, Handwriting
from relecture.tallies.simulation.render import Printer

LAYOUT, SOURCE = "layout.json", "source.json"
QUALITY = 85  # of the JPEG files
SHARD = 100  # sheets that are held at once


@dataclass(frozen=True)
class Shard:
    """Some sheets: the cells (read, parties, boxes, 28, 28) uint8 and names of those that were read, and the unread."""

    names: list[str]
    images: np.ndarray
    unread: list[tuple[str, str]]


def make(config: dict[str, Any], handwriting: Handwriting, folder: Path, truth: Path) -> None:
    """Draw the sheets of the election that `config` describes into a new folder, and write its `truth` elsewhere.

    The folder holds a page image per sheet, `layout.json`, `stations.csv`, and what the handwriting is. It appears
    whole or not at all.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UserError(f"{folder} is there already: remove it, or name another folder for the sheets")
    votes = election.votes(config)
    stations = votes.drop_duplicates("sheet")[list(station_tables.STATIONS)].reset_index(drop=True)
    with atomic_files.folder_beside(folder) as draft:
        for name, page in zip(stations.sheet, pages(config, votes, handwriting), strict=True):
            (draft / f"{name}.jpg").write_bytes(jpeg(page))
        Form.standard(election.party_names(config["parties"])).write(draft / LAYOUT)
        stations.to_csv(draft / station_tables.FILE, index=False)
        source = {"name": f"{handwriting.name} on tally sheets", "sample": handwriting.sample}
        atomic_files.write_json(draft / SOURCE, source)
        truth.parent.mkdir(parents=True, exist_ok=True)
        votes.to_csv(truth, index=False)
        shutil.rmtree(folder, ignore_errors=True)
        draft.rename(folder)


def pages(config: dict[str, Any], votes: pd.DataFrame, handwriting: Handwriting) -> Iterator[np.ndarray]:
    """The pages of an election, one at a time, each from a random stream of its own."""
    printer = Printer(Form.standard(election.party_names(config["parties"])))
    stations = votes.drop_duplicates("sheet")
    counts = votes.votes.to_numpy().reshape(len(stations), config["parties"])
    digits = counts[:, :, None] // 10 ** np.arange(BOXES - 1, -1, -1) % 10
    rows = handwriting.choose(digits, SHEETS, np.random.Generator(np.random.PCG64([config["seed"], 3])))
    for number, (own, station) in enumerate(zip(rows, stations.itertuples(), strict=True)):
        random = np.random.Generator(np.random.PCG64([config["seed"], 4, number]))
        bad = bool(random.random() < config["badly_scanned"])
        lines = (station.district, station.station)
        yield printer.draw(handwriting.images[own], lines, random, config["severity"], bad)


def cut_all(folder: Path) -> Cut:
    """The cells of all sheets in a folder.

    The folder holds page images (PNG or JPEG) and `layout.json`; `stations.csv` may say where they are from. A sheet's
    name is that of its file without the ending. Sheets that cannot be read are listed, and do not stop the others.

    Raises:
        UserError: There is no such folder or no page in it, the layout or the stations are wrong, or no sheet at all
            can be read.
    """
    paths, form = own(folder)
    stations = station_tables.stations(folder, [path.stem for path in paths])
    shards = list(stream(paths, form))
    names = [name for shard in shards for name in shard.names]
    missing = [(name, "there is no image of it") for name in stations.sheet if name not in {p.stem for p in paths}]
    unread = pd.DataFrame([row for shard in shards for row in shard.unread] + missing, columns=list(UNREAD), dtype=str)
    if not names:
        raise UserError(f"none of the {len(paths)} sheets in {folder} can be read. {_first(unread)}")
    images = np.concatenate([shard.images for shard in shards])
    name, sample = _source(folder)
    content = digest(images, texts(names), texts(form.parties), texts(unread.sheet))
    return Cut(images, texts(names), unread, stations, form.parties, name, sample, content)


def own(folder: Path) -> tuple[list[Path], Form]:
    """The pages of a folder, by name, and their form; UserErrors as `cut_all`."""
    if not folder.is_dir():
        raise UserError(f"there is no folder {folder} (tallies.sheets)")
    paths, form = among(folder), Form.read(folder / LAYOUT)
    if not paths:
        raise UserError(f"{folder} holds no page image (PNG or JPEG)")
    stems = [path.stem for path in paths]
    if twice := sorted({stem for stem in stems if stems.count(stem) > 1}):
        raise UserError(f"{folder} holds two images of the sheet {twice[0]!r}: rename or remove one")
    return paths, form


def stream(paths: Sequence[Path], form: Form, size: int = SHARD) -> Iterator[Shard]:
    """The sheets in shards of `size`, one shard at a time in memory."""
    for start in range(0, len(paths), size):
        names, images, unread = [], [], []
        for path in paths[start : start + size]:
            try:
                images.append(rectify.cut(rectify.open_page(path), form))
                names.append(path.stem)
            except rectify.Unread as reason:
                unread.append((path.stem, str(reason)))
        shape = (len(images), *form.boxes.shape[:2], SIDE, SIDE)
        yield Shard(names, np.array(images, np.uint8).reshape(shape), unread)


def jpeg(page: np.ndarray) -> bytes:
    """A page as a JPEG file."""
    file = io.BytesIO()
    Image.fromarray(page).save(file, "JPEG", quality=QUALITY)
    return file.getvalue()


def _source(folder: Path) -> tuple[str, bool]:
    """What the sheets are called, and whether their handwriting is a stand-in."""
    path = folder / SOURCE
    if not path.exists():
        return folder.resolve().name, False
    try:
        source = json.loads(path.read_text())
        return str(source["name"]), bool(source["sample"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path} is damaged ({error!r}): remove it, or draw the sheets again") from error


def _first(unread: pd.DataFrame) -> str:
    return f"The first, {unread.sheet[0]}: {unread.reason[0]}" if len(unread) else ""
