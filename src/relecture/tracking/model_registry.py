"""Registers the model that reads digits, and fetches it again: MLflow's model registry.

A model is known by the digest of its file: registering the same file again changes nothing, another one becomes the
next version and gets the alias.
"""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from relecture import records
from relecture.errors import UserError
from relecture.records import Record
from relecture.tracking import run_content
from relecture.tracking.existing_runs import Shelf
from relecture.tracking.store import Store, alone, explained
from relecture.tracking.sync import git_commit

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion
    from mlflow.models import ModelSignature

NAME, ALIAS = "tally-digits", "champion"
#: Where the workflow leaves the reader that it registers, the record that it comes from, and cells, below `results`.
READER, RECORD, CELLS = "tallies/validation/reader.pt", "tallies/final", "tallies/data/cells.npz"
DIGEST = "relecture.model_digest"
SIDE, CLASSES = 28, 10
SERVED = "relecture.tracking.pyfunc_model"
PACKAGES = ("mlflow", "numpy", "torch")
ABOUT = (
    "Reads cells of tally sheets: images (n, 28, 28) of grey values, 0 = paper, 255 = ink, to the digit in each and "
    "the probabilities of 0 to 9. Made by the comparison `tallies` of relecture, which has to be installed where it is "
    "loaded: `mlflow models serve --model-uri models:/{name}@{alias} --env-manager local`."
)


@dataclass(frozen=True)
class Registered:
    """What became of a model: `outcome` is `registered`, `unchanged` or `alias moved`."""

    name: str
    version: str
    alias: str
    digest: str
    outcome: str


def register(
    store: Store, reader: Path, record: Record, example: np.ndarray, name: str = NAME, alias: str = ALIAS
) -> Registered:
    """Make `reader` (a `reader.pt`) the version of the model `name` that has the alias.

    Args:
        record: that of the fit; where it has been published, the model is linked to its run.
        example: a few cells, (n, 28, 28) uint8, kept as the example of a request.

    Raises UserError for a missing reader and for a store that cannot be used.
    """
    if not reader.is_file():
        raise UserError(f"there is no reader {reader} to register. Make it first: snakemake {reader}")
    digest = records.file_digest(reader)
    with alone(reader.parent), explained():
        client = store.client
        _ensure(client, name, alias)
        version = _with_digest(client, name, digest)
        outcome = "registered" if version is None else "unchanged"
        if version is None:
            version = _write(store, reader, record, example, name, digest)
        # A SQLite store has versions as numbers, a server as text.
        if str(client.get_registered_model(name).aliases.get(alias)) != str(version.version):
            client.set_registered_model_alias(name, alias, version.version)
            outcome = "alias moved" if outcome == "unchanged" else outcome
    return Registered(name, str(version.version), alias, digest, outcome)


def example(cells: Path, count: int = 3) -> np.ndarray:
    """The first `count` images (count, 28, 28) of a file of cells; a UserError where there are none."""
    try:
        with np.load(cells) as file:
            return file["images"][:count]
    except (OSError, KeyError, ValueError) as error:
        raise UserError(f"{cells} holds no cells ({error}). Make it first: snakemake {cells}") from error


def fetch(store: Store, address: str, folder: Path) -> Path:
    """Download the reader of a registered model, `models:/tally-digits@champion` or `models:/tally-digits/3`.

    The file lies below `folder` then. Raises UserError for an address of another form and a model that is not there.
    """
    parts = re.fullmatch(r"models:/([^/@]+)(?:@([^/@]+)|/(\d+))", address)
    if parts is None:
        raise UserError(f"{address} names no model: write models:/{NAME}@{ALIAS} or models:/{NAME}/1")
    from mlflow.artifacts import download_artifacts
    from mlflow.exceptions import MlflowException

    name, alias, version = parts.groups()
    with explained():
        try:
            if alias:
                version = store.client.get_model_version_by_alias(name, alias).version
            uri = store.client.get_model_version_download_uri(name, version)
        except MlflowException as error:
            if error.error_code not in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
                raise
            raise UserError(
                f"the MLflow store {store.uri} has no model {address}. Register one first: make publish"
            ) from error
        folder.mkdir(parents=True, exist_ok=True)
        found = Path(download_artifacts(artifact_uri=uri, dst_path=str(folder), tracking_uri=store.client.tracking_uri))
    readers = sorted(found.rglob("*.pt"))
    if not readers:
        raise UserError(
            f"{address} is a model without a reader of digits; relecture reads only those it has registered"
        )
    return readers[0]


def _ensure(client: "MlflowClient", name: str, alias: str) -> None:
    """Make the registered model, unless it is there or another process is faster."""
    from mlflow.exceptions import MlflowException

    try:
        client.create_registered_model(name, description=ABOUT.format(name=name, alias=alias))
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise


def _with_digest(client: "MlflowClient", name: str, digest: str) -> "ModelVersion | None":
    """The latest version made from this file."""
    found = [v for v in client.search_model_versions(f"name = '{name}'") if v.tags.get(DIGEST) == digest]
    return max(found, key=lambda version: int(version.version), default=None)


def _write(store: Store, reader: Path, record: Record, example: np.ndarray, name: str, digest: str) -> "ModelVersion":
    """Store the model, finish it, and make it a version last: an interrupted registration leaves none."""
    client = store.client
    experiment = store.experiment(record.params["comparison"])
    published = Shelf(client, experiment, record.name).complete
    run = published[0].info.run_id if published else None
    tags = {DIGEST: digest, "relecture.record": record.name, "relecture.rerun": record.params["rerun"]}
    tags |= {"relecture.sample": record.sample_name} if record.sample_name else {}
    tags |= {"relecture.git_commit": commit} if (commit := git_commit()) else {}
    model = client.create_logged_model(experiment, name, run, tags, run_content.params(record), "classifier")
    try:
        with tempfile.TemporaryDirectory() as folder:
            _save(Path(folder) / "model", reader, example)
            client.log_model_artifacts(model.model_id, str(Path(folder) / "model"))
        client.finalize_logged_model(model.model_id, "READY")
    except BaseException:
        client.finalize_logged_model(model.model_id, "FAILED")
        raise
    with _everywhere(client):
        return client.create_model_version(name, model.model_uri, run, tags, model_id=model.model_id)


@contextmanager
def _everywhere(client: "MlflowClient") -> Iterator[None]:
    """Make the client's store MLflow's only one: its registry looks a new version's model up there, not in its own."""
    import mlflow

    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(client.tracking_uri)
    try:
        yield
    finally:
        mlflow.set_tracking_uri(before)


def _save(folder: Path, reader: Path, example: np.ndarray) -> None:
    """The model as MLflow loads and serves it, with its signature and an example."""
    from importlib.metadata import version

    import mlflow.pyfunc

    mlflow.pyfunc.save_model(
        folder,
        loader_module=SERVED,
        data_path=str(reader),
        signature=_signature(),
        input_example=example,
        pip_requirements=[f"{package}=={version(package)}" for package in PACKAGES],  # else it is guessed, slowly
    )


def _signature() -> "ModelSignature":
    from mlflow.models import ModelSignature
    from mlflow.types import Schema, TensorSpec

    return ModelSignature(
        inputs=Schema([TensorSpec(np.dtype(np.uint8), (-1, SIDE, SIDE))]),
        outputs=Schema(
            [
                TensorSpec(np.dtype(np.int64), (-1,), "digit"),
                TensorSpec(np.dtype(np.float32), (-1, CLASSES), "probabilities"),
            ]
        ),
    )
