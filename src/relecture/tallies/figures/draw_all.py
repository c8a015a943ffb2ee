"""All figures of the comparison, from the results of its rules in `results/tallies/`."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from relecture import plotting, records
from relecture.data import mnist as mnist_data
from relecture.tallies import LABEL_CURVES, TRANSFERS
from relecture.tallies.counting import vote_tables
from relecture.tallies.figures import audit, classifier, transfer, vote_counts
from relecture.tallies.figures import hyperband_search as search_figures
from relecture.tallies.figures import sheets as sheet_figures
from relecture.tallies.networks.attribution import attribute, select_pairs
from relecture.tallies.networks.calibration import LOGIT_COLUMNS
from relecture.tallies.networks.cell_dataset import CellDataset
from relecture.tallies.networks.digit_classifier import DigitClassifier, softmax
from relecture.tallies.segmentation import rectify
from relecture.tallies.segmentation.cell_crops import CellCrops
from relecture.tallies.segmentation.image_io import list_images
from relecture.tallies.segmentation.layout import FormLayout
from relecture.tallies.segmentation.station_tables import ALL_DISTRICTS

N_PAIRS = 6  # of a misclassified and a correctly classified cell

Figures = Iterator[tuple[str, Callable[[], Figure]]]


def draw(
    results: Path, sheets: Path, mnist: Path, quality_threshold: float, n_permutations: int, truth: Path | None
) -> None:
    """Draw all figures into `results`/figures, from the records of the networks and the vote counts."""
    folders = {name: results / "count" / name for name in vote_tables.COUNT_VARIANTS}
    crops = results / "data" / "cell_crops.npz"
    election = vote_tables.load(folders, crops, truth, quality_threshold, n_permutations)
    final = records.read(results / "final")
    sample = final.sample_name or election.name * election.sample
    with plotting.style():
        for name, figure in [
            *_data_figures(results, sheets, mnist),
            *_network_figures(results),
            *_classifier_figures(results, final),
            *_count_figures(crops, sheets, election),
        ]:
            plotting.save(figure(), results / "figures" / name, sample)


def _data_figures(results: Path, sheets: Path, mnist: Path) -> Figures:
    source = mnist_data.load(mnist)
    cells = CellDataset.load(results / "data" / "cells.npz")
    yield "pages", lambda: sheet_figures.examples(sheets)
    yield "cells", lambda: sheet_figures.cells_grid(cells, source.train_images, source.train_labels)


def _network_figures(results: Path) -> Figures:
    search = records.read(results / "search")
    choice = json.loads((results / "search" / "selected.json").read_text())
    methods = ["base/selected", *(f"transfer/{variant}" for variant in TRANSFERS)]
    methods += [f"label_curve/{variant}" for variant in LABEL_CURVES]
    by_method = {method: records.read(results / method) for method in methods}
    yield "hyperparameters", lambda: search_figures.hyperparameters(search)
    yield "budget", lambda: search_figures.budget(search, choice)
    yield "transfer", lambda: transfer.transfer(by_method)
    yield "label_curve", lambda: transfer.label_curve(by_method)


def _classifier_figures(results: Path, final: records.Record) -> Figures:
    test = final.predictions[final.predictions.part == "test"].reset_index(drop=True)
    cells, _ = CellDataset.load(results / "data" / "cells.npz").part("test")
    table = pd.read_csv(results / "validation" / "reliability.csv")
    calibration = json.loads((results / "validation" / "temperature.json").read_text())
    # The probabilities of the calibrated classifier, which counts the votes.
    test["probability"] = softmax(test[LOGIT_COLUMNS].to_numpy(), calibration["temperature"]).max(1)
    yield "confusion", lambda: classifier.confusion(test)
    yield "misclassified", lambda: classifier.misclassified(test, cells)
    yield "reliability", lambda: classifier.reliability(table, calibration)
    calibrated = DigitClassifier.load(results / "validation" / "classifier.pt")
    pairs = select_pairs(test, N_PAIRS)
    wrong, right = (attribute(calibrated, cells[pairs[f"{kind}_cell"].to_numpy(int)]) for kind in ("wrong", "right"))
    yield "attribution", lambda: classifier.attribution(pairs, cells, wrong, right)


def _count_figures(crops: Path, sheets: Path, election: vote_tables.CountedElection) -> Figures:
    audited = election.variants["transferred"]
    index = vote_counts.example(audited)
    path = next(path for path in list_images(sheets) if path.stem == audited.counts.sheets[index])
    page = rectify.open_page(path)
    outlines = rectify.rectify(page, FormLayout.read(sheets / "layout.json")).outlines()
    yield "reading", lambda: vote_counts.sheet(page, outlines, audited, index)
    cells = CellCrops.load(crops)
    unreadable = cells.unreadable.merge(cells.stations, on="sheet", how="left").fillna({"district": ALL_DISTRICTS})
    yield "quality", lambda: vote_counts.quality(election, unreadable)
    yield "result", lambda: vote_counts.result(election)
    yield "checking", lambda: audit.curves(election)
    yield "groups", lambda: audit.groups(election)
    yield "margins", lambda: audit.margins(election)
