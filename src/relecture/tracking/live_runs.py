"""The MLflow runs of a method while it is fitted: their curves, their state and the load of the machine.

`sync` completes the same runs with the record. Live points are those that the record will have, so nothing has to be
taken back: a member's curve as it is scored, the mean curve of replicates as far as no member can change it.
"""

import shutil
import subprocess
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from relecture.members import are_replicates
from relecture.tracking.existing_runs import ExistingRuns
from relecture.tracking.progress_files import Fit, MemberProgress, Points
from relecture.tracking.run_content import (
    CURRENT,
    CURVES,
    LEVEL,
    LIVE,
    MEMBER,
    METHOD,
    NOTE,
    PARENT,
    RECORD,
    experiment_of,
    origin,
    sanitize_name,
)
from relecture.tracking.store import Store

if TYPE_CHECKING:
    from mlflow.entities import Run

MAX_BATCH = 900
SYSTEM = "system/"  # metrics that MLflow shows on its page of system metrics


class LiveRun:
    """One run in the store: a batch of new points at a time, and its state only when it changes."""

    def __init__(
        self, store: Store, experiment: str, name: str, tags: dict[str, str], start: float, found: "Run | None"
    ):
        self._client = store.client
        self.status, self.note = "RUNNING", ""
        self._logged: set[tuple[str, int]] = set()
        if found is None:
            self.run_id = self._client.create_run(experiment, int(1000 * start), tags, name).info.run_id
            return
        self.run_id, self.status, self.note = found.info.run_id, found.info.status, found.data.tags.get(NOTE, "")
        for metric in found.data.metrics:
            self._logged |= {(metric, point.step) for point in self._client.get_metric_history(self.run_id, metric)}

    def n_points(self, metric: str) -> int:
        """Return the number of points of a metric."""
        return sum(name == metric for name, _ in self._logged)

    def log(self, points: Iterable[tuple[str, int, float, float]]) -> None:
        """Log points (metric, step, value, time) that the run does not have yet."""
        from mlflow.entities import Metric

        new = [point for point in points if point[:2] not in self._logged]
        for first in range(0, len(new), MAX_BATCH):
            batch = new[first : first + MAX_BATCH]
            self._client.log_batch(
                self.run_id, [Metric(n, value, int(1000 * at), step) for n, step, value, at in batch]
            )
            self._logged |= {point[:2] for point in batch}

    def become(self, status: str, end: float | None = None, note: str = "") -> None:
        """Change the state, and the text on the run's page."""
        if note and note != self.note:
            self._client.set_tag(self.run_id, NOTE, note)
            self.note = note
        if status != self.status and status == "RUNNING":
            self._client.update_run(self.run_id, status)
        elif status != self.status:
            self._client.set_terminated(self.run_id, status, int(1000 * end) if end else None)
        self.status = status


