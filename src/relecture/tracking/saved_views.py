"""The saved views of an experiment: which rows and columns its table of runs shows, without a click.

=========== ==========================================================================================
`methods`   a row per method, a column per number; the view that opens
`members`   the same with the members, to be expanded
`restarts`  and others, for a kind of method whose members are no repetitions: a row per member
=========== ==========================================================================================

MLflow's own table shows no metric before somebody picks its column. Saved views are made in the browser; their
format is MLflow's own affair, and a version that reads it no more only shows its plain table.
"""

import json
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from relecture.tracking.run_content import CURVES, EACH, LEVEL, MEMBERS, METHOD, PARENT, RECORD

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


def arrange(client: "MlflowClient", experiment: str) -> None:
    """Bring the views up to date with the methods in the store.

    A view that somebody has saved anew in the browser stays. Whoever publishes beside us does the same: each looks
    again after it has written, and the last one sees all.
    """
    for _ in range(ATTEMPTS):
        tags = client.get_experiment(experiment).tags
        runs = client.search_runs([experiment], _METHODS, max_results=1000)
        numbers = columns([list(run.data.metrics) for run in runs])
        states = {KEY: _state(numbers, _METHODS, _NAME), "members": _state(numbers)}
        states |= _kinds({run.data.tags[RECORD]: json.loads(run.data.tags.get(EACH, "[]")) for run in runs})
        saved = {key.removeprefix(TAG): _ours(value) for key, value in tags.items() if key.startswith(TAG)}
        changed = [key for key, state in states.items() if key not in saved or saved[key] not in (None, state)]
        for key in changed:
            _save(client, experiment, key, states[key])
        for key in [key for key, state in saved.items() if state is not None and key not in states]:
            client.delete_experiment_tag(experiment, TAG + key)
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


def _kinds(methods: dict[str, list[str]]) -> dict[str, dict[str, Any]]:
    """A view for each kind of method whose members are no repetitions, of the records with the numbers of these.

    The kind is the last part of their names that belongs to no other methods: `restarts` of `clusters/music/restarts`,
    but `labels` of `tallies/labels/frozen`, for there is a `tallies/transfer/frozen`.
    """
    parts = {record: record.split("/")[1:] for record in methods}
    others = {part for record, numbers in methods.items() if not numbers for part in parts[record]}
    names: dict[str, dict[str, None]] = {}
    where: dict[str, str] = {}
    for record, numbers in methods.items():
        if numbers:
            kind = next((part for part in reversed(parts[record]) if part not in others), parts[record][-1])
            names.setdefault(kind, {}).update(dict.fromkeys(numbers))
            inside = "/%" if kind != parts[record][-1] else ""
            where[kind] = f"tags.`{RECORD}` LIKE '%/{kind}{inside}' AND tags.`{PARENT}` LIKE '%'"
    return {kind: _state(list(names[kind])[: 2 * COLUMNS], where[kind], _NAME, dataset_first=True) for kind in names}


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
