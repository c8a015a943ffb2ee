"""Register models in MLflow's model registry and download them.

A version is identified by the digest of its file: registering the same file again changes nothing, another file becomes
the next version. The first version has the alias; it moves to another one of a standard or full run on whole data that
is not less accurate on the same data.
"""

import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from relecture import records
from relecture.errors import UserError
from relecture.records import Record
from relecture.registered_model import RegisteredModel, Tensor
from relecture.tracking import run_content
from relecture.tracking.store import Store, folder_lock, translate_store_errors
from relecture.tracking.sync import load_record, sync_record

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion
    from mlflow.types import Schema

DIGEST, LOADER = "relecture.model_digest", "relecture.loader_module"
DATA, SCORE = "relecture.data_digest", "relecture.score"
ALIAS_RUNS = ("results", "full")  # the names of the folders of results of a standard and of a full run


@dataclass(frozen=True)
class RegistrationResult:
    """What became of a model: `outcome` is `registered`, `unchanged` or `alias moved`.

    `alias_stays` is why another version keeps the alias; empty if this one has it.
    """

    name: str
    version: str
    alias: str
    digest: str
    outcome: str
    alias_stays: str = ""

    def __str__(self) -> str:
        alias = f"not {self.alias}, because {self.alias_stays}" if self.alias_stays else self.alias
        return f"{self.name} version {self.version}, {alias}: {self.outcome}"


def register(store: Store, model: RegisteredModel, results: Path) -> RegistrationResult:
    """Register the file of `model`, unless it is registered already, and give its version the alias.

    Args:
        store: Open store; the version is linked to the run of the model's record, which is synced before.
        model: Description of the model.
        results: Results folder with the model's file and record.

    Raises:
        UserError: The file is missing, the record is incomplete, or the store cannot be used.
    """
    file = results / model.file
    if not file.is_file():
        raise UserError(f"there is no model {file} to register. Make it first: snakemake {file}")
    record, example, digest = load_record(results / model.record), model.example(results), records.file_digest(file)
    run_id = sync_record(store, record).run_id
    with folder_lock(file.parent), translate_store_errors():
        client = store.client
        _create_registered_model(client, model)
        version = _find_version(client, model, digest)
        outcome = "registered" if version is None else "unchanged"
        if version is None:
            version = _create_version(store, model, file, record, run_id, example, digest)
        # A SQLite store has versions as numbers, a server as text.
        holder, stays = client.get_registered_model(model.name).aliases.get(model.alias), ""
        if str(holder) != str(version.version):
            stays = (
                "" if holder is None else _why_not(client.get_model_version(model.name, str(holder)), version, record)
            )
            if not stays:
                client.set_registered_model_alias(model.name, model.alias, version.version)
                outcome = "alias moved" if outcome == "unchanged" else outcome
    return RegistrationResult(model.name, str(version.version), model.alias, digest, outcome, stays)


def _why_not(holder: "ModelVersion", version: "ModelVersion", record: Record) -> str:
    """Return why the alias stays with its holder; nothing if it moves to another version, of this record."""
    run = records.results_folder(record.folder, record.params["method"]).name
    if run not in ALIAS_RUNS:
        return f"it is of the run {run!r}"
    if record.sample_name:
        return f"it was trained on {record.sample_name}"
    before, after = (one.tags.get(SCORE, "nan") for one in (holder, version))
    if holder.tags.get(DATA) == version.tags.get(DATA) and float(before) > float(after):
        return f"version {holder.version} is better on the same data ({before} against {after})"
    return ""


def fetch(store: Store, address: str, folder: Path) -> Path:
    """Download a registered model and return its file below `folder`.

    Its address is `models:/NAME@ALIAS`, `models:/NAME/VERSION`, or `models:/NAME/latest`.

    Raises:
        UserError: The address has another form, or names no model, or one that this version cannot load.
    """
    parts = re.fullmatch(r"models:/([^/@]+)(?:@([^/@]+)|/(\d+|latest))", address)
    if parts is None:
        raise UserError(f"{address} is no address of a model: write models:/NAME@ALIAS or models:/NAME/latest")
    from mlflow.artifacts import download_artifacts
    from mlflow.exceptions import MlflowException
    from mlflow.models import Model

    name, alias, number = parts.groups()
    with translate_store_errors():
        try:
            client = store.client
            if number == "latest":
                versions = client.search_model_versions(f"name = '{name}'")
                number = str(max((int(one.version) for one in versions), default=0))
            version = (
                client.get_model_version_by_alias(name, alias) if alias else client.get_model_version(name, number)
            )
            uri = client.get_model_version_download_uri(name, version.version)
        except MlflowException as error:
            if error.error_code not in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
                raise
            raise UserError(
                f"the MLflow store {store.uri} has no model {address}. Register one first: make sync"
            ) from error
        _require_loadable(address, version.tags)
        folder.mkdir(parents=True, exist_ok=True)
        downloaded = download_artifacts(artifact_uri=uri, dst_path=str(folder), tracking_uri=client.tracking_uri)
    return Path(downloaded, str(Model.load(downloaded).flavors["python_function"]["data"]))


