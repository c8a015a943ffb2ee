"""The record: the files that every fitted method writes to its folder, whatever the comparison.

==================== ===================================================================================
`metrics.csv`        member, metric, value: the final numbers of each member (a seed, a split, a trial)
`history.csv`        member, step, metric, value: curves (step = epoch, or the index on a path)
`predictions.parquet` one row per member and predicted case
`params.json`        the configuration, the data, the counted parameters, the command, the digest of the code
`model/`             the fitted model
==================== ===================================================================================

The same inputs, configuration and machine give the same bytes, so a record contains neither times nor paths;
`commit.json`, the commit of the source and the processor, lies beside it. `metrics.csv` is written last: a folder that
has it is complete. Snakemake's benchmark of the job lies elsewhere, see `benchmark_file`.
"""

import hashlib
import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NotRequired, TypedDict

import numpy as np
import pandas as pd

from relecture.atomic_files import atomic_folder, sweep, write_json, write_text
from relecture.config_model import ConfigModel
from relecture.data_files import write_parquet
from relecture.errors import UserError
from relecture.provenance import git_commit, processor, rerun_command

if TYPE_CHECKING:
    from relecture.prediction.estimators import Estimator

METRICS = ("member", "metric", "value")
HISTORY = ("member", "step", "metric", "value")
COMMIT = "commit.json"  # of the source when it was fitted, and the processor; beside the record, not in its digest


class DataSource(TypedDict):
    """The entry `data` of a record: its name, a digest of its content, whether it is a sample in its place.

    A user's table adds its labels for tables and figures.
    """

    name: str
    digest: str
    sample: bool
    target: NotRequired[str]
    rows: NotRequired[str]
    unit: NotRequired[str]


class Objective(TypedDict):
    """The metric by which the members of a search are ranked, and whether the best is the `lowest` or `highest`."""

    metric: str
    best: Literal["lowest", "highest"]


@dataclass(frozen=True)
class Record:
    """One fitted method.

    `metrics` has the columns of METRICS, `history` those of HISTORY; `predictions` has any columns after `member`.
    `params` has `comparison`, `method`, `question`, `rule`, `config`, `parameters` (counted from the fitted model, None
    where that has no meaning), `data` (a DataSource) and `rerun` (the command); it may have `members`, the
    configuration in which members differ: {member: {key: value}}, and `objective` (an Objective), by which they are
    ranked.
    """

    metrics: pd.DataFrame
    history: pd.DataFrame
    predictions: pd.DataFrame
    params: dict[str, Any]
    folder: Path = field(default=Path(), compare=False)  # where it was read from

    @property
    def name(self) -> str:
        """Comparison and method: `digits/dropout`, `salaries/book/lasso`."""
        return f"{self.params['comparison']}/{self.params['method']}"

    @property
    def sample_name(self) -> str:
        """Name of the data if they are a sample in place of the full data, else empty."""
        data: DataSource = self.params["data"]
        return data["name"] if data["sample"] else ""


@dataclass
class FitResult:
    """Accumulates one method's results, member by member; `save` writes the record.

    `save_model` takes the folder `model/` of the record and writes the fitted model there. `members` is the
    configuration in which members differ, as the trials of a search do, and `objective` is how these are ranked.
    `estimator` predicts new rows (`prediction.model.add_model` saves it); without one there is a reason.
    """

    parameters: int | None = None
    save_model: Callable[[Path], Any] = lambda folder: None
    metrics: list[dict[str, Any]] = field(default_factory=list)
    histories: list[pd.DataFrame] = field(default_factory=list)
    predictions: list[pd.DataFrame] = field(default_factory=list)
    members: dict[str, dict[str, Any]] = field(default_factory=dict)
    objective: Objective | None = None
    estimator: "Estimator | None" = None
    why_no_estimator: str = ""

    def add(self, member: str, scores: dict[str, float], predictions: pd.DataFrame | None = None) -> None:
        """Add one member: its final numbers and one row per predicted case."""
        self.metrics += rows(member, scores)
        if predictions is not None:
            self.predictions.append(predictions.assign(member=member)[["member", *predictions]])

    def save(
        self,
        folder: Path,
        method: str,
        config: ConfigModel | dict[str, Any],
        data: DataSource,
        rule: str,
        question: str = "",
    ) -> None:
        """Write the record to `folder`.

        Args:
            folder: Folder of the record.
            method: Its full name, `digits/dropout`.
            config: The configuration of the method.
            data: The data it was fitted to.
            rule: The Snakemake rule that runs the method.
            question: The question of the comparison, in words.
        """
        comparison, _, name = method.partition("/")
        params = {
            "comparison": comparison,
            "method": name,
            "question": question,
            "rule": rule,
            "config": config.as_dict() if isinstance(config, ConfigModel) else config,
            "parameters": self.parameters,
            "data": data,
            "rerun": rerun_command(folder / "metrics.csv"),
            **({"members": self.members} if self.members else {}),
            **({"objective": self.objective} if self.objective else {}),
        }
        record = Record(
            metrics=pd.DataFrame(self.metrics),
            history=_concat(self.histories, HISTORY),
            predictions=_concat(self.predictions, ("member",)),
            params=params,
        )
        write(record, folder, self.save_model)


def rows(member: str, values: dict[str, float], **extra: Any) -> list[dict[str, Any]]:
    """Return the rows of one member for `metrics` (or, with `step=`, for `history`)."""
    return [{"member": member, **extra, "metric": metric, "value": value} for metric, value in values.items()]


