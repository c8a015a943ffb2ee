"""The saved views of an experiment: rows and columns that its table of runs shows without a click.

=========== ==========================================================================================
`methods`   a row per method, a column per metric; the view that opens
`members`   the same with the members, to be expanded
`history`   a row per version of every method, the latest first, with the params that differ between versions
`restarts`  and others, for a kind of method whose members are not replicates: a row per member; of a search the best
            first, with the hyperparameters as columns
=========== ==========================================================================================

MLflow's own table shows no metric before the user selects its column. Saved views are a feature of MLflow's pages;
their format is not documented, and a version that no longer reads it shows its plain table.
"""

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from relecture.tracking.run_content import (
    CURRENT,
    CURVES,
    LEVEL,
    MEMBER_METRICS,
    MEMBER_PARAMS,
    MEMBERS,
    METHOD,
    OBJECTIVE,
    PARENT,
    RECORD,
    difference,
)

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

METHODS_VIEW = "methods"


@dataclass(frozen=True)
class _Members:
    """The members of a method that are not replicates: names of their metrics and params, and how they are ranked.

    All are empty for replicates, params and `objective` for what is no search.
    """

    metrics: list[str]
    params: list[str]
    objective: str

    @classmethod
    def of(cls, tags: dict[str, str]) -> "_Members":
        """Return what the tags of the method's run say."""
        metrics, params = (json.loads(tags.get(key, "[]")) for key in (MEMBER_METRICS, MEMBER_PARAMS))
        return cls(metrics, params, tags.get(OBJECTIVE, ""))


VIEW_TAG = "mlflow.sharedViewState."
MAX_PARAMS = 12
MAX_METRICS = 10  # each may have its standard deviation next to it
MAX_TAG_LENGTH = 5000  # characters of an experiment's tag
MAX_ATTEMPTS = 3

_RUN_NAME, _CREATED = "tags.`mlflow.runName`", "attributes.start_time"
_HISTORY_FILTER = f"tags.`{LEVEL}` = '{METHOD}'"
_CURRENT_FILTER = f"tags.`{CURRENT}` = 'true'"
_METHODS_FILTER = f"{_HISTORY_FILTER} AND {_CURRENT_FILTER}"


def view_url(server: str, experiment: str, view: str | None = METHODS_VIEW) -> str:
    """Return the address of a view, or of the plain table.

    Without the workflow type MLflow would open its page for language models.
    """
    address = f"{server}/#/experiments/{experiment}/runs?workflowType=machine_learning"
    return f"{address}&viewStateShareKey={view}" if view else address


def update_saved_views(client: "MlflowClient", experiment: str) -> None:
    """Update the views to the methods in the store; a view that a user has saved in the browser stays.

    Other processes may sync at the same time. Each of them reads again after it has written, so the last one sees all.
    """
    for _ in range(MAX_ATTEMPTS):
        tags = client.get_experiment(experiment).tags
        versions = client.search_runs([experiment], _HISTORY_FILTER, max_results=1000)
        runs = [run for run in versions if run.data.tags.get(CURRENT) == "true"]
        metrics = select_metrics([list(run.data.metrics) for run in runs])
        methods = _view_state(metrics, _METHODS_FILTER, _RUN_NAME) | {"runsHiddenMode": "SHOWALL"}  # not ten in charts
        states = {METHODS_VIEW: methods, "members": _view_state(metrics, _CURRENT_FILTER)}
        states["history"] = _view_state(
            metrics, _HISTORY_FILTER, _CREATED, params=_different_params(versions), ascending=False, is_history=True
        )
        states |= _member_view_states({run.data.tags[RECORD]: _Members.of(run.data.tags) for run in runs})
        saved = {key.removeprefix(VIEW_TAG): _own_state(tag) for key, tag in tags.items() if key.startswith(VIEW_TAG)}
        changed = [view for view, state in states.items() if view not in saved or saved[view] not in (None, state)]
        for view in changed:
            _save(client, experiment, view, states[view])
        for view in [view for view, state in saved.items() if state is not None and view not in states]:
            client.delete_experiment_tag(experiment, VIEW_TAG + view)
        if not changed:
            return


