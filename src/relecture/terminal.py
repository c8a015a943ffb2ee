"""What a person sees of a run: a logger plugin of Snakemake, which finds it as `--logger relecture`.

A header, a line per finished fit with its headline number, warnings, the end of the log of a failed job, and a line of
progress: in place on a terminal, at most every minute elsewhere. Snakemake's log file has everything, and so has the
terminal with `VERBOSE=1`, in a dry run, and with `--quiet`, `--verbose` or `--debug-dag`: then this shows nothing.

Snakemake calls the handler in a thread of its own; jobs do not wait for it. What it writes is ASCII.
"""

import os
import re
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass
from logging import WARNING, LogRecord
from pathlib import Path
from typing import Any

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

from relecture.headline import headline
from relecture.time_left import Schedule, duration, rough_duration

#: Environment variable with which a run shows everything.
VERBOSE = "VERBOSE"

_TICK_SECONDS = 1.0
_LINE_SECONDS = 60.0  # between two lines of progress where they cannot be refreshed
_EXCERPT = 40  # lines of the log of a failed job
_NAME_WIDTH = 40
_CLEAR, _RED, _PLAIN = "\r\x1b[K", "\x1b[31m", "\x1b[0m"

#: Messages of Snakemake about itself.
_ROUTINE = re.compile(
    "Assuming unrestricted shared filesystem|Building DAG of jobs|Using shell: |Select jobs to execute|"
    "(Singularity containers|Conda environments): ignored|Group jobs: inactive|Job rate limit reached|"
    "Finished jobid|(Removing temporary|Touching|Write-protecting) output"
)
#: Lines of a job that say only how far it is, or repeat a table's columns; they are in its log.
_CHATTER = re.compile(
    r".*: (epoch \d+ of \d+( .*)?|resumes after epoch \d+|\d+ training rows|checksum verified)$|"
    r"  .*\((target|number|factor|clustered by)\): |  [\d,]+ more columns$"
)
#: Events of which nothing is shown, or something else.
_SILENT = {
    *(LogEvent.WORKFLOW_STARTED, LogEvent.RESOURCES_INFO, LogEvent.RULEGRAPH, LogEvent.DEBUG_DAG),
    *(LogEvent.JOB_STARTED, LogEvent.SHELLCMD, LogEvent.GROUP_INFO),
}


@dataclass(frozen=True)
class _Started:
    """A job that has started: its name, when, the folder of the record that it writes, whether it is timed."""

    name: str
    since: float
    record: Path | None
    is_timed: bool


