"""`relecture tracking`: the store, all records at once, several publishers at once, a killed one."""

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
from relecture.tracking import cli as commands
from relecture.tracking.store import connect
from relecture.tracking.sync import load, publish


def active(store: Path) -> list[tuple[str, str]]:
    """Experiment and name of every active run, read from the file itself."""
    query = """SELECT experiments.name, runs.name FROM runs JOIN experiments USING (experiment_id)
               WHERE runs.lifecycle_stage = 'active' ORDER BY 1, 2"""
    with closing(sqlite3.connect(store)) as database:
        return database.execute(query).fetchall()


def test_the_store_is_made_with_its_experiments(workplace: Path) -> None:
    (workplace / "mlflow.db").unlink()
    commands.store(["salaries", "digits"], workplace / "results/tracking.json")
    written = json.loads((workplace / "results/tracking.json").read_text())
    assert written["tracking_uri"] == "sqlite:///mlflow.db"
    client = connect().client
    assert written["experiments"] == {
        name: client.get_experiment_by_name(name).experiment_id for name in ("salaries", "digits")
    }
    assert client.get_experiment("0").tags["mlflow.note.content"].startswith("Empty: ")  # the one MLflow makes itself


def test_a_receipt_says_what_was_published(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = synthetic.save(synthetic.network(seeds=1), workplace / "results")
    commands.publish(folder, [], folder / "published.json")
    receipt = json.loads((folder / "published.json").read_text())
    assert receipt["record_digest"] == records.digest(folder)
    assert receipt["tracking_uri"] == "sqlite:///mlflow.db"
    assert capsys.readouterr().out == f"digits/dropout: published (run {receipt['run_id']}, members: 1)\n"


@pytest.mark.slow
def test_a_deleted_store_is_rebuilt_from_the_records(
    workplace: Path, command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    for record in (synthetic.network(), synthetic.network(method="plain"), synthetic.regression()):
        synthetic.save(record, workplace / "results")
    assert "3 published" in command("publish-all").stdout
    before = active(workplace / "mlflow.db")
    assert len(before) == 4 + 4 + 5
    (workplace / "mlflow.db").unlink()
    commands.publish_all(workplace / "results")
    assert active(workplace / "mlflow.db") == before
    assert "MLflow store sqlite:///mlflow.db: 3 published" in capsys.readouterr().out
    commands.publish_all(workplace / "results")
    assert active(workplace / "mlflow.db") == before
    assert "MLflow store sqlite:///mlflow.db: 3 unchanged" in capsys.readouterr().out


def test_a_broken_record_keeps_no_other_from_being_published(workplace: Path) -> None:
    broken = synthetic.save(synthetic.network(method="broken"), workplace / "results")
    (broken / "params.json").write_text("{}")
    synthetic.save(synthetic.network(method="whole", seeds=1), workplace / "results")
    with pytest.raises(UserError, match=r"not published:\n.*digits/broken lacks comparison"):
        commands.publish_all(workplace / "results")
    assert ("digits", "whole") in active(workplace / "mlflow.db")


def test_without_records_it_says_how_to_make_them(workplace: Path) -> None:
    with pytest.raises(UserError, match="make replicate"):
        commands.publish_all(workplace / "results")


def at_once(workplace: Path, methods: list[str]) -> list[str]:
    """Publish these records of `digits`, each in a process of its own; the outcomes, sorted."""
    command = [sys.executable, "-m", "relecture", "tracking", "publish"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    publishers = [
        subprocess.Popen([*command, f"results/digits/{method}"], cwd=workplace, **pipes) for method in methods
    ]
    said = [publisher.communicate(timeout=120) for publisher in publishers]
    assert [errors for _, errors in said] == [""] * len(methods)
    return sorted(output.split()[1] for output, _ in said)


@pytest.mark.slow
def test_four_publishers_at_once_lose_nothing_and_write_nothing_twice(workplace: Path) -> None:
    for method in ("plain", "ridge", "dropout"):
        synthetic.save(synthetic.network(method=method, seeds=8), workplace / "results")
    outcomes = at_once(workplace, ["plain", "ridge", "dropout", "dropout"])
    assert outcomes == ["published"] * 3 + ["unchanged"]
    runs = active(workplace / "mlflow.db")
    assert len(runs) == 3 * 9
    assert {("digits", "plain"), ("digits", "ridge"), ("digits", "dropout")} < set(runs)


@pytest.mark.slow
def test_publishers_may_start_before_there_is_a_store(workplace: Path) -> None:
    (workplace / "mlflow.db").unlink()
    for method in ("plain", "ridge"):
        synthetic.save(synthetic.network(method=method), workplace / "results")
    assert at_once(workplace, ["plain", "ridge"]) == ["published"] * 2
    assert len(active(workplace / "mlflow.db")) == 8


@pytest.mark.slow
def test_a_publisher_killed_in_the_middle_is_completed_by_the_next(workplace: Path) -> None:
    folder = synthetic.save(synthetic.regression(splits=50), workplace / "results")
    command = [sys.executable, "-m", "relecture", "tracking", "publish", str(folder)]
    publisher = subprocess.Popen(command, cwd=workplace)
    deadline = time.monotonic() + 60
    while len(active(workplace / "mlflow.db")) < 10 and time.monotonic() < deadline:
        time.sleep(0.2)
    publisher.send_signal(signal.SIGKILL)
    publisher.wait()
    assert 10 <= len(active(workplace / "mlflow.db")) < 51
    publish(connect(), load(folder))
    assert len(active(workplace / "mlflow.db")) == 51
