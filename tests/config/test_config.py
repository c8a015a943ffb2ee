"""The configuration: all mistakes in one message, each with its location and what is allowed."""

import contextlib
import copy
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relecture.config import COMPARISONS, Config, load
from relecture.config.schema import SchemaRules
from relecture.config.yaml_files import merge, read, read_all
from relecture.errors import UserError

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "config"
STANDARD = read(CONFIG / "config.yaml")


def mistakes(*overlays: dict, without: str | None = None) -> list[str]:
    """Return the lines of the message for the standard configuration with these changes."""
    config = copy.deepcopy(STANDARD)
    for overlay in overlays:
        config = merge(config, overlay)
    if without:
        *above, key = without.split(".")
        block = config
        for name in above:
            block = block[name]
        del block[key]
    with pytest.raises(UserError) as caught:
        load(config)
    _, *lines, reference = str(caught.value).splitlines()
    assert reference == "Every setting and what is allowed: config/README.md"
    return [line.strip() for line in lines]


@pytest.mark.parametrize("overlay", [None, "quick", "full"])
def test_the_configurations_of_the_project_are_valid(overlay):
    files = [CONFIG / "config.yaml", *([CONFIG / f"{overlay}.yaml"] if overlay else [])]
    assert load(read_all(files)).preset == (overlay or "standard")


def test_the_overlays_change_how_much_is_computed_and_nothing_else():
    amounts = {
        "epochs",
        "max_epochs",
        "max_iter",
        "brackets",
        "max_rows",
        "max_training_rows",
        "max_steps",
        "train_sizes",
    }
    amounts |= {"lambdas", "cp", "max_features", "min_samples_leaf"}  # candidates
    questions = {"n_clusters", "n_districts", "n_folds", "n_parties"}
    for overlay in ("quick", "full"):
        changed = set(_values(read(CONFIG / f"{overlay}.yaml")))
        assert {("preset",), ("run", "name")} <= changed
        assert ("digits", "n_validation") not in changed
        names = {location[-1] for location in changed - {("preset",), ("run", "name")}}
        assert {name for name in names if not name.startswith("n_") or name in questions} <= amounts


def _values(config: dict, above: tuple[str, ...] = ()):
    for key, value in config.items():
        yield from _values(value, (*above, key)) if isinstance(value, dict) else [(*above, key)]


def test_every_comparison_has_a_block_of_its_name():
    assert COMPARISONS == ("salaries", "digits", "tallies", "clusters", "illustrations")
    assert set(COMPARISONS) < set(STANDARD)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"digits": {"n_seeds": 0}}, "digits.n_seeds is 0: it must be a whole number of at least 1"),
        ({"digits": {"n_seeds": 2.5}}, "digits.n_seeds is 2.5: it must be a whole number of at least 1"),
        ({"digits": {"n_seeds": True}}, "digits.n_seeds is true: it must be a whole number of at least 1"),
        ({"digits": {"n_seeds": None}}, "digits.n_seeds is empty: it must be a whole number of at least 1"),
        ({"digits": {"n_seeds": [3]}}, "digits.n_seeds is [3]: it must be a whole number of at least 1"),
        ({"data": {"allow_sample_fallback": 1}}, "data.allow_sample_fallback is 1: it must be true or false"),
        ({"data": {"mirrors": "a"}}, 'data.mirrors is "a": it must be a list of texts'),
        (
            {"digits": {"training": {"learning_rate": "fast"}}},
            'digits.training.learning_rate is "fast": it must be a number above 0',
        ),
        (
            {"digits": {"training": {"epsilon": float("inf")}}},
            'digits.training.epsilon is "inf": it must be a number above 0',
        ),
        (
            {"digits": {"ridge": {"lambdas": [0.1, 0.2, -1]}}},
            "digits.ridge.lambdas[2] is -1: it must be a number above 0",
        ),
        (
            {"digits": {"hidden": []}},
            "digits.hidden is []: it must be a list, not empty, of whole numbers of at least 1",
        ),
        (
            {"digits": {"training": {"rho": 1}}},
            "digits.training.rho is 1: it must be a number of at least 0 and below 1",
        ),
        (
            {"digits": {"n_validation": 50}},
            "digits.n_validation is 50: it must be a whole number from 100 to 50,000",
        ),
        (
            {"digits": {"early_stopping": 5}},
            "digits.early_stopping is 5: it must be a block with the keys patience",
        ),
        (
            {"data": None},
            "data is empty: it must be a block with the keys mirrors, allow_sample_fallback",
        ),
        (
            {"preset": "My Preset"},
            'preset is "My Preset": it must be a word of lower-case letters, digits, - and _',
        ),
        (
            {"tallies": {"cells_dir": "my{cells}"}},
            'tallies.cells_dir is "my{cells}": a brace in a path is a wildcard to Snakemake, and a word in angle '
            "brackets a variable: rename the file or folder",
        ),
        (
            {"tallies": {"sheets_dir": "my/<sheets>"}},
            'tallies.sheets_dir is "my/<sheets>": a brace in a path is a wildcard to Snakemake, and a word in angle '
            "brackets a variable: rename the file or folder",
        ),
    ],
)
def test_a_bad_value_is_reported_with_its_location_and_what_is_allowed(change, message):
    assert mistakes(change) == [message]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"digits": {"training": {"batchsize": 64}}},
            "digits.training.batchsize is not a setting: did you mean `batch_size`?",
        ),
        ({"Digits": {"seeds": 3}}, "Digits is not a setting: did you mean `digits`?"),
        (
            {"digits": {"epochs": 64}},
            "digits.epochs is not a setting: did you mean `digits.training.epochs`?",
        ),
        (
            {"salaries": {"epochs": 64}},
            "salaries.epochs is not a setting: did you mean `salaries.network.training.epochs`?",
        ),
        (
            {"data": {"colour": "red"}},
            "data.colour is not a setting: allowed here are mirrors, allow_sample_fallback",
        ),
        (
            {7: "seven"},
            f"7 is not a setting: allowed here are preset, run, tracking, data, {', '.join(COMPARISONS)}",
        ),
    ],
)
def test_an_unknown_key_is_reported_with_the_nearest_one(change, message):
    assert mistakes(change) == [message]


