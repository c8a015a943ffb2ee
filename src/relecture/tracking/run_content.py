"""Contents of the MLflow runs of a record. Nothing here talks to MLflow."""

import contextlib
import hashlib
import json
import os
import re
import secrets
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from relecture import records
from relecture.errors import UserError
from relecture.members import WHOLE_RECORD, are_replicates
from relecture.provenance import rerun_command
from relecture.records import Record
from relecture.tracking.address import experiment_prefix, run_owner

if TYPE_CHECKING:
    from mlflow.entities import Run

NAME_LENGTH, PARAM_LENGTH, TAG_LENGTH, DIGEST_LENGTH = 250, 6000, 8000, 36  # MLflow's limits, in characters

RECORD, RECORD_DIGEST, MEMBER = "relecture.record", "relecture.record_digest", "relecture.member"
LEVEL, METHOD = "relecture.level", "method"  # only the runs of methods have this tag
LIVE = "relecture.live"  # the digest of the fit, while the record of a run is not complete
CURRENT = "relecture.current"  # "true", or "false" for a version of a record that a later one has superseded
FOLDER_ID = ".relecture-id"  # a file of the working folder
OWNER, CHECKOUT = "relecture.owner", "relecture.checkout"  # whose runs they are: only these are superseded
MEMBER_METRICS = "relecture.numbers_of_members"  # if members are not replicates: the names of their metrics
MEMBER_PARAMS = "relecture.params_of_members"  # if members differ in params: their names
OBJECTIVE = "relecture.objective"  # the metric by which members are ranked, with `lowest` or `highest`
MEMBERS = "members"
CURVES = "curves/"
PARENT, NOTE = "mlflow.parentRunId", "mlflow.note.content"

Point = tuple[str, int, float]
"""A metric's name, the step (0 for a final number) and the value."""


@dataclass(frozen=True)
class RunContent:
    """Contents of one run, without its artifacts; `metrics` are the final values, `curves` the others."""

    name: str
    tags: dict[str, str]
    params: dict[str, str]
    metrics: list[Point]
    curves: list[Point]


def parent_run(record: Record, git_commit: str | None) -> RunContent:
    """Return the run of the method: mean and sd of each metric over its replicates, and their mean curves.

    Where members stopped at different steps, the mean curve is over those that were still running. Members that are
    not replicates (a strength of the penalty, a kind of start, a cluster) have no mean; then the method has the
    metrics of the member `all`, and those that only one member has. A search has the metrics and params of its best
    member as `best_accuracy` and `best.dropout`.
    """
    tags = _tags(record, git_commit) | {MEMBER: "all", LEVEL: METHOD, NOTE: description(record)}
    n_members, own_params = len(members(record)), params(record)
    best_points: list[Point] = []
    if objective := record.params.get("objective"):
        tags[OBJECTIVE] = f"{sanitize_name(objective['metric'])} {objective['best']}"
        keys = {key for own in record.params["members"].values() for key in _flat_params(own)}
        tags[MEMBER_PARAMS] = json.dumps(sorted(keys))
        best_points, best_params = _best_member(record)
        own_params |= best_params
    if not members_are_replicates(record):
        tags[MEMBER_METRICS] = json.dumps([sanitize_name(name) for name in record.metrics["metric"].unique()])
        record = _whole_record(record)
    points: list[Point] = []
    for metric, row in records.summarize(record).iterrows():
        points.append((sanitize_name(metric), 0, _seven_digits(row["mean"])))
        if row["n"] > 1:
            points.append((sanitize_name(f"{sanitize_name(metric)}_sd"), 0, _seven_digits(row["sd"])))
    points += [*best_points, (MEMBERS, 0, n_members)]
    means = record.history.groupby(["metric", "step"], sort=False, as_index=False)["value"].mean()
    return RunContent(record.params["method"], tags, own_params, _defined(points), _curves(means.itertuples()))


def child_runs(record: Record, git_commit: str | None) -> list[RunContent]:
    """Return one run per member, in the record's order: its metrics and curves, and its own params if it has any."""
    tags, shared, own = _tags(record, git_commit), params(record), record.params.get("members", {})
    metrics, history = _by_member(record.metrics), _by_member(record.history)
    runs = []
    for member in members(record):
        points = [(sanitize_name(row.metric), 0, row.value) for row in metrics.get(member, ())]
        curves = _curves(history.get(member, ()))
        own_params = shared | _flat_params(own.get(member, {}))
        runs.append(RunContent(member, tags | {MEMBER: member}, own_params, _defined(points), curves))
    return runs


