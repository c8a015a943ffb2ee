"""Write the runs of a record into a store: once, and again only when the record has changed."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pandas as pd

from relecture import records
from relecture.errors import UserError
from relecture.provenance import git_commit
from relecture.records import Record
from relecture.tracking import run_content
from relecture.tracking.existing_runs import REPLACES, ExistingRuns
from relecture.tracking.run_content import PARENT, RECORD_DIGEST, RunContent
from relecture.tracking.saved_views import update_saved_views
from relecture.tracking.store import Store, folder_lock, translate_store_errors

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import DatasetInput

Item = TypeVar("Item")

FILES = ("metrics.csv", "history.csv", "predictions.parquet", "params.json")
FIGURES = "relecture.figures"


@dataclass(frozen=True)
class SyncResult:
    """What became of one record: `outcome` is `synced`, `replaced`, `unchanged` or `figures added`."""

    record: str
    outcome: str
    run_id: str
    digest: str
    n_members: int

    def __str__(self) -> str:
        return f"{self.record}: {self.outcome} (run {self.run_id}, members: {self.n_members})"


def sync_record(store: Store, record: Record, figures: Sequence[Path] = ()) -> SyncResult:
    """Mirror `record` into `store`, with `figures` and every `overview.*` in its folder.

    The tag `relecture.record_digest` is written last: a parent run without it was interrupted, and the next sync starts
    over. Runs of an earlier version of the record are deleted softly.

    Raises:
        UserError: A figure is missing, or the store cannot be used.
    """
    figure_files, commit = _figures(record.folder, figures), git_commit()
    parent, children = run_content.parent_run(record, commit), run_content.child_runs(record, commit)
    with folder_lock(record.folder), translate_store_errors():
        digest, n_members = records.digest(record.folder), len(children)
        experiment = store.experiment(run_content.experiment_name(record))
        runs = ExistingRuns(store.client, experiment, record.name)
        current = runs.find_current(digest, n_members)
        if current is None:
            run_id = _write_runs(store, experiment, record, [parent, *children], figure_files, runs.ids_to_replace())
            runs.delete_all_but(runs.restored)
            store.client.set_tag(run_id, RECORD_DIGEST, digest)
            outcome = "replaced" if runs.complete else "synced"
        else:
            run_id = current.info.run_id
            runs.delete_all_but([current, *runs.restored])
            added = _log_figures(store, run_id, figure_files, json.loads(current.data.tags.get(FIGURES, "{}")))
            outcome = "figures added" if added else "unchanged"
        update_saved_views(store.client, experiment)
    return SyncResult(record.name, outcome, run_id, digest, n_members)


def load_record(folder: Path) -> Record:
    """Read the record in `folder`; raise a UserError that names what it lacks."""
    record = records.read(folder)
    run_content.require_complete(record)
    return record


def complete_records(results: Path) -> list[Path]:
    """Return the folders of the complete records of a results folder, sorted.

    A record lies in `<results>/<comparison>/<method>`. Results folders of other runs may lie below `results/`, with
    records in `results/<name>/<comparison>/<method>`; these name another comparison than <name> and are left out.
    """
    folders = sorted(file.parent for file in results.rglob("metrics.csv") if (file.parent / "params.json").exists())
    parents = {folder: folder.relative_to(results).parts[0] for folder in folders if folder != results}
    comparisons = {folder: _comparison(folder) for folder in parents}
    other_runs = {parent for folder, parent in parents.items() if comparisons[folder] not in (None, parent)}
    # A record with a damaged params.json counts, so that it is reported, unless other records there are another run's.
    return [
        folder
        for folder, parent in parents.items()
        if comparisons[folder] == parent or (comparisons[folder] is None and parent not in other_runs)
    ]


def _comparison(folder: Path) -> str | None:
    """Return the comparison that a record's params name; None if they cannot be read."""
    try:
        name = json.loads((folder / "params.json").read_text(encoding="utf-8"))["comparison"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return str(name)


def _write_runs(
    store: Store, experiment: str, record: Record, runs: list[RunContent], figures: dict[str, Path], replaces: str
) -> str:
    """Write the `runs`, the parent first and then its children, and return the parent's id."""
    client, (parent, *children) = store.client, runs
    # "Created" is when the fit began. The table of runs shows the latest first, a hundred at a time. The times of
    # members are unknown: ten seconds between them keep the methods on the first page.
    end = int((record.folder / "metrics.csv").stat().st_mtime * 1000)
    duration = _duration_ms(record.folder)
    start = end - (duration or 0)
    run_id = _write_run(store, experiment, parent, record, {REPLACES: replaces} if replaces else {}, start)
    for index, child in enumerate(children, start=1):
        _finish(client, _write_run(store, experiment, child, record, {PARENT: run_id}, start - 10_000 * index))
    for file in FILES:
        client.log_artifact(run_id, str(record.folder / file), "record")
    if (model := record.folder / "model").is_dir():
        client.log_artifacts(run_id, str(model), "model")
    _log_figures(store, run_id, figures, {})
    if duration is None:
        _finish(client, run_id)
    else:
        client.set_terminated(run_id, end_time=end)
    return run_id


def _duration_ms(folder: Path) -> int | None:
    """Return the time of the fit as Snakemake measured it; None if the record is newer than the measurement."""
    file = records.benchmark_file(folder)
    if not file.exists() or file.stat().st_mtime < (folder / "metrics.csv").stat().st_mtime:
        return None
    return int(1000 * pd.read_csv(file, sep="\t")["s"].sum())


def _finish(client: "MlflowClient", run_id: str) -> None:
    """End the run without an end time, because its duration is unknown."""
    client.update_run(run_id, status="FINISHED")


def _write_run(
    store: Store, experiment: str, content: RunContent, record: Record, tags: dict[str, str], start: int
) -> str:
    from mlflow.entities import Metric, Param

    client = store.client
    run_id: str = client.create_run(experiment, start, content.tags | tags, content.name).info.run_id
    metrics = [Metric(name, value, start, step) for name, step, value in content.metrics + content.curves]
    params = [Param(name, value) for name, value in content.params.items()]
    for metrics_batch, params_batch in zip_longest(_batches(metrics, 900), _batches(params, 100), fillvalue=()):
        client.log_batch(run_id, metrics_batch, params_batch)
    client.log_inputs(run_id, [_dataset(record)])
    return run_id


def _dataset(record: Record) -> "DatasetInput":
    """Return the data with the record's digest: MLflow's digest covers only the first 10,000 values."""
    from mlflow.entities import Dataset, DatasetInput, InputTag

    data = record.params["data"]
    rest = {key: value for key, value in data.items() if key not in ("name", "digest")}
    dataset = Dataset(
        name=str(data["name"])[:500],
        digest=str(data["digest"])[: run_content.DIGEST_LENGTH],
        source_type="local",
        source=json.dumps({"uri": f"results/{run_content.experiment_name(record)}/data"}),
        profile=json.dumps(rest, sort_keys=True),
    )
    return DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])


def _figures(folder: Path, given: Sequence[Path]) -> dict[str, Path]:
    paths = [*given, *sorted(folder.glob("overview.*"))]
    if missing := [str(path) for path in paths if not path.is_file()]:
        raise UserError(f"no such figure: {', '.join(missing)}")
    return {path.name: path for path in paths}


def _log_figures(store: Store, run_id: str, figures: dict[str, Path], logged: dict[str, str]) -> bool:
    """Log the figures unless all of them are `logged` (name to digest); return True if any was added."""
    digests = {name: hashlib.sha256(path.read_bytes()).hexdigest()[:8] for name, path in figures.items()}
    if digests.items() <= logged.items():
        return False
    for path in figures.values():
        store.client.log_artifact(run_id, str(path), "figures")
    store.client.set_tag(run_id, FIGURES, json.dumps(logged | digests, sort_keys=True))
    return True


def _batches(items: list[Item], size: int) -> list[list[Item]]:
    return [items[start : start + size] for start in range(0, len(items), size)]
