"""The commands of the scorecard: `write` makes its files, `show` and `docs` print it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

from relecture.scorecard.cli import app
from relecture.scorecard.reproduced_values import ReproducedValues

EXPECTED = ["1.72", "to", "2.02", "5", "consistent"]
ENTRIES = [
    {"id": "salaries.a", "quantity": "error a", "source": "Table 1", "value": "254.7", "kind": "deterministic",
     "settings": {"salaries.book_seed": 13}},
    {"id": "salaries.b", "quantity": "error b", "source": "Table 1", "value": "224.8", "kind": "deterministic",
     "differs": "A slip."},
    {"id": "salaries.c", "quantity": "size | c", "source": "Table 2", "value": "1,345", "kind": "arithmetic"},
    {"id": "digits.d", "quantity": "error d", "source": "Table 3", "value": "1.8", "kind": "random", "better": "lower",
     "margin": 1.0, "margin_reason": "A reason."},
]  # fmt: skip


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "relecture", "scorecard", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, errors="replace", check=False, env={**os.environ, **environment}
    )


def write(stem: Path, preset: str, *rows: tuple, seed: int = 13) -> Path:
    """Write the scorecard of these reproduced values by the command."""
    values, published = stem.parent / "reproduced_values.csv", stem.parent / "published.yaml"
    published.write_text(yaml.safe_dump(ENTRIES))
    collected = ReproducedValues()
    for row in rows:
        collected.add(*row)
    collected.write(values)
    config = json.dumps({"preset": preset, "settings": {"salaries.book_seed": seed}})
    options = {"--published": published, "--config-json": config, "--out": stem}
    app(["write", str(values), *(str(part) for option in options.items() for part in option)], standalone_mode=False)
    return stem.with_suffix(".csv")


@pytest.fixture
def written(tmp_path) -> Path:
    """A small scorecard."""
    rows = [("salaries.a", 254.66), ("salaries.b", 234.7015), ("salaries.c", 1345.0), ("digits.d", 1.87, 0.05, 5)]
    return write(tmp_path / "scorecard", "standard", *rows)


def test_the_command_writes_five_formats_and_shows_the_scorecard(written, tmp_path):
    table = pd.read_csv(written, dtype={"published": str}).set_index("id")
    assert table.verdict.to_dict() == {
        **{"salaries.a": "exact", "salaries.b": "differs", "salaries.c": "exact", "digits.d": "consistent"}
    }
    assert table.published.tolist() == ["254.7", "224.8", "1.8", "1,345"]
    assert (table.low["digits.d"], table.high["digits.d"]) == pytest.approx((1.718, 2.022), abs=5e-4)
    assert table.preset.tolist() == ["standard"] * 4
    assert "| error b " in written.with_suffix(".md").read_text()
    for form in ("json", "md", "tex", "html"):
        assert "Preset: standard." in written.with_suffix(f".{form}").read_text()

    (tmp_path / "index.html").touch()
    done = run("show", "--results", tmp_path, "--mnist", tmp_path / "no manifest yet")
    assert done.returncode == 0, done.stderr
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    (row,) = [line for line in lines if line.startswith("error d")]
    assert row.split() == ["error", "d", "Table", "3", "1.8", "1.87", "±", "0.05", *EXPECTED]
    titles = [line for line in lines if line in ("salaries", "digits", "Arithmetic: counts and identities")]
    assert titles == ["salaries", "digits", "Arithmetic: counts and identities"]
    assert lines.index(titles[-1]) < lines.index(next(line for line in lines if line.startswith("size | c")))
    assert [line for line in lines if line.startswith("differs")] == ["differs  error b: A slip."]
    opened, in_mlflow = lines[-2:]
    assert opened.split() == ["open", f"{tmp_path}/index.html"]
    assert in_mlflow.startswith("runs in MLflow")
    assert "THIS IS NOT ALL OF MNIST" not in done.stdout


def test_a_value_of_a_run_with_other_settings_is_not_judged(tmp_path):
    row = pd.read_csv(write(tmp_path / "scorecard", "mine", ("salaries.a", 254.66), seed=7)).iloc[0]
    assert (row.verdict, row.reproduced) == ("not judged", 254.66)
    assert row.note == "Not judged: salaries.book_seed is 7, published with 13."


def test_a_run_that_does_not_state_a_setting_is_a_failure(tmp_path):
    (tmp_path / "published.yaml").write_text(yaml.safe_dump(ENTRIES))
    (tmp_path / "values.csv").write_text("id,reproduced,sd,n,data\nsalaries.a,1.0,,1,\n")
    options = ["--published", str(tmp_path / "published.yaml"), "--out", str(tmp_path / "scorecard")]
    with pytest.raises(SystemExit, match=r"relecture: .* no setting of the run is called salaries\.book_seed"):
        app(["write", str(tmp_path / "values.csv"), *options, "--config-json", '{"preset": "mine"}'])


def test_the_documentation_is_printed_from_the_files(written, tmp_path, capsys):
    run_in_words = "one standard run (a day, a processor)"
    app(["docs", "--results", str(tmp_path), "--run", run_in_words], standalone_mode=False)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "# The scorecard"
    assert f"from {run_in_words}." in " ".join(lines)
    rows = [line for line in lines if line.startswith("| ")]
    assert rows[0] == "| quantity | source | published | reproduced | 95 % interval | n | verdict | note |"
    assert rows[2:] == [
        "| Results |  |  |  |  |  |  |  |",
        "| error a | Table 1 | 254.7 | 254.7 | – | 1 | exact |  |",
        "| error b | Table 1 | 224.8 | 234.7 | – | 1 | differs | A slip. |",
        "| error d | Table 3 | 1.8 | 1.87 ± 0.05 | 1.72 to 2.02 | 5 | consistent |  |",
        "| Arithmetic: counts and identities |  |  |  |  |  |  |  |",
        r"| size \| c | Table 2 | 1,345 | 1,345 | – | 1 | exact |  |",
    ]
    assert max(len(line) for line in lines if not line.startswith("|")) <= 120


def test_a_scorecard_of_an_older_version_is_a_failure(written, tmp_path):
    pd.read_csv(written).drop(columns="kind").to_csv(written, index=False)
    with pytest.raises(SystemExit, match=r"relecture: .*scorecard\.csv is of an older version; compute it again with"):
        app(["show", "--results", str(tmp_path)])


def test_showing_the_scorecard_of_a_sample_says_that_it_is_one(written, tmp_path):
    (tmp_path / "mnist.json").write_text(json.dumps({"name": "mnist", "sample": True, "files": {}}))
    done = run("show", "--results", tmp_path, "--mnist", tmp_path / "mnist.json")
    assert done.returncode == 0, done.stderr
    assert "THIS IS NOT ALL OF MNIST" in done.stdout


def test_showing_the_scorecard_names_the_command_that_reruns_a_method(written, tmp_path):
    folder = tmp_path / "digits/dropout"
    folder.mkdir(parents=True)
    rerun = f"snakemake {folder}/metrics.csv --force --configfile config/quick.yaml"
    (folder / "params.json").write_text(json.dumps({"rerun": rerun}))
    done = run("show", "--results", tmp_path, "--mnist", tmp_path / "no manifest yet")
    assert f"rerun one method     .venv/bin/{rerun}" in done.stdout.splitlines()


def test_a_scorecard_that_does_not_exist_is_one_line_and_a_failure(tmp_path):
    done = run("show", "--results", tmp_path, "--mnist", tmp_path / "mnist.json")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        f"relecture: there is no {tmp_path / 'scorecard.csv'} yet; compute it with: make replicate"
    ]


#: A locale without UTF-8, in which Python does not choose it by itself.
LOCALE = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def test_files_are_utf_8_in_any_locale_and_the_terminal_gets_what_it_can_show(tmp_path):
    entry = {**ENTRIES[1], "quantity": "R², λ and 年龄", "differs": "Größe ≠ größe €."}
    published, values = tmp_path / "published.yaml", ReproducedValues()
    published.write_text(yaml.safe_dump([entry], allow_unicode=True), encoding="utf-8")
    values.add(entry["id"], 234.7)
    values.write(tmp_path / "values.csv")
    stem = tmp_path / "scorecard"
    config = json.dumps({"preset": "x", "settings": {"salaries.book_seed": 13}})
    options = ("--published", published, "--config-json", config, "--out", stem)
    done = run("write", tmp_path / "values.csv", *options, **LOCALE)
    assert done.returncode == 0, done.stderr
    for form in ("csv", "json", "md", "tex", "html"):
        assert entry["quantity"] in stem.with_suffix(f".{form}").read_text(encoding="utf-8")
    shown = run("show", "--results", tmp_path, "--mnist", tmp_path / "no manifest yet", **LOCALE)
    assert shown.returncode == 0, shown.stderr
    assert r"\u5e74\u9f84" in shown.stdout
