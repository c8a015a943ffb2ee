"""Labelled cells from simulated sheets: digits are drawn on sheets, and cut from them as from any other."""

from typing import Any

import numpy as np

from relecture.errors import UserError
from relecture.tallies.networks.cell_dataset import PARTS, SIDE, Cells, digest
from relecture.tallies.segmentation import rectify
from relecture.tallies.segmentation.layout import BOXES, Form
from relecture.tallies.simulation.election import party_names
from relecture.tallies.simulation.handwriting import Handwriting
from relecture.tallies.simulation.render import Printer

ROWS = 10  # parties on a sheet that only carries labelled digits
TRIES = 20  # at drawing a sheet that can be read


def drawn(config: dict[str, Any], handwriting: Handwriting) -> Cells:
    """As many cells of each part as `config` says, every digit as often as the others (to within one).

    Each part has its own images, and of USPS its own writers. Sheets that cannot be read are left out, as anybody
    would who labels cells, and others are drawn.
    """
    counts = [config[part] for part in PARTS]
    images, labels = zip(*(_part(config, handwriting, part, place) for place, part in enumerate(PARTS)), strict=True)
    all_images, all_labels, parts = np.concatenate(images), np.concatenate(labels), np.repeat(PARTS, counts)
    return Cells(
        images=all_images,
        labels=all_labels,
        parts=parts,
        name=f"{handwriting.name} on tally sheets",
        sample=handwriting.sample,
        digest=digest(all_images, all_labels, parts),
    )


def _part(config: dict[str, Any], handwriting: Handwriting, part: str, place: int) -> tuple[np.ndarray, np.ndarray]:
    """Images (n, 28, 28) and labels (n,) of one part, in random order."""
    printer, count, a_sheet = Printer(Form.standard(party_names(ROWS))), config[part], ROWS * BOXES
    random = np.random.Generator(np.random.PCG64([config["seed"], 2, place]))
    labels = random.permutation(np.arange(-(-count // a_sheet) * a_sheet) % 10)
    # The last sheet is filled up; which of its digits are kept is chosen so that all come equally often.
    kept = np.zeros(len(labels), dtype=bool)
    for digit in range(10):
        kept[np.flatnonzero(labels == digit)[: count // 10 + (digit < count % 10)]] = True
    rows = handwriting.choose(labels, part, random)
    images = np.empty((len(labels), SIDE, SIDE), np.uint8)
    for sheet, start in enumerate(range(0, len(labels), a_sheet)):
        own = slice(start, start + a_sheet)
        digits = handwriting.images[rows[own]].reshape(ROWS, BOXES, *handwriting.images.shape[1:])
        images[own] = _read(config, printer, digits, random, f"Labelled {part}", f"No. {sheet + 1}")
    return images[kept], labels[kept].astype(np.int64)


def _read(
    config: dict[str, Any], printer: Printer, digits: np.ndarray, random: np.random.Generator, *lines: str
) -> np.ndarray:
    """The cells of a sheet with these digits, drawn again until it can be read."""
    for _ in range(TRIES):
        bad = bool(random.random() < config["badly_scanned"])
        page = printer.draw(digits, lines, random, config["severity"], bad)
        try:
            return rectify.cut(page, printer.form).reshape(-1, SIDE, SIDE)
        except rectify.Unread:
            continue
    raise UserError(
        f"of {TRIES} sheets that were drawn for labelled cells none can be read: "
        "lower tallies.election.severity or tallies.election.badly_scanned"
    )
