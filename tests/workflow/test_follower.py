"""Snakemake starts a follower: what a single target makes is in MLflow when the run ends."""

import sqlite3
from contextlib import closing

import pytest

pytestmark = pytest.mark.slow

TARGET = "results/salaries/book/linear/metrics.csv"


def test_a_single_target_is_in_mlflow_when_its_run_ends(fresh):
    result = fresh.snakemake("--", TARGET, RELECTURE_FOLLOWER="on")
    assert result.code == 0, result.trouble
    assert not [job for job in result.jobs if job in ("store", "sync", "register")]
    log = (fresh / "results/logs/follower.log").read_text()
    assert "salaries/book/linear: synced" in log, log
    with closing(sqlite3.connect(fresh / "mlflow.db")) as database:
        runs = database.execute("SELECT name, status FROM runs ORDER BY name").fetchall()
    assert ("book/linear", "FINISHED") in runs
    assert not fresh.processes()