def origin() -> dict[str, str]:
    """Return the tags that say whose runs these are: the owner (set, or by login or system), and the working folder."""
    owner = run_owner()
    return {OWNER: owner, CHECKOUT: f"{_folder_id()}:{Path.cwd()}"[:TAG_LENGTH], "mlflow.user": owner}


def difference(older: Mapping[str, str], newer: Mapping[str, str]) -> dict[str, str]:
    """Return the params of an older version of a run that differ from the newer one's; empty text for a missing one."""
    return {key: older.get(key, "") for key in {**newer, **older} if older.get(key) != newer.get(key)}


def superseded_name(method: str, older: "Run", newer: "Run") -> str:
    """Return the name of a run of an earlier version: `dropout [0.4, 0.3]`, `book/lasso n_lambda 50, ...`.

    It names what was different, in the params or else in data or code.
    """
    label = method.rpartition("/")[2]
    different = difference(older.data.params, newer.data.params)
    parts = [value if key == label else f"{key} {value or 'unset'}" for key, value in sorted(different.items())]
    if not parts:
        old, new = older.data.tags, newer.data.tags
        kinds = ("data", "code", "config")
        changed = [kind for kind in kinds if old.get(f"relecture.{kind}_digest") != new.get(f"relecture.{kind}_digest")]
        parts = [f"(other {changed[0]})" if changed else "(earlier)"]
    return f"{method} {', '.join([*parts[:2], *(['...'] if len(parts) > 2 else [])])}"[:NAME_LENGTH]


def experiment_name(record: Record) -> str:
    """Return the name of a record's experiment."""
    results = records.results_folder(record.folder, record.params["method"])
    return experiment_of(results, record.params["comparison"])


def experiment_of(results: Path, comparison: str) -> str:
    """Return the name of an experiment: the prefix, the name of a named run, the comparison: `quick/digits`."""
    run = f"{results.name}/" if results.parent.name == "results" else ""
    return f"{experiment_prefix()}{run}{comparison}"


def members(record: Record) -> list[str]:
    """Return the names of the members in the record's order, including those with curves only."""
    return [str(name) for name in dict.fromkeys([*record.metrics["member"], *record.history["member"]])]


def members_are_replicates(record: Record) -> bool:
    """Return True if the members differ by chance only: seeds, splits, or a single member."""
    names = members(record)
    return len(names) == 1 or (not record.params.get("members") and are_replicates(names))


def params(record: Record) -> dict[str, str]:
    """Return the config, flattened to `training.epochs`, and the number of parameters if the method has one."""
    flat = _flat_params(record.params["config"])
    n_parameters = record.params["parameters"]
    return flat if n_parameters is None else flat | {"parameters": str(n_parameters)}


def description(record: Record) -> str:
    """Return Markdown for the top of the run's page: question, members, and the command that reruns it."""
    params, names = record.params, members(record)
    lines = [f"**{record.name}**" + (f": {params['question']}" if params.get("question") else "")]
    if record.sample_name:
        lines.insert(
            0, f"**{record.sample_name}**: not the full data, so these numbers are not compared with published ones."
        )
    listed = ", ".join(names) if len(names) <= 12 else f"{', '.join(names[:3])}, ..., {names[-1]}"
    lines += [f"Members ({len(names)}): {listed}", f"Rerun: `{params['rerun']}`"]
    return "\n\n".join(lines)[:TAG_LENGTH]


def require_complete(record: Record) -> None:
    """Raise a UserError that names what the record's files lack."""
    required = ("comparison", "method", "config", "parameters", "data", "code", "rerun")
    missing = [f"{key} in params.json" for key in required if key not in record.params]
    data = record.params.get("data") or {}
    missing += [f"data.{key} in params.json" for key in ("name", "digest", "sample") if key not in data]
    missing += [f"the column {name} in metrics.csv" for name in records.METRICS if name not in record.metrics]
    missing += [f"the column {name} in history.csv" for name in records.HISTORY if name not in record.history]
    if missing:
        command = record.params.get("rerun") or rerun_command(record.folder / "metrics.csv")
        raise UserError(f"the record in {record.folder} lacks {', '.join(missing)}. Rerun: {command}")


