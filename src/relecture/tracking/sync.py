"""Writes the runs of a record into a store: once, and again only when the record has changed."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from relecture import records
from relecture.errors import UserError
from relecture.provenance import git_commit
from relecture.records import Record
from relecture.tracking import run_content
from relecture.tracking.existing_runs import REPLACES, Shelf, replaced_by_next
from relecture.tracking.run_content import PARENT, RECORD_DIGEST, Content
from relecture.tracking.saved_views import arrange
from relecture.tracking.store import Store, alone, explained

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import DatasetInput

FILES = ("metrics.csv", "history.csv", "predictions.parquet", "params.json")
FIGURES = "relecture.figures"


@dataclass(frozen=True)
class Published:
    """What became of one record: `outcome` is `published`, `replaced`, `unchanged` or `figures added`."""

    record: str
    outcome: str
    run_id: str
    digest: str
    members: int


def publish(store: Store, record: Record, figures: Sequence[Path] = ()) -> Published:
    """Mirror `record`, with `figures` and every `overview.*` beside it, into `store`.

    The tag `relecture.record_digest` is the last thing written: a parent run without it was interrupted, and
    the next publication starts over. Runs of an earlier version of the record are deleted softly.
    Raises UserError for a figure that is missing and for a store that cannot be used.
    """
    drawn, commit = _figures(record.folder, figures), git_commit()
    parent, children = run_content.parent(record, commit), run_content.children(record, commit)
    with alone(record.folder), explained():
        digest, members = records.digest(record.folder), len(children)
        experiment = store.experiment(record.params["comparison"])
        shelf = Shelf(store.client, experiment, record.name)
        current = shelf.current(digest, members)
        if current is None:
            run_id = _write(store, experiment, record, [parent, *children], drawn, replaced_by_next(shelf))
            shelf.clear(keep=shelf.restored)
            store.client.set_tag(run_id, RECORD_DIGEST, digest)
            outcome = "replaced" if shelf.complete else "published"
        else:
            run_id = current.info.run_id
            shelf.clear(keep=[current, *shelf.restored])
            added = _log_figures(store, run_id, drawn, json.loads(current.data.tags.get(FIGURES, "{}")))
            outcome = "figures added" if added else "unchanged"
        arrange(store.client, experiment)
    return Published(record.name, outcome, run_id, digest, members)


def load(folder: Path) -> Record:
    """The record in `folder`; a UserError says what it lacks."""
    return run_content.checked(records.read(folder))


def complete_records(folder: Path) -> list[Path]:
    """The folders below `folder` that hold a complete record, in order of their names."""
    return sorted(file.parent for file in folder.rglob("metrics.csv") if (file.parent / "params.json").exists())


def _write(
    store: Store, experiment: str, record: Record, runs: list[Content], figures: dict[str, Path], replaces: str
) -> str:
    """Write the parent, which is the first of the `runs`, and its children, each in one go; the parent's id."""
    client, (parent, *children) = store.client, runs
    # "Created" is when the fit began. The table of runs shows the latest first, a hundred at a time: ten
    # seconds between members, whose own times nobody knows, bring the methods to its first page.
    end = int((record.folder / "metrics.csv").stat().st_mtime * 1000)
    lasted = _milliseconds(record)
    start = end - (lasted or 0)
    run_id = _run(store, experiment, parent, record, {REPLACES: replaces} if replaces else {}, start)
    for place, child in enumerate(children, start=1):
        _finish(client, _run(store, experiment, child, record, {PARENT: run_id}, start - 10_000 * place))
    for file in FILES:
        client.log_artifact(run_id, str(record.folder / file), "record")
    if (model := record.folder / "model").is_dir():
        client.log_artifacts(run_id, str(model), "model")
    _log_figures(store, run_id, figures, {})
    if lasted is None:
        _finish(client, run_id)
    else:
        client.set_terminated(run_id, end_time=end)
    return run_id


def _milliseconds(record: Record) -> int | None:
    """How long the fit took, as Snakemake timed it; None where something else has made the record since."""
    comparison, method = record.params["comparison"], record.params["method"]
    results = record.folder.resolve().parents[method.count("/") + 1]
    timed = results / "benchmarks" / comparison / f"{method.replace('/', '_')}.tsv"
    if not timed.exists() or timed.stat().st_mtime < (record.folder / "metrics.csv").stat().st_mtime:
        return None
    return int(1000 * pd.read_csv(timed, sep="\t")["s"].sum())


def _finish(client: "MlflowClient", run_id: str) -> None:
    """End the run without a time of ending: how long it took, nobody knows."""
    client.update_run(run_id, status="FINISHED")


def _run(store: Store, experiment: str, what: Content, record: Record, tags: dict[str, str], start: int) -> str:
    from mlflow.entities import Metric, Param

    client = store.client
    run_id = client.create_run(experiment, start, what.tags | tags, what.name).info.run_id
    metrics = [Metric(name, value, start, step) for name, step, value in what.numbers + what.curves]
    params = [Param(name, value) for name, value in what.params.items()]
    for some_metrics, some_params in zip_longest(_parts(metrics, 900), _parts(params, 100), fillvalue=()):
        client.log_batch(run_id, some_metrics, some_params)
    client.log_inputs(run_id, [_dataset(record)])
    return run_id


def _dataset(record: Record) -> "DatasetInput":
    """The data with the record's own digest: MLflow's covers the first 10,000 values only."""
    from mlflow.entities import Dataset, DatasetInput, InputTag

    data = record.params["data"]
    rest = {key: value for key, value in data.items() if key not in ("name", "digest")}
    dataset = Dataset(
        name=str(data["name"])[:500],
        digest=str(data["digest"])[: run_content.DIGEST_LENGTH],
        source_type="local",
        source=json.dumps({"uri": f"results/{record.params['comparison']}/data"}),
        profile=json.dumps(rest, sort_keys=True),
    )
    return DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])


def _figures(folder: Path, given: Sequence[Path]) -> dict[str, Path]:
    found = [*given, *sorted(folder.glob("overview.*"))]
    if missing := [str(path) for path in found if not path.is_file()]:
        raise UserError(f"no such figure: {', '.join(missing)}")
    return {path.name: path for path in found}


def _log_figures(store: Store, run_id: str, figures: dict[str, Path], there: dict[str, str]) -> bool:
    """Add the figures that are not yet `there` (name to digest); whether there were any."""
    digests = {name: hashlib.sha256(path.read_bytes()).hexdigest()[:8] for name, path in figures.items()}
    if digests.items() <= there.items():
        return False
    for path in figures.values():
        store.client.log_artifact(run_id, str(path), "figures")
    store.client.set_tag(run_id, FIGURES, json.dumps(there | digests, sort_keys=True))
    return True


def _parts(items: list, size: int) -> list[list]:
    return [items[start : start + size] for start in range(0, len(items), size)]
