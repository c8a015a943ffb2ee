"""Types and helpers of the tests of tracking: a store with a folder of results, a free port."""

import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import synthetic

from relecture.records import Record
from relecture.tracking.store import Store
from relecture.tracking.sync import Published, load, publish

Command = Callable[..., subprocess.CompletedProcess[str]]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


class Shop:
    """A store, a folder of results, and an experiment that no other test uses."""

    def __init__(self, store: Store, results: Path, comparison: str):
        self.store, self.results, self.comparison = store, results, comparison

    def publish(self, record: Record, **more: Any) -> Published:
        """Leave the record and publish it."""
        return publish(self.store, load(synthetic.save(record, self.results)), **more)

    def network(self, **more: Any) -> Record:
        return synthetic.network(self.comparison, **more)

    def experiment(self) -> str:
        return self.store.client.get_experiment_by_name(self.comparison).experiment_id

    def runs(self) -> list[Any]:
        """The active runs."""
        return list(self.store.client.search_runs([self.experiment()], max_results=1000))

    def names(self) -> list[str]:
        """Their names, sorted."""
        return sorted(run.info.run_name for run in self.runs())

    def parent(self) -> Any:
        [parent] = [run for run in self.runs() if "mlflow.parentRunId" not in run.data.tags]
        return parent

    def children(self) -> dict[str, Any]:
        parent = self.parent().info.run_id
        return {run.info.run_name: run for run in self.runs() if run.data.tags.get("mlflow.parentRunId") == parent}
