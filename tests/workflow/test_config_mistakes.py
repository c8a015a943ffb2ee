"""Mistakes in the configuration, reported by the real Snakefile."""

import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

FAQ = (Path(__file__).parents[2] / "docs/faq.md").read_text()
MINE = """
salaries: {resampled: {n_splits: many}}
digits: {dropuot: [0.4, 0.3], training: {learning_rate: -1}}
"""


@pytest.mark.parametrize("command", [["snakemake"], ["relecture", "run"]], ids=" ".join)
def test_three_mistakes_are_all_reported_at_once_and_nothing_runs(fresh, command):
    (fresh / "mine.yaml").write_text(MINE)
    start = time.monotonic()
    result = fresh.python("-m", *command, "--cores", "2", "--configfile", "mine.yaml")
    assert time.monotonic() - start < 10  # 2 s on an idle machine
    assert result.code == 1
    message = "relecture: 3 mistakes in the configuration (mine.yaml, config/config.yaml)"
    assert message in result.output
    assert f"**`{message}`**" in FAQ
    for path, word in (
        ("salaries.resampled.n_splits", "many"),
        ("digits.dropuot", "dropout"),
        ("digits.training.learning_rate", "-1"),
    ):
        (line,) = [line for line in result.output.splitlines() if line.strip().startswith(path)]
        assert word in line
    assert "Traceback" not in result.output
    assert not result.jobs
    assert not any((fresh / made).exists() for made in ("results", "resources", "mlflow.db"))
