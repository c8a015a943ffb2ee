"""From digits to votes: place values, totals, quality, and the frequencies of digits estimated from the sheets."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_counts import PARTIES, counts_of, made, sure

from relecture.errors import UserError
from relecture.tallies.counting.audit import AuditedCounts
from relecture.tallies.counting.district_winners import district_winners, draw_totals, total_intervals
from relecture.tallies.counting.vote_counts import (
    PROBABILITY_COLUMNS,
    VoteCounts,
    count_cells,
    count_folder,
    estimate_digit_priors,
    read_numbers,
    reweight,
)
from relecture.tallies.networks.cnn import cnn
from relecture.tallies.networks.digit_classifier import DigitClassifier, digit_frequencies
from relecture.tallies.segmentation.cell_crops import CellCrops
from relecture.tallies.segmentation.layout import SumRule
from relecture.tallies.segmentation.station_tables import ALL_DISTRICTS

ARCHITECTURE = {"filters": [4, 6], "dropout": 0.1, "fc1": 12, "fc2": 8}


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.integers(0, 999), min_size=3, max_size=3), min_size=1, max_size=8))
def test_digits_become_the_numbers_they_were_written_as(votes):
    counts = sure(np.array(votes))
    assert counts.votes.tolist() == votes
    assert counts.totals().query("district == @ALL_DISTRICTS").votes.tolist() == np.sum(votes, axis=0).tolist()


def test_votes_add_up_by_district_and_in_all():
    totals = sure(np.array([[1, 20, 300], [4, 5, 6], [100, 0, 7]]), districts=2).totals()
    wide = totals.pivot(index="district", columns="party", values="votes")[list(PARTIES)]
    assert wide.loc["D1"].tolist() == [101, 20, 307]
    assert wide.loc["D2"].tolist() == [4, 5, 6]
    assert wide.loc[ALL_DISTRICTS].tolist() == [105, 25, 313]
    assert totals.set_index("district").sheets.groupby("district").first().to_dict() == {
        "D1": 2,
        "D2": 1,
        ALL_DISTRICTS: 3,
    }


@pytest.mark.parametrize("name", ["all", "ALL", "nan", "None", "total"])
def test_a_district_of_any_name_has_its_votes_in_the_totals(tmp_path, name):
    counts = sure(np.array([[1, 20, 300], [4, 5, 6], [100, 0, 7]]), districts=2)
    named = replace(counts, districts=np.array([name, "South", name], dtype=object))
    named.save(tmp_path)
    totals = pd.read_csv(tmp_path / "totals.csv", keep_default_na=False)
    wide = totals.pivot(index="district", columns="party", values="votes")[list(PARTIES)]
    assert wide.loc[name].tolist() == [101, 20, 307]
    assert wide.loc["South"].tolist() == [4, 5, 6]
    assert wide.loc[""].tolist() == [105, 25, 313]  # of all districts
    audited = AuditedCounts(named, named.votes)
    winners = district_winners(audited, draw_totals(named, 100))
    assert winners.district.tolist() == [name, "South", ""]
    assert winners.sheets.tolist() == [2, 1, 3]
    intervals = total_intervals(audited, draw_totals(named, 100)).set_index(["district", "party"]).counted
    assert intervals[name].tolist() == [101, 20, 307]
    assert intervals[""].tolist() == [105, 25, 313]


def test_quality_is_the_mean_of_the_highest_probabilities_of_a_sheets_digits():
    probabilities = np.full((1, 1, 2, 10), 0.05, np.float32)
    probabilities[0, 0, 0, 3], probabilities[0, 0, 1, 8] = 0.55, 0.55
    probabilities[0, 0, 1] = [0, 0, 0, 0, 0, 0, 0, 0, 0.95, 0.05]
    assert counts_of(probabilities).quality == pytest.approx([(0.55 + 0.95) / 2])


def test_mean_and_variance_of_the_votes_are_those_of_their_digits():
    probabilities = np.zeros((1, 1, 3, 10), np.float32)
    probabilities[0, 0, 0, [0, 1]] = 0.75, 0.25  # hundreds
    probabilities[0, 0, 1, 5] = 1
    probabilities[0, 0, 2, [2, 4]] = 0.5, 0.5
    counts = replace(counts_of(probabilities))
    counts.__dict__["posterior"] = probabilities
    mean, variance = counts.expected()
    assert mean.item() == pytest.approx(25 + 50 + 3)
    assert variance.item() == pytest.approx(100**2 * 0.25 * 0.75 + 1)
    assert counts.expected_vote_error() == pytest.approx([0.25 * 100 + 0.5 * 2])


def test_certain_digits_have_no_expected_vote_error():
    assert sure(np.array([[123, 45, 6]])).expected_vote_error() == pytest.approx([0], abs=1e-3)


def skewed(cells: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return labels (cells, 2, 2), the probabilities of a classifier of balanced digits, and the true shares.

    The first box of both parties has unequal shares.
    """
    rng = np.random.default_rng(seed)
    small, large = [0.9, 0.1, 0, 0, 0, 0, 0, 0, 0, 0], [0.2, 0.3, 0.3, 0.2, 0, 0, 0, 0, 0, 0]
    shares = np.array([[small, np.full(10, 0.1)], [large, np.full(10, 0.1)]])
    labels = np.array([[rng.choice(10, cells, p=box) for box in party] for party in shares]).transpose(2, 0, 1)
    # Ten Gaussians at the corners of a simplex: Bayes' rule with equal shares gives a calibrated, imperfect classifier.
    seen = 2.0 * np.eye(10)[labels] + rng.normal(0, 1, (*labels.shape, 10))
    odds = np.exp(2.0 * seen)
    return labels, (odds / odds.sum(-1, keepdims=True)).astype(np.float32), shares


