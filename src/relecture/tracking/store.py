"""Open the MLflow store, or say in one clear message why it cannot be used."""

import fcntl
import ipaddress
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from relecture.errors import UserError
from relecture.tracking.address import DEFAULT, redact, sqlite_file, tracking_uri
from relecture.tracking.existing_runs import ExistingRuns
from relecture.tracking.run_content import NOTE

if TYPE_CHECKING:
    from mlflow import MlflowClient

STORE_TABLES = {"experiments", "runs", "alembic_version"}  # of every MLflow store, besides others

# MLflow reads these variables whenever it needs them. The user's own values take precedence.
QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_CONFIGURE_LOGGING": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
}
HTTP_LIMITS = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
}
FIRST_CALL_LIMITS = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0", "MLFLOW_HTTP_REQUEST_TIMEOUT": "6"}

UNANSWERED = r"Connection refused|[Tt]imed out|Failed to resolve '[^']*'|SSL: \w+|too many \d+ error responses"
#: Errors of a database that say nothing about what is in it.
UNAVAILABLE = r"database is locked|unable to open database|readonly database|disk is full|disk I/O error"
SYNC_LATER = "All records are intact; sync them later with: make sync"
ANOTHER_STORE = "Name another store in MLFLOW_TRACKING_URI, or unset it to use mlflow.db in this folder."


@dataclass(frozen=True)
class Store:
    """An open store; `uri` contains no credentials, `artifacts` is set only for a local SQLite file."""

    client: "MlflowClient"
    uri: str
    artifacts: Path | None

    def experiment(self, name: str) -> str:
        """Return the id of the experiment `name`; create it if there is none, restore it if it was deleted."""
        from mlflow.exceptions import MlflowException

        experiment = self.client.get_experiment_by_name(name)
        if experiment is None:
            try:
                location = (self.artifacts / name).as_uri() if self.artifacts else None
                self._describe_default_experiment()
                return self.client.create_experiment(name, location, _experiment_tags(name))
            except MlflowException:  # another process was faster
                experiment = self.client.get_experiment_by_name(name)
                if experiment is None:
                    raise
        if experiment.lifecycle_stage == "deleted":
            self.client.restore_experiment(experiment.experiment_id)
            # MLflow restores all runs, including those that were deleted or never finished.
            ExistingRuns(self.client, experiment.experiment_id).delete_leftovers()
            print(f"experiment {name}: it had been deleted in MLflow and is restored")
        self._require_same_location(experiment.artifact_location)
        return experiment.experiment_id

    def _describe_default_experiment(self) -> None:
        """Describe the experiment that MLflow creates in a new store; a description by the user stays."""
        first = self.client.get_experiment("0") if self.artifacts else None
        if first and first.name == "Default" and NOTE not in first.tags:
            self.client.set_experiment_tag(
                "0", NOTE, "Empty: MLflow creates it itself. The runs of relecture are in the other experiments."
            )

    def _require_same_location(self, location: str) -> None:
        """Raise a UserError for a copied or moved store: MLflow keeps absolute paths and would write to the old one."""
        expected = self.artifacts.as_uri() if self.artifacts else ""
        if self.artifacts and location.startswith("file://") and not location.startswith(expected):
            ours = _is_ours(sqlite_file(tracking_uri()))
            remedy = "Delete mlflow.db here and rebuild it from the records with: make sync"
            raise UserError(
                f"the MLflow store {self.uri} was created in another folder: it keeps its artifacts in {location}, "
                f"not in {expected}. {remedy if ours else f'{ANOTHER_STORE} {SYNC_LATER}'}"
            )


def connect() -> Store:
    """Open the store that MLFLOW_TRACKING_URI names, or `mlflow.db` in the current folder.

    One process creates a new SQLite store while others wait: MLflow's set-up fails when two do it at once.

    Raises:
        UserError: There is no usable store; raised within about ten seconds.
    """
    uri = tracking_uri()
    os.environ.update(QUIET | {name: os.environ.get(name, value) for name, value in HTTP_LIMITS.items()})
    file = sqlite_file(uri)
    _reach_local_server_directly(uri)
    if file is None:
        return Store(_open(uri), redact(uri), None)
    import mlflow  # noqa: F401  before the lock, because the import takes longer than the locked part

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with folder_lock(file.parent):
            require_mlflow_database(file)
            client = _open(_sqlite_uri(file))
    except OSError as error:
        raise UserError(f"the MLflow store {file} cannot be created or opened ({error}). {SYNC_LATER}") from error
    return Store(client, redact(uri), file.parent / "mlartifacts")


def _sqlite_uri(file: Path) -> str:
    """Return the address of a file; relative to the working folder if a question mark in its path would end it."""
    return f"sqlite:///{os.path.relpath(file) if '?' in str(file) else file}"


def _is_ours(file: Path | None) -> bool:
    """Return whether a file is mlflow.db of this folder, a mirror of the records; any other one may be a user's own."""
    return file == sqlite_file(DEFAULT)


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Let one process per folder run the block at a time. The lock is on the folder itself and leaves no file."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network file systems do not support locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def translate_store_errors() -> Iterator[None]:
    """Turn errors of MLflow and its store into a UserError with one message."""
    from mlflow.exceptions import MlflowException
    from requests.exceptions import RequestException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (MlflowException, RequestException, SQLAlchemyError, OSError) as error:
        raise UserError(_store_error_message(tracking_uri(), str(error))) from error


