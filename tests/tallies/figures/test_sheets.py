"""The figures of sheets and cells show what is true of them."""

import shutil

import numpy as np
import pytest

from relecture import plotting
from relecture.data import mnist
from relecture.tallies.config import LabelledCellsJob
from relecture.tallies.figures import sheets
from relecture.tallies.simulation.labelled_cells import simulate_labelled_cells


@pytest.fixture
def folder(election_folder, tmp_path):
    """Twelve sheets; one is not an image and one is a page without a form."""
    import cv2

    folder = shutil.copytree(election_folder / "sheets", tmp_path / "sheets")
    (folder / "sheet-001.jpg").write_bytes(b"no image")
    cv2.imwrite(str(folder / "sheet-002.jpg"), np.full((950, 712), 240, np.uint8))
    return folder


def test_examples_count_the_readable_sheets_and_show_why_one_is_not(folder, tmp_path):
    with plotting.style():
        figure = sheets.examples(folder)
        titles = [axes.get_title().replace("\n", " ") for axes in figure.axes]
        assert figure.get_suptitle().startswith("10 of 12 sheets are readable")
        assert "sheet-002, unreadable: no frame was found on it" in titles
        outlined = [
            len(axes.patches) for axes in figure.axes if axes.get_title().startswith("sheet-0") and axes.patches
        ]
        assert set(outlined) == {5 * 3}
        plotting.save(figure, tmp_path / "sheets_seen")
    assert (tmp_path / "sheets_seen.svg").stat().st_size > 10_000


def test_cells_and_mnist_have_a_row_per_digit(stand_in):
    images, labels = (getattr(mnist.sample(), f"test_{kind}") for kind in ("images", "labels"))
    config = LabelledCellsJob(seed=1, n_train=100, n_validation=10, n_test=10, severity=1.0, bad_scan_rate=0.0)
    cells = simulate_labelled_cells(config, stand_in)
    with plotting.style():
        figure = sheets.cells_grid(cells, images, labels)
        left, right = (axes.images[0].get_array() for axes in figure.axes)
        assert left.shape == right.shape == (280, 28 * sheets.N_PER_DIGIT)
        np.testing.assert_array_equal(
            right[3 * 28 : 4 * 28, :28], cells.part("train")[0][cells.part("train")[1] == 3][0]
        )
        assert cells.name in figure.axes[1].get_title(loc="left")
