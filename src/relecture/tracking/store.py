"""Open the MLflow store, or say in one clear message why it cannot be used."""

import fcntl
import ipaddress
import os
import re
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from relecture.atomic_files import folder_beside, sweep
from relecture.errors import UserError
from relecture.tracking.address import DEFAULT, redact, sqlite_file, tracking_uri
from relecture.tracking.existing_runs import ExistingRuns
from relecture.tracking.run_content import NOTE

if TYPE_CHECKING:
    from mlflow import MlflowClient

LOCK_SECONDS = 60  # to wait for another program that has locked a SQLite file
ANSWER_SECONDS = 20.0  # for the first answer of a server, all of it
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
#: Errors of a database that is really damaged.
DAMAGED = r"malformed|not a database|disk image"
DRIVERS = {"psycopg2": "psycopg2-binary", "MySQLdb": "mysqlclient"}
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

    A new one is created in a hidden folder and moved to its place; the store of this folder, if it is of an older
    MLflow, is upgraded as a copy. So a process that is killed meanwhile leaves the store as it was.

    Raises:
        UserError: There is no usable store; raised within half a minute, or a minute if it is locked.
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
        with folder_lock(file.parent), translate_store_errors():
            prepare_file(file)
            client = _open(f"{_sqlite_uri(file)}?timeout={LOCK_SECONDS}")
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
    except (MlflowException, RequestException, SQLAlchemyError, OSError, ImportError) as error:
        raise UserError(_store_error_message(tracking_uri(), str(error))) from error


def _open(uri: str) -> "MlflowClient":
    limits = {name: os.environ[name] for name in FIRST_CALL_LIMITS}
    os.environ.update(FIRST_CALL_LIMITS)
    try:
        with translate_store_errors():
            from mlflow import MlflowClient

            client = MlflowClient(tracking_uri=uri, registry_uri=uri)
            _first_call(client, ANSWER_SECONDS if uri.startswith("http") else None)
        return client
    finally:
        os.environ.update(limits)


def _first_call(client: "MlflowClient", seconds: float | None) -> None:
    """Ask the store for anything. A server that answers one byte a second would else be waited for without an end."""
    errors: list[BaseException] = []

    def call() -> None:
        try:
            client.search_experiments(max_results=1)
        except BaseException as error:
            errors.append(error)

    if seconds is None:
        call()
    else:
        thread = threading.Thread(target=call, daemon=True)
        thread.start()
        thread.join(seconds)
        if thread.is_alive():
            raise TimeoutError(f"timed out after {seconds:g} seconds")
    if errors:
        raise errors[0]


def _experiment_tags(experiment: str) -> dict[str, str]:
    """Return the tags of a new experiment; the kind decides which pages the browser offers."""
    note = (
        f"The methods of `{experiment}`, each with its members. The menu Views has the tables: `methods` with their "
        f"metrics, `members` to expand. All runs mirror `results/{experiment}/`; rebuild them with `make sync`."
    )
    return {NOTE: note, "mlflow.experimentKind": "custom_model_development"}


def prepare_file(file: Path) -> None:
    """Create the store in `file` if there is none; upgrade that of this folder if it is of an older MLflow.

    Raises:
        UserError: The file is locked, damaged, of another program, or of another version of MLflow.
    """
    sweep(file.parent)
    schema = _schema(file)
    if schema == "":
        with folder_beside(file) as folder:
            _write_tables(folder / "new.db")
            (folder / "new.db").replace(file)
    elif _is_ours(file) and schema in _older_schemas():
        _upgrade_copy(file, schema)
    else:
        require_mlflow_database(file)


