"""Labelled cells from simulated sheets: digits are written on sheets and segmented like those of any other sheet."""

import numpy as np

from relecture.errors import UserError
from relecture.records import array_digest
from relecture.tallies import IMAGE_SIZE
from relecture.tallies.config import LabelledCellsJob
from relecture.tallies.networks.cell_dataset import PARTS, CellDataset
from relecture.tallies.segmentation.cell_normalization import CellImages, crop_cells
from relecture.tallies.segmentation.layout import N_BOXES, FormLayout
from relecture.tallies.segmentation.rectify import UnreadableSheet, rectify
from relecture.tallies.simulation.election import party_names
from relecture.tallies.simulation.handwriting import Handwriting
from relecture.tallies.simulation.render import FormRenderer

N_ROWS = 10  # parties on a sheet that only carries labelled digits
MAX_ATTEMPTS = 20  # at simulating a readable sheet


def simulate_labelled_cells(config: LabelledCellsJob, handwriting: Handwriting) -> CellDataset:
    """Simulate as many cells of each part as `config` says; the counts of the ten digits differ by at most one.

    Each part has its own images, and of USPS its own writers. Unreadable sheets are replaced by others, as a person who
    labels cells would leave them out. `config` needs a severity and a bad_scan_rate.
    """
    counts = (config.n_train, config.n_validation, config.n_test)
    samples = [
        _simulate_part(config, handwriting, part, index, count)
        for index, (part, count) in enumerate(zip(PARTS, counts, strict=True))
    ]
    images, as_cut, labels = (np.concatenate(arrays) for arrays in zip(*samples, strict=True))
    parts = np.repeat(PARTS, counts)
    return CellDataset(
        images=images,
        as_cut=as_cut,
        labels=labels,
        parts=parts,
        name=f"{handwriting.name} on tally sheets",
        sample=handwriting.sample,
        digest=array_digest(images, as_cut, labels, parts),
    )


def _simulate_part(
    config: LabelledCellsJob, handwriting: Handwriting, part: str, index: int, count: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return images (n, 28, 28), the same as cut, and labels (n,) of one part, in random order."""
    renderer, n_per_sheet = FormRenderer(FormLayout.standard(party_names(N_ROWS))), N_ROWS * N_BOXES
    rng = np.random.Generator(np.random.PCG64([config.seed, 2, index]))
    labels = rng.permutation(np.arange(-(-count // n_per_sheet) * n_per_sheet) % 10)
    # The last sheet is filled up; its surplus digits are dropped so that all come equally often.
    used = np.zeros(len(labels), dtype=bool)
    for digit in range(10):
        used[np.flatnonzero(labels == digit)[: count // 10 + (digit < count % 10)]] = True
    rows = handwriting.draw_rows(labels, part, rng)
    images, as_cut = np.empty((2, len(labels), IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    for sheet, start in enumerate(range(0, len(labels), n_per_sheet)):
        cells = slice(start, start + n_per_sheet)
        digits = handwriting.images[rows[cells]].reshape(N_ROWS, N_BOXES, *handwriting.images.shape[1:])
        crops = _simulate_sheet(config, renderer, digits, rng, (f"Labelled {part}", f"No. {sheet + 1}"))
        images[cells], as_cut[cells] = crops.normalised, crops.as_cut
    return images[used], as_cut[used], labels[used].astype(np.int64)


def _simulate_sheet(
    config: LabelledCellsJob,
    renderer: FormRenderer,
    digits: np.ndarray,
    rng: np.random.Generator,
    captions: tuple[str, ...],
) -> CellImages:
    """Return the cells of a sheet with these digits; simulate it again until it is readable."""
    if config.severity is None or config.bad_scan_rate is None:
        raise ValueError("simulated cells need a severity and a bad_scan_rate")
    for _ in range(MAX_ATTEMPTS):
        bad_scan = bool(rng.random() < config.bad_scan_rate)
        page = renderer.render(digits, captions, rng, config.severity, bad_scan)
        try:
            (form,) = rectify(page, renderer.layout)
            return crop_cells(form)
        except UnreadableSheet:
            continue
    raise UserError(
        f"none of {MAX_ATTEMPTS} simulated sheets with labelled cells is readable: "
        "lower tallies.simulation.severity or tallies.simulation.bad_scan_rate"
    )
