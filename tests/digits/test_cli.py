"""The commands of `digits`, from the images to the tables and figures."""

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from relecture.digits import METHODS, SEARCH
from relecture.digits.exhibits import EXHIBITS

ROOT = Path(__file__).parents[2]


def run(*arguments: object) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "relecture", "digits", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def fit(config: str, data: Path, out: Path, method: str = "sklearn_logistic") -> subprocess.CompletedProcess:
    return run(
        *("fit", "--method", method, "--config-json", config, "--data", data, "--n-validation", 800),
        *("--checkpoint-dir", out / "checkpoints", "--out", out, "--rule", "digits_fit"),
    )


def test_the_command_fits_a_method_with_the_configuration_that_it_is_given(sample_npz, tmp_path):
    done = fit('{"max_iter": 2}', sample_npz, tmp_path / "record")
    assert done.returncode == 0, done.stderr
    params = json.loads((tmp_path / "record/params.json").read_text())
    assert (params["config"], params["method"], params["rule"]) == ({"max_iter": 2}, "sklearn_logistic", "digits_fit")
    assert params["question"] == "Which regulariser helps a network to read handwritten digits?"


def test_a_configuration_of_another_method_is_a_user_error(sample_npz, tmp_path):
    done = fit('{"max_iterations": 2}', sample_npz, tmp_path / "record")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("relecture: --config-json is not a valid SklearnLogisticConfig: ")
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "record").exists()


@pytest.mark.slow
def test_tables_and_figures_are_written_under_the_names_of_the_registry(digits_records, sample_npz, tmp_path):
    records = [digits_records[method] for method in (*METHODS, *SEARCH)]
    published = ROOT / "config/published.yaml"
    data = ("--data", sample_npz)
    done = run("tables", *records, "--published", published, *data, "--n-validation", 800, "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    done = run("figures", *records, "--published", published, *data, "--out", tmp_path / "figures")
    assert done.returncode == 0, done.stderr
    written = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    tables = {f"{one.name}.{form}" for one in EXHIBITS.tables for form in ("csv", "json", "md", "tex", "html")}
    figures = {f"figures/{one.name}.{form}" for one in EXHIBITS.figures for form in ("svg", "png")}
    assert written == {*tables, *figures, "reproduced_values.csv", "findings.csv", "choices.csv"}
    values = pd.read_csv(tmp_path / "reproduced_values.csv").set_index("id").reproduced
    assert len(values) == 11
    assert values["digits.images.fit"] == 3200