def require_mlflow_database(file: Path) -> None:
    """Raise a UserError for a database that is locked, damaged, foreign, or of another version of MLflow.

    MLflow would try for minutes to open a damaged one, add its tables to a foreign one, and upgrade an old one in its
    place.
    """
    schema, newest = _schema(file), _newest_schema()
    if schema in ("", newest) or not newest:
        return
    if schema not in _older_schemas():
        raise UserError(
            f"{file} is a store of a newer MLflow (its schema {schema} is unknown to the installed version). It was "
            f"not changed. Install that version, or name another store in MLFLOW_TRACKING_URI. {SYNC_LATER}"
        )
    upgrade = "make sync upgrades a copy of it and keeps the old one"
    if not _is_ours(file):
        upgrade = f"copy it, then upgrade it: mlflow db upgrade {_sqlite_uri(file)}. {ANOTHER_STORE} {SYNC_LATER}"
    raise UserError(f"{file} is a store of an older MLflow (its schema is {schema}). It was not changed; {upgrade}")


def _schema(file: Path) -> str:
    """Return the revision of the tables of an MLflow store; empty for a file without tables, or without a file."""
    if not file.exists() or file.stat().st_size == 0:
        return ""
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=LOCK_SECONDS)) as database:
            tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            query = "SELECT version_num FROM alembic_version"
            [schema] = [name for (name,) in database.execute(query)] if "alembic_version" in tables else [""]
    except (sqlite3.Error, ValueError) as error:
        if re.search(UNAVAILABLE, str(error)):
            raise UserError(
                f"the MLflow store {file} cannot be read now ({_because(str(error))}). {SYNC_LATER}"
            ) from error
        problem, remedy = f"is not a usable MLflow store ({error})", "Delete or move it"
    else:
        if not tables or (tables >= STORE_TABLES and schema):
            return str(schema)
        problem, remedy = "is a database of another program, not an MLflow store", "Move it to another place"
    if _is_ours(file):
        raise UserError(f"{file} {problem}. {remedy}; the store of this folder is rebuilt with: make sync")
    raise UserError(f"{file} {problem}. It was not changed. {ANOTHER_STORE} {SYNC_LATER}")


def _upgrade_copy(file: Path, schema: str) -> None:
    """Replace the store by an upgraded copy, and keep the old one beside it.

    A store whose creation was interrupted cannot be upgraded. If it has no runs, a new one takes its place.
    """
    kept = file.with_name(f"{file.stem}-{schema}{file.suffix}")
    with folder_beside(file) as folder, closing(sqlite3.connect(file, timeout=LOCK_SECONDS)) as database:
        copy, new = folder / "copy.db", folder / "new.db"
        database.execute("BEGIN IMMEDIATE")  # nobody else writes to it until it is replaced
        with closing(sqlite3.connect(copy)) as target, closing(sqlite3.connect(file)) as source:
            source.backup(target)
        (n_runs,) = database.execute("SELECT count(*) FROM runs").fetchone()
        try:
            _write_tables(copy)
            copy.replace(new)
        except Exception as error:  # whatever the migrations of MLflow raise
            if n_runs:
                why = re.sub(r"\s+", " ", str(error))[:200]
                raise UserError(
                    f"{file} is a store of an older MLflow (its schema is {schema}) and cannot be upgraded ({why}). It "
                    f"was not changed. {ANOTHER_STORE} {SYNC_LATER}"
                ) from error
            _write_tables(new)
        shutil.copy2(file, kept)
        new.replace(file)
    what = "was of an older MLflow and is upgraded" if n_runs else "had no runs and is created anew"
    print(f"relecture: {file.name} {what}; the old one is kept as {kept.name}")


def _write_tables(file: Path) -> None:
    """Create the tables of the installed MLflow in a SQLite file, or upgrade them."""
    from mlflow.store.db.utils import _upgrade_db, create_sqlalchemy_engine_with_retry
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    address = _sqlite_uri(file)
    if file.exists():
        engine = create_sqlalchemy_engine_with_retry(address)  # type: ignore[no-untyped-call]
        try:
            _upgrade_db(engine)  # type: ignore[no-untyped-call]
        finally:
            engine.dispose()
    else:
        artifacts = (file.parent.parent / "mlartifacts").as_uri()
        store = SqlAlchemyStore(address, artifacts)  # type: ignore[no-untyped-call]
        store.engine.dispose()


