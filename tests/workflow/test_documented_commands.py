"""Every command in the README and the documentation is run: whole where that is cheap, else as a dry run.

A command is a line of a fenced block that begins with a program. What cannot be run here stands in ELSEWHERE, with
who runs it; nothing else is left out.
"""

import itertools
import os
import re
import shlex
import shutil
from dataclasses import dataclass
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
    "make publish": "tests/workflow/finished/test_store_deleted.py, as relecture tracking publish-all",
    "make report": "the report's own tests",
    ".venv/bin/snakemake engel results/engel/page.html": "tests/workflow/test_new_comparison.py",
    ".venv/bin/python examples/tallies/write.py": "tests/workflow/test_examples.py",
    "make bench": "by hand, on an idle machine",
    "make screenshots": "tests/workflow/finished/test_browser.py takes the same pictures",
    ".venv/bin/python -m pip install --constraint constraints.txt --editable '.[dev,slurm]'": "by hand, on a cluster",
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("make"), reason="needs make; this machine has none"),
]


@dataclass(frozen=True)
class Documented:
    """A command and where it stands."""

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
        """The command itself; its program without the folder that it is in."""
        program, *rest = shlex.split(self.line)[len(self.environment) :]
        return [Path(program).name, *rest]

    def __str__(self) -> str:
        return f"{self.file}: {self.line[:60]}"


