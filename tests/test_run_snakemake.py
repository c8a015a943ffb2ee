"""One run at a time in a folder; after a killed one the same command resumes, and no file is written by two runs."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from relecture.cli import OWNER, owner_mark
from relecture.errors import UserError
from relecture.run_snakemake import _end_orphans, _owns, _replace_unusable_folders

pytestmark = pytest.mark.slow

# Jobs that take 1.5 s and write a line now and then, with the Snakemake that they belong to.
SNAKEFILE = """
import os
import sys
from relecture.cli import OWNER, owner_mark

os.environ[OWNER] = owner_mark()

rule all:
    input: expand("out/{name}", name=list("abcd"))

rule work:
    output: "out/{name}"
    shell: sys.executable + " work.py write --name {wildcards.name} --out {output}"
"""

WORK = """
import os
import time
from pathlib import Path
from relecture.cli import OWNER, Command

command = Command(help="A toy job.")

def append(path, text):
    with Path(path).open("a") as file:
        file.write(text)

@command.command()
def write(name: str = "", out: str = ""):
    mark = os.environ[OWNER]
    append("log", f"start {name} {mark}\\n")
    for _ in range(15):
        append(out, f"{mark}\\n")
        time.sleep(0.1)
    append("log", f"end {name} {mark}\\n")

