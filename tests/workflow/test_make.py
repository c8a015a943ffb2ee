"""`make`, with a stand-in for its environment."""

import re
import shutil

import pytest
from environment import set_up

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("make"), reason="needs make; this machine has none"),
]

COMMANDS = {
    "replicate",
    "quick",
    "full",
    "verify",
    "test",
    "test-fast",
    "data",
    "sync",
    "ui",
    "report",
    "handout",
    "bench",
    "clean",
}


@pytest.fixture
def ready(fresh):
    """The project before anything was run, but set up."""
    return set_up(fresh)


def test_make_alone_lists_the_commands(fresh):
    result = fresh.run("make")
    assert result.code == 0
    listed = re.findall(r"^make ([\w-]+) +\S.*$", result.output, re.MULTILINE)
    assert set(listed) >= COMMANDS


def test_cores_config_and_further_arguments_reach_snakemake(ready):
    result = ready.run("make", "replicate", "CORES=1", "CONFIG=config/tiny.yaml", "ARGS=--dry-run")
    assert "config/tiny.yaml" in result.output
    assert "--cores 1" in result.output
    assert {"fetch mnist", "digits_fit dropout", "salaries_fit book lasso", "scorecard"} <= result.jobs
    assert not (ready / "results").exists()


@pytest.mark.parametrize("command", ["replicate", "quick", "data"])
def test_a_target_in_the_arguments_is_not_read_as_a_configuration_file(ready, command):
    result = ready.run("make", command, "CONFIG=config/tiny.yaml", "ARGS=resources/hitters.json --dry-run")
    assert "fetch hitters" in result.jobs, result.output
    assert not {job for job in result.jobs if "fit" in job}


def test_where_something_else_than_everything_is_asked_for_no_scorecard_is_looked_for(ready):
    result = ready.run("make", "replicate", "CONFIG=config/tiny.yaml", "ARGS=resources/hitters.json", "CORES=1")
    assert result.code == 0, result.trouble
    assert result.jobs == {"fetch hitters"}
    assert "scorecard" not in result.output