def _open(uri: str) -> "MlflowClient":
    limits = {name: os.environ[name] for name in FIRST_CALL_LIMITS}
    os.environ.update(FIRST_CALL_LIMITS)
    try:
        with translate_store_errors():
            from mlflow import MlflowClient

            client = MlflowClient(tracking_uri=uri, registry_uri=uri)
            client.search_experiments(max_results=1)
        return client
    finally:
        os.environ.update(limits)


def _experiment_tags(experiment: str) -> dict[str, str]:
    """Return the tags of a new experiment; the kind decides which pages the browser offers."""
    note = (
        f"The methods of `{experiment}`, each with its members. The menu Views has the tables: `methods` with their "
        f"metrics, `members` to expand. All runs mirror `results/{experiment}/`; rebuild them with `make sync`."
    )
    return {NOTE: note, "mlflow.experimentKind": "custom_model_development"}


def require_mlflow_database(file: Path) -> None:
    """Raise a UserError for a database that is damaged, foreign, or of another version of MLflow.

    MLflow would try for minutes to open a damaged one, add its tables to a foreign one, and upgrade an old one without
    a backup.
    """
    if not file.exists() or file.stat().st_size == 0:
        return
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
            tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            query = "SELECT version_num FROM alembic_version"
            [schema] = [name for (name,) in database.execute(query)] if "alembic_version" in tables else [""]
    except (sqlite3.Error, ValueError) as error:
        if re.search(UNAVAILABLE, str(error)):
            raise UserError(f"the MLflow store {file} cannot be read now ({error}). {SYNC_LATER}") from error
        problem, remedy = f"is not a usable MLflow store ({error})", "Delete or move it"
    else:
        newest = _newest_schema()
        if not tables or (tables >= STORE_TABLES and schema and schema == (newest or schema)):
            return
        problem, remedy = "is a database of another program, not an MLflow store", "Move it to another place"
        if tables >= STORE_TABLES and schema:
            problem = (
                f"is a store of another version of MLflow, or its creation was interrupted (its schema is {schema}, "
                f"that of the installed version {newest})"
            )
            remedy = f"Upgrade it (first copy it; then: mlflow db upgrade {_sqlite_uri(file)}), or move it"
    if _is_ours(file):
        raise UserError(f"{file} {problem}. {remedy}; the store of this folder is rebuilt with: make sync")
    raise UserError(f"{file} {problem}. It was not changed. {ANOTHER_STORE} {SYNC_LATER}")


def _newest_schema() -> str:
    """Return the newest revision of the database that the installed MLflow knows; empty if it cannot be told.

    It is read from MLflow's files, because importing MLflow takes seconds.
    """
    package = find_spec("mlflow")
    if package is None or package.origin is None:
        return ""
    files = Path(package.origin).parent.glob("store/db_migrations/versions/*.py")
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    revisions = set(re.findall(r"^revision\b.*?=\s*['\"](\w+)", text, re.MULTILINE))
    replaced = re.findall(r"^down_revision\b.*?=(.*)", text, re.MULTILINE)
    newest = revisions - set(re.findall(r"\w+", " ".join(replaced)))
    return newest.pop() if len(newest) == 1 else ""


def _reach_local_server_directly(uri: str) -> None:
    """Leave a server on this machine out of the proxies that the environment names: no proxy can reach it."""
    try:
        host = urlsplit(uri).hostname or ""
    except ValueError as error:
        raise UserError(f"MLFLOW_TRACKING_URI is no address ({error}). {ANOTHER_STORE}") from error
    try:
        local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = host == "localhost"
    if local:
        direct = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
        os.environ["no_proxy"] = os.environ["NO_PROXY"] = f"{direct},{host}".removeprefix(",")


def _proxy(uri: str) -> str:
    """Return a sentence on the proxy that requests to a server go through; empty if there is none."""
    from requests.utils import get_environ_proxies

    parts = urlsplit(uri)
    names = [name for kind in (parts.scheme, "all") for name in (f"{kind}_proxy", f"{kind}_proxy".upper())]
    name = next((name for name in names if os.environ.get(name)), "")
    if not name or not get_environ_proxies(uri):
        return ""
    return (
        f" The requests went through the proxy {redact(os.environ[name])}, which {name} names: if the server can be "
        f"reached without it, add {parts.hostname} to no_proxy."
    )


def _store_error_message(uri: str, message: str) -> str:
    reason = re.sub(r"\s+", " ", message.replace(uri, redact(uri))).strip()
    cause = re.search(UNANSWERED, reason)
    address, why = redact(uri), cause.group() if cause else reason[:200]
    if not uri.startswith("http"):
        problem = f"the MLflow store {address} cannot be used ({why})"
        remedy = ANOTHER_STORE
        if "out-of-date database schema" in reason or "locate revision" in reason:
            problem = f"the MLflow store {address} is of another version of MLflow ({why})"
        elif re.search(UNAVAILABLE, reason):
            remedy = "Nothing in it was lost."
        elif _is_ours(sqlite_file(uri)):
            remedy = "If mlflow.db is damaged it may be deleted: the records are its source."
    elif re.search(r"error code 40[13]|UNAUTHENTICATED|PERMISSION_DENIED", reason):
        problem = f"the MLflow server {address} refuses access"
        remedy = "Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN."
    elif re.search(r"error code 404|not in a valid JSON", reason):
        problem = f"{address} is not an MLflow server"
        remedy = "Check the address in MLFLOW_TRACKING_URI."
    else:
        problem = f"the MLflow server {address} {'does not answer' if cause else 'reports an error'} ({why})"
        remedy = "Start that server, or unset MLFLOW_TRACKING_URI to use mlflow.db in this folder."
    return f"{problem}. {remedy}{_proxy(uri) if uri.startswith('http') else ''} {SYNC_LATER}"
