"""The same inputs, configuration and machine give the same bytes."""

import os

import pytest

from relecture import digits, salaries, tallies

pytestmark = pytest.mark.slow

TRAINED = ("salaries", "digits", "tallies")  # the comparisons in which networks are trained
KINDS = (".csv", ".md", ".tex", ".html")
RECORDS = len(salaries.PROTOCOLS) * len(salaries.METHODS) + len({**digits.METHODS, **digits.SEARCH})
RECORDS += len(tallies.BASES) + len(tallies.TRANSFERS) + len(tallies.LABELS) + len(tallies.SEARCH) + len(tallies.FINAL)


def test_a_run_in_two_folders_leaves_the_same_records_and_tables_byte_by_byte(finished, fresh):
    ended = fresh.launch(*(f"results/{name}/table.csv" for name in TRAINED))
    assert ended.code == 0, ended.trouble
    files = [path for path in (fresh / "results").rglob("*") if path.suffix in KINDS and "benchmarks" not in path.parts]
    names = [os.path.relpath(path, fresh.path) for path in files]
    assert sum(name.endswith("/metrics.csv") for name in names) == RECORDS
    # A shard of the search leaves curves, too, and is no record.
    assert sum(name.endswith("/history.csv") and "/shard-" not in name for name in names) == RECORDS
    assert {f"results/tallies/{name}" for name in ("search/trials.csv", "table.html", "labels.tex")} <= set(names)
    assert {f"results/{name}/differences.md" for name in TRAINED} <= set(names)
    assert [name for name in names if (fresh / name).read_bytes() != (finished / name).read_bytes()] == []
