"""The search space is Table A.2's; random trials cover it and are reproducible."""

import numpy as np
import pandas as pd
import pytest

from relecture.tallies.networks.search_space import (
    FILTERS,
    NAMES,
    PRINTED_TRIALS,
    SAMPLED,
    SPACE,
    architecture,
    epoch_seconds,
    grid,
    sample_trials,
)


@pytest.fixture(scope="module")
def many() -> pd.DataFrame:
    return sample_trials(seed=3, bracket=2, n_trials=3000)


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
def test_every_step_of_a_row_is_about_equally_frequent(many, row):
    shares = many[row.name].value_counts(normalize=True).sort_index()
    steps = np.arange(row.min, row.max + 1e-9, row.step)
    np.testing.assert_allclose(shares.index, steps)
    assert shares.max() < 1.4 * shares.min()


def test_the_learning_rate_is_log_uniform(many):
    assert many.learning_rate.between(1e-4, 1e-2).all()
    share = np.histogram(np.log10(many.learning_rate), bins=4, range=(-4, -2))[0] / len(many)
    np.testing.assert_allclose(share, 0.25, atol=0.03)


def test_filters_are_sampled_only_for_the_blocks_of_a_trial(many):
    for number in (1, 2, 3):
        assert (many[f"filters_{number}"].notna() == (many.blocks >= number)).all()


def test_the_same_seed_gives_the_same_trials_and_a_shorter_sample_begins_a_longer_one():
    assert sample_trials(1, 2, 15).equals(sample_trials(1, 2, 30).head(15))
    assert not sample_trials(1, 2, 15).equals(sample_trials(2, 2, 15))
    assert not sample_trials(1, 2, 5)[list(NAMES)].equals(sample_trials(1, 3, 5)[list(NAMES)])


def test_trials_are_unchanged_by_a_csv_file(tmp_path, many):
    many.to_csv(tmp_path / "trials.csv", index=False)
    assert np.array_equal(pd.read_csv(tmp_path / "trials.csv"), many, equal_nan=True)


def test_an_architecture_has_a_number_of_filters_per_block(many):
    for trial in many.head(20).to_dict("records"):
        built = architecture(trial)
        assert len(built["filters"]) == trial["blocks"]
        assert {"filters", "dropout", "fc1", "fc2"} == set(built)


def test_more_filters_and_more_units_take_longer():
    small, more, wide = (
        {"filters": filters, "dropout": 0.1, "fc1": fc1, "fc2": 10}
        for filters, fc1 in (([16, 16], 50), ([16, 32], 50), ([16, 16], 190))
    )
    assert epoch_seconds(small) < min(epoch_seconds(more), epoch_seconds(wide))


def test_the_printed_trials_are_in_the_search_space_with_their_printed_settings(published):
    printed = {one.id.rpartition(".")[2].replace("_", "-"): one for one in published if ".table_a3." in one.id}
    for name, one in printed.items():
        trial = PRINTED_TRIALS[name]
        network = "-".join(str(trial[key]) for key in FILTERS)
        text = f"trial 3 × {network}, dropout {trial['dropout']}, FC {trial['fc1']}-{trial['fc2']}, "
        assert one.quantity == f"{text}{trial['epochs']} epochs, accuracy"
    assert PRINTED_TRIALS.keys() - printed.keys() == {"trial-5"}
    for row in SAMPLED:
        if values := grid(row):
            assert {trial[row.name] for trial in PRINTED_TRIALS.values()} <= set(values)
