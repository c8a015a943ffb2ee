"""The figures of the registry, each drawn from the results folder of the comparison.

Every public function takes `TalliesResults` and returns the figure; the figures themselves are in the other modules.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from relecture import records
from relecture.data import mnist as mnist_data
from relecture.data_files import read_csv, read_json
from relecture.records import Record
from relecture.tallies import LABEL_CURVES, TRANSFERS
from relecture.tallies.counting import vote_tables
from relecture.tallies.figures import audit, classifier, vote_counts
from relecture.tallies.figures import hyperband_search as search_figures
from relecture.tallies.figures import sheets as sheet_figures
from relecture.tallies.figures import transfer as transfer_figures
from relecture.tallies.networks.attribution import attribute, select_pairs
from relecture.tallies.networks.calibration import logit_columns, mean_logits
from relecture.tallies.networks.cell_dataset import CellDataset
from relecture.tallies.networks.digit_classifier import DigitClassifier, softmax
from relecture.tallies.segmentation.cell_crops import CellCrops
from relecture.tallies.segmentation.sheet_folder import find_sheet
from relecture.tallies.segmentation.sheet_listing import list_sheets
from relecture.tallies.segmentation.station_tables import ALL_DISTRICTS

N_PAIRS = 6  # of a misclassified and a correctly classified cell


@dataclass(frozen=True)
class TalliesResults:
    """The folder of the comparison, the user's or simulated sheets, MNIST, and the settings of the audit."""

    folder: Path
    sheets: Path
    mnist: Path
    quality_threshold: float
    n_permutations: int
    truth: Path | None = None

    @cached_property
    def election(self) -> vote_tables.CountedElection:
        """The vote counts of all variants."""
        folders = {name: self.folder / "count" / name for name in vote_tables.COUNT_VARIANTS}
        return vote_tables.load(folders, self.crops, self.truth, self.quality_threshold, self.n_permutations)

    @property
    def crops(self) -> Path:
        """The file of the cell crops."""
        return self.folder / "data" / "cell_crops.npz"

    @cached_property
    def cells(self) -> CellDataset:
        """The labelled cells."""
        return CellDataset.load(self.folder / "data" / "cells.npz")

    @cached_property
    def final(self) -> Record:
        """The record of the network that counts."""
        return records.read(self.folder / "final")

    @cached_property
    def by_method(self) -> dict[str, Record]:
        """The records of the selected base, of all variants of transfer and of the label curves."""
        methods = ["base/selected", *(f"transfer/{variant}" for variant in TRANSFERS)]
        methods += [f"label_curve/{variant}" for variant in LABEL_CURVES]
        return {method: records.read(self.folder / method) for method in methods}

    @cached_property
    def calibration(self) -> dict[str, Any]:
        """The content of temperature.json."""
        content: dict[str, Any] = read_json(self.folder / "validation" / "temperature.json")
        return content

    @cached_property
    def test_cells(self) -> np.ndarray:
        """The images of the test cells, marks included."""
        images, _ = self.cells.symbols("test")
        return images

    @cached_property
    def test_predictions(self) -> pd.DataFrame:
        """The predictions for the test cells and the drawn symbols, with the calibrated classifier's probabilities.

        The drawn symbols (column `drawn`) come last: their `cell` is beyond the images in `test_cells`.
        """
        predictions = mean_logits(self.final.predictions)
        test = predictions[predictions.part == "test"].reset_index(drop=True)
        test["probability"] = softmax(test[logit_columns(test)].to_numpy(), self.calibration["temperature"]).max(1)
        return test

    @property
    def sample_name(self) -> str:
        """Name of the sample that replaces the data, if one does."""
        return self.final.sample_name or self.election.name * self.election.sample


def pages(results: TalliesResults) -> Figure:
    """Draw pages with their rectified sheets."""
    return sheet_figures.examples(results.sheets)


def cells(results: TalliesResults) -> Figure:
    """Draw labelled cells and MNIST images."""
    source = mnist_data.load(results.mnist)
    return sheet_figures.cells_grid(results.cells, source.train_images, source.train_labels)


def hyperparameters(results: TalliesResults) -> Figure:
    """Draw the accuracy of the trials by each hyperparameter."""
    return search_figures.hyperparameters(records.read(results.folder / "search"))


def budget(results: TalliesResults) -> Figure:
    """Draw the accuracy of the trials by epochs."""
    choice = read_json(results.folder / "finalists" / "selected.json")
    return search_figures.budget(records.read(results.folder / "search"), choice)


def transfer(results: TalliesResults) -> Figure:
    """Draw the accuracy of each variant of transfer."""
    return transfer_figures.transfer(results.by_method)


def label_curve(results: TalliesResults) -> Figure:
    """Draw the accuracy by number of labelled cells."""
    return transfer_figures.label_curve(results.by_method)


def confusion(results: TalliesResults) -> Figure:
    """Draw the confusion matrix of the classifier on the test cells."""
    return classifier.confusion(results.test_predictions)


def misclassified(results: TalliesResults) -> Figure:
    """Draw the misclassified test cells."""
    return classifier.misclassified(_of_cells(results), results.test_cells)


def reliability(results: TalliesResults) -> Figure:
    """Draw accuracy by probability, before and after calibration."""
    return classifier.reliability(read_csv(results.folder / "validation" / "reliability.csv"), results.calibration)


def attribution(results: TalliesResults) -> Figure:
    """Draw attributions of misclassified and correctly classified cells."""
    calibrated = DigitClassifier.load(results.folder / "validation" / "classifier.pt")
    pairs, images = select_pairs(_of_cells(results), N_PAIRS), results.test_cells
    wrong, right = (attribute(calibrated, images[pairs[f"{kind}_cell"].to_numpy(int)]) for kind in ("wrong", "right"))
    return classifier.attribution(pairs, images, wrong, right)


def _of_cells(results: TalliesResults) -> pd.DataFrame:
    """Return the predictions for the test cells alone, without those for drawn symbols."""
    return results.test_predictions[lambda test: ~test.drawn]


def sheet(results: TalliesResults) -> Figure:
    """Draw one sheet with its count."""
    audited = results.election.variants["transferred"]
    index = vote_counts.example(audited)
    page, present = find_sheet(list_sheets([results.sheets]), audited.counts.sheets[index])
    crops = CellCrops.load(results.crops)
    outlines = np.full((*crops.has_box.shape, 4, 2), np.nan)
    outlines[crops.has_box] = present
    return vote_counts.sheet(page, outlines[np.array(crops.is_party)], audited, index)


def quality(results: TalliesResults) -> Figure:
    """Draw the quality of the sheets by station and district."""
    crops = CellCrops.load(results.crops)
    unreadable = crops.unreadable.merge(crops.stations, on="sheet", how="left").fillna({"district": ALL_DISTRICTS})
    return vote_counts.quality(results.election, unreadable)


def result(results: TalliesResults) -> Figure:
    """Draw the votes of each party."""
    return vote_counts.result(results.election)


def checking(results: TalliesResults) -> Figure:
    """Draw how many sheets have to be checked."""
    return audit.curves(results.election)


def groups(results: TalliesResults) -> Figure:
    """Draw accuracy on sheets of high and low quality."""
    return audit.groups(results.election)


def margins(results: TalliesResults) -> Figure:
    """Draw the margins of the district winners."""
    return audit.margins(results.election)