def sanitize_name(name: Any) -> str:
    """Return the name if MLflow allows it: letters of any alphabet, digits, spaces and `_-./:`, up to 250 characters.

    Otherwise what is forbidden is replaced, and a digest of the name is added, so that different names stay different.
    """
    text = str(name)
    allowed = re.sub(r"[^\w\-. /:]", "_", text)
    allowed = "/".join(part for part in allowed.split("/") if part.strip(".")) or "_"
    if allowed == text and len(text) <= NAME_LENGTH:
        return text
    suffix = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:8]
    return f"{allowed[: NAME_LENGTH - 9]}-{suffix}"


def digest(value: Any) -> str:
    """Return sixteen hexadecimal digits of `value` as sorted JSON."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


def _tags(record: Record, git_commit: str | None) -> dict[str, str]:
    params, data = record.params, record.params["data"]
    tags = {
        RECORD: record.name,
        "relecture.config_digest": digest(params["config"]),
        "relecture.data_digest": data["digest"],
        "relecture.code_digest": params["code"],
        "relecture.run": _run_name(record),
        "relecture.data": data["name"],
        "relecture.rule": params.get("rule"),
        "relecture.rerun": params["rerun"],
        "relecture.sample": record.sample_name,
        "relecture.git_commit": git_commit,
        "mlflow.source.name": f"relecture.{params['comparison']}",
        "mlflow.source.type": "LOCAL",
        "mlflow.source.git.commit": git_commit and git_commit.removesuffix("-dirty"),
        CURRENT: "true",
        **origin(),
    }
    return {name: _text(value, TAG_LENGTH) for name, value in tags.items() if value}


def _flat_params(nested: dict[str, Any]) -> dict[str, str]:
    return {sanitize_name(key): _text(value, PARAM_LENGTH) for key, value in _flatten(nested).items()}


def _best_member(record: Record) -> tuple[list[Point], dict[str, str]]:
    """Return the metrics and the params of the best member of a search; of equally good ones the first."""
    objective, metrics = record.params["objective"], record.metrics
    values = metrics[metrics["metric"] == objective["metric"]].set_index("member")["value"]
    best = values.idxmin() if objective["best"] == "lowest" else values.idxmax()
    points = [
        (sanitize_name(f"best_{row.metric}"), 0, row.value) for row in metrics[metrics["member"] == best].itertuples()
    ]
    return points, {"best_member": str(best)} | _flat_params({"best": record.params["members"].get(best, {})})


def _whole_record(record: Record) -> Record:
    """Return the record with only the metrics that describe the method as a whole."""
    whole, unique = record.metrics["member"] == WHOLE_RECORD, ~record.metrics["metric"].duplicated(keep=False)
    return replace(record, metrics=record.metrics[whole | unique], history=record.history.iloc[:0])


def _seven_digits(value: float) -> float:
    """Round to seven significant digits, which fit into a column of MLflow's table; the record has all digits."""
    return float(f"{value:.7g}")


def _by_member(table: pd.DataFrame) -> dict[str, list[Any]]:
    """Return the rows of each member as named tuples."""
    return {str(member): list(rows.itertuples()) for member, rows in table.groupby("member")}


def _curves(history: Iterable[Any]) -> list[Point]:
    # The prefix gives curves a section among MLflow's charts, and separates the curve of a validation error from its
    # final value.
    return _defined([(sanitize_name(f"{CURVES}{row.metric}"), int(row.step), row.value) for row in history])


def _defined(points: list[Point]) -> list[Point]:
    return [(name, step, float(value)) for name, step, value in points if not pd.isna(value)]


def _run_name(record: Record) -> str:
    """Return the name of the record's run, `run.name` of the configuration, or `standard`."""
    results = records.results_folder(record.folder, record.params["method"])
    return results.name if results.parent.name == "results" else "standard"


def _folder_id() -> str:
    """Return what tells this folder from one of the same path on another machine; the name of a host may change."""
    draft = Path(f"{FOLDER_ID}.{os.getpid()}")
    try:
        if not Path(FOLDER_ID).exists():
            draft.write_text(secrets.token_hex(4), encoding="utf-8")
            with contextlib.suppress(FileExistsError):  # another process was faster
                os.link(draft, FOLDER_ID)
        return Path(FOLDER_ID).read_text(encoding="utf-8")
    except OSError:  # a folder that cannot be written to
        return socket.gethostname()
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


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
