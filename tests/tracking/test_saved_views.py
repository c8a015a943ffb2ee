"""The saved views of an experiment: which rows and columns the browser shows without a click."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import synthetic
from tracking_store import Shop

from relecture.records import Record
from relecture.tracking import run_content
from relecture.tracking.run_content import LEVEL
from relecture.tracking.saved_views import TAG, columns


def view(shop: Shop, name: str = "methods") -> dict[str, Any] | None:
    """The state of a saved view of the shop's experiment."""
    saved = shop.store.client.get_experiment(shop.experiment()).tags.get(TAG + name)
    return json.loads(json.loads(saved)["state"]) if saved else None


def numbers(state: dict[str, Any]) -> list[str]:
    return [column.split("`")[1] for column in state["selectedColumns"] if column.startswith("metrics.")]


def rows(shop: Shop, state: dict[str, Any]) -> set[str]:
    """The names of the runs that a view shows."""
    found = shop.store.client.search_runs([shop.experiment()], state["searchFilter"], max_results=1000)
    return {run.info.run_name for run in found}


def starts(shop: Shop, dataset: str) -> Record:
    """A record whose members are different kinds of start, and the lab's own."""
    metrics = [
        {"member": member, "metric": metric, "value": value}
        for member, values in {
            "points": {"share": 0.2, "iterations": 7.0},
            "plus_plus": {"share": 0.4, "iterations": 4.0},
            "lab": {"one_start": 104.3},
        }.items()
        for metric, value in values.items()
    ]
    made = synthetic.network(shop.comparison, method=f"{dataset}/restarts", seeds=1)
    history = pd.DataFrame({"member": "points", "step": [1, 2], "metric": "within", "value": [0.2, 0.36]})
    return replace(made, metrics=pd.DataFrame(metrics), history=history)


def test_the_numbers_of_most_methods_come_first_and_a_spread_beside_its_mean() -> None:
    methods = [["kept", "error", "error_sd", "members", "curves/loss"], ["error", "members"], ["error", "members"]]
    assert columns(methods) == ["error", "error_sd", "kept", "members"]


def test_no_method_is_without_a_column_however_many_there_are() -> None:
    methods = [[f"{letter}{number}" for number in range(8)] for letter in "abcdefghijkl"]
    shown = columns(methods)
    assert len(shown) == 13
    assert {name[0] for name in shown[:-1]} == set("abcdefghijkl")


def test_without_methods_there_is_the_number_of_members_only() -> None:
    assert columns([]) == ["members"]


def test_the_view_methods_has_a_row_per_method_and_a_column_per_number(shop: Shop) -> None:
    shop.publish(shop.network(seeds=2))
    shop.publish(shop.network(method="plain", seeds=2))
    shop.publish(synthetic.regression(shop.comparison))
    state = view(shop)
    assert numbers(state)[:4] == ["test_error", "test_error_sd", "test_loss", "test_loss_sd"]
    assert set(numbers(state)[4:]) == {"mae", "mae_sd", "r2", "r2_sd", "members"}
    assert rows(shop, state) == {"dropout", "plain", "resampled/linear"}
    assert state["orderByKey"] == "tags.`mlflow.runName`"


def test_a_member_called_all_is_no_method(shop: Shop) -> None:
    record = shop.network(seeds=2)
    shop.publish(replace(record, metrics=record.metrics.replace("seed-0", "all")))
    assert rows(shop, view(shop)) == {"dropout"}
    assert rows(shop, view(shop, "members")) == {"dropout", "all", "seed-1", "seed-0"}


def test_members_that_are_no_repetitions_have_no_mean_and_a_view_of_their_own(shop: Shop) -> None:
    for dataset in ("one", "two"):
        shop.publish(starts(shop, dataset))
    parents = [run for run in shop.runs() if LEVEL in run.data.tags]
    assert [run.data.metrics for run in parents] == [{"one_start": 104.3, "members": 3.0}] * 2
    state = view(shop, "restarts")
    assert numbers(state) == ["share", "iterations", "one_start"]
    assert rows(shop, state) == {"points", "plus_plus", "lab"}
    assert view(shop, "dropout") is None


def test_the_kind_of_a_method_is_the_part_of_its_name_that_is_no_other_methods(shop: Shop) -> None:
    for method in ("labels/frozen", "labels/scratch"):
        record = starts(shop, "one")
        shop.publish(replace(record, params={**record.params, "method": method}))
    assert view(shop, "frozen") is not None
    shop.publish(shop.network(method="transfer/frozen", seeds=2))
    assert view(shop, "frozen") is None
    assert rows(shop, view(shop, "labels")) == {"points", "plus_plus", "lab"}


def test_a_view_that_somebody_has_saved_in_the_browser_stays(shop: Shop) -> None:
    shop.publish(shop.network(seeds=1))
    client, experiment = shop.store.client, shop.experiment()
    theirs = json.dumps({"name": "methods", "state": "deflate;eJyrVkrLz1eyUkpKLFKqBQAsAgWw"})
    client.set_experiment_tag(experiment, TAG + "methods", theirs)
    shop.publish(synthetic.regression(shop.comparison))
    assert client.get_experiment(experiment).tags[TAG + "methods"] == theirs


def test_a_run_from_before_runs_had_a_level_is_published_anew(shop: Shop) -> None:
    first = shop.publish(shop.network(seeds=2))
    shop.store.client.delete_tag(first.run_id, LEVEL)
    again = shop.publish(shop.network(seeds=2))
    assert again.outcome == "replaced"
    assert rows(shop, view(shop)) == {"dropout"}


def test_the_duration_of_a_run_is_what_snakemake_has_timed(shop: Shop) -> None:
    record = shop.network(seeds=1)
    folder = synthetic.save(record, shop.results)
    timed = shop.results / "benchmarks" / shop.comparison / "dropout.tsv"
    timed.parent.mkdir(parents=True)
    timed.write_text("s\th:m:s\n12.5\t0:00:12\n")
    shop.publish(record)  # leaves the record once more: what was timed is older
    assert shop.parent().info.end_time is None
    timed.write_text("s\th:m:s\n12.5\t0:00:12\n")
    shop.store.client.delete_run(shop.parent().info.run_id)
    from relecture.tracking.sync import load, publish

    publish(shop.store, load(folder))
    info = shop.parent().info
    assert info.end_time - info.start_time == 12_500


@pytest.mark.parametrize(
    ("names", "repeats"),
    [
        (["seed-0", "seed-1"], True),
        (["split-1001", "split-1002"], True),
        (["split-0013-seed-00", "split-0013-seed-01"], True),
        (["fit"], True),
        (["anything at all"], True),
        (["lambda-0.001-seed-00", "lambda-0.01-seed-00"], False),
        (["cells-0500-seed-01", "cells-1000-seed-01"], False),
        (["all", "cluster-1"], False),
        (["b2-trial-01", "b2-trial-02"], False),
    ],
)
def test_repetitions_are_known_by_their_names(names: list[str], repeats: bool) -> None:
    record = synthetic.network(seeds=1)
    metrics = pd.DataFrame({"member": names, "metric": "error", "value": 1.0})
    history = record.history.assign(member=names[0])
    assert run_content.repeats(replace(record, metrics=metrics, history=history)) is repeats


def test_members_with_settings_of_their_own_are_no_repetitions(tmp_path: Path) -> None:
    record = synthetic.network(seeds=2)
    own = {"seed-0": {"rate": 0.1}, "seed-1": {"rate": 0.2}}
    assert run_content.repeats(record)
    assert not run_content.repeats(replace(record, params={**record.params, "members": own}))