def test_digit_priors_are_estimated_without_labels():
    _, probabilities, shares = skewed(2000)
    estimated = estimate_digit_priors(probabilities)
    np.testing.assert_allclose(estimated, shares, atol=0.04)
    np.testing.assert_allclose(estimated.sum(-1), 1)
    uncorrected = probabilities.mean(0)  # what a classifier of balanced digits would give
    for party in (0, 1):
        assert np.abs(estimated - shares)[party, 0].max() < 0.3 * np.abs(uncorrected - shares)[party, 0].max()


def test_prior_correction_is_more_accurate_where_digits_are_not_balanced():
    labels, probabilities, _ = skewed(2000)
    plain = (probabilities.argmax(-1) == labels).mean(0)
    better = (reweight(probabilities, estimate_digit_priors(probabilities)).argmax(-1) == labels).mean(0)
    assert (better[:, 0] > plain[:, 0] + 0.05).all()
    np.testing.assert_allclose(better[:, 1], plain[:, 1], atol=0.02)


def test_few_sheets_of_a_party_are_shrunk_towards_all_parties():
    votes = np.array([[5, 300, 300]] * 30)
    few = estimate_digit_priors(sure(votes, high=0.9).probabilities[:2])
    many = estimate_digit_priors(sure(votes, high=0.9).probabilities)
    assert few[0, 0, 0] < many[0, 0, 0]  # the small party's hundreds are zeros
    assert many[0, 0, 0] > 0.8


def test_a_digit_that_was_never_predicted_in_a_box_stays_possible_there():
    certain = sure(np.array([[5, 5, 5]] * 20)).probabilities
    assert (estimate_digit_priors(certain) > 0).all()
    assert estimate_digit_priors(certain)[0, 0, 0] == pytest.approx(1, abs=0.02)


def test_prior_correction_changes_the_digits_and_not_the_probabilities():
    plain = made(seed=3, signal=3).counts
    other = replace(plain, prior_corrected=True)
    assert (other.probabilities == plain.probabilities).all()
    assert (other.digits == plain.posterior.argmax(-1)).all()
    assert (plain.digits == plain.probabilities.argmax(-1)).all()


@pytest.mark.parametrize("prior_corrected", [False, True])
def test_saved_counts_are_loaded_unchanged(tmp_path, prior_corrected):
    counts = replace(made(seed=4).counts, prior_corrected=prior_corrected)
    counts.save(tmp_path / "a")
    again = VoteCounts.load(tmp_path / "a")
    for name in ("probabilities", "sheets", "districts", "stations", "digits", "votes", "quality"):
        np.testing.assert_array_equal(getattr(again, name), getattr(counts, name))
    assert (again.parties, again.prior_corrected) == (counts.parties, prior_corrected)
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
    assert digits[PROBABILITY_COLUMNS].to_numpy().sum(1) == pytest.approx(np.ones(18))


