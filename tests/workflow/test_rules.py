"""Every rule reads the same way: a docstring, a log, and one line to the package's command line."""

import re
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "workflow" / "rules").glob("*.smk"))


def rules() -> dict[str, str]:
    """The text of every rule, by its name; one in a loop, without a name of its own, goes by its file.

    A rule that only changes another (`use rule`) has that one's docstring and shell command.
    """
    found = {}
    for file in [ROOT / "Snakefile", *FILES]:
        text = file.read_text()
        for header in re.finditer(r"^( *)rule( \w+)?:\n", text, re.MULTILINE):
            inside = re.compile(rf"(?:{header[1]}    .*\n|\n)*").match(text, header.end())
            name = header[2].strip() if header[2] else f"{file.stem}_*"
            found[name] = dedent(inside[0])
    return found


RULES = rules()
COMPUTING = {name: text for name, text in RULES.items() if re.search(r"^output:", text, re.MULTILINE)}


def test_all_rules_are_found():
    assert {"all", "digits", "digits_fit", "salaries_fit", "store", "publish_record", "scorecard"} <= set(RULES)
    assert len(COMPUTING) >= 14


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_says_in_a_line_what_it_is(rule):
    assert re.match(r'"""[A-Z].+\."""\n', RULES[rule])


@pytest.mark.parametrize("rule", COMPUTING)
def test_every_rule_keeps_a_log_and_calls_the_package(rule):
    text = COMPUTING[rule]
    assert re.search(r'^log:\n    f?"results/logs/\S+\.log",$', text, re.MULTILINE)
    command = re.search(r'^shell:\n((?:    ".+"\n)+)', text, re.MULTILINE)[1]
    lines = re.findall(r'"(.+)"', command)
    assert lines[0].startswith("python -m relecture.")
    assert lines[-1] == " 2>&1 | tee {log:q}"
    assert all(re.match(r" (--\S|\{|2>)", line) for line in lines[1:]), "one flag a line"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_rule_computes_in_the_workflow_itself(file):
    assert not re.search(r"^\s+(run|script|notebook|wrapper):", file.read_text(), re.MULTILINE)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_file_of_rules_opens_with_what_it_is(file):
    text = file.read_text()
    assert text.startswith("# ")
    if re.search(r"^ *rule\b.*:$", text, re.MULTILINE):
        assert "# needs   " in text
        assert "# makes   " in text
