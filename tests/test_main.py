"""The command `relecture`: it lists every group without importing one, and errors are short."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

import relecture

SOURCE = Path(relecture.__file__).parent
GROUPS = sorted(file.parent.name for file in SOURCE.glob("*/cli.py"))

# Runs the command and then prints which modules were loaded.
LOADED = """
import json, sys
from relecture.__main__ import main
try:
    main()
except SystemExit:
    pass
print(json.dumps(sorted(sys.modules)))
"""


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "relecture", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, "COLUMNS": "200", **environment})


def modules(*arguments: str) -> set[str]:
    command = [sys.executable, "-c", LOADED, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_help_lists_every_package_with_a_command_line_and_the_workflow():
    done = run("--help")
    assert done.returncode == 0
    listed = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("│ ")]
    assert [name for name in listed if not name.startswith("-")] == ["run", "predict", *GROUPS]
    assert len(GROUPS) >= 10
    assert "The scorecard: published values, reproduced values and the verdict on each pair." in done.stdout


def test_every_listed_package_says_in_a_line_what_it_is():
    from relecture.__main__ import packages

    assert list(packages()) == GROUPS
    assert [name for name, text in packages().items() if not text] == []


def test_help_imports_no_group():
    loaded = modules("--help")
    assert [name for name in GROUPS if f"relecture.{name}" in loaded] == []
    assert not {"pydantic", "numpy", "pandas", "torch", "snakemake", "mlflow"} & loaded


def test_a_group_imports_no_other_group_and_nothing_heavy():
    loaded = modules("digits", "--help")
    assert "relecture.digits.cli" in loaded
    assert [name for name in GROUPS if name != "digits" and f"relecture.{name}.cli" in loaded] == []
    assert not {"numpy", "pandas", "torch", "sklearn", "matplotlib", "snakemake", "mlflow"} & loaded


def test_help_takes_less_than_0_4_seconds_of_cpu_time():
    # 0.2 s on an idle machine; CPU time and the best of three, so that other processes matter little.
    def seconds() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        run("--help")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(seconds() for _ in range(3)) < 0.4


def test_without_arguments_it_shows_the_help():
    assert run().stdout.strip() == run("--help").stdout.strip()


@pytest.mark.parametrize("group", GROUPS)
def test_every_group_shows_its_commands(group):
    done = run(group, "--help")
    assert done.returncode == 0, done.stderr
    assert f"Usage: relecture {group} [OPTIONS] COMMAND [ARGS]..." in done.stdout


def test_help_installs_completion():
    assert "--install-completion" in run("--help").stdout


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("relecture sco", ["scorecard"]),
        ("relecture scorecard sh", ["show"]),
        ("relecture scorecard ", ["write", "docs", "show"]),
        ("relecture nosuchgroup sh", []),
    ],
)
def test_the_shell_completes_groups_and_commands(line, expected):
    words = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split(" ")) - 1)}
    done = run(_RELECTURE_COMPLETE="complete_bash", **words)
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(done.stdout.split()) == sorted(expected)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["digit"], "No such command 'digit'. Did you mean 'digits'?"),
        (["scorecard", "shwo"], "No such command 'shwo'. Did you mean 'show'?"),
        (["nosuchgroup"], "No such command 'nosuchgroup'."),
    ],
)
def test_an_unknown_group_or_command_is_an_error_with_a_suggestion(arguments, message):
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


def test_a_user_error_is_one_line_and_exit_code_1(tmp_path):
    done = run("scorecard", "show", "--results", str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"relecture: there is no {tmp_path}/scorecard.csv yet; compute it with: make replicate\n"
