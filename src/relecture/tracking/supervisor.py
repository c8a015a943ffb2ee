"""Keep one follower alive while Snakemake runs. Imported by the Snakefile, so it imports nothing heavy."""

import atexit
import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path

from relecture.cli import OWNER

RECORDS = "records.txt"  # in the folder of checkpoints: the records of the run, below its folder of results
SWITCH = "RELECTURE_FOLLOWER"  # environment variable; with "off" only `sync` writes to MLflow
RESTART_SECONDS, MAX_RESTART_SECONDS, END_SECONDS = 5.0, 300.0, 30


def follow_in_background(results: Path, records: Iterable[str]) -> None:
    """Start a follower of this process, restart it if it dies, and let it finish when this process exits.

    None is started with RELECTURE_FOLLOWER=off.

    Args:
        results: Folder of results of the run.
        records: Folders of its records.
    """
    if os.environ.get(SWITCH) == "off":
        return
    checkpoints, log = results / "checkpoints", results / "logs/follower.log"
    for folder in (checkpoints, log.parent):
        folder.mkdir(parents=True, exist_ok=True)
    names = [Path(record).relative_to(results).as_posix() for record in records]
    (checkpoints / RECORDS).write_text("\n".join(names) + "\n", encoding="utf-8")
    supervisor = _Supervisor(results, log)
    threading.Thread(target=supervisor.run, daemon=True, name="follower").start()
    atexit.register(supervisor.end)


class _Supervisor:
    def __init__(self, results: Path, log: Path):
        self.log, self.ending = log, threading.Event()
        options = [f"--results={results}", f"--since={time.time()}"]
        self.command = [sys.executable, "-m", "relecture", "tracking", "follow", *options]
        self.log.write_text("", encoding="utf-8")
        self.process = self._start()

    def run(self) -> None:
        """Start the follower again when it has died, each time after a longer while."""
        pause = RESTART_SECONDS
        while True:
            self.process.wait()
            if self.ending.wait(pause):
                return
            self.process, pause = self._start(), min(2 * pause, MAX_RESTART_SECONDS)

    def end(self) -> None:
        """Let the follower write the rest while it gets on with it: `sync` does what is then missing."""
        self.ending.set()
        if self.process.stdin:
            self.process.stdin.close()
        written = -1
        while self.process.poll() is None and written < self.log.stat().st_size:
            written = self.log.stat().st_size
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(END_SECONDS)
        self.process.kill()

    def _start(self) -> "subprocess.Popen[bytes]":
        # Not a job of Snakemake: it outlives a killed one for a moment, to write what has become of the fits.
        environment = {name: value for name, value in os.environ.items() if name != OWNER}
        with self.log.open("ab") as log:
            return subprocess.Popen(
                self.command,
                env=environment,
                stdin=subprocess.PIPE,  # ends with this process, however that ends
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
