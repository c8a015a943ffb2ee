"""Simulated labelled cells: balanced digits in three parts, segmented from sheets."""

import numpy as np
import pytest

from relecture.errors import UserError
from relecture.tallies.config import LabelledCellsJob
from relecture.tallies.networks.cell_dataset import PARTS
from relecture.tallies.simulation.labelled_cells import simulate_labelled_cells

CONFIG = LabelledCellsJob(seed=1, n_train=205, n_validation=50, n_test=80, severity=1.0, bad_scan_rate=0.1)


@pytest.fixture(scope="module")
def cells(stand_in):
    return simulate_labelled_cells(CONFIG, stand_in)


def test_parts_have_the_configured_sizes_and_balanced_digits(cells):
    for part in PARTS:
        images, labels = cells.part(part)
        assert images.shape == (getattr(CONFIG, f"n_{part}"), 28, 28)
        assert images.dtype == np.uint8
        counts = np.bincount(labels, minlength=10)
        assert counts.max() - counts.min() <= 1
    assert cells.sample
    assert cells.name == "scikit-learn digits on tally sheets"


def test_cells_are_white_on_black_and_hardly_any_is_empty(cells):
    assert np.median(cells.images) == 0
    assert (cells.images.max(axis=(1, 2)) > 100).mean() > 0.97


def mean_column(images):
    weights = images.astype(float)
    return (weights.sum(1) @ np.arange(28)) / weights.sum((1, 2))


def test_digits_as_cut_keep_their_position_and_normalised_ones_are_centred(cells):
    written = cells.images.any((1, 2))
    as_cut, normalised = mean_column(cells.as_cut[written]), mean_column(cells.images[written])
    assert as_cut.std() > 1
    assert not np.isclose(as_cut.mean(), 13.5, atol=1)
    assert normalised.std() < 0.5
    assert np.isclose(normalised.mean(), 13.5, atol=0.3)


def test_labels_are_right_because_a_model_trained_on_them_classifies_other_cells(stand_in):
    from sklearn.linear_model import LogisticRegression

    easy = simulate_labelled_cells(
        CONFIG.model_copy(update={"n_train": 600, "severity": 0.3, "bad_scan_rate": 0.0}), stand_in
    )
    (x, y), (new_x, new_y) = easy.part("train"), easy.part("test")
    model = LogisticRegression(C=0.1, max_iter=200).fit(x.reshape(len(x), -1) / 255, y)
    assert model.score(new_x.reshape(len(new_x), -1) / 255, new_y) > 0.75


def test_the_same_configuration_gives_the_same_bytes_and_another_seed_gives_others(cells, stand_in, tmp_path):
    cells.save(tmp_path / "one.npz")
    simulate_labelled_cells(CONFIG, stand_in).save(tmp_path / "two.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    assert simulate_labelled_cells(CONFIG.model_copy(update={"seed": 2}), stand_in).digest != cells.digest


def test_the_size_of_one_part_does_not_change_the_other_parts(cells, stand_in):
    more = simulate_labelled_cells(CONFIG.model_copy(update={"n_train": 240}), stand_in)
    np.testing.assert_array_equal(more.part("test")[0], cells.part("test")[0])


def test_an_error_about_unreadable_sheets_names_the_configuration_keys(stand_in):
    unreadable = CONFIG.model_copy(update={"severity": 3.0, "bad_scan_rate": 1.0})
    with pytest.raises(UserError, match=r"lower tallies\.simulation\.severity or tallies\.simulation\.bad_scan_rate"):
        simulate_labelled_cells(unreadable, stand_in)
