"""The same inputs, configuration and machine give the same bytes."""

import os

import pytest

pytestmark = pytest.mark.slow

KINDS = (".csv", ".md", ".tex", ".html")
TRAINED = ("salaries", "digits", "tallies")  # the comparisons in which networks are trained


def test_a_run_in_another_folder_leaves_the_same_records_and_tables_byte_by_byte(finished, fresh, records):
    ended = fresh.launch(*(f"results/{name}/table.csv" for name in TRAINED))
    assert ended.code == 0, ended.trouble
    files = [path for name in TRAINED for path in (fresh / "results" / name).rglob("*") if path.suffix in KINDS]
    names = {os.path.relpath(path, fresh.path) for path in files}
    made = {record for record in records if (fresh / record).exists()}
    assert len(made) > 25
    for record in made:
        assert {f"{record}/metrics.csv", f"{record}/history.csv"} <= names
    for name in TRAINED:
        assert {f"results/{name}/table.{kind}" for kind in ("csv", "md", "tex", "html")} <= names
    assert sorted(name for name in names if (fresh / name).read_bytes() != (finished / name).read_bytes()) == []