def test_a_missing_key_is_reported_with_what_it_must_be():
    assert mistakes(without="digits.ridge.lambdas") == [
        "digits.ridge.lambdas is missing: it must be a list, not empty, of numbers above 0"
    ]


def test_a_misspelt_key_is_one_mistake_and_not_also_a_missing_one():
    assert mistakes({"digits": {"n_sedes": 5}}, without="digits.n_seeds") == [
        "digits.n_sedes is not a setting: did you mean `n_seeds`?"
    ]


def test_dropout_needs_one_rate_per_hidden_layer():
    assert mistakes({"digits": {"hidden": [256, 128, 64]}}) == [
        "digits.dropout is [0.4, 0.3]: digits.hidden has 3 layers, so 3 numbers are needed"
    ]


def test_the_relaxed_lasso_takes_numeric_predictors_of_hitters_only():
    (line,) = mistakes({"salaries": {"relaxed_lasso": ["Hits", "crbi", "League"]}})
    assert line == (
        'salaries.relaxed_lasso is ["Hits", "crbi", "League"]: '
        "Hitters has no numeric predictor `crbi` (did you mean CRBI?), `League`"
    )


def test_no_predictor_and_no_lambda_is_listed_twice():
    assert mistakes(
        {
            "salaries": {"relaxed_lasso": ["Hits", "Hits"]},
            "digits": {"ridge": {"lambdas": [0.001, "1e-3"]}},
        }
    ) == [
        'salaries.relaxed_lasso is ["Hits", "Hits"]: each predictor may be named only once',
        "digits.ridge.lambdas is [0.001, 0.001]: every lambda may be listed once",
    ]


def test_all_mistakes_are_reported_at_once_and_the_header_names_the_files():
    config = merge(
        STANDARD,
        {
            "preset": 3,
            "salary": {},
            "digits": {"dropout": [0.1], "training": {"rho": 2, "epochs": "x"}, "ridge": []},
        },
    )
    with pytest.raises(UserError) as caught:
        load(config, [CONFIG / "config.yaml", "mine.yaml", "mine.yaml"])
    header, *lines, _ = str(caught.value).splitlines()
    assert header.startswith("6 mistakes in the configuration (")
    assert header.endswith("config/config.yaml, mine.yaml)")
    assert [line.split()[0] for line in lines] == [
        "preset",
        "digits.training.epochs",
        "digits.training.rho",
        "digits.ridge",
        "digits.dropout",
        "salary",
    ]


def test_numbers_with_an_exponent_are_numbers_although_yaml_reads_them_as_text(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("digits: {training: {learning_rate: 1e-3, epochs: 1e1, batch_size: 64.0}}")
    assert read(file)["digits"]["training"]["learning_rate"] == "1e-3"  # as YAML parses it
    training = load(merge(STANDARD, read(file))).digits.training
    assert (training.learning_rate, training.epochs, training.batch_size) == (0.001, 10, 64)
    assert isinstance(training.epochs, int)


KEYS = st.sampled_from([location[-1] for location in SchemaRules(Config).locations()]) | st.text() | st.integers()
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates() | st.binary(),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(KEYS, below, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.sampled_from(list(SchemaRules(Config).locations())), VALUES)
def test_any_value_of_any_key_is_valid_or_a_user_error(location, value):
    overlay = value
    for key in reversed(location):
        overlay = {key: overlay}
    _valid_or_user_error(merge(STANDARD, overlay))


@settings(deadline=None)
@given(st.dictionaries(KEYS, VALUES))
def test_any_configuration_is_valid_or_a_user_error(config):
    _valid_or_user_error(config)
    _valid_or_user_error(merge(STANDARD, config))


def _valid_or_user_error(config: dict) -> None:
    with contextlib.suppress(UserError):
        assert isinstance(load(config), Config)
