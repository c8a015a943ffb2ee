"""Follow a run of Snakemake: running fits as MLflow runs with live curves, and each record as soon as it is complete.

The follower is a process of its own, so that no MLflow server, dead or slow, can slow a fit. It reads the progress
files of the fits (`training/callbacks.py`) and the folders of the records, both every two seconds, and writes what is
new in one batch per MLflow run. What it could not write, `sync` does.
"""

import contextlib
import select
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from relecture.errors import UserError
from relecture.tracking.live_runs import LiveMethod
from relecture.tracking.progress_files import ProgressReader, written_ns
from relecture.tracking.store import Store, connect, translate_store_errors
from relecture.tracking.supervisor import END_SECONDS, RECORDS
from relecture.tracking.sync import FIGURE_KINDS, load_record, sync_record

POLL_SECONDS, RETRY_SECONDS, SAMPLE_SECONDS = 2.0, 20.0, 6.0
GRACE_SECONDS = 3.0  # the jobs of a killed Snakemake end by themselves


@dataclass(frozen=True)
class _Signature:
    """When the files of a record were written, in nanoseconds; 0 if there are none."""

    record: int
    figures: int

    @property
    def latest(self) -> int:
        return max(self.record, self.figures)


class Follower:
    """Mirrors what the run in one folder of results does, one `poll` after the other.

    Args:
        results: Folder of results of the run.
        names: The records of the run, `digits/dropout`.
        since: Records that were written after this time (in seconds since 1970) are synced.
        report: Receives one line for each event.
    """

    def __init__(self, results: Path, names: Sequence[str], since: float, report: Callable[[str], None] = print):
        self.results, self.names, self.report = results, list(names), report
        self.known = {name: _Signature(int(since * 1e9), int(since * 1e9)) for name in names}
        self.files = ProgressReader(results / "checkpoints", names, int(since * 1e9))
        self.live: dict[str, LiveMethod] = {}
        self.store: Store | None = None
        self.retry_at = self.sample_at = 0.0
        self.failures: dict[str, str] = {}  # records that could not be synced, and why

    def poll(self) -> None:
        """Write what is new since the last call; a store that cannot be used is tried again later."""
        complete, methods = self._changed_records(), self.files.read()
        if not (complete or methods or self.live) or time.monotonic() < self.retry_at:
            return
        try:
            self.store = self.store or connect()
            with translate_store_errors():
                for name in complete:
                    self._sync(self.store, name)
                self._update_live_runs(self.store)
        except UserError as error:
            self.store, self.retry_at = None, time.monotonic() + RETRY_SECONDS
            self.report(f"relecture: {error}")
            self.failures |= {name: str(error) for name in self._changed_records()}

    def finish(self) -> None:
        """Write the rest: runs of fits that did not end by themselves are KILLED."""
        self.retry_at = 0.0 if self.store else self.retry_at
        self.poll()
        if self.store:
            with contextlib.suppress(UserError), translate_store_errors():
                for name, method in self.live.items():
                    if name not in self.failures:
                        method.end("KILLED", "Snakemake ended before the record was complete")

    @property
    def has_living_fits(self) -> bool:
        """Whether any fit that was followed is still running on this host."""
        return any(fit.process() for fits in self.files.fits.values() for fit in fits)

    def _changed_records(self) -> list[str]:
        return [name for name in self.names if self._signature(name).latest > self.known[name].latest]

    def _signature(self, name: str) -> _Signature:
        folder = self.results / name
        figures = [folder / f"overview.{kind}" for kind in FIGURE_KINDS]
        return _Signature(written_ns(folder / "metrics.csv"), max(map(written_ns, figures)))

    def _sync(self, store: Store, name: str) -> None:
        signature = self._signature(name)
        if signature.record == 0:  # its fit is being rerun, its figure is the old one
            return
        folder = self.results / name
        try:
            record = load_record(folder)
        except UserError as error:
            if (folder / "metrics.csv").exists():  # else its fit is being rerun
                self._leave_to_sync(name, signature, error)
            return
        try:
            self.report(str(sync_record(store, record)))
            self.failures.pop(name, None)
        except UserError as error:
            if not (folder / "metrics.csv").exists():
                return  # its fit is being rerun
            raise UserError(f"{name}: {error}") from error
        except (ValueError, LookupError, TypeError, AttributeError) as error:  # damage that only its use shows
            self._leave_to_sync(name, signature, error)
            return
        self.known[name] = signature
        self.live.pop(name, None)
        self.files.forget(name)

    def _leave_to_sync(self, name: str, signature: _Signature, error: Exception) -> None:
        """Report a damaged record once, so that the others are synced all the same."""
        self.report(f"relecture: {name}: {error}")
        self.known[name], self.failures[name] = signature, str(error)

    def _update_live_runs(self, store: Store) -> None:
        sample = time.monotonic() >= self.sample_at
        self.sample_at = time.monotonic() + SAMPLE_SECONDS if sample else self.sample_at
        for name, fits in self.files.fits.items():
            if fits and name not in self.live:
                self.live[name] = LiveMethod(store, self.results, name)
                self.report(f"{name}: running")
        for name, method in self.live.items():
            method.update(self.files.fits.get(name, []), sample)


def follow(results: Path, since: float) -> None:
    """Follow a run until standard input ends, which Snakemake holds open: also a killed one ends it.

    Args:
        results: Folder of results of the run, with the list of its records.
        since: When the run began, in seconds since 1970.
    """
    names = (results / "checkpoints" / RECORDS).read_text(encoding="utf-8").split("\n")
    _print("following")
    follower = Follower(results, [name for name in names if name], since, _print)
    while not select.select([sys.stdin], [], [], POLL_SECONDS)[0]:
        follower.poll()
    follower.report = _print_and_go_on
    signal.alarm(END_SECONDS)  # ends this process: no server that hangs keeps it
    deadline = time.monotonic() + GRACE_SECONDS
    while follower.has_living_fits and time.monotonic() < deadline:
        time.sleep(0.2)
    follower.finish()


def _print(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {line}", flush=True)


def _print_and_go_on(line: str) -> None:
    _print(line)
    signal.alarm(END_SECONDS)
