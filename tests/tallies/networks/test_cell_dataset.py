"""A data set of cells is loaded as it was saved."""

import dataclasses

import numpy as np
import small

from relecture.tallies.networks.cell_dataset import CellDataset


def test_saved_cells_are_loaded_unchanged(tmp_path):
    cells = small.cells()
    cells.save(tmp_path / "cells.npz")
    loaded = CellDataset.load(tmp_path / "cells.npz")
    for name in ("images", "labels", "parts"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(cells, name), strict=True)
    assert (loaded.name, loaded.sample, loaded.digest) == (cells.name, cells.sample, cells.digest)


def test_the_description_names_a_sample_of_mnist(tmp_path):
    cells = dataclasses.replace(small.cells(), sample=False)
    assert cells.describe() == {"name": cells.name, "digest": cells.digest, "sample": False}
    both = cells.describe(small.images())
    assert (both["name"], both["sample"]) == (f"MNIST-5k sample, {cells.name}", True)
