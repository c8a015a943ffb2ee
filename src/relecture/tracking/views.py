"""The saved view "methods" of an experiment: one row per method, a column per number.

MLflow's own table of runs shows no metric before somebody picks its column. Saved views are made in the
browser; their format is MLflow's own affair, and a version that reads it no more only shows its plain table.
"""

import json
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from relecture.tracking.content import MEMBER, MEMBERS

if TYPE_CHECKING:
    from mlflow import MlflowClient

KEY = "methods"
TAG = f"mlflow.sharedViewState.{KEY}"
COLUMNS = 20


def link(server: str, experiment: str) -> str:
    """The address of the view. Without the workflow type MLflow 3 opens a page about language models."""
    return f"{server}/#/experiments/{experiment}/runs?workflowType=machine_learning&viewStateShareKey={KEY}"


def add_columns(client: "MlflowClient", experiment: str, metrics: Iterable[str]) -> None:
    """Give the view a column for each of `metrics`; a view that somebody has saved anew in the browser stays."""
    saved = client.get_experiment(experiment).tags.get(TAG)
    there = _metrics(json.loads(saved)["state"]) if saved else []
    if there is None:
        return
    columns = _ordered([*there, *metrics])
    if columns == there:
        return
    shown = ["attributes.`Dataset`", *(f"metrics.`{name}`" for name in columns)]
    state = {
        "searchFilter": f"tags.`{MEMBER}` = 'all'",
        "selectedColumns": shown,
        "columnOrder": ["attributes.`Run Name`", "runDateAndNestInfo", *shown, "duration"],
    }
    now = int(time.time() * 1000)
    view = {"name": KEY, "createdAt": now, "updatedAt": now, "state": json.dumps(state)}
    client.set_experiment_tag(experiment, TAG, json.dumps(view))


def _metrics(state: str) -> list[str] | None:
    """The metrics that a saved view shows; None where the browser wrote it, which compresses what it saves."""
    try:
        columns = json.loads(state)["selectedColumns"]
    except ValueError:
        return None
    return [column.split("`")[1] for column in columns if column.startswith("metrics.")]


def _ordered(metrics: list[str]) -> list[str]:
    """Each once, as they come, but a spread right after its mean and the number of members last."""
    means = [name for name in dict.fromkeys(metrics) if not name.endswith("_sd") and name != MEMBERS]
    spread = [name for mean in means for name in (mean, f"{mean}_sd") if name in metrics]
    return [*spread[: COLUMNS - 1], MEMBERS]
