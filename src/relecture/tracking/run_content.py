"""What the MLflow runs of a record hold. Nothing here talks to MLflow."""

import getpass
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from relecture import records
from relecture.errors import UserError
from relecture.provenance import rerun_command
from relecture.records import Record

NAME_LENGTH, PARAM_LENGTH, TAG_LENGTH, DIGEST_LENGTH = 250, 6000, 8000, 36  # MLflow's limits, in characters

RECORD, RECORD_DIGEST, MEMBER = "relecture.record", "relecture.record_digest", "relecture.member"
LEVEL, METHOD = "relecture.level", "method"  # the runs of methods have it, and no others
EACH = "relecture.numbers_of_members"  # where members are no repetitions: the names of their numbers
MEMBERS = "members"
CURVES = "curves/"
WHOLE = "all"  # a member of this name is the record as a whole, beside its parts

# Members that differ by chance alone: `seed-03`, `split-1001-seed-00`; `fit` and `data` where nothing is random.
_REPETITION = re.compile(r"(?:seed|split|run|fit|data)(?:-\d+)?(?:-(?:seed|split|run)-\d+)*")
PARENT, NOTE = "mlflow.parentRunId", "mlflow.note.content"

Point = tuple[str, int, float]
"""A metric's name, the step (0 for a final number) and the value."""


@dataclass(frozen=True)
class Content:
    """All that one run holds, the artifacts apart. `numbers` are its final points, `curves` the others."""

    name: str
    tags: dict[str, str]
    params: dict[str, str]
    numbers: list[Point]
    curves: list[Point]


def parent(record: Record, git_commit: str | None) -> Content:
    """The run of the method: mean and sd of each metric over its repetitions, and their mean curves.

    The mean curve of members that stopped at different steps is over those that were still running. Members that
    are something else each (a strength of the penalty, a kind of start, a cluster) have no mean; then the method has
    what the member `all` has, and what one member alone has.
    """
    note, count = description(record), len(members(record))
    each = {} if repeats(record) else {EACH: json.dumps([plain(name) for name in record.metrics["metric"].unique()])}
    record = _as_one(record)
    points: list[Point] = []
    for metric, row in records.summarize(record).iterrows():
        points.append((plain(metric), 0, _clean(row["mean"])))
        if row["n"] > 1:
            points.append((plain(f"{metric}_sd"), 0, _clean(row["sd"])))
    points.append((MEMBERS, 0, count))
    means = record.history.groupby(["metric", "step"], sort=False, as_index=False)["value"].mean()
    tags = _tags(record, git_commit) | {MEMBER: "all", LEVEL: METHOD, NOTE: note} | each
    return Content(record.params["method"], tags, params(record), _defined(points), _curves(means.itertuples()))


def children(record: Record, git_commit: str | None) -> list[Content]:
    """One run per member, in the record's order: its own numbers and curves, and its own settings if it has any."""
    tags, settings, own = _tags(record, git_commit), params(record), record.params.get("members", {})
    metrics, history = _by_member(record.metrics), _by_member(record.history)
    runs = []
    for member in members(record):
        numbers = [(plain(row.metric), 0, row.value) for row in metrics.get(member, ())]
        curves = _curves(history.get(member, ()))
        ours = settings | _settings(own.get(member, {}))
        runs.append(Content(member, tags | {MEMBER: member}, ours, _defined(numbers), curves))
    return runs


def members(record: Record) -> list[str]:
    """The names of the members in the record's order, also of those that left curves only."""
    return [str(name) for name in dict.fromkeys([*record.metrics["member"], *record.history["member"]])]


def repeats(record: Record) -> bool:
    """Whether the members are repetitions, which differ by chance alone: seeds, splits, or one member only."""
    names = members(record)
    return len(names) == 1 or (not record.params.get("members") and all(map(_REPETITION.fullmatch, names)))


def params(record: Record) -> dict[str, str]:
    """The spec, flattened to `training.epochs`, and the number of parameters where that has a meaning."""
    flat = _settings(record.params["config"])
    counted = record.params["parameters"]
    return flat if counted is None else flat | {"parameters": str(counted)}