def write(record: Record, folder: Path, save_model: Callable[[Path], None]) -> None:
    """Write `record` to `folder`; `save_model` writes the model to its folder `model/`."""
    folder.mkdir(parents=True, exist_ok=True)
    sweep(folder)
    (folder / "metrics.csv").unlink(missing_ok=True)  # from here on the old record is no longer complete
    with atomic_folder(folder / "model") as model:
        save_model(model)
    write_json(folder / COMMIT, {"git_commit": git_commit(), "processor": processor()})
    write_parquet(folder / "predictions.parquet", record.predictions)
    write_text(folder / "history.csv", _with_columns(record.history, HISTORY).to_csv(index=False))
    metrics = _with_columns(record.metrics, METRICS).to_csv(index=False)
    write_json(
        folder / "params.json",
        {**record.params, "code": code_digest(), "bytes": {**_sizes(folder), "metrics.csv": len(metrics.encode())}},
    )
    write_text(folder / "metrics.csv", metrics)


def read(folder: Path) -> Record:
    """Read the record in `folder`; raise UserError if a file is missing or damaged."""
    try:
        _require_sizes(folder)
        return Record(
            metrics=pd.read_csv(folder / "metrics.csv", dtype={"member": str}),
            history=pd.read_csv(folder / "history.csv", dtype={"member": str}),
            predictions=pd.read_parquet(folder / "predictions.parquet"),
            params=json.loads((folder / "params.json").read_text(encoding="utf-8")),
            folder=folder,
        )
    except (OSError, ValueError, TypeError, LookupError, AttributeError) as error:
        raise UserError(
            f"the record in {folder} is incomplete or unreadable ({error}). "
            f"Rerun it: {rerun_command(folder / 'metrics.csv')}"
        ) from error


def summarize(record: Record) -> pd.DataFrame:
    """Return mean, standard deviation (n-1; NaN for one member) and n of each metric, indexed by metric."""
    return record.metrics.groupby("metric", sort=False)["value"].agg(mean="mean", sd="std", n="count")


def commit(folder: Path) -> str | None:
    """Return the commit of the source that the record in `folder` was fitted with; None if it is unknown."""
    try:
        commit: str | None = json.loads((folder / COMMIT).read_text(encoding="utf-8"))["git_commit"]
    except (OSError, ValueError, KeyError):
        return None
    return commit


def digest(folder: Path) -> str:
    """Return sixteen hexadecimal digits of the content of the record's own files."""
    content = hashlib.sha256()
    for name in ("metrics.csv", "history.csv", "predictions.parquet", "params.json"):
        content.update(hashlib.sha256((folder / name).read_bytes()).digest())
    return content.hexdigest()[:16]


def remove_checkpoints(checkpoint_dir: Path) -> None:
    """Remove the checkpoints of a method whose record is written."""
    shutil.rmtree(checkpoint_dir, ignore_errors=True)


def benchmark_file(folder: Path) -> Path:
    """Return the file with Snakemake's benchmark of the job that wrote the record in `folder`; it may not exist.

    `results/salaries/book/lasso` -> `results/benchmarks/salaries/book_lasso.tsv`. Of a method that takes several jobs,
    such as a search, each has a file `<method>_<job>.tsv` instead.
    """
    params = json.loads((folder / "params.json").read_text(encoding="utf-8"))
    method: str = params["method"]
    name = f"{method.replace('/', '_')}.tsv"
    return results_folder(folder, method) / "benchmarks" / str(params["comparison"]) / name


def results_folder(folder: Path, method: str) -> Path:
    """Return the folder of results, `results/` or `results/<name>/`, that has the record of a method in `folder`."""
    return folder.resolve().parents[method.count("/") + 1]


def file_digest(path: Path) -> str:
    """Return sixteen hexadecimal digits of a file's content."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def array_digest(*arrays: np.ndarray) -> str:
    """Return sixteen hexadecimal digits of the arrays' contents, types and shapes."""
    content = hashlib.sha256()
    for array in arrays:
        content.update(repr((array.dtype.str, array.shape)).encode())
        content.update(np.ascontiguousarray(array).tobytes())
    return content.hexdigest()[:16]


def code_digest() -> str:
    """Return a digest of the source files of this package that the running process has loaded."""
    root = Path(__file__).parent
    files = {Path(m.__file__) for n, m in list(sys.modules.items()) if n.startswith("relecture.") and m.__file__}
    files |= {Path(main)} if (main := getattr(sys.modules.get("__main__"), "__file__", None)) else set()
    content = hashlib.sha256()
    for file in sorted(file.resolve() for file in files if file.resolve().is_relative_to(root.resolve())):
        content.update(file.relative_to(root.resolve()).as_posix().encode())
        content.update(hashlib.sha256(file.read_bytes()).digest())
    return content.hexdigest()[:16]


def _sizes(folder: Path) -> dict[str, int]:
    """Return the bytes of the files that a record has before `params.json`, by path."""
    paths = (folder / "history.csv", folder / "predictions.parquet", *(folder / "model").rglob("*"))
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in sorted(paths) if path.is_file()}


def _require_sizes(folder: Path) -> None:
    """Raise a ValueError if a file has not the length that `params.json` gives: a table without its end looks whole."""
    sizes = json.loads((folder / "params.json").read_text(encoding="utf-8")).get("bytes", {})
    for name, size in sizes.items():
        if (found := (folder / name).stat().st_size) != size:
            raise ValueError(f"{name} has {found:,} bytes, not {size:,}")


def _concat(tables: list[pd.DataFrame], columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(columns), dtype=object)


def _with_columns(table: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    return table.reindex(columns=list(columns)) if len(table) else pd.DataFrame(columns=list(columns))
