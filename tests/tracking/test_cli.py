"""`relecture tracking`: the store, all records at once, several processes at once, a killed one."""

import json
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
import synthetic
from tracking_store import Command

from relecture import records
from relecture.errors import UserError
from relecture.tracking import cli
from relecture.tracking.store import connect
from relecture.tracking.sync import complete_records, load_record, sync_record


def active(store: Path) -> list[tuple[str, str]]:
    """Return experiment and name of every active run, read from the database file."""
    query = """SELECT experiments.name, runs.name FROM runs JOIN experiments USING (experiment_id)
               WHERE runs.lifecycle_stage = 'active' ORDER BY 1, 2"""
    with closing(sqlite3.connect(store)) as database:
        return database.execute(query).fetchall()


def test_the_store_is_created_with_its_experiments(workplace: Path) -> None:
    (workplace / "mlflow.db").unlink()
    cli.store(["salaries", "digits"], workplace / "results/tracking.json")
    written = json.loads((workplace / "results/tracking.json").read_text())
    assert written["tracking_uri"] == "sqlite:///mlflow.db"
    client = connect().client
    assert written["experiments"] == {
        name: client.get_experiment_by_name(name).experiment_id for name in ("salaries", "digits")
    }
    assert client.get_experiment("0").tags["mlflow.note.content"].startswith("Empty: ")  # the one that MLflow creates


def test_a_file_names_the_runs_of_the_synced_records(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = synthetic.save(synthetic.network(seeds=1), workplace / "results")
    cli.sync([folder], out=workplace / "synced.json")
    written = json.loads((workplace / "synced.json").read_text())
    run = written["records"][str(folder)]
    assert run["record_digest"] == records.digest(folder)
    assert written["tracking_uri"] == "sqlite:///mlflow.db"
    assert capsys.readouterr().out == f"digits/dropout: synced (run {run['run_id']}, members: 1)\n"


@pytest.mark.slow
def test_a_deleted_store_is_rebuilt_from_the_records(
    workplace: Path, command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    for record in (synthetic.network(), synthetic.network(method="plain"), synthetic.regression()):
        synthetic.save(record, workplace / "results")
    assert "3 synced" in command("sync").stdout
    before = active(workplace / "mlflow.db")
    assert len(before) == 4 + 4 + 5
    (workplace / "mlflow.db").unlink()
    cli.sync(results=workplace / "results")
    assert active(workplace / "mlflow.db") == before
    assert "MLflow store sqlite:///mlflow.db: 3 synced" in capsys.readouterr().out
    cli.sync(results=workplace / "results")
    assert active(workplace / "mlflow.db") == before
    assert "MLflow store sqlite:///mlflow.db: 3 unchanged" in capsys.readouterr().out


def test_the_other_records_are_synced_although_one_is_broken(workplace: Path) -> None:
    broken = synthetic.save(synthetic.network(method="broken"), workplace / "results")
    (broken / "params.json").write_text("{}")
    synthetic.save(synthetic.network(method="whole", seeds=1), workplace / "results")
    with pytest.raises(UserError, match=r"not synced:\n.*digits/broken lacks comparison"):
        cli.sync(results=workplace / "results")
    assert ("digits", "whole") in active(workplace / "mlflow.db")


def test_without_records_the_error_says_how_to_make_them(workplace: Path) -> None:
    with pytest.raises(UserError, match="make replicate"):
        cli.sync(results=workplace / "results")


def test_records_in_the_results_folder_of_another_run_are_left_out(workplace: Path) -> None:
    results = workplace / "results"
    ours = synthetic.save(synthetic.network(seeds=1), results)
    theirs = synthetic.save(synthetic.network(method="plain", seeds=1), results / "my variant")
    broken = synthetic.save(synthetic.network(method="broken", seeds=1), results / "my variant")
    (broken / "params.json").write_text("{}")
    assert complete_records(results) == [ours]
    assert complete_records(results / "my variant") == [broken, theirs]


@pytest.mark.parametrize("records", [None, ["results/digits/dropout", "results/digits/plain"]])
def test_a_figure_needs_exactly_one_record(records: list[Path] | None) -> None:
    with pytest.raises(UserError, match="--figure belongs to one record"):
        cli.sync(records, figure=[Path("weights.png")])


def sync_in_parallel(workplace: Path, methods: list[str]) -> list[str]:
    """Sync these records of `digits`, each in its own process, and return the outcomes, sorted."""
    command = [sys.executable, "-m", "relecture", "tracking", "sync"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen([*command, f"results/digits/{method}"], cwd=workplace, **pipes) for method in methods]
    outputs = [process.communicate(timeout=120) for process in processes]
    assert [errors for _, errors in outputs] == [""] * len(methods)
    return sorted(output.split()[1] for output, _ in outputs)


@pytest.mark.slow
def test_four_processes_at_once_lose_nothing_and_write_nothing_twice(workplace: Path) -> None:
    for method in ("plain", "ridge", "dropout"):
        synthetic.save(synthetic.network(method=method, seeds=8), workplace / "results")
    outcomes = sync_in_parallel(workplace, ["plain", "ridge", "dropout", "dropout"])
    assert outcomes == ["synced"] * 3 + ["unchanged"]
    runs = active(workplace / "mlflow.db")
    assert len(runs) == 3 * 9
    assert {("digits", "plain"), ("digits", "ridge"), ("digits", "dropout")} < set(runs)


@pytest.mark.slow
def test_several_processes_may_start_before_there_is_a_store(workplace: Path) -> None:
    (workplace / "mlflow.db").unlink()
    for method in ("plain", "ridge"):
        synthetic.save(synthetic.network(method=method), workplace / "results")
    assert sync_in_parallel(workplace, ["plain", "ridge"]) == ["synced"] * 2
    assert len(active(workplace / "mlflow.db")) == 8


@pytest.mark.slow
def test_a_sync_that_was_killed_is_completed_by_the_next(workplace: Path) -> None:
    folder = synthetic.save(synthetic.regression(splits=50), workplace / "results")
    command = [sys.executable, "-m", "relecture", "tracking", "sync", str(folder)]
    process = subprocess.Popen(command, cwd=workplace)
    deadline = time.monotonic() + 60
    while len(active(workplace / "mlflow.db")) < 10 and time.monotonic() < deadline:
        time.sleep(0.2)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert 10 <= len(active(workplace / "mlflow.db")) < 51
    sync_record(connect(), load_record(folder))
    assert len(active(workplace / "mlflow.db")) == 51
