"""Numbers inside sentences."""

import pytest

from relecture import text_format


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(254.66865, 1, "254.7"), (-226.67, 2, "−226.67"), (-0.004, 2, "0.00"), (1345, 0, "1,345"), (float("nan"), 1, "–")],
)
def test_a_number_has_a_true_minus_sign_and_none_before_a_zero(value, digits, text):
    assert text_format.number(value, digits) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [("-9.9 to 26.1", "−9.9 to 26.1"), ("+0.09 (-0.02 to 0.2)", "+0.09 (−0.02 to 0.2)"), ("1e-07", "1e-07"),
     ("k-means++", "k-means++"), ("2026-11", "2026-11"), ("784–256", "784–256")],
)  # fmt: skip
def test_only_the_hyphen_of_a_negative_number_becomes_a_minus_sign(text, expected):
    assert text_format.minus(text) == expected


def test_a_mean_has_its_spread_where_there_is_one():
    assert text_format.spread(1.86, 0.1, 2) == "1.86 ± 0.10"
    assert text_format.spread(12.7, float("nan"), 1) == "12.7"


def test_an_interval_may_go_below_zero():
    assert text_format.interval(-0.12, 0.24, 2) == "−0.12 to 0.24"


@pytest.mark.parametrize(("share", "text"), [(0.125, "12 %"), (0.001, "under 1 %"), (0, "0 %"), (1, "100 %")])
def test_a_small_share_does_not_round_to_nothing(share, text):
    assert text_format.percent(share) == text


@pytest.mark.parametrize(("things", "text"), [(["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")])
def test_things_are_listed_as_one_speaks(things, text):
    assert text_format.listed(things) == text


def test_numbers_are_words_up_to_twelve():
    assert [text_format.count(n) for n in (0, 1, 12, 13, 1345)] == ["none", "one", "twelve", "13", "1,345"]


def test_a_sentence_begins_and_ends_as_one():
    assert text_format.sentence("the lasso errs") == "The lasso errs."
