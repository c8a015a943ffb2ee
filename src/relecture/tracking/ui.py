"""Serve the store in a browser, on this machine only."""

import errno
import os
import socket
import sqlite3
import sys
from contextlib import closing
from importlib.metadata import entry_points
from pathlib import Path

from relecture.errors import UserError
from relecture.tracking.address import redact, sqlite_file, tracking_uri
from relecture.tracking.saved_views import METHODS_VIEW, VIEW_TAG, view_url
from relecture.tracking.store import QUIET, require_mlflow_database

APP = "relecture"  # relecture.tracking.server_app, by its entry point in pyproject.toml


def serve(port: int) -> None:
    """Replace this process by an MLflow server on 127.0.0.1:`port` for the store; Ctrl-C ends it.

    If the store is a server itself, only print its address.

    Raises:
        UserError: There is no store yet, or the port is taken.
    """
    uri = tracking_uri()
    if uri.startswith(("http://", "https://")):
        print(f"The runs are on the server that MLFLOW_TRACKING_URI names. Open {redact(uri)} in a browser.")
        return
    file = sqlite_file(uri)
    if file is None and not uri.startswith(("postgresql", "mysql", "mssql")):
        raise UserError(f"MLFLOW_TRACKING_URI is no store that can be shown: {redact(uri)}. Unset it, then: make ui")
    if file is not None and not file.exists():
        raise UserError(
            f"there are no runs to show yet: {file} does not exist. Create it first: make sync, or make replicate"
        )
    if file is not None:
        require_mlflow_database(file)
    _require_free(port)
    address = f"http://127.0.0.1:{port}"
    print(f"MLflow: {address} (ready in about ten seconds; Ctrl-C ends it)")
    for name, experiment_id, has_view in _experiments(file):
        print(f"  {name}: {view_url(address, experiment_id, METHODS_VIEW if has_view else None)}")
    print("Other tables of an experiment: the menu at the top right of its page.", flush=True)
    # The address is in the environment, because all users can see the arguments of processes.
    variables = {
        **QUIET,
        "MLFLOW_BACKEND_STORE_URI": uri,
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "PYTHONWARNINGS": "ignore",
    }
    options = ["--workers", "1", "--uvicorn-opts", "--log-level warning"]
    options += (
        ["--app-name", APP] if entry_points(group="mlflow.app", name=APP) else []
    )  # an older installation has none
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), *options]
    os.execve(sys.executable, command, {**os.environ, **variables})


def _experiments(file: Path | None) -> list[tuple[str, str, bool]]:
    """Return name, id and whether our view exists, of each experiment; without MLflow, whose import is slow."""
    if file is None:
        return []
    view = "SELECT 1 FROM experiment_tags WHERE experiment_id = experiments.experiment_id AND key = ?"
    query = f"""SELECT name, experiment_id, EXISTS ({view}) FROM experiments
                WHERE lifecycle_stage = 'active' AND experiment_id > 0 ORDER BY name"""
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
        rows = database.execute(query, [VIEW_TAG + METHODS_VIEW])
        return [(name, str(experiment_id), bool(has_view)) for name, experiment_id, has_view in rows]


def _require_free(port: int) -> None:
    error = _bind_error(port)
    if error is None:
        return
    free = next((other for other in range(port + 1, min(port + 50, 65536)) if not _bind_error(other)), 5001)
    problem = "is used by another program" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
    raise UserError(f"port {port} {problem}. Use another one: make ui PORT={free}")


def _bind_error(port: int) -> OSError | None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return error
    return None
