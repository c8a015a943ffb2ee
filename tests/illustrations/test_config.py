"""Configuration of the figures."""

from pathlib import Path

import pytest

from relecture.config import load
from relecture.config.yaml_files import merge, read
from relecture.errors import UserError
from relecture.illustrations.config import FIGURE_CONFIGS
from relecture.illustrations.exhibits import EXHIBITS

STANDARD = read(Path(__file__).parents[2] / "config/config.yaml")


def test_every_illustration_has_a_configuration_and_no_other_has_one(standard):
    assert list(FIGURE_CONFIGS) == [figure.name for figure in EXHIBITS.figures]
    for name in [figure.name for figure in EXHIBITS.figures]:
        config = standard.illustrations.illustration(name)
        assert type(config) is FIGURE_CONFIGS[name]
        block = getattr(standard.illustrations, name, None)
        if block is not None:
            assert block.as_dict().items() <= config.as_dict().items()
    with pytest.raises(KeyError):
        standard.illustrations.illustration("nonsense")


@pytest.mark.parametrize(
    ("change", "old", "new"),
    [
        ({"seeds": 5}, "seeds", "n_seeds"),
        ({"rings": {"points": 50}}, "rings.points", "rings.n_points"),
        ({"interaction": {"rows": 50}}, "interaction.rows", "interaction.n_rows"),
        ({"interaction": {"units": 5}}, "interaction.units", "interaction.n_units"),
        ({"flexibility": {"rows": 50}}, "flexibility.rows", "flexibility.n_rows"),
        ({"flexibility": {"units": [1, 2]}}, "flexibility.units", "flexibility.n_units"),
    ],
)
def test_the_error_for_an_old_key_names_the_new_one(change, old, new):
    with pytest.raises(UserError, match=rf"illustrations\.{old} has a new name: illustrations\.{new}\n"):
        load(merge(STANDARD, {"illustrations": change}))


@pytest.mark.parametrize(
    ("figure", "key"),
    [
        ("flexibility", "n_units"),
        ("linear_overfit", "n_predictors"),
        ("filters", "n_filters"),
        ("filters", "kernel_sizes"),
        ("activation_errors", "learning_rates"),
    ],
)
def test_numbers_that_do_not_increase_are_an_error(figure, key):
    with pytest.raises(
        UserError, match=rf"illustrations\.{figure}\.{key} is \[5(\.0)?, 3(\.0)?\]: the numbers must increase"
    ):
        load(merge(STANDARD, {"illustrations": {figure: {key: [5, 3]}}}))


def test_a_filter_without_a_middle_is_an_error():
    with pytest.raises(UserError, match=r"filters\.kernel_sizes is \[2, 3\]: the numbers must be odd"):
        load(merge(STANDARD, {"illustrations": {"filters": {"kernel_sizes": [2, 3]}}}))


def test_the_number_of_networks_is_that_of_the_figure_and_not_of_the_figures_of_made_up_data(standard):
    assert standard.illustrations.illustration("filters").n_seeds == standard.illustrations.filters.n_seeds
    assert standard.illustrations.illustration("elbow").n_seeds == standard.illustrations.n_seeds
