"""The MLflow store is a mirror: thrown away it is rebuilt, and no rule empties it."""

import sqlite3

import pytest

pytestmark = pytest.mark.slow

ACTIVE_PARENTS = """
    SELECT run_uuid FROM runs WHERE lifecycle_stage = 'active' AND run_uuid NOT IN
    (SELECT run_uuid FROM tags WHERE key = 'mlflow.parentRunId')
"""


def ask(copy, query: str) -> list[tuple]:
    database = sqlite3.connect(f"file:{copy / 'mlflow.db'}?mode=ro", uri=True)
    try:
        return database.execute(query).fetchall()
    finally:
        database.close()


def test_after_the_store_was_deleted_a_run_rebuilds_it_and_fits_nothing(twin, records):
    before = ask(twin, ACTIVE_PARENTS)
    (twin / "mlflow.db").unlink()
    again = twin.launch()
    assert again.code == 0, again.output[-3000:]
    assert again.jobs == {"store", *(f"publish_record {record}" for record in records)}
    after = ask(twin, ACTIVE_PARENTS)
    assert len(after) == len(before) == len(records)
    assert not set(after) & set(before)
    assert twin.launch().nothing_to_do


def test_the_rule_that_makes_the_store_deletes_nothing_that_is_in_it(twin):
    before = ask(twin, ACTIVE_PARENTS)
    database = sqlite3.connect(twin / "mlflow.db")
    with database:  # what somebody else has put there
        database.execute("INSERT INTO experiments (name, lifecycle_stage) VALUES ('of somebody else', 'active')")
    database.close()
    ended = twin.snakemake("--force", "--", "results/tracking.json")
    assert ended.code == 0, ended.output
    assert ended.jobs == {"store"}
    assert ask(twin, ACTIVE_PARENTS) == before
    assert ask(twin, "SELECT count(*) FROM experiments WHERE name = 'of somebody else'") == [(1,)]
    assert twin.snakemake("--dry-run").nothing_to_do
