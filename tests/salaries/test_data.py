"""The players as R codes them, and the splits as R draws them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relecture.data import hitters
from relecture.data.r_random import RStream
from relecture.salaries.config import SplitsConfig
from relecture.salaries.data import draw_splits, iter_splits, predictors, standardise


def draw(seeds, n_rows=263, test_size=87, n_folds=10) -> pd.DataFrame:
    return draw_splits(n_rows, SplitsConfig(seeds=seeds, test_size=test_size, n_folds=n_folds, max_training_rows=5_000))


def test_the_263_of_322_players_with_a_salary_are_in_file_order(hitters_csv, players):
    raw = hitters.load(hitters_csv)
    assert (len(raw), len(players)) == (322, 263)
    known = raw[raw.Salary.notna()]
    assert players.Salary.tolist() == known.Salary.tolist()
    assert players.AtBat.tolist() == known.AtBat.tolist()


def test_the_19_predictors_are_named_and_ordered_as_in_r(players):
    assert list(predictors(players).columns) == [
        *("AtBat", "Hits", "HmRun", "Runs", "RBI", "Walks", "Years"),
        *("CAtBat", "CHits", "CHmRun", "CRuns", "CRBI", "CWalks"),
        *("LeagueN", "DivisionW", "PutOuts", "Assists", "Errors", "NewLeagueN"),
    ]


@pytest.mark.parametrize("factor", ["League", "Division", "NewLeague"])
def test_a_factor_is_one_column_that_is_one_at_its_second_level(hitters_csv, players, factor):
    raw = hitters.load(hitters_csv).dropna()
    first, second = sorted(raw[factor].unique())  # R orders levels by the alphabet
    coded = players[f"{factor}{second}"].to_numpy()
    assert np.array_equal(coded, (raw[factor] == second).to_numpy())
    assert np.array_equal(coded == 0, (raw[factor] == first).to_numpy())


def test_the_columns_have_the_means_that_r_reports(players):
    # summary(na.omit(Hitters)) in R
    assert players.Salary.mean() == pytest.approx(535.9259, abs=5e-5)
    assert players.Hits.mean() == pytest.approx(107.8, abs=0.05)
    assert players[["LeagueN", "DivisionW", "NewLeagueN"]].sum().tolist() == [124, 134, 122]


def test_scaling_is_r_s_scale_over_all_263_players(players):
    z = standardise(predictors(players))
    assert np.allclose(z.mean(), 0, atol=1e-12)
    assert np.allclose(z.std(ddof=1), 1)
    assert z.shape == (263, 19)


def test_the_book_s_split_holds_out_the_players_that_r_draws(book):
    assert {259, 74, 205, 132, 221} <= set(book.test + 1)
    assert set(book.test + 1) == set(RStream(13).sample(range(1, 264), 87))
    assert (len(book.train), len(book.test)) == (176, 87)


def test_the_book_s_ten_folds_have_18_or_17_of_the_176_players(book):
    assert np.bincount(book.folds).tolist() == [0, 18, 18, 18, 18, 18, 18, 17, 17, 17, 17]


def test_the_folds_continue_the_stream_that_drew_the_test_players(book):
    stream = RStream(13)
    stream.sample(range(263), 87)
    assert book.folds.tolist() == stream.sample([i % 10 + 1 for i in range(176)])


def test_the_standard_protocols_draw_the_book_s_split_and_a_hundred_others(standard):
    tables = {protocol: draw_splits(263, standard.salaries.splits(protocol)) for protocol in ("book", "resampled")}
    assert tables["book"].seed.unique().tolist() == [13]
    assert tables["resampled"].seed.unique().tolist() == list(range(1001, 1101))
    held_out = [tuple(split.test) for split in iter_splits(tables["resampled"])]
    assert len(set(held_out)) == 100


def test_a_split_is_the_same_whichever_splits_are_drawn_with_it():
    alone, together = draw([1003]), draw([1001, 1002, 1003])
    pd.testing.assert_frame_equal(alone, together[together.seed == 1003].reset_index(drop=True))


@settings(max_examples=50, deadline=None)
@given(
    seed=st.integers(0, 2**31 - 1),
    sizes=st.integers(20, 300).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n - 10))),
    folds=st.integers(3, 10),
)
def test_a_split_divides_the_players_and_its_folds_are_even(seed, sizes, folds):
    count, test_size = sizes
    (split,) = iter_splits(draw([seed], count, test_size, folds))
    assert sorted([*split.train, *split.test]) == list(range(count))
    assert len(split.test) == test_size
    assert len(split.folds) == len(split.train)
    counts = np.bincount(split.folds, minlength=folds + 1)[1:]
    assert counts.max() - counts.min() <= 1
    assert split.seed == seed


def test_a_large_table_is_trained_on_a_sample_of_the_rows_outside_the_test_set():
    config = SplitsConfig(seeds=[1, 2], test_size=30, n_folds=5, max_training_rows=100)
    few, many = (list(iter_splits(draw_splits(n_rows, config))) for n_rows in (130, 1030))
    assert [len(split.train) for split in (*few, *many)] == [100] * 4
    assert set(few[0].train) == set(range(130)) - set(few[0].test)
    for split in many:
        assert not set(split.train) & set(split.test)
        assert split.train.tolist() == sorted(set(split.train))
        assert np.bincount(split.folds).tolist() == [0, 20, 20, 20, 20, 20]
        assert set(split.test + 1) == set(RStream(split.seed).sample(range(1, 1031), 30))
    assert len(set(many[0].train) & set(many[1].train)) < 30  # 10 are expected


def test_splits_are_the_same_after_a_round_trip_to_a_file(tmp_path):
    drawn = draw([13, 1001])
    drawn.to_parquet(tmp_path / "splits.parquet", index=False)
    for before, after in zip(
        iter_splits(drawn), iter_splits(pd.read_parquet(tmp_path / "splits.parquet")), strict=True
    ):
        assert (before.name, before.seed) == (after.name, after.seed)
        for part in ("train", "test", "folds"):
            assert np.array_equal(getattr(before, part), getattr(after, part))
