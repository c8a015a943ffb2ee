"""Configuration files: read, merged, documented, and checked by the command and inside a Snakefile."""

import copy
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from snakemake.cli import parse_config

from relecture.config import Config, load
from relecture.config.config_docs import reference
from relecture.config.schema import SchemaRules
from relecture.config.yaml_files import as_in_a_file, merge, read
from relecture.errors import UserError

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "config"

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from("abc"), below, max_size=3),
    max_leaves=8,
)
BLOCKS = st.dictionaries(st.sampled_from("abc"), VALUES)


@settings(deadline=None)
@given(BLOCKS, BLOCKS)
def test_files_are_merged_as_snakemake_merges_them(below, above):
    from snakemake.utils import update_config

    expected = copy.deepcopy(below)
    update_config(expected, copy.deepcopy(above))
    assert merge(below, above) == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("digits:\n  hidden: [1, 2\n", "line 3, column 1, cannot be read: expected ',' or ']'"),
        ("digits:\n\tn_seeds: 3\n", "line 2, column 1, cannot be read: found character '\\t'"),
        ("digits:\n\tn_seeds: 3\n", "(indent with spaces, not with tabs)"),
        (
            "preset: a\ndigits:\n  n_seeds: 1\n  n_seeds: 2\n",
            "line 4, column 3, cannot be read: `n_seeds` is repeated in this block",
        ),
        ("a: 2026-13-45", "cannot be read: month must be in 1..12"),
        ("a: \x01", "cannot be read"),
        ("? [a]\n: 1", "cannot be read"),
        ("[" * 5000, "cannot be read"),
        ("# nothing but a comment", "it holds nothing"),
        ("- quick", "it holds a list"),
        ("quick", "it holds a str"),
    ],
)
def test_a_broken_file_is_reported_with_its_name_and_line(tmp_path, content, message):
    file = tmp_path / "mine.yaml"
    file.write_text(content)
    with pytest.raises(UserError) as caught:
        read(file)
    assert str(caught.value).startswith(str(file))
    assert message in str(caught.value)


def test_a_missing_file_and_a_folder_are_reported(tmp_path):
    with pytest.raises(UserError, match=r"there is no configuration file .*/mine\.yaml"):
        read(tmp_path / "mine.yaml")
    with pytest.raises(UserError, match="cannot be read: Is a directory"):
        read(tmp_path)


def test_the_reference_is_what_the_models_say():
    written = (CONFIG / "README.md").read_text(encoding="utf-8")
    assert written == reference(CONFIG), "run: relecture config docs > config/README.md"


def test_the_reference_names_every_setting_and_every_value():
    text = reference(CONFIG)
    for location in SchemaRules(Config).locations():
        assert f"`{location[-1]}`" in text or f"`{'.'.join(location)}`" in text
    assert "| `0.00001`" not in text
    assert "`[0.00003, 0.0003]`" in text
    assert "`1e-7`" in text


def _run(*arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, *arguments], cwd=folder, capture_output=True, text=True)


def test_the_command_checks_files_and_says_so():
    done = _run("-m", "relecture", "config", "check", "config/config.yaml", "config/quick.yaml")
    assert (done.returncode, done.stdout) == (0, "config is valid: config/config.yaml, config/quick.yaml\n")


@pytest.mark.parametrize(
    ("files", "expected"),
    [([], "results"), (["config/quick.yaml"], "results/quick"), (["config/quick.yaml", "mine.yaml"], "results/mine")],
)
def test_the_command_prints_the_folder_of_results_of_these_files(tmp_path, files, expected):
    (tmp_path / "mine.yaml").write_text("run: {name: mine}\n")
    paths = [str(tmp_path / name) if name == "mine.yaml" else name for name in files]
    done = _run("-m", "relecture", "config", "folder", *paths)
    assert (done.returncode, done.stdout) == (0, f"{expected}\n")


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("digits={n_seeds: 3}", {"digits": {"n_seeds": 3}}),
        ("digits={dropout: {rates: [0.4, 1e-3]}}", {"digits": {"dropout": {"rates": [0.4, "1e-3"]}}}),
        (
            "salaries={data: {path: 2024.csv, header: true}}",
            {"salaries": {"data": {"path": "2024.csv", "header": True}}},
        ),
        ("preset=mine", {"preset": "mine"}),
        ("data={mirrors: ['a: b', '{', '~']}", {"data": {"mirrors": ["a: b", "{", "~"]}}),
    ],
)
def test_values_of_the_command_line_are_as_in_a_file(entry, expected):
    assert as_in_a_file(parse_config([entry])) == expected


