"""Every command in the README and the documentation is run: completely where that is cheap, else as a dry run.

A command is a line of a fenced block that begins with a program. Those that cannot be run here are in ELSEWHERE, with
what runs them instead; all others are run.
"""

import ast
import os
import re
import shlex
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import yaml
from environment import set_up

ROOT = Path(__file__).parents[2]
TEXTS = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "examples").rglob("*.md"),
                ROOT / "config/README.md", ROOT / "results/README.md"])  # fmt: skip
PROGRAMS = {"make", "snakemake", "python", "python3", "bash", "git", "pip", "relecture"}
ASSIGNMENT = re.compile(r"[A-Z_]+=\S*")

#: Commands that are not run here, and what does run them.
ELSEWHERE = {
    "make test": "CI",
    "make check": "CI",
    "make ui": "tests/workflow/finished/test_browser.py, as relecture tracking ui",
    "make sync": "tests/tracking/test_cli.py, as relecture tracking sync",
    "make report": "tests/workflow/finished/test_report.py",
    ".venv/bin/snakemake engel results/engel/page.html": "tests/workflow/test_new_comparison.py",
    ".venv/bin/python examples/tallies/write.py": "tests/workflow/test_examples.py",
    "make bench": "by hand, on an idle machine",
    "make screenshots": "tests/workflow/finished/test_browser.py takes the same pictures",
    ".venv/bin/python -m pip install --constraint constraints.txt --editable '.[dev,slurm]'": "by hand, on a cluster",
}
#: Messages in the FAQ that are Snakemake's.
OF_SNAKEMAKE = ("argument --executor",)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("make"), reason="needs make; this machine has none"),
]


@dataclass(frozen=True)
class Documented:
    """A command and the file that it is in."""

    line: str
    file: str

    @property
    def environment(self) -> dict[str, str]:
        """The variables set before the command."""
        words = shlex.split(self.line)
        before = words[: next(i for i, word in enumerate(words) if not ASSIGNMENT.fullmatch(word))]
        return dict(word.split("=", 1) for word in before)

    @property
    def words(self) -> list[str]:
        """The command itself; its program without a folder."""
        program, *rest = shlex.split(self.line)[len(self.environment) :]
        return [Path(program).name, *rest]

    def __str__(self) -> str:
        return f"{self.file}: {self.line[:60]}"


def blocks(text: str) -> list[list[str]]:
    """The lines of every fenced block of commands; blocks in another language are none."""
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    shell = [block.replace("\\\n", " ") for language, block in fenced if language in ("", "sh", "bash", "console")]
    return [[line.removeprefix("$ ") for line in block.splitlines() if line] for block in shell]


def is_command(line: str) -> bool:
    words = [word for word in line.split() if not ASSIGNMENT.fullmatch(word)]
    return bool(words) and Path(words[0]).name in PROGRAMS


def in_sentences(text: str) -> list[str]:
    """Commands of make, Snakemake and the package inside a sentence."""
    prose = re.sub(r"^```.*?^```$|\*\*`.*?`\*\*", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"`((?:make [a-z]|(?:\.venv/bin/)?(?:relecture [a-z]|snakemake [a-z-]))[^`]*)`", prose)


def documented() -> list[Documented]:
    """Each command once."""
    commands: dict[str, Documented] = {}
    for file in TEXTS:
        text = file.read_text()
        lines = [line for block in blocks(text) if block and is_command(block[0]) for line in block]
        for line in [*lines, *in_sentences(text)]:
            line = " ".join(line.partition("  #")[0].split())
            commands.setdefault(line, Documented(line, file.relative_to(ROOT).as_posix()))
    return list(commands.values())


COMMANDS = documented()


@pytest.fixture(scope="module")
def ready(untouched, tmp_path_factory):
    """The project before anything was run, with its texts and examples, and an environment that counts as set up."""
    copy = untouched.twin(tmp_path_factory.mktemp("documented") / "project")
    for part in ("examples", "benchmarks", "docs", "tests"):
        shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    set_up(copy)
    for name in ("mine.yaml", "config/mine.yaml", "my.yaml"):  # a reader's own configuration
        (copy / name).write_text("preset: mine\n")
    yield copy
    copy.stop()


def run(copy, words: list[str], *more: str, **environment: str):
    path = os.pathsep.join([str(copy / ".venv/bin"), os.environ["PATH"]])
    return copy.run(*words, *more, PATH=path, **environment)


@pytest.fixture(scope="module")
def dry_run(ready):
    """`dry_run(words)` runs a command of Snakemake as a dry run; once, however many texts name it."""

    @cache
    def result(environment: tuple[tuple[str, str], ...], *words: str):
        return run(ready, [*words], "--dry-run", **dict(environment))

    def get(words: list[str], environment: dict[str, str]):
        words = [word for word in words if word not in ("-n", "--dry-run")]
        # Where it stands, since a target behind --configfile would be one more such file.
        at = words.index("--cores") if "--cores" in words else len(words)
        words[at : at + 2] = ["--cores", "1"]
        return result(tuple(environment.items()), *words)

    return get


def test_there_are_commands_and_every_line_of_their_blocks_is_one():
    assert len(COMMANDS) > 15
    assert [str(command) for command in COMMANDS if not is_command(command.line)] == []


