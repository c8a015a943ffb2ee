"""The saved views of an experiment: the rows and columns that the browser shows without a click."""

import json
from dataclasses import replace
from typing import Any

import pandas as pd
import synthetic
from tracking_store import ON_BOTH_STORES, StoreCase

from relecture.records import Record
from relecture.tracking.run_content import LEVEL
from relecture.tracking.saved_views import VIEW_TAG, select_metrics


def view(case: StoreCase, name: str = "methods") -> dict[str, Any] | None:
    """Return the state of a saved view of the experiment."""
    saved = case.store.client.get_experiment(case.experiment()).tags.get(VIEW_TAG + name)
    return json.loads(json.loads(saved)["state"]) if saved else None


def metrics(state: dict[str, Any]) -> list[str]:
    return [column.split("`")[1] for column in state["selectedColumns"] if column.startswith("metrics.")]


def rows(case: StoreCase, state: dict[str, Any]) -> set[str]:
    """Return the names of the runs that a view shows."""
    runs = case.store.client.search_runs([case.experiment()], state["searchFilter"], max_results=1000)
    return {run.info.run_name for run in runs}


def starts(case: StoreCase, dataset: str) -> Record:
    """Return a record whose members are different kinds of start, and the start of a lab."""
    table = [
        {"member": member, "metric": metric, "value": value}
        for member, values in {
            "points": {"share": 0.2, "iterations": 7.0},
            "plus_plus": {"share": 0.4, "iterations": 4.0},
            "lab": {"one_start": 104.3},
        }.items()
        for metric, value in values.items()
    ]
    record = synthetic.network(case.comparison, method=f"{dataset}/restarts", seeds=1)
    history = pd.DataFrame({"member": "points", "step": [1, 2], "metric": "within", "value": [0.2, 0.36]})
    return replace(record, metrics=pd.DataFrame(table), history=history)


def test_the_metrics_of_most_methods_come_first_and_each_sd_follows_its_mean() -> None:
    methods = [
        ["best_epoch", "error", "error_sd", "members", "curves/loss"],
        ["error", "members"],
        ["error", "members"],
    ]
    assert select_metrics(methods) == ["error", "error_sd", "best_epoch", "members"]


def test_every_method_has_a_column_however_many_there_are() -> None:
    methods = [[f"{letter}{number}" for number in range(8)] for letter in "abcdefghijkl"]
    selected = select_metrics(methods)
    assert len(selected) == 13
    assert {name[0] for name in selected[:-1]} == set("abcdefghijkl")


def test_without_methods_there_is_only_the_number_of_members() -> None:
    assert select_metrics([]) == ["members"]


@ON_BOTH_STORES
def test_the_view_methods_has_a_row_per_method_and_a_column_per_metric(case: StoreCase) -> None:
    case.sync(case.network(seeds=2))
    case.sync(case.network(method="plain", seeds=2))
    case.sync(synthetic.regression(case.comparison))
    state = view(case)
    assert metrics(state)[:4] == ["test_error", "test_error_sd", "test_loss", "test_loss_sd"]
    assert set(metrics(state)[4:]) == {"mae", "mae_sd", "r2", "r2_sd", "members"}
    assert rows(case, state) == {"dropout", "plain", "resampled/linear"}
    assert state["orderByKey"] == "tags.`mlflow.runName`"


def test_a_member_named_all_is_not_a_method(case: StoreCase) -> None:
    record = case.network(seeds=2)
    case.sync(replace(record, metrics=record.metrics.replace("seed-0", "all")))
    assert rows(case, view(case)) == {"dropout"}
    assert rows(case, view(case, "members")) == {"dropout", "all", "seed-1", "seed-0"}


def test_members_that_are_not_replicates_have_no_mean_and_a_separate_view(case: StoreCase) -> None:
    for dataset in ("one", "two"):
        case.sync(starts(case, dataset))
    parents = [run for run in case.runs() if LEVEL in run.data.tags]
    assert [run.data.metrics for run in parents] == [{"one_start": 104.3, "members": 3.0}] * 2
    state = view(case, "restarts")
    assert metrics(state) == ["share", "iterations", "one_start"]
    assert rows(case, state) == {"points", "plus_plus", "lab"}
    assert view(case, "dropout") is None


def test_the_trials_of_a_search_have_their_hyperparameters_as_columns_and_the_best_comes_first(case: StoreCase) -> None:
    record = starts(case, "one")
    own = {"members": {"points": {"dropout": 0.1}, "plus_plus": {"fc1": 50}}}
    for best, ascending in (("highest", False), ("lowest", True)):
        objective = {"objective": {"metric": "share", "best": best}}
        case.sync(replace(record, params={**record.params, **own, **objective}))
        state = view(case, "restarts")
        assert state["selectedColumns"][1:4] == ["params.`dropout`", "params.`fc1`", "metrics.`share`"]
        assert (state["orderByKey"], state["orderByAsc"]) == ("metrics.`share`", ascending)


def test_the_kind_of_a_method_is_the_part_of_its_name_that_no_other_method_has(case: StoreCase) -> None:
    for method in ("labels/frozen", "labels/scratch"):
        record = starts(case, "one")
        case.sync(replace(record, params={**record.params, "method": method}))
    assert view(case, "frozen") is not None
    case.sync(case.network(method="transfer/frozen", seeds=2))
    assert view(case, "frozen") is None
    assert rows(case, view(case, "labels")) == {"points", "plus_plus", "lab"}


def test_a_view_that_a_user_has_saved_in_the_browser_stays(case: StoreCase) -> None:
    case.sync(case.network(seeds=1))
    client, experiment = case.store.client, case.experiment()
    saved = json.dumps({"name": "methods", "state": "deflate;eJyrVkrLz1eyUkpKLFKqBQAsAgWw"})
    client.set_experiment_tag(experiment, VIEW_TAG + "methods", saved)
    case.sync(synthetic.regression(case.comparison))
    assert client.get_experiment(experiment).tags[VIEW_TAG + "methods"] == saved


def test_a_run_without_a_level_is_replaced(case: StoreCase) -> None:
    first = case.sync(case.network(seeds=2))
    case.store.client.delete_tag(first.run_id, LEVEL)
    again = case.sync(case.network(seeds=2))
    assert again.outcome == "new version"
    assert rows(case, view(case)) == {"dropout"}


@ON_BOTH_STORES
def test_the_history_has_every_version_with_the_params_that_differ(case: StoreCase) -> None:
    record = case.network(seeds=2)
    case.sync(record)
    case.sync(replace(record, params={**record.params, "config": {**synthetic.CONFIG, "dropout": [0.2, 0.1]}}))
    state = view(case, "history")
    assert rows(case, state) == {"dropout", "dropout [0.4, 0.3]"}
    assert [column for column in state["selectedColumns"] if column.startswith("params.")] == ["params.`dropout`"]
    assert state["selectedColumns"][:3] == ["tags.`relecture.current`", "tags.`relecture.run`", "attributes.`Dataset`"]
    assert (state["orderByKey"], state["orderByAsc"]) == ("attributes.start_time", False)
    assert rows(case, view(case)) == {"dropout"}
    assert rows(case, view(case, "members")) == {"dropout", "seed-0", "seed-1"}
