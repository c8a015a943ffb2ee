"""The file of the segmented cells."""

import numpy as np
import pandas as pd

from relecture.tallies.segmentation.cell_crops import CellCrops
from relecture.tallies.segmentation.sheet_folder import segment_folder


def test_saved_crops_are_loaded_and_have_the_same_bytes(election_folder, tmp_path):
    crops = segment_folder(election_folder / "sheets")
    crops.save(tmp_path / "cell_crops.npz")
    again = CellCrops.load(tmp_path / "cell_crops.npz")
    again.save(tmp_path / "again.npz")
    assert (tmp_path / "cell_crops.npz").read_bytes() == (tmp_path / "again.npz").read_bytes()
    np.testing.assert_array_equal(again.images, crops.images)
    pd.testing.assert_frame_equal(again.stations, crops.stations)
    pd.testing.assert_frame_equal(again.unreadable, crops.unreadable)
    assert (again.parties, again.name, again.sample, again.digest) == (
        crops.parties,
        crops.name,
        crops.sample,
        crops.digest,
    )
