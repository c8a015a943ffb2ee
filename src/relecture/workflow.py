"""What the Snakefile needs: the files that a rule's code is in, parameters as text, where records are.

The one module that knows Snakemake's conventions. It is imported while the Snakefile is parsed, so nothing heavy.
"""

import json
import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

import grimp

import relecture
from relecture.command import OWNER, owner_mark

_ROOT = Path(relecture.__file__).parent


@cache
def _graph() -> grimp.ImportGraph:
    return grimp.build_graph("relecture", cache_dir=None)


def code(function: str) -> list[str]:
    """The source files behind `relecture.digits.networks:fit`: its module, and all of the package that it imports.

    Snakemake does not see edits of imported modules, so rules name them as inputs. With them comes the command
    line of the comparison, which is how the function is called.
    """
    module = function.partition(":")[0]
    used = {module, *_graph().find_upstream_modules(module)}
    front = ".".join([*module.split(".")[:2], "__main__"])
    if front in _graph().modules:
        used |= {front, *(name for name in ("relecture.command", "relecture.errors", "relecture.records"))}
    return sorted({_shown(_file(name)) for name in used})


def text(settings: dict[str, Any]) -> str:
    """Settings as one line of JSON that is the same whenever they are."""
    return json.dumps(settings, sort_keys=True)


def record(folder: str) -> dict[str, str]:
    """The files of a record that rules read, by name."""
    names = {"metrics": "metrics.csv", "history": "history.csv", "predictions": "predictions.parquet"}
    return {name: f"{folder}/{file}" for name, file in {**names, "params": "params.json"}.items()}


def prepare_environment() -> None:
    """What every job inherits: this environment's `python`, its owner, threads that wait without burning a core."""
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    os.environ[OWNER] = owner_mark()
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def store_address() -> str:
    """Where MLflow's runs go: `MLFLOW_TRACKING_URI`, or a SQLite file in the working folder."""
    return os.environ.get("MLFLOW_TRACKING_URI") or "sqlite:///mlflow.db"


def local_store() -> str | None:
    """The file of a SQLite store; None for a server."""
    prefix, address = "sqlite:///", store_address()
    return address.removeprefix(prefix) if address.startswith(prefix) else None


def _file(module: str) -> Path:
    path = _ROOT.parent.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _shown(path: Path) -> str:
    """Relative to the working folder where it is inside, as in commands that a person would type."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
