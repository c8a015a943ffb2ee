"""The space is Table A.2's, and draws from it cover it and are the same every time."""

import numpy as np
import pandas as pd
import pytest

from relecture.tallies.networks.search_space import NAMES, SPACE, architecture, draw, work


@pytest.fixture(scope="module")
def many() -> pd.DataFrame:
    return draw(seed=3, bracket=2, count=3000)


def test_the_table_has_the_printed_rows():
    assert [tuple(row[2:]) for row in SPACE] == [
        (2, 1, 3, 1, 3),
        (None, 16, 128, 16, 64),
        (None, 16, 128, 16, 96),
        (None, 16, 128, 16, 112),
        (0.5, 0.1, 0.5, 0.1, 0.1),
        (128, 50, 200, 20, 150),
        (50, 10, 100, 10, 70),
        (1e-4, 1e-4, 1e-2, None, 1e-4),
        (None, None, 45, None, 20),
    ]


@pytest.mark.parametrize("row", [row for row in SPACE if row.step is not None], ids=lambda row: row.name)
def test_every_step_of_a_row_is_drawn_about_as_often(many, row):
    shares = many[row.name].value_counts(normalize=True).sort_index()
    steps = np.arange(row.min, row.max + 1e-9, row.step)
    np.testing.assert_allclose(shares.index, steps)
    assert shares.max() < 1.4 * shares.min()


def test_the_learning_rate_is_log_uniform(many):
    assert many.learning_rate.between(1e-4, 1e-2).all()
    share = np.histogram(np.log10(many.learning_rate), bins=4, range=(-4, -2))[0] / len(many)
    np.testing.assert_allclose(share, 0.25, atol=0.03)


def test_filters_are_drawn_for_a_trial_s_own_blocks_only(many):
    for number in (1, 2, 3):
        assert (many[f"filters_{number}"].notna() == (many.blocks >= number)).all()


def test_the_same_seed_draws_the_same_and_a_shorter_draw_is_the_beginning_of_a_longer():
    assert draw(1, 2, 15).equals(draw(1, 2, 30).head(15))
    assert not draw(1, 2, 15).equals(draw(2, 2, 15))
    assert not draw(1, 2, 5)[list(NAMES)].equals(draw(1, 3, 5)[list(NAMES)])


def test_a_draw_survives_its_way_through_a_csv(tmp_path, many):
    many.to_csv(tmp_path / "trials.csv", index=False)
    assert np.array_equal(pd.read_csv(tmp_path / "trials.csv"), many, equal_nan=True)


def test_an_architecture_has_a_number_of_filters_per_block(many):
    for trial in many.head(20).to_dict("records"):
        found = architecture(trial)
        assert len(found["filters"]) == trial["blocks"]
        assert {"filters", "dropout", "fc1", "fc2"} == set(found)


def test_more_filters_and_more_units_are_more_work():
    small, more, wide = (
        {"filters": filters, "dropout": 0.1, "fc1": fc1, "fc2": 10}
        for filters, fc1 in (([16, 16], 50), ([16, 32], 50), ([16, 16], 190))
    )
    assert work(small) < min(work(more), work(wide))