command()
"""


class Folder:
    """A working folder with the toy workflow, and the processes that were started in it."""

    def __init__(self, path: Path):
        self.path = path
        self.started: list[subprocess.Popen] = []
        (path / "Snakefile").write_text(SNAKEFILE)
        (path / "work.py").write_text(WORK)

    def start(self, *command: str, **environment: str) -> subprocess.Popen:
        """Start a command in its own session, so that Ctrl-C can be sent to it and to its jobs."""
        with (self.path / "messages").open("a") as messages:
            process = subprocess.Popen(
                [sys.executable, *command],
                cwd=self.path,
                env={**os.environ, **environment},
                stdout=messages,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.started.append(process)
        return process

    def launch(self, *arguments: str) -> subprocess.Popen:
        return self.start("-m", "relecture", "run", "--cores", "2", *arguments)

    def launched(self, *arguments: str) -> subprocess.CompletedProcess:
        """Run the workflow to its end."""
        command = [sys.executable, "-m", "relecture", "run", "--cores", "2", *arguments]
        return subprocess.run(command, cwd=self.path, capture_output=True, text=True, timeout=60)

    def log(self) -> list[list[str]]:
        log = self.path / "log"
        return [line.split() for line in log.read_text().splitlines()] if log.exists() else []

    def wait_for(self, there: Callable[[], object], seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while not there():
            assert time.monotonic() < end, (self.path / "messages").read_text()
            time.sleep(0.02)

    def jobs(self) -> list[psutil.Process]:
        """Return the toy jobs that are alive in this folder."""
        jobs = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if "work.py" in process.cmdline() and process.cwd() == str(self.path):
                    jobs.append(process)
        return jobs


@pytest.fixture
def folder(tmp_path) -> Iterator[Folder]:
    folder = Folder(tmp_path)
    yield folder
    for process in folder.started:
        if process.poll() is None:
            process.kill()
        process.wait()
    for job in folder.jobs():
        job.kill()


def assert_complete_and_written_by_one_generation_each(folder: Folder) -> None:
    ends = Counter(name for what, name, _ in folder.log() if what == "end")
    assert ends == dict.fromkeys("abcd", 1)
    for name in "abcd":
        marks = (folder.path / "out" / name).read_text().split()
        assert list(Counter(marks).values()) == [15]


def owner_mark_of(process: subprocess.Popen) -> str:
    return f"{socket.gethostname()}:{process.pid}"


def second_pair_has_started(folder: Folder) -> bool:
    """Return whether two of the four jobs are finished and the other two are running."""
    return sum(what == "start" for what, _, _ in folder.log()) == 4


def test_a_second_run_in_a_folder_is_refused_in_one_line_and_the_first_goes_on(folder):
    first = folder.launch()
    folder.wait_for(folder.log)
    start = time.monotonic()
    second = folder.launched()
    assert time.monotonic() - start < 5  # 0.3 s on an idle machine
    assert (second.returncode, second.stdout) == (1, "")
    assert second.stderr.count("\n") == 1
    assert second.stderr.startswith(f"relecture: a run is already alive in this folder: process {first.pid}, since 20")
    assert f"`kill {first.pid}`" in second.stderr
    assert first.wait(30) == 0
    assert_complete_and_written_by_one_generation_each(folder)


def test_after_sigkill_the_jobs_end_by_themselves_and_the_same_command_resumes(folder):
    first = folder.launch()
    folder.wait_for(lambda: second_pair_has_started(folder))
    first.kill()  # no parent waits for it, so it stays a zombie, as in a container without an init
    folder.wait_for(lambda: not folder.jobs(), seconds=5)
    assert Counter(what for what, _, _ in folder.log()) == {"start": 4, "end": 2}
    assert list((folder.path / ".snakemake" / "locks").glob("*.lock"))

    again = folder.launched()
    assert again.returncode == 0, again.stderr
    assert "the last run was killed; this one resumes it" in again.stderr
    assert "\n3 jobs: other 3 (all messages: VERBOSE=1)\n" in again.stderr
    assert "rule work:" not in again.stderr
    assert_complete_and_written_by_one_generation_each(folder)
    ends = Counter(mark for what, _, mark in folder.log() if what == "end")
    assert sorted(ends.values()) == [2, 2]  # no finished job was rerun


def test_a_run_first_ends_the_jobs_that_a_killed_one_left(folder):
    first = folder.launch()
    folder.wait_for(lambda: second_pair_has_started(folder))
    # A job that does not watch its owner, and would never end.
    stubborn = folder.start("-c", "import time; time.sleep(60)", **{OWNER: owner_mark_of(first)})
    elsewhere = subprocess.Popen(["sleep", "60"], env={**os.environ, OWNER: owner_mark_of(first)}, cwd="/")
    folder.started.append(elsewhere)
    foreign = folder.start("-c", "import time; time.sleep(60)", **{OWNER: owner_mark()})
    first.kill()
    first.wait()
    again = folder.launched()
    assert again.returncode == 0, again.stderr
    assert stubborn.poll() == -signal.SIGTERM
    assert elsewhere.poll() is None  # in another folder
    assert foreign.poll() is None  # of a living owner
    assert_complete_and_written_by_one_generation_each(folder)


@pytest.mark.parametrize("way", ["sigterm", "ctrl-c"])
def test_after_being_stopped_the_same_command_finishes(folder, way):
    first = folder.launch()
    folder.wait_for(folder.log)
    if way == "sigterm":
        first.terminate()  # Snakemake alone: it lets its running jobs finish
    else:
        os.killpg(first.pid, signal.SIGINT)  # a terminal sends it to all
    assert first.wait(30) != 0
    assert not folder.jobs()
    again = folder.launched()
    assert again.returncode == 0, again.stderr
    assert_complete_and_written_by_one_generation_each(folder)


def test_a_living_snakemake_that_was_started_by_hand_is_left_alone(folder):
    by_hand = folder.start("-m", "snakemake", "--cores", "2")
    folder.wait_for(folder.log)
    refused = folder.launched()
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.count("\n") == 1
    assert refused.stderr.startswith(f"relecture: Snakemake is already alive in this folder: process {by_hand.pid}; ")
    assert by_hand.poll() is None
    assert len(folder.jobs()) == 2
    assert list((folder.path / ".snakemake" / "locks").glob("*.lock"))


def test_a_job_that_ignores_being_terminated_is_killed(folder, capsys):
    gone = folder.start("-c", "pass")
    gone.wait()
    ignore = "import signal, time; signal.signal(15, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
    job = folder.start("-c", ignore, **{OWNER: owner_mark_of(gone)})
    folder.wait_for(lambda: "ready" in (folder.path / "messages").read_text())
    _end_orphans(folder.path)
    assert not psutil.pid_exists(job.pid)
    assert capsys.readouterr().err == "relecture: ending 1 process that a killed run left behind\n"


def test_a_process_that_reuses_the_id_of_a_dead_snakemake_owns_nothing(folder):
    younger = folder.start("-c", "import time; time.sleep(60)")
    assert _owns(os.getpid(), job=psutil.Process(younger.pid))
    assert not _owns(younger.pid, job=psutil.Process(os.getpid()))


def test_a_missing_or_broken_configuration_file_is_reported_before_snakemake_starts(folder):
    missing = folder.launched("--configfile", "mine.yaml")
    assert (missing.returncode, missing.stderr) == (1, "relecture: there is no configuration file mine.yaml\n")
    (folder.path / "mine.yaml").write_text("preset: mine\n")
    target = folder.launched("--configfile", "mine.yaml", "digits")
    assert "if digits is a target, put it before --configfile or after another option" in target.stderr
    (folder.path / "mine.yaml").write_text("digits: [")
    broken = folder.launched("--configfile=mine.yaml")
    assert broken.returncode == 1
    assert broken.stderr.startswith("relecture: mine.yaml, line 1, column 10, cannot be read: ")
    (folder.path / "config").mkdir()
    (folder.path / "config" / "config.yaml").write_text("preset: a\npreset: b\n")
    standard = folder.launched()
    assert standard.returncode == 1
    assert standard.stderr.startswith("relecture: config/config.yaml, line 2, column 1, cannot be read: ")
    assert not (folder.path / ".snakemake").exists()


@pytest.fixture
def no_home(monkeypatch):
    """A home folder that cannot be written, even by root."""
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "")  # restores what the test sets
    monkeypatch.setenv("HOME", "/proc/none")


def test_without_a_home_folder_caches_lie_in_the_project(no_home, tmp_path):
    _replace_unusable_folders(tmp_path)
    assert os.environ["XDG_CACHE_HOME"] == f"{tmp_path}/.snakemake/home/.cache"
    assert os.environ["XDG_CONFIG_HOME"] == f"{tmp_path}/.snakemake/home/.config"


def test_a_home_folder_that_can_be_written_is_left_alone(no_home, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    _replace_unusable_folders(tmp_path)
    assert os.environ["XDG_CACHE_HOME"] == ""


def test_a_user_who_has_no_home_folder_at_all_gets_one_in_the_project(no_home, tmp_path, monkeypatch):
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("os.path.expanduser", lambda path: path)
    _replace_unusable_folders(tmp_path)
    assert os.environ["HOME"] == f"{tmp_path}/.snakemake/home"
    assert os.environ["XDG_CACHE_HOME"] == ""  # below the new HOME


def test_a_user_without_a_name_gets_one(no_home, tmp_path, monkeypatch):
    monkeypatch.setattr("pwd.getpwuid", lambda uid: {}[uid])
    _replace_unusable_folders(tmp_path)
    assert os.environ["LOGNAME"] == f"user-{os.getuid()}"


def test_without_a_folder_for_temporary_files_there_is_one_line(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    with pytest.raises(UserError, match=r"no temporary file can be written .No space left on device.: .*TMPDIR"):
        _replace_unusable_folders(tmp_path)