def _because(error: str) -> str:
    """Return the error of a database with its likely cause."""
    if "locked" in error:
        return (
            f"{error} for more than {LOCK_SECONDS} seconds, as by an upgrade, VACUUM or a program that shows databases"
        )
    return error


def _newest_schema() -> str:
    """Return the newest revision of the database that the installed MLflow knows; empty if it cannot be told."""
    revisions, replaced = _revisions()
    newest = revisions - replaced
    return newest.pop() if len(newest) == 1 else ""


def _older_schemas() -> set[str]:
    """Return the revisions of the database that the installed MLflow can upgrade."""
    revisions, replaced = _revisions()
    return revisions & replaced


@cache
def _revisions() -> tuple[set[str], set[str]]:
    """Return all revisions of the database, and those that another one follows.

    They are read from MLflow's files, because importing MLflow takes seconds.
    """
    package = find_spec("mlflow")
    if package is None or package.origin is None:
        return set(), set()
    files = Path(package.origin).parent.glob("store/db_migrations/versions/*.py")
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    revisions = set(re.findall(r"^revision\b.*?=\s*['\"](\w+)", text, re.MULTILINE))
    replaced = re.findall(r"^down_revision\b.*?=(.*)", text, re.MULTILINE)
    return revisions, set(re.findall(r"\w+", " ".join(replaced)))


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
    reason = re.sub(r"\s+", " ", _without_credentials(message, uri)).strip()
    cause = re.search(UNANSWERED, reason)
    address, why = redact(uri), cause.group() if cause else reason[:200]
    if not uri.startswith("http"):
        problem = f"the MLflow store {address} cannot be used ({_because(why)})"
        remedy = ANOTHER_STORE
        if "out-of-date database schema" in reason or "locate revision" in reason:
            problem = f"the MLflow store {address} is of another version of MLflow ({why})"
        elif driver := re.search(r"No module named '(\w+)'", reason):
            problem = f"the MLflow store {address} needs the driver {driver[1]}, which is not installed"
            remedy = f"Install it in this environment: .venv/bin/pip install {DRIVERS.get(driver[1], driver[1])}."
        elif re.search(UNAVAILABLE, reason):
            remedy = "Nothing in it was lost."
        elif _is_ours(sqlite_file(uri)) and re.search(DAMAGED, reason):
            remedy = "It may be deleted: the records are its source."
    elif re.search(r"error code 401|UNAUTHENTICATED", reason):
        problem = f"the MLflow server {address} does not know this login"
        remedy = "Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN."
    elif re.search(r"error code 403|PERMISSION_DENIED", reason):
        problem = f"the MLflow server {address} knows this login but does not permit this ({why})"
        remedy = "Ask its administrator for the permission EDIT on the experiment."
    elif re.search(r"error code 404|not in a valid JSON", reason):
        problem = f"{address} is not an MLflow server"
        remedy = "Check the address in MLFLOW_TRACKING_URI."
    elif "Invalid url" in reason:
        problem = f"MLFLOW_TRACKING_URI is no valid address: {address} with its user and password"
        remedy = "Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD instead, or write # in them as %23."
    else:
        problem = f"the MLflow server {address} {'does not answer' if cause else 'reports an error'} ({why})"
        remedy = "Start that server, or unset MLFLOW_TRACKING_URI to use mlflow.db in this folder."
    return f"{problem}. {remedy}{_proxy(uri) if uri.startswith('http') else ''} {SYNC_LATER}"


def _without_credentials(text: str, uri: str) -> str:
    """Return a message without the user and the password of an address."""
    text = text.replace(uri, redact(uri))
    credentials = uri.partition("://")[2].rpartition("@")[0]
    for secret in (credentials, credentials.partition(":")[2]):
        text = text.replace(secret, "***") if secret and not uri.startswith("sqlite") else text
    return text
