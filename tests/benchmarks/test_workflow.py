"""The configurations that the benchmark of the workflow runs."""

from typing import Any

import pytest

from benchmarks.workflow import ROOT, load_config, overlay_file
from relecture.config.yaml_files import read
from relecture.errors import UserError

BUDGETS = ROOT / "benchmarks/budgets-0.1.yaml"

#: Amounts of work in config.yaml that differ from those of version 0.1.
CHANGED_SINCE_0_1: set[str] = {
    *("clusters.elbow.n_resamples", "clusters.types.n_init"),
    *("digits.n_seeds", "digits.ridge.lambdas", "digits.ridge.n_seeds_per_lambda", "digits.l1.lambdas"),
    *("digits.l1.n_seeds_per_lambda", "digits.one_hidden_layer.n_seeds", "digits.knn.n_neighbors"),
    *("digits.knn.n_images", "digits.random_forest.n_estimators", "digits.random_forest.n_seeds"),
    *(
        "tallies.base.n_seeds",
        "tallies.transfer.n_seeds",
        "tallies.label_curve.n_seeds",
        "tallies.final.n_seeds",
        "tallies.final.n_marks",
        "tallies.final.n_variants",
        "tallies.finalists.n_trials",
        "tallies.finalists.n_seeds",
    ),
    *(f"salaries.{name}" for name in ("ridge.lambdas", "knn.n_neighbors", "tree.cp", "bagging.n_trees")),
    *(f"salaries.random_forest.{name}" for name in ("n_trees", "max_features", "min_samples_leaf")),
    *(f"salaries.learning_curve.{name}" for name in ("n_splits", "train_sizes")),
    # Version 0.1 did not have these figures, so the budgets have them do as little work as they can.
    *(f"illustrations.linear_overfit.{key}" for key in ("n_rows", "n_predictors")),
    *(f"illustrations.elbow.{key}" for key in ("n_points", "k_max")),
    *(
        f"illustrations.{figure}.{key}"
        for figure in ("activation_errors", "feature_maps", "filters", "flipping")
        for key in ("n_seeds", "n_images", "n_test", "epochs")
    ),
    "illustrations.activation_errors.n_validation",
    "illustrations.filters.n_filters",
}
#: Amounts of work in config.yaml that version 0.1 did not have.
ADDED_SINCE_0_1: set[str] = set()

#: Amounts of work whose names do not begin with n_, besides the units and filters of the networks.
AMOUNTS = {"batch_size", "brackets", "cp", "epochs", "eta", "k_max", "lambda_min_ratio", "lambdas",
           "log_every_n_epochs", "max_epochs", "max_features", "max_iter", "min_samples_leaf", "patience", "test_size",
           "train_sizes"}  # fmt: skip
LAYERS = {"hidden", "filters", "fc1", "fc2"}


def values(block: dict[str, Any], above: str = "") -> dict[str, Any]:
    """Return the values of a configuration by the full names of their keys."""
    inside: dict[str, Any] = {}
    for key, value in block.items():
        inside |= values(value, f"{above}{key}.") if isinstance(value, dict) else {f"{above}{key}": value}
    return inside


def test_the_budgets_of_0_1_are_a_valid_configuration_with_a_folder_of_its_own():
    config = load_config(BUDGETS)
    assert config.preset == "budgets-0-1"
    assert config.run.path() == "results/budgets-0-1"


def test_the_budgets_of_0_1_fix_every_amount_of_work_and_nothing_else():
    fixed = set(values(read(BUDGETS))) - {"preset", "run.name"}
    amounts = {name for name in values(read(ROOT / "config/config.yaml")) if is_amount(name.rpartition(".")[2])}
    assert fixed == amounts - ADDED_SINCE_0_1


def is_amount(key: str) -> bool:
    return key.startswith("n_") or key in AMOUNTS | LAYERS


def test_the_budgets_of_0_1_differ_from_the_standard_ones_where_these_have_changed():
    standard, budgets = (values(load_config(file).model_dump()) for file in (None, BUDGETS))
    different = {name for name in standard if standard[name] != budgets[name]}
    assert different == {"preset", "run.name"} | CHANGED_SINCE_0_1


@pytest.mark.parametrize("preset", ["standard", "quick", "full"])
def test_a_preset_is_the_configuration_of_its_name(preset):
    assert load_config(overlay_file(preset)).preset == preset


def test_an_unknown_preset_is_an_error_that_names_the_missing_file():
    with pytest.raises(UserError, match=r"there is no configuration file .*config/quik\.yaml"):
        load_config(overlay_file("quik"))
