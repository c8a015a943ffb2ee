"""Read the progress files of fits, `checkpoints/<record>/progress.jsonl` and those in folders below it."""

import json
import os
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

NAME = "progress.jsonl"
Points = dict[str, dict[int, float]]  # metric, step, value


@dataclass
class MemberProgress:
    """What one member of a fit has scored; `end` is the time of its last score once it is no longer trained."""

    fit: str
    start: float
    epochs: int
    points: Points = field(default_factory=dict)
    times: dict[int, float] = field(default_factory=dict)
    end: float | None = None

    def finish(self) -> None:
        """Set `end`, because another member is trained now."""
        self.end = self.end or max(self.times.values(), default=self.start)


@dataclass
class Fit:
    """The fit of one progress file: its members, its process, and the reason if it has failed.

    `nested` is a fit in a folder below that of its record: its members are not those of the record.
    """

    path: Path
    nested: bool
    members: dict[str, MemberProgress] = field(default_factory=dict)
    pid: int = 0
    created: float = 0.0
    host: str = ""
    failed: str | None = None
    n_members: int | None = None
    last: float = 0.0
    offset: int = 0
    current: list[str] = field(default_factory=list)  # the members that are trained now

    def process(self) -> psutil.Process | None:
        """Return the living process of the fit; None if it has ended or runs on another host."""
        if self.host != socket.gethostname():
            return None
        try:
            process = psutil.Process(self.pid)
            # A step of the clock moves the time of creation; no other process gets the same id within a minute.
            same = abs(process.create_time() - self.created) < 60 and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return None
        return process if same else None

    @property
    def is_gone(self) -> bool:
        """Whether the process has ended and left its progress file, which a finished fit removes."""
        return bool(self.host == socket.gethostname() and self.process() is None and self.path.exists())

    def read(self) -> bool:
        """Read the lines that were appended since the last call; return whether there were any."""
        try:
            with self.path.open("rb") as file:
                if os.fstat(file.fileno()).st_size < self.offset:  # a new file
                    self.offset, self.members = 0, {}
                file.seek(self.offset)
                content = file.read()
        except OSError:
            return False
        whole = content[: content.rfind(b"\n") + 1]
        self.offset += len(whole)
        for line in whole.splitlines():
            try:
                self._add(json.loads(line))
            except (ValueError, LookupError, TypeError, AttributeError):  # cut by a full disk, or damaged
                continue
        return bool(whole)

    def _add(self, line: dict[str, Any]) -> None:
        self.last = line["time"]
        if "fit" in line:
            self.pid, self.created, self.host, self.failed = line["pid"], line["created"], line["host"], None
            for name in self.members.keys() - set(line["members"]):
                self.members[name].finish()
            for name in line["members"]:
                if name not in self.members or self.members[name].fit != line["fit"]:
                    self.members[name] = MemberProgress(line["fit"], line["time"], line["epochs"])
                self.members[name].end = None
            self.current, self.n_members = line["members"], line["n_members"]
        elif "step" in line:
            for index, name in enumerate(self.current):
                member = self.members[name]
                member.times.setdefault(line["step"], line["time"])
                for metric, values in line["values"].items():
                    member.points.setdefault(metric, {})[line["step"]] = values[index]
        elif "failed" in line:
            self.failed = line["failed"]


class ProgressReader:
    """The fits that have progress files in a folder of checkpoints, by the record that they belong to.

    A file belongs to the record whose name begins its path: `tallies/search/0-0-1` belongs to `tallies/search`. Files
    that were last written before their record, or before `since` (in nanoseconds since 1970), are left out.
    """

    def __init__(self, checkpoints: Path, records: Sequence[str], since: int):
        self.checkpoints, self.records = checkpoints, sorted(records, key=len, reverse=True)
        self.since = dict.fromkeys(records, since)
        self.fits: dict[str, list[Fit]] = {}

    def read(self) -> bool:
        """Read what was appended to any file; return whether anything was."""
        known = {fit.path for fits in self.fits.values() for fit in fits}
        for path in sorted(self.checkpoints.rglob(NAME)):
            folder = path.parent.relative_to(self.checkpoints).as_posix()
            record = next((name for name in self.records if f"{folder}/".startswith(f"{name}/")), None)
            if record and path not in known and written_ns(path) > self.since[record]:
                self.fits.setdefault(record, []).append(Fit(path, nested=folder != record))
        return sum(fit.read() for fits in self.fits.values() for fit in fits) > 0  # all are read

    def forget(self, record: str) -> None:
        """Forget the fits of a record that is complete; a file that is written from now on is of a new fit."""
        self.fits.pop(record, None)
        self.since[record] = time.time_ns()


def written_ns(path: Path) -> int:
    """Return when a file was last written, in nanoseconds since 1970; 0 if there is none."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
