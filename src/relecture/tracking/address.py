"""The address of the MLflow store. Imported by the Snakefile, so it imports nothing heavy."""

import getpass
import os
import re
from pathlib import Path

from relecture.errors import UserError
from relecture.tracking.config import TrackingConfig

DEFAULT = "sqlite:///mlflow.db"
#: Environment variables: what the names of all experiments begin with, and whose runs they are.
EXPERIMENT_PREFIX, RUN_OWNER = "RELECTURE_EXPERIMENT_PREFIX", "RELECTURE_RUN_OWNER"
LOGIN = "MLFLOW_TRACKING_USERNAME"


def tracking_uri() -> str:
    """Return the store's address as the user gave it, including credentials."""
    return os.environ.get("MLFLOW_TRACKING_URI") or DEFAULT


def experiment_prefix() -> str:
    """Return what the names of all experiments begin with: `smith/`, or nothing."""
    prefix = os.environ.get(EXPERIMENT_PREFIX, "").strip("/")
    return f"{prefix}/" if prefix else ""


def run_owner() -> str:
    """Return whose runs they are: as set, or else the login, or else the user of the operating system."""
    try:
        return os.environ.get(RUN_OWNER) or os.environ.get(LOGIN) or getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return "unknown"


def tracking_environment(config: TrackingConfig) -> dict[str, str]:
    """Return the environment variables that tell other processes the configuration; those that are set stay."""
    variables = {}
    if config.experiment_prefix and EXPERIMENT_PREFIX not in os.environ:
        variables[EXPERIMENT_PREFIX] = config.experiment_prefix
    if config.owner and not (os.environ.get(RUN_OWNER) or os.environ.get(LOGIN)):
        variables[RUN_OWNER] = config.owner
    return variables


def sqlite_file(uri: str) -> Path | None:
    """Return the absolute path of the file of a `sqlite:///` address; None for any other address.

    Raises:
        UserError: The path has a question mark, which ends the path of an address.
    """
    if not uri.startswith("sqlite:///"):
        return None
    path, _, query = uri.removeprefix("sqlite:///").partition("?")
    if query and not re.fullmatch(r"\w+=[^/]*", query):
        raise UserError(
            f"MLFLOW_TRACKING_URI is {uri}: a question mark ends the path in an address. Change into the folder of the "
            "file, and give a path without it, such as sqlite:///mlflow.db"
        )
    return Path(path).resolve()


def redact(uri: str) -> str:
    """Return `uri` without user, password and query, for messages and files.

    A password may hold any sign that is not escaped, as `#` and `/`: all up to the last `@` is left out.
    """
    scheme, separator, rest = uri.partition("://")
    if not separator:
        return uri
    if not rest.startswith("/"):
        rest = rest.rpartition("@")[2]
    return f"{scheme}://{rest.partition('?')[0]}"