class LiveMethod:
    """The run of a method and, below it, one for each member; those of an interrupted fit are continued."""

    def __init__(self, store: Store, results: Path, name: str):
        self._store, self._name = store, name
        comparison, _, method = name.partition("/")
        self._experiment = store.experiment(experiment_of(results.resolve(), comparison))
        self._tags = {RECORD: name, CURRENT: "true", **origin()}
        runs = ExistingRuns(store.client, self._experiment, name, origin())
        found = runs.find_live()
        self._found = {} if found is None else runs.children_of(found)
        self._members: dict[str, tuple[str, LiveRun]] = {}  # the digest of the fit, and the run
        self._processes: dict[int, psutil.Process] = {}
        tags = {**self._tags, MEMBER: "all", LEVEL: METHOD, LIVE: "method"}
        self._run = LiveRun(store, self._experiment, method, tags, time.time(), found)

    def update(self, fits: Sequence[Fit], sample: bool) -> None:
        """Write what the fits have scored since the last call, and their state; with `sample` the load as well."""
        own = [fit for fit in fits if not fit.nested]
        for fit in own:
            for name, member in fit.members.items():
                self._update_member(name, member)
        self._log_mean_curves(own)
        if sample:
            self._log_load(fits)
        failed = [fit for fit in fits if fit.failed]
        if failed:
            self.end("FAILED", failed[0].failed or "", failed[0].last)
        elif any(fit.is_gone for fit in fits):
            self.end(
                "KILLED",
                "its process ended before the record was complete; its log says more",
                max(fit.last for fit in fits),
            )
        else:
            self._run.become("RUNNING", note=f"**{self._name}**: running. {_position(fits)}")

    def end(self, status: str, reason: str, end: float | None = None) -> None:
        """End all runs that are still running."""
        for _, run in self._members.values():
            if run.status == "RUNNING":
                run.become(status, end or time.time(), f"**{self._name}**: {status}. {reason}")
        if self._run.status == "RUNNING":
            self._run.become(status, end or time.time(), f"**{self._name}**: {status}. {reason}")

    def _update_member(self, name: str, member: MemberProgress) -> None:
        digest, run = self._members.get(name, ("", None))
        if run is None or digest != member.fit:
            if run is not None:  # of other settings
                self._store.client.delete_run(run.run_id)
            found = self._found.pop(name, None)
            if found is not None and found.data.tags.get(LIVE) != member.fit:
                self._store.client.delete_run(found.info.run_id)
                found = None
            tags = {**self._tags, MEMBER: name, PARENT: self._run.run_id, LIVE: member.fit}
            run = LiveRun(self._store, self._experiment, name, tags, member.start, found)
            self._members[name] = member.fit, run
        run.log(_curve(member.points, member.times))
        done = member.end or (member.times.get(member.epochs) if member.times else None)
        run.become("FINISHED", done) if done else run.become("RUNNING")

    def _log_mean_curves(self, fits: Sequence[Fit]) -> None:
        members = {name: member for fit in fits for name, member in fit.members.items()}
        total = next((fit.n_members for fit in fits), None)
        if len(members) != total or not are_replicates(list(members)):
            return
        means: Points = {}
        times: dict[int, float] = {}
        for step in sorted({step for member in members.values() for step in member.times}):
            if all(step in member.times or member.end for member in members.values()):
                at = [member for member in members.values() if step in member.times]
                times[step] = max(member.times[step] for member in at)
                for metric in at[0].points:
                    if all(step in m.points.get(metric, {}) for m in at):  # a damaged line may lack some
                        means.setdefault(metric, {})[step] = sum(m.points[metric][step] for m in at) / len(at)
        self._run.log(_curve(means, times))

    def _log_load(self, fits: Sequence[Fit]) -> None:
        processes = {fit.pid: process for fit in fits if (process := fit.process())}
        self._processes = {pid: self._processes.get(pid, process) for pid, process in processes.items()}
        load = {"cpu_utilization_percentage": 0.0, "memory_usage_megabytes": 0.0}
        for process in self._processes.values():
            try:
                load["cpu_utilization_percentage"] += process.cpu_percent()  # since the last call; 100 is one core
                load["memory_usage_megabytes"] += process.memory_info().rss / 1e6
            except psutil.Error:  # ended meanwhile
                continue
        if self._processes:
            load |= _gpu_load()
            step = self._run.n_points(f"{SYSTEM}cpu_utilization_percentage")
            now = time.time()
            self._run.log((f"{SYSTEM}{name}", step, value, now) for name, value in load.items())


def _curve(points: Points, times: dict[int, float]) -> Iterable[tuple[str, int, float, float]]:
    for metric, values in points.items():
        name = sanitize_name(f"{CURVES}{metric}")
        yield from ((name, step, value, times[step]) for step, value in values.items() if value == value)


def _position(fits: Sequence[Fit]) -> str:
    """Return which members are trained now and how far they are."""
    parts = []
    for fit in fits:
        if fit.current:
            member = fit.members[fit.current[0]]
            names = fit.current[0] if len(fit.current) == 1 else f"{len(fit.current)} members"
            parts.append(f"{names}: epoch {max(member.times, default=0)} of {member.epochs}")
    return "; ".join(parts)


def _gpu_load() -> dict[str, float]:
    """Return the load and the memory of each NVIDIA GPU of the machine, whoever uses it."""
    if shutil.which("nvidia-smi") is None:
        return {}
    query = ["nvidia-smi", "--query-gpu=index,utilization.gpu,memory.used", "--format=csv,noheader,nounits"]
    try:
        lines = subprocess.run(query, capture_output=True, encoding="utf-8", timeout=5, check=True).stdout.splitlines()
        rows = [[float(cell) for cell in line.split(",")] for line in lines]
    except (OSError, ValueError, subprocess.SubprocessError):
        return {}
    load: dict[str, Any] = {}
    for index, busy, megabytes in rows:
        load[f"gpu_{index:.0f}_utilization_percentage"] = busy
        load[f"gpu_{index:.0f}_memory_usage_megabytes"] = megabytes * 1.048576  # nvidia-smi counts in MiB
    return load
