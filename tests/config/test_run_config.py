"""The block `run`: its name decides where a run writes, and no run writes into the folder of another."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from relecture.config import COMPARISONS, OTHER_FOLDERS, Config, RunConfig, load
from relecture.config.yaml_files import merge, read, read_all
from relecture.errors import UserError

CONFIG = Path(__file__).parents[2] / "config"
STANDARD = read(CONFIG / "config.yaml")


def run_named(name: object) -> RunConfig:
    return load(merge(STANDARD, {"run": {"name": name}})).run


def test_a_run_without_a_name_writes_to_the_folder_of_results_itself():
    assert load(STANDARD).run == RunConfig(name="")
    assert RunConfig().path() == "results"
    assert RunConfig().path("digits/table.csv") == "results/digits/table.csv"


def test_a_run_with_a_name_writes_everything_below_that_name():
    run = run_named("my-run_2")
    assert run.path() == "results/my-run_2"
    assert run.path("digits/table.csv") == "results/my-run_2/digits/table.csv"


@pytest.mark.parametrize(
    ("overlay", "folder"), [(None, "results"), ("quick", "results/quick"), ("full", "results/full")]
)
def test_each_configuration_of_the_project_has_a_folder_of_its_own(overlay, folder):
    files = [CONFIG / "config.yaml", *([CONFIG / f"{overlay}.yaml"] if overlay else [])]
    assert load(read_all(files)).run.path() == folder


@pytest.mark.parametrize("name", ["Mine", "2nd", "my run", "a/b", "..", ".", "-x", "_x", "ä", "mine\n", " "])
def test_a_name_that_is_no_word_is_an_error_that_says_what_is_allowed(name):
    with pytest.raises(UserError, match="must be empty, or a word of lower-case letters, digits, - and _"):
        run_named(name)


@pytest.mark.parametrize("name", [*COMPARISONS, "benchmarks", "checkpoints", "logs"])
def test_a_folder_of_the_run_without_a_name_is_no_name(name):
    with pytest.raises(UserError) as caught:
        run_named(name)
    expected = f'run.name is "{name}": results/{name}/ belongs to the run without a name; choose another name'
    assert expected in str(caught.value)


def test_every_folder_that_the_rules_make_in_results_is_reserved():
    rules = "\n".join(file.read_text() for file in sorted((CONFIG.parent / "workflow/rules").glob("*.smk")))
    folders = set(re.findall(r"""results\(f?["'](\w+)/""", rules)) - {"tallies"}
    assert folders >= {"logs", "benchmarks", "checkpoints", "digits"}
    assert folders <= {*COMPARISONS, *OTHER_FOLDERS}


@given(st.from_regex(r"[a-z0-9_-]*", fullmatch=True) | st.text(max_size=20))
def test_a_valid_name_is_one_folder_inside_results(name):
    try:
        run = RunConfig(name=name)
    except ValidationError:
        return
    path = Path(run.path("digits"))
    assert path.parts == ("results", *([name] if name else []), "digits")


def test_the_blocks_run_and_tracking_are_optional_and_all_others_are_required():
    required = [name for name, field in Config.model_fields.items() if field.is_required()]
    assert required == ["preset", "data", *COMPARISONS]