class Terminal(LogHandlerBase):
    """Shows a run on stderr."""

    def __post_init__(self) -> None:
        """Decide whether this shows anything, and how."""
        asked = self.common_settings
        self.is_used = not (asked.dryrun or asked.quiet or asked.verbose or asked.debug_dag)
        self.stream = sys.stderr
        self.in_place = self.stream.isatty() and os.environ.get("TERM") != "dumb"
        self.in_colour = self.in_place and not asked.nocolor and "NO_COLOR" not in os.environ
        self.begin = self.last_status = time.time()
        self.n_done = self.n_jobs = 0
        self.running: dict[int, _Started] = {}
        self.ended: set[int] = set()
        self.failed: dict[int, str] = {}  # by the id of the job
        self.exit_codes: list[str] = []
        self.is_over = False
        self.status = ""  # the line of progress that is on the screen
        self.schedule: Schedule | None = None
        self.job_output: _JobOutput | None = None
        self.stop = threading.Event()

    @property
    def writes_to_stream(self) -> bool:
        """Whether this takes the place of Snakemake's own output."""
        return self.is_used

    @property
    def writes_to_file(self) -> bool:
        """No: Snakemake writes its log file."""
        return False

    @property
    def has_filter(self) -> bool:
        """Yes: `emit` selects."""
        return True

    @property
    def has_formatter(self) -> bool:
        """No: messages that are shown whole have Snakemake's format."""
        return False

    @property
    def needs_rulegraph(self) -> bool:
        """No."""
        return False

    def emit(self, record: LogRecord) -> None:
        """Show a message of Snakemake, or what a person wants to know of it."""
        if not self.is_used:
            return
        try:
            self._show_job_output()
            self._show(record)
        except Exception:  # the thread that calls this would end without a word
            self._write(record.getMessage())

    def close(self) -> None:
        """Show what is left, and give stdout back."""
        self.stop.set()
        with self._locked():
            if self.job_output is not None:
                self.job_output.restore()
                self._show_job_output(is_last=True)
                self.job_output = None
            for text in self.exit_codes:
                self._write(text, is_bad=True)
            self.exit_codes = []
            self._clear()
        super().close()

    def _show(self, record: LogRecord) -> None:
        values: Any = record
        match event := getattr(record, "event", None):
            case LogEvent.RUN_INFO:
                self._begin(values.stats)
            case LogEvent.JOB_INFO:
                self.running[values.jobid] = _started(values)
            case LogEvent.PROGRESS:
                self.n_done, self.n_jobs = values.done, values.total
            case LogEvent.JOB_FINISHED:
                self._finish(values.job_id, record.created)
            case LogEvent.JOB_ERROR:
                self._fail(values)
            case _ if event in _SILENT and record.levelno < WARNING:
                pass
            case _:
                self._tell(record)
        self._show_status()

    def _begin(self, counts: dict[str, int]) -> None:
        """Show how many jobs there are, by comparison, and take the jobs' stdout from now on."""
        self.n_jobs = counts["total"]
        by_comparison: Counter[str] = Counter()
        for rule, count in counts.items():
            comparison, _, task = rule.removeprefix("overviews_").partition("_")
            if rule != "total":
                by_comparison[comparison if task or comparison != rule else "other"] += count
        by_comparison["other"] = by_comparison.pop("other", 0)  # the last
        parts = ", ".join(f"{name} {count}" for name, count in by_comparison.items() if count)
        jobs = "1 job" if self.n_jobs == 1 else f"{self.n_jobs} jobs"
        self._write(f"{jobs}: {parts} (all messages: {VERBOSE}=1)")
        self.begin = self.last_status = time.time()
        self.job_output = _JobOutput()
        threading.Thread(target=self._tick, daemon=True, name="terminal").start()

    def _finish(self, job_id: int, now: float) -> None:
        """Show a line if the job has fitted something."""
        self.ended.add(job_id)
        self.failed.pop(job_id, None)  # another attempt was successful
        job = self.running.pop(job_id, None)
        if job is None or not (job.record or job.is_timed):
            return
        number = ""
        if job.record is not None:
            try:
                number = headline(job.record)
            except (OSError, ValueError, KeyError, TypeError):  # of another workflow
                number = "(no number in metrics.csv)"
        self._write(f"{job.name:<{_NAME_WIDTH}} {duration(now - job.since):>11}   {number}".rstrip())

    def _fail(self, error: Any) -> None:
        """Show what failed, and the end of its log; without a log all that Snakemake knows."""
        text = self.exit_codes.pop(0) if self.exit_codes else ""
        end = re.search(r"died with .*?(?=\.?$)|returned non-zero exit status (?!1\b)\d+", text, re.MULTILINE)
        job = self.running.pop(error.jobid, None)
        self.ended |= self.schedule.depend_on(error.jobid) if self.schedule else {error.jobid}
        name = job.name if job else error.rule_name
        after = f" after {duration(error.created - job.since)}" if job else ""
        after += f": it {end[0]}" if end else ""
        logs = [Path(log) for log in error.log if Path(log).is_file()]
        self.failed[error.jobid] = name + (f" (log: {logs[0]})" if logs else "")
        self._write(f"FAILED {name}{after} (rule {error.rule_name})", is_bad=True)
        excerpts = [_excerpt(log) for log in logs]
        if not any(excerpts):
            self._write(self.format(error), is_bad=True)
        for log, lines in zip(logs, excerpts, strict=True):
            self._write("\n".join([f"  the end of {log}:", *(f"  | {line}" for line in lines)]), is_bad=True)
        for key, value in error.aux.items():
            self._write(f"  {key}: {value}", is_bad=True)

    def _tell(self, record: LogRecord) -> None:
        """Show a message unless it is routine or said already; before the last one, what failed."""
        text = self.format(record)
        if record.levelno < WARNING:
            self.schedule = getattr(record, "schedule", self.schedule)
            if _ROUTINE.match(text):
                return
            if text.startswith("Complete log"):
                self.is_over = True
            if self.is_over and self.failed:
                failed = "1 job has failed" if len(self.failed) == 1 else f"{len(self.failed)} jobs have failed"
                lines = [f"{failed}, and nothing that depends on it was run:", *self.failed.values()]
                self._write("\n  ".join(lines), is_bad=True)
                self.failed = {}
        elif "CalledProcessError in file" in text:  # the command of a job: what follows says more
            self.exit_codes.append(text)
            return
        self._write(text, is_bad=record.levelno > WARNING)

    def _tick(self) -> None:
        """Show the output of jobs and the progress until the end."""
        while not self.stop.wait(_TICK_SECONDS):
            with self._locked():
                self._show_job_output()
                self._show_status()

    def _locked(self) -> threading.RLock:
        return self.lock  # type: ignore[return-value]  # None only before __init__

    def _show_job_output(self, is_last: bool = False) -> None:
        if self.job_output is not None:
            for line in self.job_output.lines(is_last):
                if not _CHATTER.match(line):
                    self._write(line)

    def _show_status(self) -> None:
        if not self.n_done < self.n_jobs or self.is_over or self.stop.is_set():
            self._clear()
        elif self.in_place:
            if (status := self._status()[: _width(self.stream) - 1]) != self.status:
                self._send(_CLEAR + status)
                self.status = status
        elif time.time() - self.last_status >= _LINE_SECONDS:
            self.last_status = time.time()
            self._send(self._status() + "\n")

    def _status(self) -> str:
        """Return how many jobs are done, the time left where it is known, and the jobs that run."""
        now = time.time()
        parts = [f"{self.n_done} of {self.n_jobs} jobs in {duration(now - self.begin)}"]
        if self.schedule is not None:
            left = self.schedule.left(self.ended, {id_: now - job.since for id_, job in self.running.items()})
            parts += [f"{rough_duration(left)} left"] if left else []
        if self.running:
            parts.append(f"running: {', '.join(job.name for job in self.running.values())}")
        return "; ".join(parts)

    def _clear(self) -> None:
        if self.status:
            self._send(_CLEAR)
            self.status = ""

    def _write(self, text: str, is_bad: bool = False) -> None:
        """Write lines, in red if they are bad news, in the place of the progress."""
        if not text or text == "None":
            return
        colour, plain = (_RED, _PLAIN) if is_bad and self.in_colour else ("", "")
        self._send(f"{_CLEAR if self.status else ''}{colour}{text}{plain}\n")
        self.status = ""

    def _send(self, text: str) -> None:
        encoding = self.stream.encoding or "ascii"
        try:
            self.stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
            self.stream.flush()
        except (OSError, ValueError):  # the terminal or the pipe was closed; the jobs go on
            self.in_place = False


