"""The JSON schema that editors check configuration files with, and the rules that messages are made from."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from relecture.config import Config
from relecture.config.schema import SchemaRules, json_schema
from relecture.config.yaml_files import read

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "config"
FILES = [
    *(CONFIG / f"{name}.yaml" for name in ("config", "quick", "full")),
    *sorted((ROOT / "examples").glob("*/config.yaml")),
    ROOT / "benchmarks/budgets-0.1.yaml",
]
SCHEMA = json_schema(Config)


def errors(content: Any) -> list[str]:
    """Return what a validator of JSON schema finds wrong with the content of a file."""
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(SCHEMA)
    return [f"{'.'.join(map(str, error.path))}: {error.message}" for error in validator.iter_errors(content)]


def blocks() -> list[dict[str, Any]]:
    return [SCHEMA, *SCHEMA["$defs"].values()]


def test_the_file_is_the_schema_of_the_models():
    written = (CONFIG / "schema.json").read_text(encoding="utf-8")
    assert json.loads(written) == SCHEMA, "run: relecture config schema > config/schema.json"
    assert written == json.dumps(SCHEMA, indent=2) + "\n"


def test_the_schema_is_a_valid_schema():
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_no_key_is_required_since_a_file_may_hold_only_what_differs():
    assert [block for block in blocks() if "required" in block] == []
    assert errors({}) == []


def test_no_block_allows_an_unknown_key():
    assert [block for block in blocks() if block["additionalProperties"] is not False] == []
    assert errors({"digits": {"n_sedes": 3}}) != []


def test_every_key_has_a_description():
    bare = [name for block in blocks() for name, node in block["properties"].items() if not node.get("description")]
    assert bare == []


def test_the_schema_has_the_keys_of_the_models_and_their_limits():
    assert set(SCHEMA["properties"]) == set(Config.model_fields)
    assert SCHEMA["$defs"]["DigitsConfig"]["properties"]["n_validation"]["maximum"] == 50_000
    assert errors({"digits": {"n_validation": 50}}) == ["digits.n_validation: 50 is less than the minimum of 100"]


def test_all_keywords_of_a_property_are_those_of_json_schema():
    ours = [name for block in blocks() for name, node in block["properties"].items() if "allowed" in node]
    assert ours == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_configuration_of_the_project_validates(file):
    assert errors(read(file)) == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_the_first_line_of_every_configuration_names_the_schema(file):
    first, *_ = file.read_text(encoding="utf-8").splitlines()
    prefix = "# yaml-language-server: $schema="
    assert first.startswith(prefix)
    path = Path(os.path.normpath(file.parent / first.removeprefix(prefix)))
    assert path == CONFIG / "schema.json"


def test_the_rules_name_every_key_from_the_top_to_the_bottom():
    locations = list(SchemaRules(Config).locations())
    assert {location[0] for location in locations} == set(Config.model_fields)
    assert ("digits", "ridge", "lambdas") in locations
    assert ("run", "name") in locations


@pytest.mark.parametrize(
    ("location", "allowed"),
    [
        (("digits", "n_seeds"), "a whole number of at least 1"),
        (("digits", "n_validation"), "a whole number from 100 to 50,000"),
        (("digits", "hidden"), "a list, not empty, of whole numbers of at least 1"),
        (("digits", "hidden", 0), "a whole number of at least 1"),
        (("digits", "dropout"), "a list of numbers of at least 0 and below 1"),
        (("digits", "early_stopping"), "a block with the keys patience"),
        (("run",), "a block with the keys name"),
        (("run", "name"), "empty, or a word of lower-case letters, digits, - and _"),
        (("data", "mirrors"), "a list of texts"),
    ],
)
def test_what_is_allowed_is_said_in_plain_words(location, allowed):
    assert SchemaRules(Config).allowed(location) == allowed
