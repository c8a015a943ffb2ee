"""The same inputs, configuration and machine give the same bytes."""

import os

import pytest
from job_server import PRELOADED, job_server

from relecture import digits, salaries, tallies

pytestmark = pytest.mark.slow

#: Records that are fitted from nothing in another folder. Their functions are all that fit anything in three
#: comparisons; `final` comes after the whole search, in which the networks of the second rung resume those of the
#: first.
REMADE = (
    *("salaries/book/lasso", "salaries/book/network", "salaries/resampled/network", "salaries/resampled/relaxed_lasso"),
    *("salaries/book/ridge", "salaries/book/knn", "salaries/book/tree", "salaries/resampled/random_forest"),
    "salaries/learning_curve",
    *("digits/early_stopping", "digits/ridge_search", "digits/l1", "digits/sklearn_logistic", "digits/lda"),
    *("digits/knn", "digits/random_forest"),
    *("tallies/search", "tallies/finalists", "tallies/printed_trials", "tallies/base/selected", "tallies/final"),
    *("tallies/transfer/frozen_augmented", "tallies/label_curve/scratch"),
)
KINDS = (".csv", ".md", ".tex", ".html", ".json")


def function(record: str) -> str:
    """The function that fits a record."""
    comparison, *groups, method = record.split("/")
    match comparison, groups:
        case "salaries", _:
            return {**salaries.METHODS, **salaries.LEARNING_CURVE}[method]
        case "digits", _:
            return {**digits.METHODS, **digits.SEARCH}[method]
        case _, [group]:
            return {"base": tallies.BASES, "transfer": tallies.TRANSFERS, "label_curve": tallies.LABEL_CURVES}[group][
                method
            ]
        case _:
            return {**tallies.SEARCH, **tallies.FINAL}[method]


def test_every_function_that_fits_is_among_them():
    registries = (salaries.METHODS, salaries.LEARNING_CURVE, digits.METHODS, digits.SEARCH)
    registries += (tallies.BASES, tallies.TRANSFERS, tallies.LABEL_CURVES, tallies.SEARCH, tallies.FINAL)
    functions = {function for registry in registries for function in registry.values()}
    assert set(map(function, REMADE)) == functions


def test_a_run_in_another_folder_leaves_the_same_records_byte_by_byte(finished, fresh, tmp_path):
    targets = [f"results/{record}/metrics.csv" for record in REMADE]
    with job_server(tmp_path / "jobs", *PRELOADED) as fresh.executable:  # not that of `finished`: other hash seeds
        result = fresh.launch(*targets, "results/tallies/count/prior_corrected/totals.csv")
    assert result.code == 0, result.trouble
    files = [path for path in (fresh / "results").rglob("*") if path.suffix in KINDS and "benchmarks" not in path.parts]
    names = {os.path.relpath(path, fresh.path) for path in files}
    assert {name.removesuffix("/metrics.csv") for name in names if name.endswith("/metrics.csv")} == {
        f"results/{record}" for record in REMADE
    }
    for file in ("history.csv", "params.json"):
        assert {f"results/{record}/{file}" for record in REMADE} <= names
    search = {f"results/tallies/search/{name}" for name in ("trials.csv", "bracket-1/rung-1/shard-0/history.csv")}
    assert {*search, "results/tallies/count/prior_corrected/counts.csv"} <= names
    different = sorted(name for name in names if (fresh / name).read_bytes() != (finished / name).read_bytes())
    assert different == []