class _JobOutput:
    """What jobs print: stdout of this process, which they inherit, is a file until `restore`.

    Not a pipe, which would break if this process was killed, and the jobs' logs with it.
    """

    def __init__(self) -> None:
        sys.stdout.flush()
        self.file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - closed when nobody writes to it any more
        self.offset, self.stdout = 0, os.dup(1)
        os.dup2(self.file.fileno(), 1)

    def restore(self) -> None:
        """Give stdout back."""
        sys.stdout.flush()
        os.dup2(self.stdout, 1)
        os.close(self.stdout)

    def lines(self, is_last: bool = False) -> list[str]:
        """Return the complete lines that were written since the last call, and with `is_last` the rest."""
        # The jobs share the position of the file, so it must not be moved.
        new = os.pread(self.file.fileno(), os.fstat(self.file.fileno()).st_size - self.offset, self.offset)
        new = new if is_last else new[: new.rfind(b"\n") + 1]
        self.offset += len(new)
        return new.decode("utf-8", "backslashreplace").splitlines()


def _started(info: Any) -> _Started:
    """Return a job from Snakemake's message about its start: `digits/dropout` for a record, else rule and wildcards."""
    record = next((Path(path) for path in info.output if path.endswith("/metrics.csv")), None)
    comparison = f"/{info.rule_name.partition('_')[0]}/"
    if record is not None and comparison in str(record):
        name = (comparison + str(record.parent).partition(comparison)[2])[1:]
    else:
        name = " ".join([info.rule_name, *map(str, info.wildcards.values())])
    return _Started(name, info.created, record.parent if record else None, info.benchmark is not None)


def _excerpt(log: Path) -> list[str]:
    """Return the last lines of a log, but for those that say only how far the job was."""
    try:
        lines = log.read_text(encoding="utf-8", errors="backslashreplace").splitlines()
    except OSError:
        return []
    lines = [line for line in lines if not _CHATTER.match(line)]
    before = [f"... ({len(lines) - _EXCERPT} lines more)"] if len(lines) > _EXCERPT else []
    return [*before, *lines[-_EXCERPT:]]


def _width(stream: Any) -> int:
    """Return the columns of the terminal of a stream."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except OSError:
        return 80