def select_metrics(methods: Sequence[Iterable[str]]) -> list[str]:
    """Select the metrics that get a column: those of most methods first, the number of members last.

    Every method that has a metric keeps at least one.

    Args:
        methods: The names of each method's metrics.
    """
    no_column = (CURVES, "system/")
    means = [[name for name in names if not name.startswith(no_column) and name != MEMBERS] for names in methods]
    spreads = {name for names in means for name in names if name.endswith("_sd")}
    means = [[name for name in names if name not in spreads] for names in means]
    position: dict[str, int] = {}
    for names in means:
        position |= {name: min(index, position.get(name, index)) for index, name in enumerate(names)}
    n_methods = {name: sum(name in names for names in means) for name in position}
    selected = sorted(position, key=lambda name: (-n_methods[name], position[name]))[:MAX_METRICS]
    selected += dict.fromkeys(names[0] for names in means if names and not set(names) & set(selected))
    return [name for mean in selected for name in (mean, f"{mean}_sd") if name == mean or name in spreads] + [MEMBERS]


def _different_params(versions: Iterable["Run"]) -> list[str]:
    """Return the params that differ between the versions of any record."""
    records: dict[str, list[dict[str, str]]] = {}
    for run in versions:
        records.setdefault(run.data.tags.get(RECORD, ""), []).append(run.data.params)
    different = {key for params in records.values() for other in params[1:] for key in difference(other, params[0])}
    return sorted(different)[:MAX_PARAMS]


def _view_state(
    names: Sequence[str],
    query: str = "",
    order: str = "",
    dataset_first: bool = False,
    params: Sequence[str] = (),
    ascending: bool = True,
    is_history: bool = False,
) -> dict[str, Any]:
    """Return a view of these metrics, of fewer if the tag would be too long; with an `order` rows are not nested.

    The `params` come before the metrics; in the history the state of a version and its run come first.
    """
    metrics, dataset = [f"metrics.`{name}`" for name in names], ["attributes.`Dataset`"]
    numbers = [*(f"params.`{name}`" for name in params), *metrics]
    columns = [*dataset, *numbers] if dataset_first else [*numbers, *dataset]
    if is_history:
        columns = [f"tags.`{CURRENT}`", "tags.`relecture.run`", *dataset, *numbers]
    state: dict[str, Any] = {
        "searchFilter": query,
        "selectedColumns": columns,
        "columnOrder": ["attributes.`Run Name`", "runDateAndNestInfo", *columns, "duration"],
        "columnWidths": {f"metrics.`{name}`": 8 * len(name) + 42 for name in names if len(name) > 8},
    }
    state |= {"orderByKey": order, "orderByAsc": ascending} if order else {}
    fits = len(json.dumps(json.dumps(state))) < MAX_TAG_LENGTH - 400
    return state if fits else _view_state(names[:-2], query, order, dataset_first, params, ascending, is_history)


def _member_view_states(members: dict[str, _Members]) -> dict[str, dict[str, Any]]:
    """Return a view for each kind of method whose members are not replicates.

    The kind is the last part of their names that no other method has: `restarts` of `clusters/music/restarts`, but
    `labels` of `tallies/labels/frozen`, because there is a `tallies/transfer/frozen`.

    Args:
        members: The members of each record.
    """
    parts = {record: record.split("/")[1:] for record in members}
    others = {part for record, one in members.items() if not one.metrics for part in parts[record]}
    names: dict[str, dict[str, None]] = {}
    query: dict[str, str] = {}
    searches: dict[str, _Members] = {}
    for record, one in members.items():
        if one.metrics:
            kind = next((part for part in reversed(parts[record]) if part not in others), parts[record][-1])
            names.setdefault(kind, {}).update(dict.fromkeys(one.metrics))
            searches |= {kind: one} if one.objective else {}
            inside = "/%" if kind != parts[record][-1] else ""
            query[kind] = f"tags.`{RECORD}` LIKE '%/{kind}{inside}' AND tags.`{PARENT}` LIKE '%' AND {_CURRENT_FILTER}"
    states = {}
    for kind, metrics in names.items():
        metric, _, best = searches[kind].objective.rpartition(" ") if kind in searches else ("", "", "")
        states[kind] = _view_state(
            list(metrics)[: 2 * MAX_METRICS],
            query[kind],
            f"metrics.`{metric}`" if metric else _RUN_NAME,
            dataset_first=True,
            params=searches[kind].params if metric else (),
            ascending=best != "highest",
        )
    return states


def _own_state(tag: str | None) -> dict[str, Any] | None:
    """Return the state of a view of ours; None if the browser wrote it, which compresses the state."""
    try:
        state: dict[str, Any] = json.loads(json.loads(tag or "{}")["state"])
        return state
    except (ValueError, KeyError):
        return None


def _save(client: "MlflowClient", experiment: str, name: str, state: dict[str, Any]) -> None:
    now = int(time.time() * 1000)
    view = {"name": name, "createdAt": now, "updatedAt": now, "state": json.dumps(state)}
    client.set_experiment_tag(experiment, VIEW_TAG + name, json.dumps(view))