@pytest.fixture
def crops() -> CellCrops:
    images = np.random.default_rng(0).integers(0, 256, (3, 2, 3, 28, 28), dtype=np.uint8)
    return CellCrops(
        images=images,
        sheets=np.array(["a", "b", "c"]),
        unreadable=pd.DataFrame({"sheet": ["d"], "reason": ["no frame was found on it"]}),
        stations=pd.DataFrame(
            {"sheet": ["a", "b", "d"], "district": ["North", "South", "South"], "station": ["1", "2", "4"]}
        ),
        rows=("Ash", "Birch"),
        name="made up",
        sample=False,
        digest="0" * 16,
    )


def test_cells_are_counted_with_their_districts(crops, tmp_path):
    classifier = DigitClassifier(cnn(ARCHITECTURE, seed=1), ARCHITECTURE, "tiny")
    counts = count_cells(crops, classifier)
    np.testing.assert_allclose(counts.probabilities, classifier.probabilities(crops.images))
    assert counts.districts.tolist() == ["North", "South", ALL_DISTRICTS]
    crops.save(tmp_path / "cell_crops.npz")
    classifier.save(tmp_path / "classifier.pt")
    count_folder(tmp_path / "cell_crops.npz", tmp_path / "classifier.pt", "transferred", tmp_path / "counts")
    assert pd.read_csv(tmp_path / "counts/counts.csv").votes.tolist() == counts.votes.ravel().tolist()


def test_without_readable_sheets_nothing_is_counted(crops):
    empty = replace(crops, images=crops.images[:0], sheets=crops.sheets[:0])
    with pytest.raises(UserError, match=r"none of the 1 sheets of made up is readable \(d: no frame was found on it\)"):
        count_cells(empty, DigitClassifier(cnn(ARCHITECTURE, seed=1), ARCHITECTURE, "tiny"))


def test_a_classifier_trained_on_many_zeros_has_the_posterior_of_a_balanced_one():
    leaning_prior = np.array([0.55] + [0.05] * 9)
    equal = made(60, seed=3).counts
    leaning = reweight(equal.probabilities, leaning_prior)  # what Bayes' rule gives with these shares
    corrected = replace(equal, probabilities=leaning, train_prior=tuple(leaning_prior))
    np.testing.assert_allclose(corrected.posterior, equal.posterior, atol=1e-4)
    uncorrected = replace(equal, probabilities=leaning)
    truth = made(60, seed=3).true_votes.sum()
    assert abs(corrected.expected()[0].sum() - truth) < abs(uncorrected.expected()[0].sum() - truth)


def test_the_prior_of_the_training_cells_is_saved_with_the_counts(crops, tmp_path):
    train_prior = digit_frequencies(np.array([0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]))
    assert train_prior == pytest.approx([3 / 12] + [1 / 12] * 9)  # a digit that is missing counts as seen once
    DigitClassifier(cnn(ARCHITECTURE, seed=1), ARCHITECTURE, "tiny", train_prior=train_prior).save(
        tmp_path / "classifier.pt"
    )
    classifier = DigitClassifier.load(tmp_path / "classifier.pt")
    count_cells(crops, classifier).save(tmp_path / "counts")
    assert classifier.train_prior == train_prior
    assert VoteCounts.load(tmp_path / "counts").train_prior == pytest.approx(train_prior)


class Reader(DigitClassifier):
    """Returns given probabilities in place of classified images."""

    def probabilities(self, images):
        """Return the probabilities of the digits that the first pixels of a cell are: digit, other digit, percent."""
        digit, other, percent = (images[..., 0, index].astype(int) for index in range(3))
        result = np.full((*digit.shape, 10), 1e-4)
        np.put_along_axis(result, other[..., None], 1 - percent[..., None] / 100, -1)
        np.put_along_axis(result, digit[..., None], percent[..., None] / 100, -1)
        return result / result.sum(-1, keepdims=True)


def written(numbers: list[list[int]]) -> np.ndarray:
    """Return cells that `Reader` reads as these numbers, without doubt."""
    images = np.zeros((*np.shape(numbers), 3, 28, 28), np.uint8)
    images[..., 0, 0] = images[..., 0, 1] = np.array(numbers)[..., None] // [100, 10, 1] % 10
    images[..., 0, 2] = 99
    return images


