"""The record: what every fitted method leaves in its folder, whatever the comparison.

==================== ===================================================================================
`metrics.csv`        member, metric, value: the final numbers of each member (a seed, a split, a trial)
`history.csv`        member, step, metric, value: curves (step = epoch, or the place on a path)
`predictions.parquet` one row per member and predicted case
`params.json`        what was asked for and what it was done to: spec, counted parameters, data, code
`model/`             the fitted model
==================== ===================================================================================

The same inputs, config and machine give the same bytes, so neither times nor paths are in a record.
`metrics.csv` is written last: a folder that has it is complete.
"""

import hashlib
import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from relecture.atomic_files import atomic_write, write_json
from relecture.config_model import ConfigModel
from relecture.errors import UserError
from relecture.provenance import rerun_command

METRICS = ("member", "metric", "value")
HISTORY = ("member", "step", "metric", "value")


@dataclass(frozen=True)
class Record:
    """One fitted method.

    `metrics` has the columns of METRICS, `history` those of HISTORY; `predictions` is free but starts with
    `member`. `params` must hold `comparison`, `method`, `config`, `parameters` (counted from the fitted model,
    None where that has no meaning), `data` (name, digest, whether it is the sample) and `rerun` (the command);
    it may hold `members`, settings of single members: {member: {setting: value}}.
    """

    metrics: pd.DataFrame
    history: pd.DataFrame
    predictions: pd.DataFrame
    params: dict[str, Any]
    folder: Path = field(default=Path(), compare=False)  # where it was read from

    @property
    def name(self) -> str:
        """`digits/dropout`, `salaries/book/lasso`: comparison and method."""
        return f"{self.params['comparison']}/{self.params['method']}"

    @property
    def sample_name(self) -> str:
        """Name of the data where a small sample stands in for the real thing, else nothing."""
        return self.params["data"]["name"] if self.params["data"]["sample"] else ""


@dataclass
class FitResult:
    """What a method hands back, gathered member by member; `leave` makes it a record.

    `save_model` gets the folder `model/` of the record and writes the fitted model there. `members` are the
    settings in which members differ, as the trials of a search do.
    """

    parameters: int | None = None
    save_model: Callable[[Path], Any] = lambda folder: None
    metrics: list[dict[str, Any]] = field(default_factory=list)
    histories: list[pd.DataFrame] = field(default_factory=list)
    predictions: list[pd.DataFrame] = field(default_factory=list)
    members: dict[str, dict[str, Any]] = field(default_factory=dict)

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
        data: dict[str, Any],
        rule: str,
        question: str = "",
    ) -> None:
        """Write the record to `folder`.

        `method` is its full name, `digits/dropout`; `rule` the Snakemake rule that asked for it; `question` what the
        comparison wants to know, in words.
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
        }
        record = Record(
            metrics=pd.DataFrame(self.metrics),
            history=_joined(self.histories, HISTORY),
            predictions=_joined(self.predictions, ("member",)),
            params=params,
        )
        write(record, folder, self.save_model)


def rows(member: str, values: dict[str, float], **extra: Any) -> list[dict[str, Any]]:
    """Rows for `metrics` (or, with `step=`, for `history`) of one member."""
    return [{"member": member, **extra, "metric": metric, "value": value} for metric, value in values.items()]


def write(record: Record, folder: Path, save_model: Callable[[Path], None]) -> None:
    """Write `record` to `folder`; `save_model` gets its folder `model/` and fills it."""
    (folder / "model").mkdir(parents=True, exist_ok=True)
    (folder / "metrics.csv").unlink(missing_ok=True)  # from here on the old record is no longer complete
    params = {**record.params, "code": code_digest()}
    save_model(folder / "model")
    write_json(folder / "params.json", params)
    with atomic_write(folder / "predictions.parquet") as path:
        record.predictions.to_parquet(path, index=False)
    with atomic_write(folder / "history.csv") as path:
        _table(record.history, HISTORY).to_csv(path, index=False)
    with atomic_write(folder / "metrics.csv") as path:
        _table(record.metrics, METRICS).to_csv(path, index=False)


def read(folder: Path) -> Record:
    """Read the record in `folder`; a missing or broken file is a UserError that names it."""
    try:
        return Record(
            metrics=pd.read_csv(folder / "metrics.csv", dtype={"member": str}),
            history=pd.read_csv(folder / "history.csv", dtype={"member": str}),
            predictions=pd.read_parquet(folder / "predictions.parquet"),
            params=json.loads((folder / "params.json").read_text()),
            folder=folder,
        )
    except (OSError, ValueError) as error:
        raise UserError(
            f"the record in {folder} is incomplete or unreadable ({error}). "
            f"Make it again: {rerun_command(folder / 'metrics.csv')}"
        ) from error


def summarize(record: Record) -> pd.DataFrame:
    """Mean, standard deviation (n-1; empty for one member) and n of each metric; indexed by metric."""
    return record.metrics.groupby("metric", sort=False)["value"].agg(mean="mean", sd="std", n="count")


def digest(folder: Path) -> str:
    """Sixteen hexadecimal digits that change when anything in the record's own files changes."""
    content = hashlib.sha256()
    for name in ("metrics.csv", "history.csv", "predictions.parquet", "params.json"):
        content.update(hashlib.sha256((folder / name).read_bytes()).digest())
    return content.hexdigest()[:16]


def remove_checkpoints(checkpoint_dir: Path) -> None:
    """Remove checkpoints, once the record that they led to is written."""
    shutil.rmtree(checkpoint_dir, ignore_errors=True)


def file_digest(path: Path) -> str:
    """Sixteen hexadecimal digits of a file's content."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def code_digest() -> str:
    """Digest of the source files of this package that the running process has loaded: the code that ran."""
    root = Path(__file__).parent
    files = {Path(m.__file__) for n, m in list(sys.modules.items()) if n.startswith("relecture.") and m.__file__}
    files |= {Path(main)} if (main := getattr(sys.modules.get("__main__"), "__file__", None)) else set()
    content = hashlib.sha256()
    for file in sorted(file.resolve() for file in files if file.resolve().is_relative_to(root.resolve())):
        content.update(file.relative_to(root.resolve()).as_posix().encode())
        content.update(hashlib.sha256(file.read_bytes()).digest())
    return content.hexdigest()[:16]


def _joined(tables: list[pd.DataFrame], columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(columns), dtype=object)


def _table(table: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    return table.reindex(columns=list(columns)) if len(table) else pd.DataFrame(columns=list(columns))
