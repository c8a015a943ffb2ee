"""From digits to votes: places, totals, quality, and what the sheets tell about their own digits."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_readings import PARTIES, made, reading, sure

from relecture.errors import UserError
from relecture.tallies.counting.vote_counts import ALL, PROBABILITIES, Reading, count, place_shares, read, weighed
from relecture.tallies.networks.cnn import cnn
from relecture.tallies.networks.digit_classifier import Recognizer, shares
from relecture.tallies.segmentation.cell_crops import Cut

ARCHITECTURE = {"filters": [4, 6], "dropout": 0.1, "fc1": 12, "fc2": 8}


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.integers(0, 999), min_size=3, max_size=3), min_size=1, max_size=8))
def test_digits_become_the_numbers_they_were_written_as(votes):
    found = sure(np.array(votes))
    assert found.votes.tolist() == votes
    assert found.totals().query("district == @ALL").votes.tolist() == np.sum(votes, axis=0).tolist()


def test_votes_add_up_by_district_and_in_all():
    found = sure(np.array([[1, 20, 300], [4, 5, 6], [100, 0, 7]]), districts=2).totals()
    wide = found.pivot(index="district", columns="party", values="votes")[list(PARTIES)]
    assert wide.loc["D1"].tolist() == [101, 20, 307]
    assert wide.loc["D2"].tolist() == [4, 5, 6]
    assert wide.loc[ALL].tolist() == [105, 25, 313]
    assert found.set_index("district").sheets.groupby("district").first().to_dict() == {"D1": 2, "D2": 1, ALL: 3}


def test_quality_is_the_mean_of_the_highest_probabilities_of_a_sheets_digits():
    probabilities = np.full((1, 1, 2, 10), 0.05, np.float32)
    probabilities[0, 0, 0, 3], probabilities[0, 0, 1, 8] = 0.55, 0.55
    probabilities[0, 0, 1] = [0, 0, 0, 0, 0, 0, 0, 0, 0.95, 0.05]
    assert reading(probabilities).quality == pytest.approx([(0.55 + 0.95) / 2])


def test_mean_and_variance_of_the_votes_are_those_of_their_digits():
    probabilities = np.zeros((1, 1, 3, 10), np.float32)
    probabilities[0, 0, 0, [0, 1]] = 0.75, 0.25  # hundreds
    probabilities[0, 0, 1, 5] = 1
    probabilities[0, 0, 2, [2, 4]] = 0.5, 0.5
    found = replace(reading(probabilities))
    found.__dict__["beliefs"] = probabilities
    mean, variance = found.expected()
    assert mean.item() == pytest.approx(25 + 50 + 3)
    assert variance.item() == pytest.approx(100**2 * 0.25 * 0.75 + 1)
    assert found.at_stake() == pytest.approx([0.25 * 100 + 0.5 * 2])


def test_nothing_is_at_stake_where_every_digit_is_certain():
    assert sure(np.array([[123, 45, 6]])).at_stake() == pytest.approx([0], abs=1e-3)


def skewed(cells: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels (cells, 2, 2) with known shares in the boxes of two parties, as a reader of balanced digits sees them."""
    random = np.random.default_rng(seed)
    small, large = [0.9, 0.1, 0, 0, 0, 0, 0, 0, 0, 0], [0.2, 0.3, 0.3, 0.2, 0, 0, 0, 0, 0, 0]
    shares = np.array([[small, np.full(10, 0.1)], [large, np.full(10, 0.1)]])
    labels = np.array([[random.choice(10, cells, p=box) for box in party] for party in shares]).transpose(2, 0, 1)
    # Ten Gaussians at the corners of a simplex: Bayes' rule with equal shares is a calibrated, imperfect reader.
    seen = 2.0 * np.eye(10)[labels] + random.normal(0, 1, (*labels.shape, 10))
    odds = np.exp(2.0 * seen)
    return labels, (odds / odds.sum(-1, keepdims=True)).astype(np.float32), shares


def test_how_often_digits_stand_in_a_partys_box_shows_without_labels():
    _, probabilities, shares = skewed(2000)
    found = place_shares(probabilities)
    np.testing.assert_allclose(found, shares, atol=0.04)
    np.testing.assert_allclose(found.sum(-1), 1)
    plain = probabilities.mean(0)  # what a reader of balanced digits would say
    for party in (0, 1):
        assert np.abs(found - shares)[party, 0].max() < 0.3 * np.abs(plain - shares)[party, 0].max()


def test_knowing_the_shares_reads_more_digits_right_where_they_are_not_balanced():
    labels, probabilities, _ = skewed(2000)
    plain = (probabilities.argmax(-1) == labels).mean(0)
    better = (weighed(probabilities, place_shares(probabilities)).argmax(-1) == labels).mean(0)
    assert (better[:, 0] > plain[:, 0] + 0.05).all()
    np.testing.assert_allclose(better[:, 1], plain[:, 1], atol=0.02)


def test_few_sheets_of_a_party_are_believed_to_be_like_those_of_the_others():
    votes = np.array([[5, 300, 300]] * 30)
    few = place_shares(sure(votes, high=0.9).probabilities[:2])
    many = place_shares(sure(votes, high=0.9).probabilities)
    assert few[0, 0, 0] < many[0, 0, 0]  # the small party's hundreds are zeros
    assert many[0, 0, 0] > 0.8


