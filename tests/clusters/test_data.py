"""Data sets are written and read without loss."""

import numpy as np

from relecture.clusters.data import load, save


def test_a_data_set_is_read_as_it_was_written(datasets, tmp_path):
    for name, dataset in datasets.items():
        save(dataset, tmp_path / "data.npz")
        loaded = load(tmp_path / "data.npz")
        assert np.array_equal(loaded.x, dataset.x)
        assert (loaded.name, loaded.source, loaded.sample) == (name, dataset.source, dataset.sample)
        assert loaded.digest == dataset.digest
