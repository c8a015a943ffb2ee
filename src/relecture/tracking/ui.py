"""Serves the store in a browser, on this machine only."""

import errno
import os
import socket
import sqlite3
import sys
from contextlib import closing
from importlib.metadata import entry_points
from pathlib import Path

from relecture.errors import UserError
from relecture.tracking.saved_views import KEY, TAG, link
from relecture.tracking.store import QUIET, shown, sqlite_file, tracking_uri

APP = "relecture"  # relecture.tracking.server_app, by its entry point in pyproject.toml


def serve(port: int) -> None:
    """Become an MLflow server on 127.0.0.1:`port` for the store; end it with Ctrl-C.

    Where the store is a server itself, only say its address. Raises UserError when there is no store yet
    and when the port is taken.
    """
    uri = tracking_uri()
    if uri.startswith(("http://", "https://")):
        print(f"The runs are on the server that MLFLOW_TRACKING_URI names. Open {shown(uri)} in a browser.")
        return
    file = sqlite_file(uri)
    if file is None and not uri.startswith(("postgresql", "mysql", "mssql")):
        raise UserError(f"MLFLOW_TRACKING_URI names no store that can be shown: {shown(uri)}. Unset it: make ui")
    if file is not None and not file.exists():
        raise UserError(f"there are no runs to show yet: no {file}. Make them first: make publish, or make replicate")
    _refuse_taken(port)
    address = f"http://127.0.0.1:{port}"
    print(f"MLflow: {address} (ready in some ten seconds; Ctrl-C ends it)")
    for name, identity, view in _experiments(file):
        print(f"  {name}: {link(address, identity, KEY if view else None)}")
    print("Other tables of an experiment: the menu at the top right of its page.", flush=True)
    # The address travels in the environment, because a list of processes shows arguments to everybody.
    quiet = {
        **QUIET,
        "MLFLOW_BACKEND_STORE_URI": uri,
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "PYTHONWARNINGS": "ignore",
    }
    options = ["--workers", "1", "--uvicorn-opts", "--log-level warning"]
    options += ["--app-name", APP] if entry_points(group="mlflow.app", name=APP) else []  # an older set-up has none
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), *options]
    os.execve(sys.executable, command, {**os.environ, **quiet})


def _experiments(file: Path | None) -> list[tuple[str, str, bool]]:
    """Names, ids, and whether there is our view; read without MLflow, whose import would take longer than all this."""
    if file is None:
        return []
    view = "SELECT 1 FROM experiment_tags WHERE experiment_id = experiments.experiment_id AND key = ?"
    query = f"""SELECT name, experiment_id, EXISTS ({view}) FROM experiments
                WHERE lifecycle_stage = 'active' AND experiment_id > 0 ORDER BY name"""
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
            return [(name, str(identity), bool(seen)) for name, identity, seen in database.execute(query, [TAG + KEY])]
    except sqlite3.Error as error:
        raise UserError(f"{file} is not a usable MLflow store ({error}). Delete it, then: make publish") from error


def _refuse_taken(port: int) -> None:
    trouble = _trouble(port)
    if trouble is None:
        return
    free = next((other for other in range(port + 1, min(port + 50, 65536)) if not _trouble(other)), 5001)
    what = (
        "is taken by another program" if trouble.errno == errno.EADDRINUSE else f"cannot be used ({trouble.strerror})"
    )
    raise UserError(f"port {port} {what}. Take another one: make ui PORT={free}")


def _trouble(port: int) -> OSError | None:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError as error:
            return error
    return None
