"""The conclusions follow the tables."""

import json

import pandas as pd
import pytest

from relecture.salaries.conclusions import conclusions, question

METHODS = ("linear", "lasso", "relaxed_lasso", "network")
GAPS = [("linear", "lasso", 3.0, -5.0, 11.0), ("relaxed_lasso", "network", -22.4, -43.7, -1.2)]


@pytest.fixture
def results(tmp_path):
    """Write the tables of the comparison; `results(mae=..., gaps=...)` returns the folder of all results."""

    def write(
        mae=(254.7, 252.3, 234.7, 257.79), gaps=tuple(GAPS), n=50, splits=100, published=True, relaxed="224.8", **data
    ):
        folder = tmp_path / "salaries"
        (folder / "book" / "linear").mkdir(parents=True, exist_ok=True)
        table = pd.DataFrame({"model": METHODS, "mae": mae, "mae_sd": [None, None, None, 1.54 if n > 1 else None]})
        table = table.assign(n=[1, 1, 1, n], mae_random=[value - 5 for value in mae], mae_random_sd=24.5)
        if published:
            table["mae_published"] = ["254.7", "252.3", relaxed, "257.4"]
        table.assign(n_random=splits).to_csv(folder / "table.csv", index=False)
        pd.DataFrame(gaps, columns=["a", "b", "mean", "low", "high"]).to_csv(folder / "differences.csv", index=False)
        params = {"question": "Which method?", "data": {"name": "Hitters", **data}}
        (folder / "book" / "linear" / "params.json").write_text(json.dumps(params))
        return tmp_path

    return write


def test_the_first_sentence_has_every_error_with_the_published_one(results):
    first, _ = conclusions(results())
    assert first == (
        "On the book's split the mean absolute error, in thousands of dollars, is 254.7 for linear regression "
        "(published: 254.7), 252.3 for the lasso (252.3), 234.7 for the relaxed lasso (224.8) and 257.8 ± 1.5 for "
        "50 networks (257.4)."
    )


def test_the_second_sentence_names_the_best_and_the_significant_differences(results):
    _, second = conclusions(results())
    assert second == (
        "Over 100 random splits the relaxed lasso has the lowest mean error, 229.7, but every method's error varies "
        "between splits with a standard deviation of 24.5 or more, and one of the two differences between methods is "
        "significant: the relaxed lasso is better than the network by 22.4 (95 % interval 1.2 to 43.7)."
    )


def test_other_numbers_give_other_conclusions(results):
    gaps = [("linear", "lasso", 9.0, 2.0, 16.0), ("lasso", "network", -30.0, -50.0, -10.0)]
    first, second = conclusions(results(mae=(300.0, 280.0, 290.0, 310.0), gaps=gaps, n=1, splits=20))
    assert "300.0 for linear regression" in first
    assert "310.0 for the network" in first
    assert "Over 20 random splits the lasso has the lowest mean error, 275.0" in second
    assert "two of the two differences between methods are significant" in second
    assert second.index("the lasso is better than the network by 30.0") < second.index("better than linear regression")


def test_the_second_sentence_says_if_no_difference_is_significant(results):
    _, second = conclusions(results(gaps=GAPS[:1]))
    assert second.endswith("and no difference between methods is significant.")


def test_a_user_s_table_has_its_own_unit_and_no_published_values(results):
    folder = results(mae=(2.547, 2.523, 2.347, 2.578), published=False, target="wage", unit="euros an hour")
    first, _ = conclusions(folder)
    assert first.startswith("On the first split the mean absolute error, in euros an hour, is 2.55 for linear")
    assert "published" not in first


def test_another_split_of_the_players_has_no_published_values(results):
    first, _ = conclusions(results(published=False))
    assert first.startswith("On the first split the mean absolute error, in thousands of dollars, is 254.7 for linear")
    assert "published" not in first


def test_a_relaxed_lasso_with_other_predictors_has_no_published_value(results):
    first, _ = conclusions(results(relaxed=""))
    assert "252.3 for the lasso (252.3), 234.7 for the relaxed lasso and 257.8 ± 1.5 for 50 networks (257.4)" in first


def test_the_question_is_that_of_the_records(results):
    assert question(results()) == "Which method?"