def description(record: Record) -> str:
    """Markdown for the top of the run's page: what it is, its members, the command that runs it again."""
    params, names = record.params, members(record)
    lines = [f"**{record.name}**" + (f": {params['question']}" if params.get("question") else "")]
    if record.sample_name:
        lines.insert(0, f"**{record.sample_name}**: not the full data, so no number here is compared with print.")
    named = ", ".join(names) if len(names) <= 12 else f"{', '.join(names[:3])}, ..., {names[-1]}"
    lines += [f"Members ({len(names)}): {named}", f"Run it again: `{params['rerun']}`"]
    return "\n\n".join(lines)[:TAG_LENGTH]


def checked(record: Record) -> Record:
    """`record` itself; a UserError names what its files lack."""
    wanted = ("comparison", "method", "config", "parameters", "data", "code", "rerun")
    missing = [f"{key} in params.json" for key in wanted if key not in record.params]
    data = record.params.get("data") or {}
    missing += [f"data.{key} in params.json" for key in ("name", "digest", "sample") if key not in data]
    missing += [f"the column {name} in metrics.csv" for name in records.METRICS if name not in record.metrics]
    missing += [f"the column {name} in history.csv" for name in records.HISTORY if name not in record.history]
    if missing:
        again = record.params.get("rerun") or rerun_command(record.folder / "metrics.csv")
        raise UserError(f"the record in {record.folder} lacks {', '.join(missing)}. Make it again: {again}")
    return record


def plain(name: Any) -> str:
    """`name` as MLflow allows it: some characters, no empty folder, at most 250; a cut one gets a digest."""
    name = re.sub(r"[^A-Za-z0-9_\-. /:]", "_", str(name))
    name = "/".join(part for part in name.split("/") if part.strip(".")) or "_"
    if len(name) <= NAME_LENGTH:
        return name
    return f"{name[: NAME_LENGTH - 9]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def digest(value: Any) -> str:
    """Sixteen hexadecimal digits of `value` as sorted JSON."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


def _tags(record: Record, git_commit: str | None) -> dict[str, str]:
    params, data = record.params, record.params["data"]
    tags = {
        RECORD: record.name,
        "relecture.config_digest": digest(params["config"]),
        "relecture.data_digest": data["digest"],
        "relecture.code_digest": params["code"],
        "relecture.rule": params.get("rule"),
        "relecture.rerun": params["rerun"],
        "relecture.sample": record.sample_name,
        "relecture.git_commit": git_commit,
        "mlflow.source.name": f"relecture.{params['comparison']}",
        "mlflow.source.type": "LOCAL",
        "mlflow.source.git.commit": git_commit and git_commit.removesuffix("-dirty"),
        "mlflow.user": _user(),
    }
    return {name: _text(value, TAG_LENGTH) for name, value in tags.items() if value}


def _settings(nested: dict[str, Any]) -> dict[str, str]:
    return {plain(key): _text(value, PARAM_LENGTH) for key, value in _flatten(nested).items()}


def _as_one(record: Record) -> Record:
    """The record with what says something about the method as a whole."""
    if repeats(record):
        return record
    whole, alone = record.metrics["member"] == WHOLE, ~record.metrics["metric"].duplicated(keep=False)
    return replace(record, metrics=record.metrics[whole | alone], history=record.history.iloc[:0])


def _clean(mean: float) -> float:
    """Seven significant digits, which fit into a column of MLflow's table; the record has them all."""
    return float(f"{mean:.7g}")


def _by_member(table: pd.DataFrame) -> dict[str, list[Any]]:
    """The rows of each member, as named tuples."""
    return {str(member): list(rows.itertuples()) for member, rows in table.groupby("member")}


def _curves(history: Iterable[Any]) -> list[Point]:
    # The prefix makes them a section of their own among MLflow's charts, and keeps the course of a validation
    # error apart from its final value.
    return _defined([(plain(f"{CURVES}{row.metric}"), int(row.step), row.value) for row in history])


def _defined(points: list[Point]) -> list[Point]:
    return [(name, step, float(value)) for name, step, value in points if not pd.isna(value)]


def _user() -> str | None:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return None


def _flatten(value: Any, prefix: str = "") -> dict[str, Any]:
    if not isinstance(value, dict) or not value:
        return {prefix: value} if prefix else {}
    flat: dict[str, Any] = {}
    for key, inner in value.items():
        flat |= _flatten(inner, f"{prefix}.{key}" if prefix else str(key))
    return flat


def _text(value: Any, length: int) -> str:
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return text if len(text) <= length else f"{text[: length - 4]} ..."