@pytest.fixture
def summed(crops) -> CellCrops:
    """Two parties and their total; on the first sheet a 2 of the total looks more like a 7."""
    images = written([[120, 32, 152], [7, 8, 15], [40, 300, 340]])
    images[0, 2, 2, 0, :3] = 7, 2, 60
    return replace(
        crops,
        images=images,
        rows=("Ash", "Birch", "All"),
        is_party=(True, True, False),
        sums=(SumRule("All", ("Ash", "Birch")),),
        as_cut=images,
        empty=np.zeros((3, 3, 3), bool),
        has_box=np.ones((3, 3), bool),
    )


def test_sums_correct_a_doubtful_digit_and_totals_are_no_votes(summed):
    reader = Reader(cnn(ARCHITECTURE, seed=1), ARCHITECTURE, "reader")
    numbers = read_numbers(summed, reader)
    table = numbers.table().set_index(["sheet", "number"])
    assert table.loc[("a", "All"), ["as_read", "value", "state"]].tolist() == [157, 152, "corrected"]
    assert (table.drop(("a", "All")).state == "adds up as read").all()
    counts = count_cells(summed, reader, sum_constrained=True)
    assert counts.parties == ("Ash", "Birch")
    assert counts.votes.tolist() == [[120, 32], [7, 8], [40, 300]]
    assert counts.counts().state.tolist() == ["adds up as read"] * 6
    assert numbers.to_check().empty


def test_a_sum_constrained_count_is_loaded_unchanged_and_lists_what_a_person_must_look_at(summed, tmp_path):
    summed.images[1, 0, 2, 0, :3] = 7, 1, 50  # 7 or 1: the total says 7; without it nothing does
    reader = Reader(cnn(ARCHITECTURE, seed=1), ARCHITECTURE, "reader")
    counts = count_cells(replace(summed, sums=()), reader, sum_constrained=True)
    assert counts.counts().state.tolist() == ["unchecked"] * 6
    counts.save(tmp_path)
    again = VoteCounts.load(tmp_path)
    np.testing.assert_array_equal(again.votes, counts.votes)
    np.testing.assert_array_equal(again.constrained.certainty, counts.constrained.certainty)
    assert again.counts().equals(counts.counts())
    numbers = read_numbers(replace(summed, sums=()), reader)
    assert numbers.to_check().reason.unique().tolist() == ["it is part of no sum of the layout"]
    assert len(numbers.to_check()) == 9


def test_a_sheet_without_any_digit_is_for_a_person_although_zeros_add_up(summed):
    reader = Reader(cnn(ARCHITECTURE, seed=1), ARCHITECTURE, "reader")
    summed.empty[1] = True
    summed.empty[2, 0] = True  # 0 + 300 = 300: one number without a digit is a zero
    summed.images[2] = written([[0, 300, 300]])[0]
    numbers = read_numbers(summed, reader)
    states = numbers.table().set_index(["sheet", "number"]).state
    assert states["b"].tolist() == ["unclear"] * 3
    assert states["c"].tolist() == ["adds up as read"] * 3
    checks = numbers.to_check()
    assert set(checks.sheet) == {"b"}
    assert checks.reason.unique().tolist() == ["no digit was seen in it, nor in any number of its sums"]


def test_a_person_is_shown_the_number_that_is_counted(summed, tmp_path):
    """On most of sixty sheets the hundreds are 0; on one, 0 and 6 are about as likely, and the sum does not hold."""
    images = np.concatenate([written([[24, 32, 56]])] * 60)
    images[0, 0, 0, 0, :3] = 6, 0, 55
    images[0, 2] = written([[999, 999, 999]])[0, 0]
    sheets = np.array([f"s{number}" for number in range(60)])
    many = replace(summed, images=images, as_cut=images, sheets=sheets, empty=np.zeros((60, 3, 3), bool))
    reader = Reader(cnn(ARCHITECTURE, seed=1), ARCHITECTURE, "reader")
    numbers = read_numbers(many, reader)
    votes = count_cells(many, reader, sum_constrained=True).votes
    assert votes[0].tolist() == [24, 32]
    values = numbers.table().pivot(index="sheet", columns="number", values="value").loc[sheets, ["Ash", "Birch"]]
    np.testing.assert_array_equal(values, votes)
    ash = numbers.to_check().set_index(["sheet", "number"]).loc[("s0", "Ash")]
    assert (ash.as_read, ash.value) == (624, 24)
    certainty = numbers.table().set_index(["sheet", "number"]).certainty
    assert certainty["s0", "Ash"] == 0  # nothing is known of a number that the sums did not choose