def blocks(text: str) -> list[list[str]]:
    """The lines of every fenced block of commands; blocks in another language are none."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    shell = [block.replace("\\\n", " ") for language, block in found if language in ("", "sh", "bash", "console")]
    return [[line.removeprefix("$ ") for line in block.splitlines() if line] for block in shell]


def is_command(line: str) -> bool:
    words = [word for word in line.split() if not ASSIGNMENT.fullmatch(word)]
    return bool(words) and Path(words[0]).name in PROGRAMS


def in_sentences(text: str) -> list[str]:
    """Commands of make and of the package that stand inside a sentence."""
    prose = re.sub(r"^```.*?^```$|\*\*`.*?`\*\*", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"`((?:make [a-z]|(?:\.venv/bin/)?(?:python -m relecture|snakemake [a-z-]))[^`]*)`", prose)


def documented() -> list[Documented]:
    """Each command once."""
    found: dict[str, Documented] = {}
    for file in TEXTS:
        text = file.read_text()
        lines = [line for block in blocks(text) if block and is_command(block[0]) for line in block]
        for line in [*lines, *in_sentences(text)]:
            line = " ".join(line.partition("  #")[0].split())
            found.setdefault(line, Documented(line, file.relative_to(ROOT).as_posix()))
    return list(found.values())


COMMANDS = documented()


@pytest.fixture(scope="module")
def ready(untouched, tmp_path_factory):
    """The project before anything was run, with its texts and examples, and an environment that counts as set up."""
    copy = untouched.twin(tmp_path_factory.mktemp("documented") / "project")
    if (ROOT / "examples").is_dir():
        shutil.copytree(ROOT / "examples", copy / "examples")
    for part in ("benchmarks", "docs", "tests"):
        shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    set_up(copy)
    for name in ("mine.yaml", "config/mine.yaml", "my.yaml"):  # a reader's own settings
        (copy / name).write_text("budget: mine\n")
    yield copy
    copy.stop()


def run(copy, command: Documented, *more: str):
    path = os.pathsep.join([str(copy / ".venv/bin"), os.environ["PATH"]])
    return copy.run(*command.words, *more, PATH=path, **command.environment)


def test_there_are_commands_and_all_lines_of_their_blocks_are_some():
    assert len(COMMANDS) > 15
    assert [str(command) for command in COMMANDS if not is_command(command.line)] == []


def test_what_is_run_elsewhere_is_documented_or_a_command_of_make():
    help_lines = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    known = {command.line for command in COMMANDS} | {f"make {target}" for target in help_lines}
    assert set(ELSEWHERE) <= known


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.line not in ELSEWHERE], ids=str)
def test_a_documented_command_does_what_it_says(ready, command):
    program, *arguments = command.words
    match program:
        case "make" if "clean" in arguments:
            cleaned = run(ready, command)
            assert cleaned.code == 0, cleaned.output
        case "make" if {"replicate", "quick", "full", "data"} & set(arguments) or not arguments:
            ended = run(ready, command, *(["ARGS=--dry-run"] if arguments else []))
            assert "This was a dry-run" in ended.output or "Nothing to be done" in ended.output or not arguments
            assert not re.search(r"rror:|Exception|No rule to make target", ended.output), ended.output
        case "make":
            planned = run(ready, command, "--dry-run")
            assert planned.code == 0, planned.output
        case "snakemake":
            ended = run(ready, command, "--dry-run")
            assert ended.code == 0, ended.output
            assert "This was a dry-run" in ended.output
        case "python" if "relecture.run_snakemake" in arguments:
            at = arguments.index("--workflow-profile") if "--workflow-profile" in arguments else None
            if at is not None:  # the profile needs a plug-in; tests/workflow/test_profiles.py reads it
                assert (ready / arguments[at + 1] / "profile.yaml").is_file()
                arguments[at : at + 2] = []
            ended = ready.python(*arguments, "--cores", "1", "--dry-run", **command.environment)
            assert ended.code == 0, ended.output
            assert "This was a dry-run" in ended.output
        case "python" if "check" in arguments:
            ended = run(ready, command)
            assert ended.code == 0, ended.output
        case "python":  # that of a fit runs whole in the test below
            ended = ready.python(*arguments, "--help")
            assert ended.code == 0, ended.output
            assert "usage: " in ended.output.lower()
        case _:
            pytest.fail(f"nobody runs this: {command}")


@pytest.mark.parametrize("target", [line for line in ELSEWHERE if line.startswith("make ")])
def test_a_target_that_is_run_elsewhere_calls_commands_that_exist(ready, target):
    planned = ready.run(*target.split(), "--dry-run")
    assert planned.code == 0, planned.output
    calls = re.findall(r"^\.venv/bin/python (-m (?:relecture|benchmarks|docs)\S*.*)$", planned.output, re.MULTILINE)
    for call in calls:
        ended = ready.python(*shlex.split(call), "--help")
        assert ended.code == 0, ended.output
        assert "usage: " in ended.output.lower()


def test_the_command_in_how_it_works_is_the_one_that_snakemake_prints_and_it_runs(ready, tmp_path):
    lines = [command for command in COMMANDS if command.file == "docs/how-it-works.md"]
    (asked,) = [command for command in lines if "--printshellcmds" in command.line]
    (fit,) = [command for command in lines if " fit " in command.line]
    printed = run(ready, asked).output
    assert f"{fit.line} 2>&1 | tee" in " ".join(printed.split())
    twin = ready.twin(tmp_path / "twin")
    metrics = twin / "results/salaries/book/lasso/metrics.csv"
    made = twin.snakemake("results/salaries/book/lasso/metrics.csv")
    assert made.code == 0, made.output
    before = metrics.read_bytes()
    metrics.unlink()
    ended = twin.python(*fit.words[1:])
    assert ended.code == 0, ended.output
    assert metrics.read_bytes() == before
    assert b"split-0013,mae,252.2523316365" in before  # as the text says; the last digits are the machine's


def test_the_settings_in_how_it_works_are_the_standard_ones():
    shown = re.search(r"```yaml\n(salaries:.*?)```", (ROOT / "docs/how-it-works.md").read_text(), re.DOTALL)[1]
    standard = yaml.safe_load((ROOT / "config/config.yaml").read_text())["salaries"]
    shown = yaml.safe_load(shown)["salaries"]
    assert {key: standard[key] for key in shown} == shown


def test_the_messages_in_the_faq_are_those_of_the_program():
    sources = [*(ROOT / "src").rglob("*.py"), ROOT / "Makefile"]
    program = words(" ".join(file.read_text() for file in sources))
    known = set(itertools.pairwise(program))
    said = re.findall(r"^\*\*`(.+?)`\*\*$", (ROOT / "docs/faq.md").read_text(), re.MULTILINE)
    own = [message for message in said if "argument --executor" not in message]  # Snakemake's
    assert len(own) > 10
    for message in own:
        spoken = words(message.removeprefix("relecture: "))
        pairs = set(itertools.pairwise(spoken))
        # Numbers, names of files and what is left out are the case's own.
        assert len(pairs & known) >= 0.6 * len(pairs), message


def words(text: str) -> list[str]:
    """The words of a text, without quotes and other signs."""
    return re.findall(r"[A-Za-z][A-Za-z']+", re.sub(r"\{[^}\n]*\}|\"\s*\n\s*f?\"", " ", text))
