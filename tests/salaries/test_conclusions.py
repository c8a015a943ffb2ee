"""The conclusions follow the tables: an effect is named only where the adjusted p-value is below 0.05."""

import json

import pandas as pd
import pytest

from relecture.salaries.conclusions import conclusions, question

ERRORS = {"linear": 254.7, "lasso": 252.3, "relaxed_lasso": 234.7, "random_forest": 196.0, "network": 257.79,
          "network_standardised": 221.0}  # fmt: skip
PUBLISHED = {"linear": "254.7", "lasso": "252.3", "relaxed_lasso": "224.8", "network": "257.4"}
#: a, b, error of a minus error of b, its interval, adjusted p.
NONE = [
    ("linear", "lasso", 3.0, -5.0, 11.0, 1.0),
    ("linear", "network", -7.0, -28.0, 14.0, 1.0),
    ("lasso", "network", -16.0, -37.0, 5.0, 0.4),
    ("relaxed_lasso", "network", -22.4, -43.7, -1.2, 0.09),
    ("linear", "network_standardised", 29.4, 2.0, 56.8, 0.2),
    ("relaxed_lasso", "network_standardised", 14.0, -9.0, 37.0, 0.6),
    ("network", "network_standardised", 36.4, 11.6, 61.3, 0.051),
]
#: n, a, b and the same.
BY_SIZE = [
    (40, "network", "linear", 5.0, -40.0, 50.0, 1.0),
    (40, "network_standardised", "linear", -30.0, -90.0, 30.0, 0.8),
    (40, "network_standardised", "random_forest", 20.0, -10.0, 50.0, 0.6),
    (90, "network", "linear", 6.0, -30.0, 42.0, 1.0),
    (90, "network_standardised", "linear", -31.0, -80.0, 18.0, 0.8),
    (90, "network_standardised", "random_forest", 30.0, -1.0, 61.0, 0.3),
    (176, "network", "linear", 7.0, -14.0, 28.0, 1.0),
    (176, "network_standardised", "linear", -29.4, -56.8, -2.0, 0.2),
    (176, "network_standardised", "random_forest", 40.0, 20.0, 60.0, 0.01),
]


def changed(rows, *pair, **values):
    """Return rows with another mean, low, high or adjusted_p of one pair."""
    names = ("mean", "low", "high", "adjusted_p")
    return [
        (*row[:-4], *(values.get(name, value) for name, value in zip(names, row[-4:], strict=True)))
        if row[:-4] == pair
        else row
        for row in rows
    ]


@pytest.fixture
def results(tmp_path):
    """Write the tables of the comparison; `results(errors=..., gaps=...)` returns the folder of all results."""

    def write(errors=ERRORS, gaps=NONE, sizes=BY_SIZE, n=50, splits=100, published=PUBLISHED, **data):
        folder = tmp_path / "salaries"
        (folder / "book" / "linear").mkdir(parents=True, exist_ok=True)
        is_network = [name.startswith("network") for name in errors]
        table = pd.DataFrame({"method": list(errors), "model": "a name", "mae": list(errors.values())})
        table["mae_sd"] = [1.54 if network and n > 1 else None for network in is_network]
        table["n"] = [n if network else 1 for network in is_network]
        table = table.assign(mae_random=table.mae - 5, mae_random_sd=24.5, n_random=splits)
        if published is not None:
            table["mae_published"] = table.method.map(published)
        table.to_csv(folder / "table.csv", index=False)
        columns = ["a", "b", "mean", "low", "high", "adjusted_p"]
        pd.DataFrame(gaps, columns=columns).to_csv(folder / "differences.csv", index=False)
        pd.DataFrame(sizes, columns=["n_train", *columns]).to_csv(folder / "size_differences.csv", index=False)
        params = {"question": "Which method?", "data": {"name": "Hitters", **data}}
        (folder / "book" / "linear" / "params.json").write_text(json.dumps(params))
        return tmp_path

    return write


def test_the_first_sentence_has_the_published_errors_and_the_lowest_of_the_others(results):
    first, *_ = conclusions(results())
    assert first == (
        "On the book's split the mean absolute error, in thousands of dollars, is 254.7 for linear regression "
        "(published: 254.7), 252.3 for the lasso (252.3), 234.7 for the relaxed lasso (224.8) and 257.8 ± 1.5 for "
        "50 networks (257.4); of the methods without a published value the lowest is 196.0 for the random forest."
    )


def test_the_first_sentence_names_networks_in_the_plural(results):
    first, *_ = conclusions(results(errors={**ERRORS, "random_forest": 300.0}))
    assert first.endswith("the lowest is 221.0 ± 1.5 for 50 networks with a standardised target.")


def test_without_an_effect_no_method_is_called_better(results):
    _, second, third, fourth = conclusions(results())
    assert second == (
        "Over 100 random splits the random forest has the lowest mean error, 191.0, but every method's error varies "
        "between splits with a standard deviation of 24.5 or more, and no tested difference between methods is "
        "significant."
    )
    assert third == (
        "The network is not significantly different from linear regression, the lasso or the relaxed lasso, so the "
        'lecture\'s "no improvement" over linear models holds for it; standardising the target changes its error by '
        "−36.4 (−61.3 to −11.6), which is not significant, and the network with a standardised target is not "
        "significantly different from linear regression or the relaxed lasso."
    )
    assert fourth == (
        "With 40 and 90 of 176 training players the network with a standardised target is not significantly different "
        "from linear regression and is not significantly different from the random forest; the lecture's \"when data "
        'are small, networks are not competitive" is not supported here.'
    )
    assert "better" not in f"{second} {third} {fourth}"


