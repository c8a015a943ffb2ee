"""What the terminal shows of a run, from the messages that Snakemake sends to the plugin."""

import fcntl
import logging
import os
import re
import struct
import subprocess
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from snakemake.logging import LoggerManager
from snakemake.settings.types import OutputSettings
from snakemake_interface_logger_plugins.common import LogEvent
from snakemake_interface_logger_plugins.settings import LogHandlerSettingsBase

from relecture import terminal
from relecture.time_left import Job, schedule


class Run:
    """A run of Snakemake that only logs, and what its logger `relecture` shows of it."""

    def __init__(self, **options: object):
        self.logger = logging.Logger("snakemake.logging")
        self.manager = LoggerManager(
            self.logger, OutputSettings(log_handler_settings={"relecture": LogHandlerSettingsBase()}, **options)
        )

    def log(self, event: LogEvent | None, message: str | None = None, level: int = logging.INFO, **fields: object):
        self.logger.log(level, message, extra={**({"event": event} if event else {}), **fields})

    def begin(self, **counts: int) -> None:
        self.log(LogEvent.RUN_INFO, "Job stats:\njob count", stats={**counts, "total": sum(counts.values())})

    def start(self, jobid: int, rule: str, output: str = "", benchmark: str | None = None, **wildcards: str) -> None:
        fields = {"rule_msg": None, "local": False, "input": ["a", "b"], "log": [], "reason": "Missing output files"}
        fields |= {"resources": {}, "priority": 0, "threads": 1, "is_checkpoint": False, "indent": False}
        fields |= {"jobid": jobid, "rule_name": rule, "output": [output], "benchmark": benchmark}
        self.log(LogEvent.JOB_INFO, f" Rule: {rule}, Jobid: {jobid}", **fields, wildcards=wildcards)
        self.log(LogEvent.SHELLCMD, "Shell command: relecture", shellcmd="relecture", indent=False)

    def finish(self, jobid: int, done: int, total: int) -> None:
        self.log(LogEvent.JOB_FINISHED, f"Finished jobid: {jobid}", job_id=jobid)
        self.log(LogEvent.PROGRESS, None, done=done, total=total)

    def fail(self, jobid: int, rule: str, *logs: Path) -> None:
        fields = {"rule_msg": None, "input": ["table.csv"], "output": ["out.csv"], "conda_env": None, "indent": False}
        fields |= {"jobid": jobid, "rule_name": rule, "log": [str(log) for log in logs], "aux": {}}
        error = "RuleException:\nCalledProcessError in file x.smk, line 3:\nCommand 'relecture x' returned 1."
        self.log(LogEvent.ERROR, error, logging.ERROR, exception="RuleException")
        self.log(LogEvent.JOB_ERROR, f"Error in rule {rule}", logging.ERROR, **fields, shellcmd="relecture x")


@pytest.fixture
def run():
    """Return a function that begins a run; it ends with the test, if not before."""
    made: list[Run] = []

    def make(**options: object) -> Run:
        made.append(Run(**options))
        return made[-1]

    yield make
    for one in made:
        one.manager.stop()


