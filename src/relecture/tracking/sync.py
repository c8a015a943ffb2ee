"""Write the runs of a record into a store: once, and again only when the record has changed."""

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pandas as pd

from relecture import records
from relecture.errors import UserError
from relecture.records import Record
from relecture.tracking import run_content
from relecture.tracking.existing_runs import ExistingRuns, is_superseded
from relecture.tracking.run_content import LIVE, NOTE, PARENT, RECORD_DIGEST, RunContent
from relecture.tracking.saved_views import update_saved_views
from relecture.tracking.store import Store, folder_lock, translate_store_errors

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import DatasetInput, Run

Item = TypeVar("Item")

FILES = ("metrics.csv", "history.csv", "predictions.parquet", "params.json")
FIGURES = "relecture.figures"
FIGURE_KINDS = ("svg", "png")


@dataclass(frozen=True)
class SyncResult:
    """What became of one record: `outcome` is `synced`, `new version`, `restored`, `unchanged` or `figures added`."""

    record: str
    outcome: str
    run_id: str
    digest: str
    n_members: int

    def __str__(self) -> str:
        return f"{self.record}: {self.outcome} (run {self.run_id}, members: {self.n_members})"


def sync_record(store: Store, record: Record, figures: Sequence[Path] = ()) -> SyncResult:
    """Mirror `record` into `store`, with `figures` and its own figure `overview`.

    The runs that showed the fit while it ran become those of the record. The tag `relecture.record_digest` is written
    last: a parent run without it was interrupted, and the next sync starts over. Runs of earlier versions of the record
    stay, tagged as superseded and named for what is different in them; a record that is as in an earlier version has
    the runs of that version. Runs of other owners or folders are not changed.

    Raises:
        UserError: A figure is missing, or the store cannot be used.
    """
    figure_files, commit = _figures(record.folder, figures), records.commit(record.folder)
    parent, children = run_content.parent_run(record, commit), run_content.child_runs(record, commit)
    with folder_lock(record.folder), translate_store_errors():
        digest, n_members = records.digest(record.folder), len(children)
        experiment = store.experiment(run_content.experiment_name(record))
        runs = ExistingRuns(store.client, experiment, record.name, run_content.origin())
        found = runs.find(digest, n_members)
        if found is None:
            run_ids = _write_runs(store, experiment, record, [parent, *children], figure_files, runs)
            run_id = run_ids[0]
            store.client.set_tag(run_id, RECORD_DIGEST, digest)
            runs.delete_leftovers(run_ids)
            outcome = "new version" if runs.complete else "synced"
            runs.delete(runs.duplicates(digest, run_id))
        else:
            run_id = found.info.run_id
            runs.delete(runs.duplicates(digest, run_id))
            runs.delete_leftovers()
            added = _log_figures(store, run_id, figure_files, json.loads(found.data.tags.get(FIGURES, "{}")))
            outcome = "restored" if is_superseded(found) else "figures added" if added else "unchanged"
        _supersede_others(store, record, runs, run_id)
        update_saved_views(store.client, experiment)
    return SyncResult(record.name, outcome, run_id, digest, n_members)


def forget_superseded(store: Store, record: Record, keep: int) -> int:
    """Delete (softly) the runs of earlier versions of a record but the `keep` latest; return how many versions."""
    with folder_lock(record.folder), translate_store_errors():
        experiment = store.experiment(run_content.experiment_name(record))
        runs = ExistingRuns(store.client, experiment, record.name, run_content.origin())
        forgotten = runs.superseded()[keep:]
        runs.delete(forgotten)
        update_saved_views(store.client, experiment)
    return len(forgotten)


