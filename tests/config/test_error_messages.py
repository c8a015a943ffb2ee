"""Messages about keys that have a new name: each names the present key, and that key exists."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel, ValidationError

from relecture.config import Config, load
from relecture.config.error_messages import describe, dotted
from relecture.config.schema import SchemaRules
from relecture.config.yaml_files import merge, read
from relecture.config_model import ConfigModel
from relecture.errors import UserError

STANDARD = read(Path(__file__).parents[2] / "config/config.yaml")
Location = tuple[str | int, ...]


def models(model: type[BaseModel], location: Location = ()) -> Iterator[tuple[Location, type[BaseModel]]]:
    """Yield every model of the configuration with its location; of a list of blocks that of the first one."""
    yield location, model
    for name, field in model.model_fields.items():
        annotation, below = field.annotation, (*location, name)
        if items := get_args(annotation):
            annotation, below = items[0], (*below, 0)
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from models(annotation, below)


MODELS = list(models(Config))
RENAMED = [
    (location, old, new)
    for location, model in MODELS
    if issubclass(model, ConfigModel)
    for old, new in model.renamed.items()
]


def at(location: Location, value: Any) -> Any:
    for step in reversed(location):
        value = [value] if isinstance(step, int) else {step: value}
    return value


def test_every_block_of_the_configuration_is_looked_at():
    assert all(issubclass(model, ConfigModel) for _, model in MODELS)
    keys = {tuple(step for step in (*location, key) if isinstance(step, str)) for location, m in MODELS
            for key in m.model_fields}  # fmt: skip
    assert keys == set(SchemaRules(Config).locations())
    assert {("budget", "preset"), ("seeds", "n_seeds"), ("strengths", "lambdas")} <= {(a, b) for _, a, b in RENAMED}


@pytest.mark.parametrize(("location", "old", "new"), RENAMED, ids=lambda value: dotted(value) or "top"
                         if isinstance(value, tuple) else value)  # fmt: skip
def test_the_error_about_a_renamed_key_names_a_key_that_exists(location, old, new):
    rules = SchemaRules(Config)
    *above, last = new.split(".")
    assert last in rules.keys((*location, *above))
    assert old not in rules.keys(location)
    with pytest.raises(UserError) as caught:
        load(merge(STANDARD, at((*location, old), None)))
    expected = f"{dotted((*location, old))} has a new name: {dotted((*location, *above, last))}"
    assert expected in [line.strip() for line in str(caught.value).splitlines()]


def test_a_renamed_key_is_one_mistake_and_its_present_name_not_also_a_missing_one():
    digits = {key: value for key, value in STANDARD["digits"].items() if key != "n_seeds"}
    with pytest.raises(UserError) as caught:
        load({**STANDARD, "digits": {**digits, "seeds": 5}})
    _, *lines, _ = str(caught.value).splitlines()
    assert lines == ["  digits.seeds has a new name: digits.n_seeds"]


def test_a_new_name_may_be_in_a_block_below():
    from pydantic import Field

    class Below(ConfigModel):
        """A block."""

        rate: float = Field(default=0.1, description="A rate.")

    class Above(ConfigModel):
        """A block around it."""

        renamed = {"dropout": "below.rate"}  # noqa: RUF012
        below: Below = Field(default=Below(), description="A block.")

    with pytest.raises(ValidationError) as caught:
        Above.model_validate({"dropout": 0.2})
    assert describe(caught.value, Above) == ["dropout has a new name: below.rate"]


@pytest.mark.parametrize("change", [{"digits": {"seeds": 5}}, {"run": {"name": "digits"}}], ids=str)
def test_the_faq_quotes_the_messages_about_renamed_keys_and_reserved_names(change):
    with pytest.raises(UserError) as error:
        load(merge(STANDARD, change))
    (message,) = [line.strip() for line in str(error.value).splitlines()[1:-1]]
    assert f"**`{message}`**" in (Path(__file__).parents[2] / "docs/faq.md").read_text()
