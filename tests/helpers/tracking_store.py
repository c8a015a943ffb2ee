"""Helpers of the tests of tracking: a store with a results folder, a free port."""

import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import synthetic

from relecture.records import Record
from relecture.tracking.store import Store
from relecture.tracking.sync import SyncResult, load_record, sync_record

#: A test of what a server could do otherwise than a file runs on both; the others on a file.
ON_BOTH_STORES = pytest.mark.parametrize(
    "case", ["file_store", pytest.param("server", marks=pytest.mark.slow)], indirect=True
)
Command = Callable[..., subprocess.CompletedProcess[str]]


def free_port() -> int:
    """Return a port that no process listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class StoreCase:
    """A store, a results folder, and an experiment that no other test uses."""

    def __init__(self, store: Store, results: Path, comparison: str):
        self.store, self.results, self.comparison = store, results, comparison

    def sync(self, record: Record, **more: Any) -> SyncResult:
        """Write the record and sync it."""
        return sync_record(self.store, load_record(synthetic.save(record, self.results)), **more)

    def network(self, **more: Any) -> Record:
        return synthetic.network(self.comparison, **more)

    def experiment(self) -> str:
        return self.store.client.get_experiment_by_name(self.comparison).experiment_id

    def runs(self) -> list[Any]:
        """Return the active runs of the current versions."""
        return [run for run in self.versions() if run.data.tags.get("relecture.current") != "false"]

    def versions(self) -> list[Any]:
        """Return the active runs of all versions."""
        return list(self.store.client.search_runs([self.experiment()], max_results=1000))

    def superseded(self) -> list[str]:
        """Return the names of the runs of methods in earlier versions, sorted."""
        parents = [run for run in self.versions() if "mlflow.parentRunId" not in run.data.tags]
        return sorted(run.info.run_name for run in parents if run.data.tags.get("relecture.current") == "false")

    def names(self) -> list[str]:
        """Return the names of the active runs, sorted."""
        return sorted(run.info.run_name for run in self.runs())

    def parent(self) -> Any:
        [parent] = [run for run in self.runs() if "mlflow.parentRunId" not in run.data.tags]
        return parent

    def children(self) -> dict[str, Any]:
        parent = self.parent().info.run_id
        return {run.info.run_name: run for run in self.runs() if run.data.tags.get("mlflow.parentRunId") == parent}
