"""All rules have the same form: a docstring, a log, and one command of the package."""

import re
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "workflow" / "rules").glob("*.smk"))


def rules() -> dict[str, str]:
    """The text of every rule, by its name; one in a loop, which has no name of its own, by its file.

    A rule that only changes another (`use rule`) has that one's docstring and shell command.
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


def test_all_rules_are_found():
    assert {"all", "digits", "digits_fit", "salaries_fit", "store", "sync_record", "scorecard"} <= set(RULES)
    assert len(COMPUTING) >= 14


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_a_docstring_of_one_line(rule):
    assert re.match(r'"""[A-Z].+\."""\n', RULES[rule])


@pytest.mark.parametrize("rule", COMPUTING)
def test_every_rule_writes_a_log_and_calls_the_package(rule):
    text = COMPUTING[rule]
    assert re.search(r'^log:\n    (results\(f?"logs/\S+\.log"\)|"\{record\}/\w+\.log"),$', text, re.MULTILINE)
    command = re.search(r'^shell:\n((?:    ".+"\n)+)', text, re.MULTILINE)[1]
    tee, program, *lines = re.findall(r'"([^"]+)"', command)
    assert tee == r"exec &> >(tee {log:q})\n"
    assert program.startswith("relecture ")
    assert all(re.match(r" (--\S|\{)", line) for line in lines), "one flag a line"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_rule_computes_in_the_workflow_itself(file):
    assert not re.search(r"^\s+(run|script|notebook|wrapper):", file.read_text(), re.MULTILINE)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_file_of_rules_begins_with_its_subject_its_needs_and_its_outputs(file):
    text = file.read_text()
    assert text.startswith("# ")
    if re.search(r"^ *rule\b.*:$", text, re.MULTILINE):
        assert "# needs   " in text
        assert "# makes   " in text