@pytest.fixture
def record(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = Path("results/digits/lda")
    folder.mkdir(parents=True)
    (folder / "metrics.csv").write_text("member,metric,value\nfit,test_error,0.1272\n")
    return f"{folder}/metrics.csv"


def test_a_finished_fit_is_one_line_with_its_number_and_other_jobs_are_none(run, record, capfd):
    one = run()
    one.log(None, "Building DAG of jobs...")
    one.begin(digits_fit=3, digits_tables=1, salaries_fit=2, overviews_salaries_book=1, all=1)
    one.log(None, "Select jobs to execute...")
    one.start(1, "digits_fit", record, "results/benchmarks/digits/lda.tsv", method="lda")
    one.start(2, "digits_tables", "results/digits/table.csv")
    one.start(3, "tallies_search", "x.json", "x.tsv", bracket="2", rung="0")
    for number in (1, 2, 3):
        one.finish(number, done=number, total=8)
    one.log(None, "Complete log(s): /somewhere/x.log")
    one.manager.stop()
    shown, err = capfd.readouterr()
    assert shown == ""
    assert [re.sub(r"\d\.\d s", "0.1 s", line) for line in err.splitlines()] == [
        "8 jobs: digits 4, salaries 3, other 1 (all messages: VERBOSE=1)",
        f"{'digits/lda':<40}       0.1 s   test error 12.72 %",
        f"{'tallies_search 2 0':<40}       0.1 s",
        "Complete log(s): /somewhere/x.log",
    ]


def test_no_message_is_swallowed(run, capfd):
    one = run()
    one.begin(work=1)
    one.log(None, "Nothing to be done (all requested files are present and up to date).")
    one.log(None, "a new kind of message")
    one.log(None, "Falling back to greedy scheduler", logging.WARNING)
    one.log(LogEvent.ERROR, "LockException: another process", logging.ERROR, exception="LockException")
    error = "RuleException:\nCalledProcessError in file x.smk, line 3"  # of no job
    one.log(LogEvent.ERROR, error, logging.ERROR, exception="RuleException")
    one.log(LogEvent.JOB_FINISHED, "a message whose fields are missing")
    one.manager.stop()
    _, *shown = capfd.readouterr().err.splitlines()
    assert shown[:4] == [
        "Nothing to be done (all requested files are present and up to date).",
        "a new kind of message",
        "Falling back to greedy scheduler",
        "LockException: another process",
    ]
    assert shown[-3:] == ["a message whose fields are missing", *error.splitlines()]


def test_a_failed_job_shows_the_end_of_its_log_and_is_named_again_at_the_end(run, tmp_path, capfd):
    log = tmp_path / "fit.log"
    lines = [f"line {number}" for number in range(100)]
    log.write_text("\n".join([*lines, "dropout seed-00: epoch 3 of 30  validation error 0.02", "relecture: bad"]))
    one = run()
    one.begin(digits_fit=1)
    one.start(1, "digits_fit", method="dropout")
    one.fail(1, "digits_fit", log)
    one.log(None, "Complete log(s): /somewhere/x.log")
    one.log(LogEvent.ERROR, "WorkflowError:\nAt least one job did not complete.", logging.ERROR, exception="x")
    one.manager.stop()
    _, failed, *rest = capfd.readouterr().err.splitlines()
    assert re.fullmatch(r"FAILED digits_fit dropout after \d\.\d s \(rule digits_fit\)", failed)
    assert rest == [
        f"  the end of {log}:",
        "  | ... (61 lines more)",
        *(f"  | {line}" for line in lines[-39:]),
        "  | relecture: bad",
        "1 job has failed, and nothing that depends on it was run:",
        f"  digits_fit dropout (log: {log})",
        "Complete log(s): /somewhere/x.log",
        "WorkflowError:",
        "At least one job did not complete.",
    ]


def test_a_failed_job_without_a_log_shows_all_that_snakemake_knows(run, capfd):
    one = run()
    one.begin(work=1)
    one.start(1, "work")
    one.fail(1, "work")
    one.manager.stop()
    shown = capfd.readouterr().err
    assert "Error in rule work:" in shown
    assert "input: table.csv" in shown
    assert "relecture x\n        (command exited with non-zero exit code)" in shown


def test_notices_of_jobs_are_shown_and_their_progress_is_not(run, capfd):
    one = run()
    one.begin(work=1)
    one.log(None, "wait until stdout is taken")
    time.sleep(0.2)
    job = 'echo "$0"; echo "plain seed-00: epoch 3 of 30  validation error 0.02"; echo "  Hits (number): 1 to 238"'
    subprocess.run(["sh", "-c", job, "## THIS IS NOT ALL OF MNIST ##"], check=True)
    one.finish(1, 1, 1)
    subprocess.run(["printf", "no end of line, %b", "\\0377"], check=True)
    one.manager.stop()
    out, err = capfd.readouterr()
    assert err.splitlines()[2:] == ["## THIS IS NOT ALL OF MNIST ##", "no end of line, \\xff"]
    assert out == ""
    subprocess.run(["echo", "stdout is given back"], check=True)
    assert capfd.readouterr().out == "stdout is given back\n"


@pytest.mark.parametrize("option", [{"dryrun": True}, {"verbose": True}, {"debug_dag": True}, {"quiet": {"rules"}}])
def test_a_dry_run_and_other_wishes_keep_the_output_of_snakemake(run, option, capfd):
    one = run(**option)
    assert [handler.name for handler in one.logger.handlers if handler.name] == ["DefaultStreamHandler"]
    one.log(None, "Nothing to be done")
    one.manager.stop()
    assert "".join(capfd.readouterr()).count("Nothing to be done") == 1


def open_screen(monkeypatch: pytest.MonkeyPatch, columns: int) -> Callable[[], str]:
    """Make stderr a terminal; return a function that returns what is written on it."""
    own, stream = os.openpty()
    fcntl.ioctl(stream, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stderr", os.fdopen(stream, "w", encoding="ascii"))
    return lambda: os.read(own, 100_000).decode().replace("\r\n", "\n")


def test_on_a_terminal_the_progress_is_one_line_in_place_that_fits(run, record, monkeypatch, tmp_path):
    screen = open_screen(monkeypatch, columns=40)
    benchmark = tmp_path / "lda.tsv"
    benchmark.write_text("s\n600\n")
    one = run()
    one.begin(digits_fit=2)
    expected = schedule({1: Job("digits_fit", benchmark), 2: Job("digits_fit", benchmark)}, [], cores=1)
    one.log(None, expected.describe(), schedule=expected)
    one.start(1, "digits_fit", record, str(benchmark), method="lda")
    one.log(None, "Zoë", logging.WARNING)
    one.finish(1, 1, 2)
    one.manager.stop()
    text = screen()
    assert text.endswith("\r\x1b[K")  # nothing is left of the progress
    states = [state.removeprefix("\x1b[K") for state in re.split(r"[\r\n]", text)]
    assert any(re.fullmatch(r"0 of 2 jobs in \d\.\d s; about 20 min left;? ?\w*", state) for state in states)
    assert any(re.fullmatch(r"1 of 2 jobs in \d\.\d s; about 10 min left", state) for state in states)
    assert "Zo\\xeb" in states


def test_elsewhere_the_progress_is_a_line_now_and_then(run, monkeypatch, capfd):
    monkeypatch.setattr(terminal, "_LINE_SECONDS", 0.3)
    monkeypatch.setattr(terminal, "_TICK_SECONDS", 0.05)
    one = run()
    one.begin(digits_fit=2)
    one.start(1, "digits_fit", benchmark="x.tsv", method="lda")
    time.sleep(0.8)
    one.manager.stop()
    lines = capfd.readouterr().err.splitlines()[1:]
    assert 1 <= len(lines) <= 2
    assert all(re.fullmatch(r"0 of 2 jobs in \d\.\d s; running: digits_fit lda", line) for line in lines)


def test_a_closed_terminal_stops_nothing(run, monkeypatch):
    reader, writer = os.pipe()
    os.close(reader)
    monkeypatch.setattr("sys.stderr", os.fdopen(writer, "w"))
    one = run()
    one.begin(work=1)
    one.finish(1, 1, 1)
    one.manager.stop()
    monkeypatch.undo()