def test_what_is_run_elsewhere_is_documented_or_a_command_of_make():
    help_lines = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    known = {command.line for command in COMMANDS} | {f"make {target}" for target in help_lines}
    assert set(ELSEWHERE) <= known


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.line not in ELSEWHERE], ids=str)
def test_a_documented_command_runs(ready, dry_run, command):
    program, *arguments = command.words
    match program, arguments:
        case "make", ["clean"]:
            cleaned = run(ready, command.words)
            assert cleaned.code == 0, cleaned.output
        case "make", _:
            planned = run(ready, command.words, "--dry-run")  # prints the commands
            assert planned.code == 0, planned.output
            runs = re.findall(r"^\.venv/bin/(relecture run .*?)(?: +\|\| .*)?$", planned.output, re.MULTILINE)
            for line in runs:
                if "--rerun-triggers" not in line:  # of existing results: tests/workflow/finished/test_report.py
                    expect_plan(dry_run(shlex.split(line), command.environment))
        case "snakemake", _:
            expect_plan(dry_run(command.words, command.environment))
        case "relecture", ["run", *_]:
            words = command.words
            if "--workflow-profile" in words:  # the profile needs a plug-in; tests/workflow/test_profiles.py reads it
                at = words.index("--workflow-profile")
                assert (ready / words[at + 1] / "profile.yaml").is_file()
                words = words[:at] + words[at + 2 :]
            expect_plan(dry_run(words, command.environment))
        case "relecture", ["config", "check", *_]:
            checked = run(ready, command.words, **command.environment)
            assert checked.code == 0, checked.output
        case "relecture" | "python", _:  # the command of a fit runs completely in the test below
            words = command.words[: command.words.index(">")] if ">" in command.words else command.words
            shown = run(ready, words, "--help")
            assert shown.code == 0, shown.output
            assert "usage: " in shown.output.lower()
        case _:
            pytest.fail(f"no case runs this: {command}")


def expect_plan(planned) -> None:
    assert planned.code == 0, planned.output
    assert "This was a dry-run" in planned.output or "Nothing to be done" in planned.output


@pytest.mark.parametrize("target", [line for line in ELSEWHERE if line.startswith("make ")])
def test_a_target_that_is_run_elsewhere_calls_commands_that_exist(ready, target):
    planned = ready.run(*target.split(), "--dry-run")
    assert planned.code == 0, planned.output
    calls = re.findall(r"^\.venv/bin/(relecture (?!run ).*|python -m (?:benchmarks|docs)\S*.*)$", planned.output, re.M)
    for call in {call.partition(" --")[0] for call in calls}:
        shown = run(ready, shlex.split(call), "--help")
        assert shown.code == 0, shown.output
        assert "usage: " in shown.output.lower()


def test_the_command_in_how_it_works_is_the_one_that_snakemake_prints_and_it_runs(ready, tmp_path):
    lines = [command for command in COMMANDS if command.file == "docs/how-it-works.md"]
    (printing,) = [command for command in lines if "--printshellcmds" in command.line]
    (fit,) = [command for command in lines if " fit " in command.line]
    printed = run(ready, printing.words).output
    assert fit.line in " ".join(printed.split())
    twin = ready.twin(tmp_path / "twin")
    metrics = twin / "results/salaries/book/lasso/metrics.csv"
    made = twin.snakemake("results/salaries/book/lasso/metrics.csv")
    assert made.code == 0, made.output
    before = metrics.read_bytes()
    metrics.unlink()
    result = run(twin, fit.words)
    assert result.code == 0, result.output
    assert metrics.read_bytes() == before
    assert b"split-0013,mae,252.2523316365" in before  # as the text says; the last digits depend on the machine


def test_the_configuration_in_how_it_works_is_the_standard_one():
    block = re.search(r"```yaml\n(salaries:.*?)```", (ROOT / "docs/how-it-works.md").read_text(), re.DOTALL)[1]
    documented = yaml.safe_load(block)["salaries"]
    standard = yaml.safe_load((ROOT / "config/config.yaml").read_text())["salaries"]
    assert {key: standard[key] for key in documented} == documented


def constant_parts() -> set[str]:
    """The constant parts of all texts in the program, without the values that are filled in."""
    parts = set(re.findall(r"[^$\"]+", (ROOT / "Makefile").read_text()))
    for path in (ROOT / "src").rglob("*.py"):
        constants = (node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant))
        parts.update(line.strip() for value in constants if isinstance(value, str) for line in value.split("\n"))
    return {part.removeprefix("relecture: ") for part in parts}


def test_the_messages_in_the_faq_are_texts_of_the_program():
    parts = sorted((part for part in constant_parts() if " " in part or len(part) >= 12), key=len, reverse=True)
    quoted = re.findall(r"^\*\*`(.+?)`\*\*$", (ROOT / "docs/faq.md").read_text(), re.MULTILINE)
    messages = [message for message in quoted if not message.startswith(OF_SNAKEMAKE)]
    assert len(messages) > 10
    for message in messages:
        values = message.removeprefix("relecture: ")
        for part in parts:
            values = values.replace(part, " ")
        # What is left are the values of this example, and texts that the FAQ cuts short.
        assert len(re.findall(r"[A-Za-z]{3,}", values)) < len(re.findall(r"[A-Za-z]{3,}", message)) / 2, message
