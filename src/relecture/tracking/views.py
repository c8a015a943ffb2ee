"""The saved view "methods" of an experiment: one row per method, a column per number.

MLflow's own table of runs shows no metric before somebody picks its column.
"""

import json
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from relecture.tracking.content import MEMBER

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
    state = _state(json.loads(saved)["state"]) if saved else {"selectedColumns": ["attributes.`Dataset`"]}
    if state is None:
        return
    columns = list(dict.fromkeys([*state["selectedColumns"], *(f"metrics.`{name}`" for name in metrics)]))[:COLUMNS]
    if columns == state["selectedColumns"]:
        return
    state |= {"searchFilter": f"tags.`{MEMBER}` = 'all'", "selectedColumns": columns}
    now = int(time.time() * 1000)
    view = {"name": KEY, "createdAt": now, "updatedAt": now, "state": json.dumps(state)}
    client.set_experiment_tag(experiment, TAG, json.dumps(view))


def _state(text: str) -> dict | None:
    try:
        return json.loads(text)
    except ValueError:  # the browser compresses what it saves
        return None
