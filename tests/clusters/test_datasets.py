"""The built-in data sets: the labs' random streams, the states, the images."""

import numpy as np
import pytest

from relecture.clusters.config import LabDataConfig
from relecture.clusters.datasets import book_r


def test_the_r_lab_s_data_are_filled_column_by_column(datasets):
    x = datasets["book_r"].x
    # R: set.seed(2); rnorm(2) is -0.8969145 and 0.1848492; both are in the first column, shifted by 3.
    assert x[:2, 0] == pytest.approx([2.1030855, 3.1848492], abs=1e-7)
    assert x.shape == (50, 2)
    assert x[:25].mean(0) - x[25:].mean(0) == pytest.approx([3, -4], abs=0.8)


def test_the_python_lab_s_data_are_filled_row_by_row(datasets):
    x = datasets["book_python"].x
    assert x[0] == pytest.approx([1.764052 + 3, 0.400157 - 4], abs=1e-6)


def test_the_states_are_51_and_standardised(datasets):
    states = datasets["statecrime"]
    assert states.x.shape == (51, 7)
    assert states.x.mean(0) == pytest.approx(0, abs=1e-12)
    assert states.x.std(0, ddof=1) == pytest.approx(1)
    assert {"California", "District of Columbia"} <= set(states.rows)
    murder = states.features.tolist().index("murders per 100,000")
    dc = states.rows.tolist().index("District of Columbia")
    assert (states.x * states.scale + states.center)[dc, murder] == pytest.approx(24.2, abs=0.5)


def test_the_images_have_their_digits_as_groups_and_are_marked_as_a_sample(datasets):
    images = datasets["images"]
    assert images.x.shape == (300, 784)
    assert images.x.min() == 0
    assert images.x.max() == 1
    assert set(images.groups) == set("0123456789")
    assert images.sample


def test_hours_of_music_are_not_negative(datasets):
    music = datasets["music"]
    assert music.x.min() == 0
    assert len(np.unique(music.groups)) == 3


def test_another_seed_is_other_data_with_another_digest(datasets):
    assert book_r(LabDataConfig(seed=3)).digest != datasets["book_r"].digest
