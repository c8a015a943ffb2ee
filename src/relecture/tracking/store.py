"""Which MLflow store the runs go to, and one clear message when it cannot be used."""

import fcntl
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from relecture.errors import UserError
from relecture.tracking.existing_runs import Shelf
from relecture.tracking.run_content import NOTE

if TYPE_CHECKING:
    from mlflow import MlflowClient

DEFAULT = "sqlite:///mlflow.db"

# MLflow reads these whenever it needs them. What the person has set counts more.
QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_CONFIGURE_LOGGING": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
}
PATIENCE = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
}
FIRST_CALL = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0", "MLFLOW_HTTP_REQUEST_TIMEOUT": "6"}

UNANSWERED = r"Connection refused|[Tt]imed out|Failed to resolve '[^']*'|SSL: \w+|too many \d+ error responses"
LATER = "All records are intact; publish them later with: make publish"


@dataclass(frozen=True)
class Store:
    """An open store. `uri` has no credentials in it; `artifacts` is set for a local SQLite file only."""

    client: "MlflowClient"
    uri: str
    artifacts: Path | None

    def experiment(self, name: str) -> str:
        """The id of the experiment `name`, created if there is none, brought back if it was deleted."""
        from mlflow.exceptions import MlflowException

        found = self.client.get_experiment_by_name(name)
        if found is None:
            try:
                location = (self.artifacts / name).as_uri() if self.artifacts else None
                self._say_what_default_is()
                return self.client.create_experiment(name, location, _tags(name))
            except MlflowException:  # another process was faster
                found = self.client.get_experiment_by_name(name)
                if found is None:
                    raise
        if found.lifecycle_stage == "deleted":
            self.client.restore_experiment(found.experiment_id)
            # MLflow brings every run back with it, those that had been replaced or were never finished too.
            runs = Shelf(self.client, found.experiment_id)
            runs.clear(keep=runs.complete)
            print(f"experiment {name}: it had been deleted in MLflow and is restored")
        self._refuse_moved(found.artifact_location)
        return found.experiment_id

    def _say_what_default_is(self) -> None:
        """MLflow makes an experiment by itself, in a new store; somebody else's own is left alone."""
        first = self.client.get_experiment("0") if self.artifacts else None
        if first and first.name == "Default" and NOTE not in first.tags:
            self.client.set_experiment_tag("0", NOTE, "Empty: MLflow makes it by itself. The others are ours.")

    def _refuse_moved(self, location: str) -> None:
        """MLflow keeps absolute paths: a copied or moved store would write beside the old one."""
        expected = self.artifacts.as_uri() if self.artifacts else ""
        if expected and location.startswith("file://") and not location.startswith(expected):
            raise UserError(
                f"the MLflow store {self.uri} was made in another folder: it keeps its artifacts in {location}, "
                f"not in {expected}. Delete mlflow.db here and rebuild it from the records with: make publish"
            )


def connect() -> Store:
    """Open the store that MLFLOW_TRACKING_URI names, or `mlflow.db` in the current folder.

    A new SQLite store is made by one process while others wait: MLflow's own set-up breaks when two do it
    at once. Raises UserError, within some ten seconds, when there is no usable store.
    """
    uri = tracking_uri()
    os.environ.update(QUIET | {name: os.environ.get(name, value) for name, value in PATIENCE.items()})
    file = sqlite_file(uri)
    if file is None:
        return Store(_open(uri), shown(uri), None)
    import mlflow  # noqa: F401  before the lock, because it takes longer than all that the lock is for

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with alone(file.parent):
            _refuse_damaged(file)
            client = _open(f"sqlite:///{file}")
    except OSError as error:
        raise UserError(f"the MLflow store {file} cannot be made or opened ({error}). {LATER}") from error
    return Store(client, shown(uri), file.parent / "mlartifacts")


def tracking_uri() -> str:
    """The store's address as the person gave it, with credentials if there are any."""
    return os.environ.get("MLFLOW_TRACKING_URI") or DEFAULT


def sqlite_file(uri: str) -> Path | None:
    """The file behind a `sqlite:///` address, absolute; None for any other address."""
    if not uri.startswith("sqlite:///"):
        return None
    return Path(uri.removeprefix("sqlite:///").split("?")[0]).resolve()


def shown(uri: str) -> str:
    """`uri` without user, password and query, fit to be printed and written down."""
    parts = urlsplit(uri)
    if "@" not in parts.netloc and not parts.query:
        return uri
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Only one process at a time is inside, for each folder. The lock is the folder itself: no file is left."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network file systems know no locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def explained() -> Iterator[None]:
    """Turn what MLflow raises about the store into one message for the person."""
    from mlflow.exceptions import MlflowException
    from requests.exceptions import RequestException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (MlflowException, RequestException, SQLAlchemyError, OSError) as error:
        raise UserError(_explanation(tracking_uri(), str(error))) from error


def _open(uri: str) -> "MlflowClient":
    patience = {name: os.environ[name] for name in FIRST_CALL}
    os.environ.update(FIRST_CALL)
    try:
        with explained():
            from mlflow import MlflowClient

            client = MlflowClient(tracking_uri=uri, registry_uri=uri)
            client.search_experiments(max_results=1)
        return client
    finally:
        os.environ.update(patience)


def _tags(experiment: str) -> dict[str, str]:
    """What MLflow is told about an experiment: its kind decides which pages the browser offers."""
    note = (
        f"The methods of `{experiment}`, each with its members. The menu Views has the tables: `methods` with their "
        f"numbers, `members` to expand. All is a mirror of `results/{experiment}/`; rebuild it with `make publish`."
    )
    return {NOTE: note, "mlflow.experimentKind": "custom_model_development"}


def _refuse_damaged(file: Path) -> None:
    """MLflow would try for minutes to open a file that is no database."""
    if not file.exists() or file.stat().st_size == 0:
        return
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
            tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        reason = "it holds other tables than MLflow's" if tables and "experiments" not in tables else ""
    except sqlite3.Error as error:
        reason = str(error)
    if reason:
        raise UserError(
            f"{file} is not a usable MLflow store ({reason}). Delete or move the file; "
            "the store is rebuilt from the records with: make publish"
        )


def _explanation(uri: str, message: str) -> str:
    reason = re.sub(r"\s+", " ", message.replace(uri, shown(uri))).strip()
    cause = re.search(UNANSWERED, reason)
    where, why = shown(uri), cause.group() if cause else reason[:200]
    if not uri.startswith("http"):
        what = f"the MLflow store {where} cannot be used ({why})"
        mend = "A damaged mlflow.db, or one of another MLflow version, may be deleted: it is only a mirror."
    elif re.search(r"error code 40[13]|UNAUTHENTICATED|PERMISSION_DENIED", reason):
        what = f"the MLflow server {where} refuses access"
        mend = "Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN."
    elif re.search(r"error code 404|not in a valid JSON", reason):
        what = f"{where} is no MLflow server"
        mend = "Check the address in MLFLOW_TRACKING_URI."
    else:
        what = f"the MLflow server {where} {'does not answer' if cause else 'reports an error'} ({why})"
        mend = "Start that server, or unset MLFLOW_TRACKING_URI to use mlflow.db in this folder."
    return f"{what}. {mend} {LATER}"
