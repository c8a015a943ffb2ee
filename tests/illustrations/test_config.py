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
        assert set(config.as_dict()) <= {"seed", "n_seeds", "n_points", "n_rows", "n_units"}
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


def test_sizes_that_do_not_increase_are_an_error():
    with pytest.raises(UserError, match=r"illustrations\.flexibility\.n_units is \[4, 2\]: the numbers must increase"):
        load(merge(STANDARD, {"illustrations": {"flexibility": {"n_units": [4, 2]}}}))
