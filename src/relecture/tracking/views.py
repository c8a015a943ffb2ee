"""The saved views of an experiment: which rows and columns its table of runs shows, without a click.

=========== ==========================================================================================
`methods`   a row per method, a column per number; the view that opens
`members`   the same with the members, to be expanded
`restarts`  and others, named after a method whose members are no repetitions: a row per member
=========== ==========================================================================================

MLflow's own table shows no metric before somebody picks its column. Saved views are made in the browser; their
format is MLflow's own affair, and a version that reads it no more only shows its plain table.
"""

import json
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from relecture.tracking.content import CURVES, LEVEL, MEMBERS, METHOD, PARENT, RECORD, Content

if TYPE_CHECKING:
    from mlflow import MlflowClient

KEY = "methods"
TAG = "mlflow.sharedViewState."
COLUMNS = 10  # numbers; each may have its standard deviation beside it
LONGEST = 5000  # characters of an experiment's tag
ATTEMPTS = 3

_NAME = "tags.`mlflow.runName`"
_METHODS = f"tags.`{LEVEL}` = '{METHOD}'"


def link(server: str, experiment: str, view: str | None = KEY) -> str:
    """The address of a view, or of the plain table. Without the workflow type it is a page about language models."""
    address = f"{server}/#/experiments/{experiment}/runs?workflowType=machine_learning"
    return f"{address}&viewStateShareKey={view}" if view else address


def arrange(client: "MlflowClient", experiment: str, record: str, members: Sequence[Content] = ()) -> None:
    """Bring the views up to date with the methods in the store; `members` are those of `record` if they differ.

    A view that somebody has saved anew in the browser stays. Whoever publishes beside us does the same: each looks
    again after it has written, and the last one sees all.
    """
    for _ in range(ATTEMPTS):
        tags = client.get_experiment(experiment).tags
        runs = client.search_runs([experiment], _METHODS, max_results=1000)
        numbers = columns([list(run.data.metrics) for run in runs])
        states = {KEY: _state(numbers, _METHODS, _NAME), "members": _state(numbers)}
        if members:
            key = record.rpartition("/")[2]
            names = dict.fromkeys([*_shown(tags.get(TAG + key)), *_names(members)])
            where = f"tags.`{RECORD}` LIKE '%/{key}' AND tags.`{PARENT}` LIKE '%'"
            states[key] = _state(list(names)[: 2 * COLUMNS], where, _NAME, dataset_first=True)
        changed = [key for key, state in states.items() if _is_ours(tags.get(TAG + key), state)]
        for key in changed:
            _save(client, experiment, key, states[key])
        if not changed:
            return


def columns(methods: Sequence[Iterable[str]]) -> list[str]:
    """The numbers worth a column, of what each method has: those of most methods first, the number of members last.

    No method is left without a number, if it has any.
    """
    means = [[name for name in names if not name.startswith(CURVES) and name != MEMBERS] for names in methods]
    spreads = {name for names in means for name in names if name.endswith("_sd")}
    means = [[name for name in names if name not in spreads] for names in means]
    place: dict[str, int] = {}
    for names in means:
        place |= {name: min(at, place.get(name, at)) for at, name in enumerate(names)}
    count = {name: sum(name in names for names in means) for name in place}
    order = sorted(place, key=lambda name: (-count[name], place[name]))
    chosen = order[:COLUMNS]
    chosen += dict.fromkeys(names[0] for names in means if names and not set(names) & set(chosen))
    return [name for mean in chosen for name in (mean, f"{mean}_sd") if name == mean or name in spreads] + [MEMBERS]


def _state(names: Sequence[str], where: str = "", order: str = "", dataset_first: bool = False) -> dict[str, Any]:
    """A view of these metrics, of fewer where the tag would be too long. In an `order` the rows are not nested."""
    metrics, dataset = [f"metrics.`{name}`" for name in names], ["attributes.`Dataset`"]
    shown = [*dataset, *metrics] if dataset_first else [*metrics, *dataset]
    state: dict[str, Any] = {
        "searchFilter": where,
        "selectedColumns": shown,
        "columnOrder": ["attributes.`Run Name`", "runDateAndNestInfo", *shown, "duration"],
        "columnWidths": {f"metrics.`{name}`": 8 * len(name) + 42 for name in names if len(name) > 8},
    }
    state |= {"orderByKey": order, "orderByAsc": True} if order else {}
    fits = len(json.dumps(json.dumps(state))) < LONGEST - 400
    return state if fits else _state(names[:-2], where, order, dataset_first)


def _names(members: Sequence[Content]) -> list[str]:
    return [name for member in members for name, _, _ in member.numbers]


def _shown(saved: str | None) -> list[str]:
    """The metrics that one of our views shows."""
    state = _ours(saved) or {"selectedColumns": []}
    return [column.split("`")[1] for column in state["selectedColumns"] if column.startswith("metrics.")]


def _is_ours(saved: str | None, state: dict[str, Any]) -> bool:
    """Whether a view is to be written: there is none yet, or one of ours that says something else."""
    return saved is None or _ours(saved) not in (None, state)


def _ours(saved: str | None) -> dict[str, Any] | None:
    """The state of a view of ours; None where the browser wrote it, which compresses what it saves."""
    try:
        return json.loads(json.loads(saved or "{}")["state"])
    except (ValueError, KeyError):
        return None


def _save(client: "MlflowClient", experiment: str, key: str, state: dict[str, Any]) -> None:
    now = int(time.time() * 1000)
    view = {"name": key, "createdAt": now, "updatedAt": now, "state": json.dumps(state)}
    client.set_experiment_tag(experiment, TAG + key, json.dumps(view))
