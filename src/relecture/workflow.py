"""What the Snakefile needs: the files that a rule's code is in, parameters as text, where records are.

The one module that knows Snakemake's conventions. It is imported while the Snakefile is parsed, so nothing heavy.
"""

import json
import os
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import grimp

import relecture
from relecture.cli import OWNER, owner_mark
from relecture.config import COMPARISONS, STANDARD
from relecture.config_model import ConfigModel
from relecture.data.fetch import MIRRORS
from relecture.provenance import export_run_config

_ROOT = Path(relecture.__file__).parent

#: The menus of Snakemake's report sort by name, so numbers keep the lecture's order: first the scorecard, then the
#: comparisons, then how it was made.
SCORECARD_IN_REPORT = "1 Scorecard"
MAKING_IN_REPORT = f"{len(COMPARISONS) + 2} How this was made"
_KINDS = {"tables": "2 Tables", "figures": "3 Figures"}

#: What every command loads besides its own modules.
_COMMAND_LINE = [f"relecture.{name}" for name in ("__main__", "cli", "config_model", "errors", "provenance", "records")]


@cache
def _graph() -> grimp.ImportGraph:
    return grimp.build_graph("relecture", cache_dir=None)


def source_files(function: str) -> list[str]:
    """The source files behind `relecture.digits.networks:fit`: its module, and all of the package that it imports.

    Snakemake does not see edits of imported modules, so rules name them as inputs. With them comes the command
    line of the comparison, which is how the function is called.
    """
    module = function.partition(":")[0]
    used = {module, *_graph().find_upstream_modules(module)}
    cli = ".".join([*module.split(".")[:2], "cli"])
    if cli in _graph().modules:
        used |= {
            cli,
            *(f"relecture.{name}" for name in ("__main__", "cli", "config_model", "errors", "records", "provenance")),
        }
    return sorted({_shown(_file(name)) for name in used})


def to_json(config: ConfigModel | dict[str, Any]) -> str:
    """Configuration as one line of JSON that is the same whenever the values are."""
    return config.to_json() if isinstance(config, ConfigModel) else json.dumps(config, sort_keys=True)


def record_files(folder: str) -> dict[str, str]:
    """The files of a record that rules read, by name."""
    names = {"metrics": "metrics.csv", "history": "history.csv", "predictions": "predictions.parquet"}
    return {name: f"{folder}/{file}" for name, file in {**names, "params": "params.json"}.items()}


def chapter_in_report(comparison: str) -> str:
    """The category of a comparison in Snakemake's report."""
    return f"{COMPARISONS.index(comparison) + 2} {comparison.capitalize()}"


def report_options(comparison: str, kind: str, labels: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Where Snakemake's report shows files of a comparison, in the order of `labels`: arguments for `report`.

    Args:
        comparison: Its name.
        kind: `tables` or `figures`.
        labels: By the name of each file, what it is called in the report's list.
    """
    shown = {}
    for place, (name, label) in enumerate(labels.items(), start=1):
        number = f"{place:0{len(str(len(labels)))}d} " if len(labels) > 1 else ""
        shown[name] = {
            "caption": f"../report/{_caption(comparison, kind, name)}",
            "category": chapter_in_report(comparison),
            "subcategory": _KINDS[kind],
            "labels": {"what": f"{number}{label}"},
        }
    return shown


def chapter_spec(
    comparison: str, tables: Iterable[str], figures: Iterable[str], folder: str = "figures/"
) -> dict[str, Any]:
    """What a page about a comparison shows, by name and in order; `folder` holds its figures, and ends with /."""
    return {"comparison": comparison, "tables": [*tables], "figures": [*figures], "folder": folder}


def places(chapter_spec: dict[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """Of the `tables` and `figures` of a page: where each is, without a suffix, and the file with its caption."""
    comparison = chapter_spec["comparison"]
    return {
        kind: [
            (f"results/{comparison}/{folder}{name}", f"workflow/report/{_caption(comparison, kind, name)}")
            for name in chapter_spec[kind]
        ]
        for kind, folder in (("tables", ""), ("figures", chapter_spec["folder"]))
    }


def chapter_files(chapter_spec: dict[str, Any]) -> list[str]:
    """The files that a page is made of."""
    found = places(chapter_spec)
    tables = [file for stem, caption in found["tables"] for file in (f"{stem}.md", caption)]
    figures = [file for stem, caption in found["figures"] for file in (f"{stem}.svg", f"{stem}.png", caption)]
    return [f"results/{chapter_spec['comparison']}/answer.md", *tables, *figures]


def prepare_environment(files: Iterable[str | Path], values: Mapping[str, Any], mirrors: Iterable[str]) -> None:
    """Set the environment variables that every job inherits.

    They are the PATH with this environment's `python`, the owner of the jobs, the OpenMP wait policy, the `mirrors` of
    the raw files, and the configuration of the run for the command that reruns a record: its `files`, and the `values`
    that the command line gave.
    """
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    os.environ[OWNER] = owner_mark()
    os.environ[MIRRORS] = os.pathsep.join(mirrors)
    export_run_config(files, STANDARD, values)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def if_exists(file: str) -> list[str]:
    """A file of one's own as an input; none if it is not there: our own message then tells which setting names it."""
    return [file] if Path(file).exists() else []


def list_files(folder: str) -> list[str]:
    """Every file in a folder and its sub-folders, in order; none where there is no such folder.

    Not those that are hidden, nor with a brace in their name, which Snakemake would take for a wildcard.
    """
    files = (path for path in Path(folder).rglob("*") if path.is_file() and not path.name.startswith("."))
    return sorted(name for name in map(str, files) if not set("{}") & set(name))


def store_address() -> str:
    """Where MLflow's runs go: `MLFLOW_TRACKING_URI`, or a SQLite file in the working folder."""
    return os.environ.get("MLFLOW_TRACKING_URI") or "sqlite:///mlflow.db"


def local_store() -> str | None:
    """The file of a SQLite store; None for a server."""
    prefix, address = "sqlite:///", store_address()
    return address.removeprefix(prefix) if address.startswith(prefix) else None


def _caption(comparison: str, kind: str, name: str) -> str:
    """The file in workflow/report/ with the caption of a table or a figure."""
    return f"{comparison}_{name}_table.rst" if kind == "tables" else f"{comparison}_{name}.rst"


def _file(module: str) -> Path:
    path = _ROOT.parent.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _shown(path: Path) -> str:
    """Relative to the working folder where it is inside, as in commands that a person would type."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