def test_a_path_of_a_user_may_begin_with_the_home_folder(monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    checked = load(
        merge(read(CONFIG / "config.yaml"), {"tallies": {"sheets_dir": "~/sheets", "cells_dir": "./~cells"}})
    )
    assert (checked.tallies.sheets_dir, checked.tallies.cells_dir) == ("/home/me/sheets", "./~cells")


def test_the_command_ends_with_code_1_and_the_message_alone(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("digits: {n_sedes: 3}")
    done = _run("-m", "relecture", "config", "check", "config/config.yaml", str(file))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"relecture: 1 mistake in the configuration (config/config.yaml, {file})\n"
        "  digits.n_sedes is not a setting: did you mean `n_seeds`?\n"
        "Every setting and what is allowed: config/README.md\n"
    )


def test_importing_the_configuration_imports_nothing_heavy():
    heavy = "{'numpy', 'pandas', 'torch', 'sklearn', 'typer', 'snakemake'}"
    done = _run("-c", f"import sys, relecture.config; print({heavy} & set(sys.modules))")
    assert done.stdout == "set()\n", done.stderr


SNAKEFILE = """
import relecture.config

configfile: "config.yaml"
run_config = relecture.config.load_or_exit(config, workflow.configfiles, workflow.config_settings.config)

rule all:
    output: "made"
    params: run_config.digits.n_seeds
    shell: "echo {params} > {output}"
"""


@pytest.mark.slow
def test_snakemake_with_mistakes_ends_with_the_message_alone_and_runs_nothing(tmp_path):
    (tmp_path / "Snakefile").write_text(SNAKEFILE)
    (tmp_path / "config.yaml").write_text((CONFIG / "config.yaml").read_text())
    (tmp_path / "mine.yaml").write_text("digits: {n_sedes: 3, n_seeds: 0}")
    start = time.monotonic()
    done = _run("-m", "snakemake", "--cores", "1", "--configfile", "mine.yaml", folder=tmp_path)
    seconds = time.monotonic() - start
    assert done.returncode == 1
    assert done.stdout == ""
    # Snakemake's own first line, which comes before the Snakefile is read, then the message.
    assert done.stderr.splitlines() == [
        "Config file config.yaml is extended by additional config specified via the command line.",
        "relecture: 2 mistakes in the configuration (mine.yaml, config.yaml)",
        "  digits.n_seeds is 0: it must be a whole number of at least 1",
        "  digits.n_sedes is not a setting: did you mean `n_seeds`?",
        "Every setting and what is allowed: config/README.md",
    ]
    assert not (tmp_path / "made").exists()
    assert not list((tmp_path / ".snakemake").rglob("*.lock"))
    assert seconds < 20  # 1.3 s on an idle machine; the bound is for a busy one


@pytest.mark.slow
def test_snakemake_takes_a_value_of_the_command_line_and_names_it_in_a_mistake(tmp_path):
    (tmp_path / "Snakefile").write_text(SNAKEFILE)
    (tmp_path / "config.yaml").write_text((CONFIG / "config.yaml").read_text())
    done = _run("-m", "snakemake", "--cores", "1", "--config", "digits={n_seeds: 3}", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "made").read_text() == "3\n"
    done = _run("-m", "snakemake", "--cores", "1", "--config", "digits={n_seeds: 0}", folder=tmp_path)
    assert done.returncode == 1
    assert "relecture: 1 mistake in the configuration (--config, config.yaml)\n  digits.n_seeds is 0:" in done.stderr
