"""The file of the segmented cells."""

import numpy as np
import pandas as pd

from relecture.tallies.segmentation.cell_crops import CellCrops
from relecture.tallies.segmentation.layout import SumRule
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
    pd.testing.assert_frame_equal(again.files, crops.files)
    for name in ("as_cut", "empty", "has_box"):
        np.testing.assert_array_equal(getattr(again, name), getattr(crops, name))
    assert (again.is_party, again.sums, again.empty_means, again.mark_means) == (
        crops.is_party,
        crops.sums,
        crops.empty_means,
        crops.mark_means,
    )
    assert (again.parties, again.name, again.sample, again.digest) == (
        crops.parties,
        crops.name,
        crops.sample,
        crops.digest,
    )


def test_the_facts_of_the_layout_are_kept(tmp_path):
    images = np.zeros((1, 3, 2, 28, 28), np.uint8)
    table = pd.DataFrame({"sheet": ["a"], "district": [""], "station": ["a"]}, dtype="str")
    crops = CellCrops(
        images,
        np.array(["a"]),
        pd.DataFrame(columns=["sheet", "reason"], dtype="str"),
        table,
        ("A", "B = C", "all"),
        "name",
        False,
        "digest",
        is_party=(True, True, False),
        has_box=np.array([[False, True], [True, True], [True, True]]),
        sums=(SumRule("all", ("A", "B = C")),),
        empty_means="look",
        mark_means="0",
        files=pd.DataFrame([("a.png", "a", "counted", "")], columns=["file", "sheet", "state", "reason"], dtype="str"),
    )
    crops.save(tmp_path / "crops.npz")
    again = CellCrops.load(tmp_path / "crops.npz")
    assert again.rows == ("A", "B = C", "all")
    assert again.parties == ("A", "B = C")
    assert again.sums == crops.sums
    assert (again.empty_means, again.mark_means) == ("look", "0")
    assert again.has_box.tolist() == crops.has_box.tolist()
    pd.testing.assert_frame_equal(again.files, crops.files)
