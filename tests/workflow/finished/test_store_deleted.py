"""The MLflow store is a mirror: thrown away it is made and filled again, and no rule empties it.

How a sync rebuilds a deleted store is in tests/tracking/test_cli.py, and a sync of all records in the second run.
"""

import sqlite3
from contextlib import closing

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
def without_store(twin):
    """A finished run whose MLflow store was deleted."""
    (twin / "mlflow.db").unlink()
    return twin


def test_a_deleted_store_is_planned_anew_with_all_runs_and_no_rule_empties_it(without_store):
    copy = without_store
    plan = copy.snakemake("--dry-run")
    assert plan.code == 0, plan.trouble
    assert plan.jobs == {"store", "register", "sync", "report_start_page"}

    target = ("--force", "--", "results/tracking.json")
    made = copy.snakemake(*target)
    assert made.code == 0, made.trouble
    assert made.jobs == {"store"}
    with closing(sqlite3.connect(copy / "mlflow.db")) as database, database:  # written by another program
        database.execute("INSERT INTO experiments (name, lifecycle_stage) VALUES ('of somebody else', 'active')")
        experiments = database.execute("SELECT * FROM experiments").fetchall()
    forced = copy.snakemake(*target)
    assert forced.code == 0, forced.trouble
    assert forced.jobs == {"store"}
    with closing(sqlite3.connect(copy / "mlflow.db")) as database:
        assert database.execute("SELECT * FROM experiments").fetchall() == experiments