def test_the_second_sentence_names_the_significant_differences(results):
    _, second, *_ = conclusions(results(gaps=changed(NONE, "relaxed_lasso", "network", adjusted_p=0.049)))
    assert second.endswith(
        "and one of the seven tested differences between methods is significant: the relaxed lasso is better than the "
        "network by 22.4 (95 % interval 1.2 to 43.7)."
    )


def test_of_many_significant_differences_the_three_largest_are_named(results):
    _, second, *_ = conclusions(results(gaps=[(*row[:-1], 0.01) for row in NONE], splits=20))
    assert second.startswith("Over 20 random splits")
    assert second.endswith(
        "and seven of the seven tested differences between methods are significant; the three largest: the network "
        "with a standardised target is better than the network by 36.4 (95 % interval 11.6 to 61.3), the network with "
        "a standardised target is better than linear regression by 29.4 (2.0 to 56.8) and the relaxed lasso is better "
        "than the network by 22.4 (1.2 to 43.7)."
    )


def test_a_worse_network_is_no_improvement(results):
    _, _, third, _ = conclusions(results(gaps=changed(NONE, "relaxed_lasso", "network", adjusted_p=0.01)))
    assert third.startswith(
        "The network is not significantly different from linear regression or the lasso and is worse than the relaxed "
        'lasso by 22.4 (1.2 to 43.7), so the lecture\'s "no improvement" over linear models holds for it;'
    )


def test_a_better_network_is_an_improvement(results):
    gaps = changed(NONE, "linear", "network", mean=20.0, low=5.0, high=35.0, adjusted_p=0.02)
    _, _, third, _ = conclusions(results(gaps=gaps))
    assert third.startswith(
        "The network is better than linear regression by 20.0 (5.0 to 35.0) and is not significantly different from "
        'the lasso or the relaxed lasso, so the lecture\'s "no improvement" over linear models does not hold for it;'
    )


@pytest.mark.parametrize(
    ("mean", "low", "high", "claim"),
    [
        (36.4, 11.6, 61.3, "standardising the target makes it better by 36.4 (11.6 to 61.3), and the"),
        (-36.4, -61.3, -11.6, "standardising the target makes it worse by 36.4 (11.6 to 61.3), and the"),
    ],
)
def test_the_effect_of_the_standardised_target_has_its_direction(results, mean, low, high, claim):
    gaps = changed(NONE, "network", "network_standardised", mean=mean, low=low, high=high, adjusted_p=0.04)
    assert claim in conclusions(results(gaps=gaps))[2]


def test_with_few_rows_the_network_may_be_worse_than_one_method_only(results):
    sizes = changed(BY_SIZE, 40, "network_standardised", "random_forest", adjusted_p=0.001, low=5.0)
    sizes = changed(sizes, 90, "network_standardised", "random_forest", adjusted_p=0.04, low=2.0)
    fourth = conclusions(results(sizes=sizes))[3]
    assert fourth == (
        "With 40 and 90 of 176 training players the network with a standardised target is not significantly different "
        "from linear regression and is worse than the random forest by 20.0 (5.0 to 50.0) with 40 and 30.0 (2.0 to "
        '61.0) with 90; the lecture\'s "when data are small, networks are not competitive" holds against the random '
        "forest, not against linear regression."
    )


def test_with_few_rows_the_network_may_be_better(results):
    sizes = changed(BY_SIZE, 40, "network_standardised", "linear", adjusted_p=0.001, high=-2.0)
    fourth = conclusions(results(sizes=sizes))[3]
    assert "is better than linear regression by 30.0 (2.0 to 90.0) with 40 and is not significantly" in fourth
    assert fourth.endswith('"when data are small, networks are not competitive" is not supported here.')


def test_a_worse_network_with_all_rows_says_nothing_of_small_data(results):
    sizes = changed(BY_SIZE, 176, "network_standardised", "random_forest", adjusted_p=0.0001)
    assert conclusions(results(sizes=sizes))[3].endswith("is not supported here.")


def without_the_raw_network(rows):
    return [row for row in rows if "network" not in row]


def test_a_user_s_table_has_its_own_unit_and_nothing_of_lecture_and_book(results):
    errors = {method: error / 100 for method, error in ERRORS.items() if method != "network"}
    labels = {"target": "wage", "unit": "euros an hour", "rows": "people"}
    written = conclusions(
        results(errors, without_the_raw_network(NONE), without_the_raw_network(BY_SIZE), published=None, **labels)
    )
    assert written[0].startswith(
        "On the first split the mean absolute error, in euros an hour, is 2.55 for linear regression, 2.52 for the"
    )
    assert "1.96 for the random forest" in written[0]
    assert written[2].startswith("The network with a standardised target is not significantly different from linear")
    assert written[3].startswith("With 40 and 90 of 176 training people the network")
    assert not [word for word in ("published", "lecture", "book", "player", "dollar") if word in " ".join(written)]


def test_another_split_of_the_players_has_no_published_values(results):
    first, *_ = conclusions(results(published=None))
    assert first.startswith("On the first split the mean absolute error, in thousands of dollars, is 254.7 for linear")
    assert "published" not in first


def test_a_relaxed_lasso_with_other_predictors_has_no_published_value(results):
    first, *_ = conclusions(results(published={**PUBLISHED, "relaxed_lasso": None}))
    assert "252.3 for the lasso (252.3) and 257.8 ± 1.5 for 50 networks (257.4); of the methods without" in first


def test_the_question_is_that_of_the_records(results):
    assert question(results()) == "Which method?"
