"""Describe mistakes in the configuration, one line each."""

import json
from collections.abc import Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from relecture.config.schema import SchemaRules, Step
from relecture.errors import closest


def describe(error: ValidationError, model: type[BaseModel]) -> list[str]:
    """Return every mistake as a line: its location, the value, what is allowed.

    A misspelt key is one mistake, although pydantic also reports that the right one is missing.
    """
    rules = SchemaRules(model)
    errors = error.errors(include_url=False)
    unknown = [mistake["loc"] for mistake in errors if mistake["type"] == "extra_forbidden"]
    renamed = {location: new for location in unknown if (new := _renamed(location, model))}
    meant = {location: renamed.get(location) or _nearest(location, rules) for location in unknown}
    lines = []
    for mistake in errors:
        location, value = mistake["loc"], mistake["input"]
        match mistake["type"]:
            case "extra_forbidden" if location in renamed:
                lines.append(f"{dotted(location)} has a new name: {dotted(renamed[location])}")
            case "extra_forbidden":
                lines.append(_unknown_key(location, meant[location], rules))
            case "missing":
                if location not in meant.values():
                    lines.append(f"{dotted(location)} is missing: it must be {rules.allowed(location)}")
            case "value_error":
                lines.append(f"{dotted(location)} is {_as_json(value)}: {mistake['ctx']['error']}")
            case _:
                where = dotted(location) or "the configuration"
                near = _nearest_value(value, rules.node(location).get("enum", []))
                lines.append(f"{where} is {_as_json(value)}: it must be {rules.allowed(location)}{near}")
    return lines


def dotted(location: Sequence[Step]) -> str:
    """Return a location as it is written in messages: digits.ridge.lambdas[2]."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location).removeprefix(".")


def _unknown_key(location: tuple[Step, ...], meant: tuple[Step, ...] | None, rules: SchemaRules) -> str:
    if meant is None:
        return f"{dotted(location)} is not a setting: allowed here are {', '.join(rules.keys(location[:-1]))}"
    # Inside the same block the key alone says it; from another block it needs the whole path.
    suggestion = meant[-1] if meant[:-1] == location[:-1] else dotted(meant)
    return f"{dotted(location)} is not a setting: did you mean `{suggestion}`?"


def _renamed(location: tuple[Step, ...], model: type[BaseModel]) -> tuple[Step, ...] | None:
    """Return the present name of a key that version 0.1 had."""
    *above, key = location
    block: Any = model
    for step in above:
        block = block.model_fields[step].annotation if isinstance(step, str) else get_args(block)[0]
    new = getattr(block, "renamed", {}).get(key)
    return (*above, *new.split(".")) if new else None


def _nearest(location: tuple[Step, ...], rules: SchemaRules) -> tuple[Step, ...] | None:
    """Return the key that was probably meant: one of the same block, or of this name elsewhere."""
    *block, key = location
    if near := closest(str(key), rules.keys(block)):
        return (*block, near)
    elsewhere = [other for other in rules.locations() if other[-1] == key]
    # The closest relative: `digits.epochs` means `digits.training.epochs`, not that of `salaries`.
    elsewhere.sort(key=lambda other: -sum(mine == its for mine, its in zip(location, other, strict=False)))
    return elsewhere[0] if elsewhere else None


def _nearest_value(value: Any, names: list[str]) -> str:
    """Return a suggestion such as "; did you mean Hits?", or nothing."""
    near = closest(str(value), names)
    return f"; did you mean {near}?" if near else ""


def _as_json(value: Any) -> str:
    """Return a value as JSON, shortened where it is long."""
    if value is None:
        return "empty"
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
    except (TypeError, ValueError):
        text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