def test_a_digit_that_was_never_read_in_a_place_stays_possible_there():
    certain = sure(np.array([[5, 5, 5]] * 20)).probabilities
    assert (place_shares(certain) > 0).all()
    assert place_shares(certain)[0, 0, 0] == pytest.approx(1, abs=0.02)


def test_a_reading_by_beliefs_differs_from_the_plain_one_only_in_what_it_makes_of_the_probabilities():
    plain = made(seed=3, signal=3).reading
    other = replace(plain, prior=True)
    assert (other.probabilities == plain.probabilities).all()
    assert (other.digits == plain.beliefs.argmax(-1)).all()
    assert (plain.digits == plain.probabilities.argmax(-1)).all()


@pytest.mark.parametrize("prior", [False, True])
def test_a_saved_reading_is_the_same_again(tmp_path, prior):
    found = replace(made(seed=4).reading, prior=prior)
    found.save(tmp_path / "a")
    again = Reading.load(tmp_path / "a")
    for name in ("probabilities", "sheets", "districts", "stations", "digits", "votes", "quality"):
        np.testing.assert_array_equal(getattr(again, name), getattr(found, name))
    assert (again.parties, again.prior) == (found.parties, prior)
    again.save(tmp_path / "b")
    for name in ("digits.parquet", "counts.csv", "totals.csv"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_the_tables_have_a_row_per_box_and_one_per_sheet_and_party(tmp_path):
    sure(np.array([[123, 4, 56], [7, 890, 0]]), high=0.91).save(tmp_path)
    counts = pd.read_csv(tmp_path / "counts.csv")
    assert list(counts) == ["sheet", "district", "station", "party", "votes", "quality"]
    assert counts.votes.tolist() == [123, 4, 56, 7, 890, 0]
    assert counts.quality.tolist() == pytest.approx([0.91] * 6)
    digits = pd.read_parquet(tmp_path / "digits.parquet")
    assert digits.predicted.tolist() == [int(digit) for number in ("123", "004", "056", "007", "890", "000")
                                         for digit in number]  # fmt: skip
    assert digits[PROBABILITIES].to_numpy().sum(1) == pytest.approx(np.ones(18))


@pytest.fixture
def cut() -> Cut:
    images = np.random.default_rng(0).integers(0, 256, (3, 2, 3, 28, 28), dtype=np.uint8)
    return Cut(
        images=images,
        names=np.array(["a", "b", "c"]),
        unread=pd.DataFrame({"sheet": ["d"], "reason": ["no frame is found on it"]}),
        stations=pd.DataFrame(
            {"sheet": ["a", "b", "d"], "district": ["North", "South", "South"], "station": ["1", "2", "4"]}
        ),
        parties=("Ash", "Birch"),
        name="made up",
        sample=False,
        digest="0" * 16,
    )


def test_cut_sheets_are_read_where_they_are_from(cut, tmp_path):
    recognizer = Recognizer(cnn(ARCHITECTURE, seed=1), ARCHITECTURE, "tiny")
    found = read(cut, recognizer)
    np.testing.assert_allclose(found.probabilities, recognizer.probabilities(cut.images))
    assert found.districts.tolist() == ["North", "South", ALL]
    cut.save(tmp_path / "cut.npz")
    recognizer.save(tmp_path / "reader.pt")
    count(tmp_path / "cut.npz", tmp_path / "reader.pt", False, tmp_path / "counts")
    assert pd.read_csv(tmp_path / "counts/counts.csv").votes.tolist() == found.votes.ravel().tolist()


def test_without_a_single_readable_sheet_nothing_is_counted(cut):
    empty = replace(cut, images=cut.images[:0], names=cut.names[:0])
    with pytest.raises(UserError, match=r"none of the 1 sheets of made up can be read \(d: no frame is found on it\)"):
        read(empty, Recognizer(cnn(ARCHITECTURE, seed=1), ARCHITECTURE, "tiny"))


def test_a_reader_that_learned_from_many_zeros_counts_as_one_that_saw_all_digits_equally_often():
    learned = np.array([0.55] + [0.05] * 9)
    equal = made(60, seed=3).reading
    leaning = weighed(equal.probabilities, learned)  # what Bayes' rule gives with these shares
    found = replace(equal, probabilities=leaning, learned=tuple(learned))
    np.testing.assert_allclose(found.beliefs, equal.beliefs, atol=1e-4)
    ignorant = replace(equal, probabilities=leaning)
    truth = made(60, seed=3).true.sum()
    assert abs(found.expected()[0].sum() - truth) < abs(ignorant.expected()[0].sum() - truth)


def test_what_a_reader_learned_from_goes_with_its_reading(cut, tmp_path):
    learned = shares(np.array([0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]))
    assert learned == pytest.approx([3 / 12] + [1 / 12] * 9)  # a digit that is missing counts as seen once
    Recognizer(cnn(ARCHITECTURE, seed=1), ARCHITECTURE, "tiny", learned=learned).save(tmp_path / "reader.pt")
    recognizer = Recognizer.load(tmp_path / "reader.pt")
    read(cut, recognizer).save(tmp_path / "counts")
    assert Reading.load(tmp_path / "counts").learned == recognizer.learned == learned
