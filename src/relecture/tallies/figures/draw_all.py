"""Every figure of the comparison, from what its steps have left in `results/tallies/`."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from relecture import plotting, records
from relecture.data import mnist as images
from relecture.tallies import LABELS, TRANSFERS
from relecture.tallies.counting import vote_tables
from relecture.tallies.figures import audit, classifier, transfer, vote_counts
from relecture.tallies.figures import hyperband_search as of_search
from relecture.tallies.figures import sheets as of_sheets
from relecture.tallies.networks.attribution import explain, pairs
from relecture.tallies.networks.calibration import LOGITS
from relecture.tallies.networks.cell_dataset import Cells
from relecture.tallies.networks.digit_classifier import Recognizer, softmax
from relecture.tallies.segmentation import rectify
from relecture.tallies.segmentation.cell_crops import CellCrops
from relecture.tallies.segmentation.image_io import list_images
from relecture.tallies.segmentation.layout import FormLayout
from relecture.tallies.segmentation.station_tables import ALL_DISTRICTS

EXPLAINED = 6  # pairs of a misread and a right cell

Drawn = Iterator[tuple[str, Callable[[], Figure]]]


def draw(results: Path, sheets: Path, mnist: Path, high: float, orders: int, truth: Path | None) -> None:
    """Draw all figures into `results`/figures: the networks' from their records, the count's from its readings."""
    election = vote_tables.load({name: results / "count" / name for name in vote_tables.COUNT_VARIANTS},
                            results / "data" / "cell_crops.npz", truth, high, orders)  # fmt: skip
    final = records.read(results / "final")
    stand_in = final.sample_name or election.name * election.sample
    with plotting.style():
        for name, figure in [
            *_of_the_material(results, sheets, mnist),
            *_of_networks(results),
            *_of_the_reader(results, final),
            *_of_the_count(results, sheets, election),
        ]:
            plotting.save(figure(), results / "figures" / name, stand_in)


def _of_the_material(results: Path, sheets: Path, mnist: Path) -> Drawn:
    source = images.load(mnist)
    yield "pages", lambda: of_sheets.examples(sheets)
    cells = Cells.load(results / "data" / "cells.npz")
    yield "cells", lambda: of_sheets.cells_grid(cells, source.train_images, source.train_labels)


def _of_networks(results: Path) -> Drawn:
    search = records.read(results / "search")
    chosen = json.loads((results / "search" / "selected.json").read_text())
    found = {"base/selected": records.read(results / "base" / "selected")}
    found |= {f"transfer/{way}": records.read(results / "transfer" / way) for way in TRANSFERS}
    found |= {f"labels/{way}": records.read(results / "labels" / way) for way in LABELS}
    yield "hyperparameters", lambda: of_search.hyperparameters(search)
    yield "budget", lambda: of_search.budget(search, chosen)
    yield "transfer", lambda: transfer.transfer(found)
    yield "labels", lambda: transfer.labels(found)


def _of_the_reader(results: Path, final: records.Record) -> Drawn:
    test = final.predictions[final.predictions.part == "test"].reset_index(drop=True)
    cells, _ = Cells.load(results / "data" / "cells.npz").part("test")
    table = pd.read_csv(results / "validation" / "reliability.csv")
    found = json.loads((results / "validation" / "temperature.json").read_text())
    # As sure as the reader that counts is, whose probabilities are calibrated.
    test["probability"] = softmax(test[LOGITS].to_numpy(), found["temperature"]).max(1)
    yield "confusion", lambda: classifier.confusion(test)
    yield "misread", lambda: classifier.misread(test, cells)
    yield "reliability", lambda: classifier.reliability(table, found)
    recognizer = Recognizer.load(results / "validation" / "reader.pt")
    chosen = pairs(test, EXPLAINED)
    wrong, right = (explain(recognizer, cells[chosen[f"{kind}_cell"].to_numpy(int)]) for kind in ("wrong", "right"))
    yield "attribution", lambda: classifier.attributions(chosen, cells, wrong, right)


def _of_the_count(results: Path, sheets: Path, election: vote_tables.CountedElection) -> Drawn:
    checked = election.variants["transferred"]
    number = vote_counts.example(checked)
    path = next(path for path in list_images(sheets) if path.stem == checked.counts.sheets[number])
    page = rectify.open_page(path)
    outlines = rectify.rectify(page, FormLayout.read(sheets / "layout.json")).outlines()
    yield "reading", lambda: vote_counts.sheet(page, outlines, checked, number)
    cut = CellCrops.load(results / "data" / "cell_crops.npz")
    lost = cut.unreadable.merge(cut.stations, on="sheet", how="left").fillna({"district": ALL_DISTRICTS})
    yield "quality", lambda: vote_counts.quality(election, lost)
    yield "result", lambda: vote_counts.result(election)
    yield "checking", lambda: audit.curves(election)
    yield "groups", lambda: audit.groups(election)
    yield "margins", lambda: audit.margins(election)
