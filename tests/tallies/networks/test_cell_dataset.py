"""A data set of cells is loaded as it was saved."""

import dataclasses

import numpy as np
import small

from relecture.tallies import MARK
from relecture.tallies.networks.cell_dataset import CellDataset


def test_saved_cells_are_loaded_unchanged(tmp_path):
    cells = small.cells()
    cells.save(tmp_path / "cells.npz")
    loaded = CellDataset.load(tmp_path / "cells.npz")
    for name in ("images", "as_cut", "labels", "parts"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(cells, name), strict=True)
    assert (loaded.name, loaded.sample, loaded.digest) == (cells.name, cells.sample, cells.digest)


def test_the_description_names_a_sample_of_mnist(tmp_path):
    cells = dataclasses.replace(small.cells(), sample=False)
    assert cells.describe() == {"name": cells.name, "digest": cells.digest, "sample": False}
    both = cells.describe(small.images())
    assert (both["name"], both["sample"]) == (f"MNIST-5k sample, {cells.name}", True)


def test_marks_are_no_digits():
    cells = small.cells()
    labels = cells.labels.copy()
    labels[:7] = MARK  # of the training part
    marked = dataclasses.replace(cells, labels=labels)
    assert len(marked.symbols("train")[1]) == len(cells.part("train")[1]) == len(marked.part("train")[1]) + 7
    assert MARK not in marked.part("train")[1]
    assert marked.digit_rows("train").min() == 7


def test_a_part_is_normalised_or_as_cut():
    cells = dataclasses.replace(small.cells(), as_cut=255 - small.cells().images)
    np.testing.assert_array_equal(cells.part("test", "as_cut")[0], 255 - cells.part("test")[0])