def _require_loadable(address: str, tags: dict[str, str]) -> None:
    if DIGEST not in tags:
        raise UserError(f"{address} was not registered by relecture, which loads only models that it has registered")
    if LOADER not in tags or not _module_exists(tags[LOADER]):
        raise UserError(
            f"{address} was registered by another version of relecture and cannot be loaded by this one. "
            "Register it again: make sync"
        )


def _module_exists(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # its package does not exist either
        return False


def _create_registered_model(client: "MlflowClient", model: RegisteredModel) -> None:
    """Create the registered model, unless it exists or another process is faster."""
    from mlflow.exceptions import MlflowException

    try:
        client.create_registered_model(model.name, description=model.description)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise


def _find_version(client: "MlflowClient", model: RegisteredModel, digest: str) -> "ModelVersion | None":
    """Return the latest version with this file and loader."""
    tags = {DIGEST: digest, LOADER: model.loader_module}.items()
    versions = [v for v in client.search_model_versions(f"name = '{model.name}'") if tags <= v.tags.items()]
    return max(versions, key=lambda version: int(version.version), default=None)


def _create_version(
    store: Store, model: RegisteredModel, file: Path, record: Record, run_id: str, example: np.ndarray, digest: str
) -> "ModelVersion":
    """Store the model, finish it, and create the version last: an interrupted registration leaves no version."""
    client = store.client
    experiment = store.experiment(run_content.experiment_name(record))
    tags = {
        DIGEST: digest,
        LOADER: model.loader_module,
        "relecture.record": record.name,
        "relecture.rerun": record.params["rerun"],
        "relecture.sample": record.sample_name,
        DATA: record.params["data"]["digest"],
        SCORE: f"{records.summarize(record).loc[model.score, 'mean']:.6g}" if model.score else "",
        "relecture.git_commit": records.commit(record.folder) or "",
    }
    tags = {key: value for key, value in tags.items() if value}
    logged = client.create_logged_model(experiment, model.name, run_id, tags, run_content.params(record))
    try:
        with tempfile.TemporaryDirectory() as folder:
            _save(Path(folder) / "model", model, file, example)
            client.log_model_artifacts(logged.model_id, str(Path(folder) / "model"))
        client.finalize_logged_model(logged.model_id, "READY")
    except BaseException:
        client.finalize_logged_model(logged.model_id, "FAILED")
        raise
    with global_tracking_uri(client.tracking_uri):
        return client.create_model_version(model.name, logged.model_uri, run_id, tags, model_id=logged.model_id)


@contextmanager
def global_tracking_uri(uri: str) -> Iterator[None]:
    """Set MLflow's global store to `uri`: a client's registry looks up a new version's model there, not in its own."""
    import mlflow

    previous = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(uri)
    try:
        yield
    finally:
        mlflow.set_tracking_uri(previous)


def _save(folder: Path, model: RegisteredModel, file: Path, example: np.ndarray) -> None:
    """Write the model in MLflow's format, with its signature and an example."""
    from importlib.metadata import version

    import mlflow.pyfunc
    from mlflow.models import ModelSignature

    mlflow.pyfunc.save_model(
        folder,
        loader_module=model.loader_module,
        data_path=str(file),
        signature=ModelSignature(inputs=_schema(model.inputs), outputs=_schema(model.outputs)),
        input_example=example,
        # MLflow would guess the requirements, which takes long.
        pip_requirements=[f"{package}=={version(package)}" for package in model.packages],
    )


def _schema(tensors: Sequence[Tensor]) -> "Schema":
    from mlflow.types import Schema, TensorSpec

    return Schema([TensorSpec(np.dtype(dtype), shape, name) for name, dtype, shape in tensors])
