"""The MLflow store is a mirror: thrown away it is rebuilt, and no rule empties it."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from job_server import TRACKING, job_server

pytestmark = pytest.mark.slow

ACTIVE_PARENTS = """
    SELECT run_uuid FROM runs WHERE lifecycle_stage = 'active' AND run_uuid NOT IN
    (SELECT run_uuid FROM tags WHERE key = 'mlflow.parentRunId')
"""


def query(copy, sql: str) -> set[tuple]:
    with closing(sqlite3.connect(f"file:{copy / 'mlflow.db'}?mode=ro", uri=True)) as database:
        return set(database.execute(sql))


@pytest.fixture
def without_store(twin):
    """A finished run whose MLflow store was deleted."""
    (twin / "mlflow.db").unlink()
    return twin


def test_a_deleted_store_is_rebuilt_with_a_run_for_each_record_and_no_rule_empties_it(without_store, records, tmp_path):
    copy = without_store
    plan = copy.snakemake("--dry-run")
    assert plan.code == 0, plan.trouble
    assert plan.jobs == {"store", "register", "sync", "report_start_page"}

    with job_server(tmp_path / "jobs", *TRACKING) as executable:
        rebuilt = replace(copy, executable=executable).launch()
    assert rebuilt.code == 0, rebuilt.trouble
    assert rebuilt.jobs == {"store", "register", "sync", "report_start_page"}
    runs = query(copy, ACTIVE_PARENTS)
    assert len(runs) == len(records)

    with closing(sqlite3.connect(copy / "mlflow.db")) as database, database:  # written by another program
        database.execute("INSERT INTO experiments (name, lifecycle_stage) VALUES ('of somebody else', 'active')")
    forced = copy.snakemake("--force", "--", "results/tracking.json")
    assert forced.code == 0, forced.trouble
    assert forced.jobs == {"store"}
    assert query(copy, ACTIVE_PARENTS) == runs
    assert query(copy, "SELECT count(*) FROM experiments WHERE name = 'of somebody else'") == {(1,)}
    assert copy.snakemake().nothing_to_do
