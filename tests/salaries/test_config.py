"""The block `salaries`: the book's table is fixed; a user's table is checked when it is read."""

from pathlib import Path

import pytest

from relecture.config import load
from relecture.config.yaml_files import merge, read
from relecture.errors import UserError
from relecture.salaries import METHODS, PROTOCOLS
from relecture.salaries.config import FIT_CONFIGS, SalariesConfig
from relecture.salaries.data import draw_splits
from relecture.salaries.table_labels import TableLabels

STANDARD = read(Path(__file__).parents[2] / "config/config.yaml")
MINE = {"path": "flats/rents.csv", "target": "rent"}


def mistakes(change: dict) -> list[str]:
    """Return the mistakes in the block `salaries` with this change."""
    with pytest.raises(UserError) as caught:
        load(merge(STANDARD, {"salaries": change}))
    return [line.strip() for line in str(caught.value).splitlines()[1:-1]]


@pytest.mark.parametrize(
    "change", [{"target": "Hits"}, {"rows": "people"}, {"unit": "cents"}, {"exclude_columns": ["Hits"]}]
)
def test_the_book_s_table_is_fixed_and_the_error_says_how_to_use_its_file(change):
    (line,) = mistakes({"data": change})
    assert line.startswith("salaries.data is {")
    assert "to use it in another way, give the path of its file: path: resources/Hitters.csv" in line


def test_the_test_set_has_at_most_200_players():
    assert mistakes({"test_size": 250}) == [
        "salaries.test_size is 250: the test set may have at most 200 of the 263 players"
    ]


def test_the_sizes_of_a_user_s_table_are_checked_when_it_is_read():
    config = load(merge(STANDARD, {"salaries": {"data": MINE, "test_size": 250, "relaxed_lasso": ["size"]}})).salaries
    assert config.labels() == TableLabels(name="rents.csv", target="rent", rows="rows", unit="")
    assert config.data_job().user_table.relaxed_lasso == ["size"]
    assert config.splits("book").test_size == 250


def test_the_types_of_a_user_s_table_are_checked():
    assert mistakes({"data": {**MINE, "exclude_columns": "name"}}) == [
        'salaries.data.exclude_columns is "name": it must be a list of texts'
    ]
    assert mistakes({"data": MINE, "relaxed_lasso": ["size", "size"]}) == [
        'salaries.relaxed_lasso is ["size", "size"]: each predictor may be named only once'
    ]


@pytest.mark.parametrize(
    ("change", "old", "new"),
    [
        ({"data": {"leave_out": []}}, "data.leave_out", "data.exclude_columns"),
        ({"resampled": {"splits": 5}}, "resampled.splits", "resampled.n_splits"),
        ({"lasso": {"folds": 5}}, "lasso.folds", "lasso.n_folds"),
        ({"lasso": {"path_length": 50}}, "lasso.path_length", "lasso.n_lambda"),
        ({"lasso": {"path_ratio": 0.1}}, "lasso.path_ratio", "lasso.lambda_min_ratio"),
        ({"network": {"seeds": 5}}, "network.seeds", "network.n_seeds"),
    ],
)
def test_the_error_for_an_old_key_names_the_new_one(change, old, new):
    assert mistakes(change) == [f"salaries.{old} has a new name: salaries.{new}"]


def test_a_user_s_table_reaches_every_job(standard):
    data = {"path": "flats/rents.csv", "target": "rent", "rows": "flats", "unit": "euros"}
    config = SalariesConfig(**{**standard.salaries.model_dump(), "data": data, "relaxed_lasso": ["size"]})
    assert config.labels() == TableLabels(name="rents.csv", target="rent", rows="flats", unit="euros")
    assert config.source() == "flats/rents.csv"
    job = config.data_job().as_dict()["user_table"]
    assert job.pop("source")["path"] == "flats/rents.csv"
    assert job == {
        **{"target": "rent", "exclude_columns": [], "factors": []},
        **{"test_size": 87, "max_training_rows": 5000, "n_folds": 10, "relaxed_lasso": ["size"]},
    }
    assert "network" not in config.methods()
    assert config.method("book", "network_standardised").standardise_target
    assert config.learning_curve_fit().network is None
    assert Path(standard.salaries.source()) == Path("resources/hitters.json")
    assert standard.salaries.data_job().as_dict() == {}
    assert standard.salaries.labels() is None
    assert standard.salaries.methods() == list(METHODS)
    assert standard.salaries.learning_curve_fit().network == standard.salaries.method("resampled", "network")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_configuration_of_every_method_is_of_its_model(standard, protocol):
    assert set(FIT_CONFIGS) == set(METHODS)
    for method in METHODS:
        config = standard.salaries.method(protocol, method)
        assert type(config) is FIT_CONFIGS[method]
        assert FIT_CONFIGS[method].model_validate_json(config.to_json()) == config


def test_the_book_s_network_is_raw_and_the_other_differs_in_its_target_only(standard):
    raw, standardised = (standard.salaries.method("book", name) for name in ("network", "network_standardised"))
    assert "standardise_target" not in raw.as_dict()
    assert standardised.as_dict() == {**raw.as_dict(), "standardise_target": True}


def test_bagging_is_the_forest_that_tries_all_predictors(standard):
    config = standard.salaries.method("book", "bagging")
    assert (config.max_features, config.min_samples_leaf) == ([1.0], [1])


def test_no_setting_trains_on_a_sample_of_the_players(standard):
    (mistake,) = mistakes({"max_training_rows": 262})
    assert "salaries.max_training_rows is 262: it must be a whole number of at least 263" in mistake
    smallest = SalariesConfig(**{**standard.salaries.model_dump(), "max_training_rows": 263})
    for protocol in ("book", "resampled"):
        drawn = draw_splits(263, smallest.splits(protocol))
        assert drawn.equals(draw_splits(263, standard.salaries.splits(protocol)))