def _supersede_others(store: Store, record: Record, runs: ExistingRuns, run_id: str) -> None:
    """Make one run the current version of the record, and name all others for what is different in them."""
    if not runs.complete:
        return
    current, method = store.client.get_run(run_id), record.params["method"]
    for run in runs.complete:
        is_current = run.info.run_id == run_id
        runs.set_current(run, is_current)
        name = method if is_current else run_content.superseded_name(method, run, current)
        if run.info.run_name != name:
            store.client.update_run(run.info.run_id, name=name)


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
    store: Store,
    experiment: str,
    record: Record,
    contents: list[RunContent],
    figures: dict[str, Path],
    runs: ExistingRuns,
) -> list[str]:
    """Write the runs, the parent first and then its children, and return their ids in this order."""
    client, (parent, *children) = store.client, contents
    # "Created" is when the fit began. The table of runs shows the latest first, a hundred at a time. Without a follower
    # the times of members are unknown: ten seconds between them keep the methods on the first page.
    end = int((record.folder / "metrics.csv").stat().st_mtime * 1000)
    duration = _duration_ms(record.folder)
    start = end - (duration or 0)
    live = runs.find_live()
    live_children = runs.children_of(live) if live else {}
    run_id = _write_run(store, experiment, parent, record, {}, start, live)
    run_ids = [run_id]
    for index, child in enumerate(children, start=1):
        found = live_children.get(child.name)
        began = start - 10_000 * index
        run_ids.append(_write_run(store, experiment, child, record, {PARENT: run_id}, began, found))
        _finish(client, run_ids[-1], (found.info.end_time or end) if found else None)
    for file in FILES:
        client.log_artifact(run_id, str(record.folder / file), "record")
    if (model := record.folder / "model").is_dir():
        client.log_artifacts(run_id, str(model), "model")
    _log_figures(store, run_id, figures, {})
    _finish(client, run_id, end if live or duration is not None else None)
    return run_ids


def _duration_ms(folder: Path) -> int | None:
    """Return the time of the fit as Snakemake measured it; None if the record is newer than the measurement."""
    file = records.benchmark_file(folder)
    if not file.exists() or file.stat().st_mtime < (folder / "metrics.csv").stat().st_mtime:
        return None
    return int(1000 * pd.read_csv(file, sep="\t")["s"].sum())


def _finish(client: "MlflowClient", run_id: str, end: int | None) -> None:
    """End the run; without an end time if it is unknown."""
    if end is None:
        client.update_run(run_id, status="FINISHED")
    else:
        client.set_terminated(run_id, end_time=end)


def _write_run(
    store: Store,
    experiment: str,
    content: RunContent,
    record: Record,
    tags: dict[str, str],
    start: int,
    live: "Run | None",
) -> str:
    """Write one run, or complete the `live` one if all its points are of this content, and return its id."""
    from mlflow.entities import Metric, Param, RunTag

    client = store.client
    points = content.metrics + content.curves
    logged = _logged_points(client, live, points) if live else None
    if live is None or logged is None:
        run_id: str = client.create_run(experiment, start, content.tags | tags, content.name).info.run_id
    else:
        run_id, started = live.info.run_id, live.info.start_time
        points = [point for point in points if point[:2] not in logged]
        client.log_batch(run_id, tags=[RunTag(key, value) for key, value in (content.tags | tags).items()])
        for key in live.data.tags.keys() & {LIVE, NOTE} - content.tags.keys():
            client.delete_tag(run_id, key)
        start = max(start, started)
    metrics = [Metric(name, value, start, step) for name, step, value in points]
    params = [Param(name, value) for name, value in content.params.items()]
    for metrics_batch, params_batch in zip_longest(_batches(metrics, 900), _batches(params, 100), fillvalue=()):
        client.log_batch(run_id, metrics_batch, params_batch)
    client.log_inputs(run_id, [_dataset(record)])
    return run_id


def _logged_points(
    client: "MlflowClient", live: "Run", points: Sequence[run_content.Point]
) -> set[tuple[str, int]] | None:
    """Return metric and step of the points that a live run has, but for the load; None if any is not of the record."""
    expected = {(name, step): value for name, step, value in points}
    logged = set()
    for metric in live.data.metrics:
        if metric.startswith("system/"):
            continue
        for point in client.get_metric_history(live.info.run_id, metric):
            value = expected.get((metric, point.step))
            if value is None or not math.isclose(value, point.value, rel_tol=1e-6):
                return None
            logged.add((metric, point.step))
    return logged


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
    paths = [*given, *(path for kind in FIGURE_KINDS if (path := folder / f"overview.{kind}").exists())]
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
