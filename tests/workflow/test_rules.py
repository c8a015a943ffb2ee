"""Every rule has the same form: a docstring, a log, and one command of the package, which has these options."""

import re
from pathlib import Path
from pkgutil import resolve_name
from textwrap import dedent
from typing import Any

import grimp
import pytest
import typer

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "workflow" / "rules").glob("*.smk"))


def rules() -> dict[str, str]:
    """Return the text of every rule by name; rules in a loop, named as they run, go by their file.

    A rule that only changes another (`use rule`) has the docstring and the shell command of that one.
    """
    texts = {}
    for file in [ROOT / "Snakefile", *FILES]:
        text = file.read_text()
        for header in re.finditer(r"^( *)rule( \w+)?:\n", text, re.MULTILINE):
            inside = re.compile(rf"(?:{header[1]}    .*\n|\n)*").match(text, header.end())
            name = header[2].strip() if header[2] else f"{file.stem}_*"
            texts[name] = dedent(inside[0])
    return texts


RULES = rules()
COMPUTING = {name: text for name, text in RULES.items() if re.search(r"^output:", text, re.MULTILINE)}


def lines_of(rule: str) -> list[str]:
    """Return the lines of a rule's shell command; the first sends all output to the log."""
    (command,) = re.findall(r"^shell:\n((?:    \".+\"\n)+)", RULES[rule], re.MULTILINE)
    return re.findall(r"\"(.+?)\"(?=[ \n])", command)


def command_of(rule: str) -> Any:
    """Return the command of the package that a rule calls."""
    group, command = re.match(r"relecture (\w+)(?: --threads \{threads\})? ([\w-]+)", lines_of(rule)[1]).groups()
    return typer.main.get_command(resolve_name(f"relecture.{group}.cli:app")).commands[command]


def test_all_rules_are_listed():
    named = {
        "all",
        "digits",
        "digits_fit",
        "salaries_fit",
        "store",
        "sync",
        "register",
        "scorecard",
        "exhibits_*",
        "report",
    }
    assert named <= set(RULES)
    assert len(COMPUTING) >= 14


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_a_docstring_of_one_line(rule):
    assert re.match(r'"""[A-Z].+\."""\n', RULES[rule])


@pytest.mark.parametrize("rule", COMPUTING)
def test_every_rule_keeps_a_log_and_calls_the_package(rule):
    log = r'^log:\n    results\(f?"logs/.+\.log"\),$'
    assert re.search(log, COMPUTING[rule], re.MULTILINE)
    redirection, command, *flags = lines_of(rule)
    assert redirection == r"exec &> >(tee {log:q})\n"
    assert command.startswith("relecture ")
    assert all(re.match(r" (--\S|\{)", line) and line.count(" --") <= 1 for line in flags), "one flag a line"


@pytest.mark.parametrize("rule", sorted(COMPUTING.keys() - {"exhibits_*"}))
def test_every_rule_gives_its_command_options_that_it_has_and_all_that_it_needs(rule):
    options = command_of(rule).params
    flags = set(re.findall(r"[\"' ](--[\w-]+)", COMPUTING[rule])) - {"--threads"}  # some are parameters of the rule
    assert flags <= {name for option in options for name in (*option.opts, *option.secondary_opts)}
    needed = {option.opts[0] for option in options if option.required and option.param_type_name == "option"}
    assert needed <= flags


@pytest.mark.parametrize("comparison", ["salaries", "digits", "tallies", "clusters"])
def test_the_target_of_a_comparison_asks_for_all_that_its_tables_are_made_from(comparison):
    assert f'    exhibit_inputs(EXHIBIT_JOBS["{comparison}"]),\n' in RULES[comparison]


def test_every_function_that_a_rule_names_is_in_a_module_of_the_package():
    named = {name for text in map(Path.read_text, FILES) for name in re.findall(r'"(relecture\.[\w.]+)[:"]', text)}
    assert len(named) >= 10
    assert named <= grimp.build_graph("relecture", cache_dir=None).modules


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_path_below_results_is_made_by_the_function_that_knows_the_name_of_the_run(file):
    code = "\n".join(line.partition(" #")[0] for line in file.read_text().splitlines() if not line.startswith("#"))
    assert re.findall(r""".*["']results/.*""", code) == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_rule_computes_in_the_workflow_itself(file):
    assert not re.search(r"^\s+(run|script|notebook|wrapper):", file.read_text(), re.MULTILINE)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_file_of_rules_begins_with_what_it_needs_and_makes(file):
    text = file.read_text()
    assert text.startswith("# ")
    if re.search(r"^ *rule\b.*:$", text, re.MULTILINE):
        assert "# needs   " in text
        assert "# makes   " in text
