"""docs/new-comparison.md, followed to the letter: its code is written to the files it names, its commands are run."""

import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from environment import set_up

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/new-comparison.md").read_text()
# A line that begins or ends with the name of a file, and below it the code that belongs there.
BLOCK = re.compile(
    r"^(?P<before>[^\n]*?)`(?P<file>[\w./]+)`[^`\n]*:\n\n```(?P<kind>\w+)\n(?P<text>.*?)^```", re.M | re.S
)
COMMANDS = re.findall(r"^```sh\n(.*?)^```", GUIDE, re.M | re.S)


def put(file: Path, before: str, kind: str, text: str) -> None:
    """Follow one block: a new file, lines at the end of a file, or new lines after those that are shown."""
    if kind == "diff":
        content, after = file.read_text(), ""
        for line in text.splitlines(keepends=True):
            if line.startswith("+"):
                content = content.replace(after, after + line[1:])
            else:
                assert content.count(line[1:]) == 1, f"not exactly once in {file}: {line[1:]}"
            after = line[1:]
        file.write_text(content)
    elif before.startswith("At the end of"):
        file.write_text(f"{file.read_text()}\n{text}")
    else:
        assert not file.exists()
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


@pytest.fixture(scope="module")
def followed(untouched, tmp_path_factory):
    """The project with what the guide adds, and the results of its commands."""
    copy = set_up(untouched.twin(tmp_path_factory.mktemp("guide") / "project"))
    for block in BLOCK.finditer(GUIDE):
        put(copy / block["file"], block["before"], block["kind"], block["text"])
    results = [copy.run("sh", "-e", "-c", commands) for commands in COMMANDS]
    yield copy, results
    copy.stop()


def test_every_block_of_code_is_followed():
    files = [block["file"] for block in BLOCK.finditer(GUIDE)]
    assert GUIDE.count("\n```\n") == len(files) + len(COMMANDS)
    assert len(files) == len(set(files))
    assert {"src/relecture/engel/config.py", "workflow/rules/engel.smk", "Snakefile"} <= set(files)


def test_its_commands_run(followed):
    _, (run, tests) = followed
    assert run.code == 0, run.trouble
    assert {"engel_fit median", "engel_fit mean", "engel_tables", "overviews_engel"} <= run.jobs
    assert tests.code == 0, tests.output
    assert "2 passed" in tests.output


def test_its_numbers_are_in_the_scorecard_as_printed(followed):
    copy, _ = followed
    card = pd.read_csv(copy / "results/engel/scorecard.csv", dtype=str)
    assert card.published.tolist() == ["81.4822474", "0.5601806", "147.4754", "0.4851784"]
    assert card.verdict.tolist() == ["exact"] * 4


def test_its_records_are_records_and_its_figure_is_drawn(followed):
    from relecture import records

    copy, _ = followed
    record = records.read(copy / "results/engel/median")
    assert record.name == "engel/median"
    assert len(record.predictions) == 235
    assert (copy / "results/engel/median/overview.png").stat().st_size > 10_000


def test_the_report_and_the_handout_have_its_chapter(followed):
    copy, _ = followed
    page = (copy / "results/engel/page.html").read_text()
    for text in (
        "A line through the mean or through the median of what households spend on food?",
        "Of every further franc 49 % go to food by the line through the mean, 56 % by the one through the median.",
        "The first is 77.3 francs from a household on average, the second 74.7.",
        "Intercept, slope and mean absolute error",
    ):
        assert text in page
    planned = copy.snakemake("--dry-run", "--quiet", "host", "--", "report")
    assert planned.code == 0, planned.trouble
    assert {"report_handout", "report_page salaries"} <= planned.jobs
    assert "report_page engel" not in planned.jobs  # it is there


def test_the_target_all_and_mlflow_include_it(followed):
    copy, _ = followed
    planned = copy.snakemake("--dry-run", "--quiet", "host", "--", "all")
    assert planned.code == 0, planned.trouble
    assert {"sync", "scorecard"} <= planned.jobs
    assert re.search(r"relecture tracking sync .*results/engel/median", planned.output)
    assert "--experiment=engel" in planned.output
    assert "`quantile`" in (copy / "config/README.md").read_text()


def test_its_mistakes_are_reported(followed):
    copy, _ = followed
    (copy / "mine.yaml").write_text("engel: {quantile: 2}\n")
    result = copy.run(*copy.start_of("snakemake"), "--dry-run", "--configfile", "mine.yaml", "--", "engel")
    assert result.code == 1
    assert "engel.quantile is 2: it must be a number above 0 and below 1" in result.output


def test_its_code_passes_format_and_lint(followed):
    copy, _ = followed
    files = [block["file"] for block in BLOCK.finditer(GUIDE) if "engel" in block["file"]]
    python, rules = [f for f in files if f.endswith(".py")], [f for f in files if f.endswith(".smk")]
    for command in (
        ["ruff", "format", "--check", *python],
        ["ruff", "check", *python],
        ["snakefmt", "--check", *rules],
    ):
        done = subprocess.run([sys.executable, "-m", *command], cwd=copy.path, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
