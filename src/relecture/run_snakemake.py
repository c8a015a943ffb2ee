"""Starts Snakemake: one run at a time in a folder, and after a killed run the same command goes on.

    relecture run digits --configfile config/quick.yaml --cores 2

All arguments are Snakemake's. (A target right behind `--configfile FILE` would be one more such file.) Before it
starts, this makes sure that no other run is alive in the folder, that no job of a killed run still writes, and that the
configuration files can be read. Then it becomes Snakemake, in the same process: signals reach it directly, and the lock
is held as long as it lives.
"""

import argparse
import contextlib
import datetime
import fcntl
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import psutil
import typer

from relecture.cli import OWNER, owner_mark
from relecture.config import STANDARD
from relecture.config.yaml_files import read
from relecture.errors import UserError

#: Everything behind `run` is Snakemake's, options and `--help` too.
_ALL_ARGUMENTS = {"allow_extra_args": True, "allow_interspersed_args": False, "ignore_unknown_options": True}

app = typer.Typer(pretty_exceptions_enable=False)

LOCK = ".run.lock"
_SNAKEMAKE = [sys.executable, "-m", "snakemake"]


@app.command(context_settings=_ALL_ARGUMENTS, add_help_option=False)
def run(context: typer.Context) -> None:
    """Run the workflow: Snakemake, with all its options."""
    main(context.args)


def main(arguments: list[str]) -> NoReturn:
    """Become `snakemake --rerun-incomplete ARGUMENTS`, or exit with code 1 and say why not."""
    try:
        folder, files = _folder_and_files(arguments)
        _take_the_lock(folder)
        _check(files)
        _end_orphans(folder)
        if any((folder / ".snakemake" / "locks").glob("*.lock")):
            _unlock(folder, arguments)
    except UserError as error:
        sys.exit(f"relecture: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
    os.execv(sys.executable, [*_SNAKEMAKE, "--rerun-incomplete", *arguments])


def _folder_and_files(arguments: list[str]) -> tuple[Path, list[Path]]:
    """Where Snakemake will work, and the configuration files it will read."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, argument_default=argparse.SUPPRESS)
    parser.add_argument("--directory", "-d", type=Path, default=Path())
    parser.add_argument("--configfile", "--configfiles", type=Path, nargs="*", default=[])
    known, _ = parser.parse_known_args(arguments)
    standard = [STANDARD] if STANDARD.exists() else []  # the one the Snakefile names
    return known.directory.resolve(), [*standard, *known.configfile]


def _check(files: list[Path]) -> None:
    """Read the configuration files, so that a mistake in one is told before anything starts."""
    for file in files:
        if not file.exists() and file.suffix not in (".yaml", ".yml", ".json"):  # as `digits`, or `results/x.csv`
            raise UserError(
                f"there is no configuration file {file}. All names behind --configfile are taken for such files: "
                f"if {file} is what shall be made, put it before --configfile, or behind another option"
            )
        read(file)


def _take_the_lock(folder: Path) -> None:
    """Hold the folder's lock until this process, which will be Snakemake, ends in whatever way.

    Snakemake starts its jobs with all other files closed, so they do not hold it.
    """
    path = folder / LOCK
    try:
        folder.mkdir(parents=True, exist_ok=True)  # Snakemake makes it, too
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise UserError(f"a run is already alive in this folder: {_holder(path)}") from None
    except OSError as error:
        raise UserError(f"{path} cannot be locked: {error.strerror}") from None
    since = datetime.datetime.now().strftime("%Y-%m-%d %H:%M:%S")
    os.ftruncate(lock, 0)
    os.write(lock, f"{owner_mark()} {since}\n".encode())
    os.set_inheritable(lock, True)


def _holder(path: Path) -> str:
    """Who holds the lock, and how to stop it."""
    for _ in range(5):  # its holder may have taken it this moment, and not yet written who it is
        mark, _, since = path.read_text().strip().partition(" ")
        host, _, pid = mark.rpartition(":")
        if host and pid.isdigit() and (host != socket.gethostname() or psutil.pid_exists(int(pid))):
            where = "" if host == socket.gethostname() else f" on {host}"
            return f"process {pid}{where}, since {since}; {_how_to_stop(pid)}"
        time.sleep(0.1)
    return f"it holds {path.name}, but has not yet said which process it is; try again"


def _how_to_stop(pid: int | str) -> str:
    return f"wait for it, or stop it with Ctrl-C or `kill {pid}` (which lets its running jobs finish)"


def _end_orphans(folder: Path) -> None:
    """End the jobs that a killed Snakemake left running, before anything else writes.

    The package's commands end by themselves when their Snakemake is gone; others do not.
    """
    for attempt, strike in enumerate((psutil.Process.terminate, psutil.Process.kill, psutil.Process.kill)):
        orphans = list(_orphans(folder))
        if not orphans:
            return
        if attempt == 0:
            count = "1 process" if len(orphans) == 1 else f"{len(orphans)} processes"
            print(f"relecture: ending {count} that a killed run left behind", file=sys.stderr)
        for orphan in orphans:
            with contextlib.suppress(psutil.NoSuchProcess):
                strike(orphan)
        psutil.wait_procs(orphans, timeout=2)
    if left := [str(orphan.pid) for orphan in _orphans(folder)]:
        raise UserError(f"jobs of a killed run are still alive and cannot be ended: process {', '.join(left)}")


def _orphans(folder: Path) -> Iterator[psutil.Process]:
    """Processes in the folder, or below it, that belong to a Snakemake that is gone."""
    here = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):  # ended meanwhile, or somebody else's
            host, _, owner = process.environ().get(OWNER, "").rpartition(":")
            if process.pid in here or not owner.isdigit() or host != socket.gethostname():
                continue
            if Path(process.cwd()).is_relative_to(folder) and not _owns(int(owner), process):
                yield process


def _owns(owner: int, job: psutil.Process) -> bool:
    """Whether the owner lives. A process that is younger than its job only has the same number."""
    try:
        process = psutil.Process(owner)
        return process.status() != psutil.STATUS_ZOMBIE and process.create_time() <= job.create_time()
    except psutil.NoSuchProcess:
        return False


def _unlock(folder: Path, arguments: list[str]) -> None:
    """Remove the lock that Snakemake left, unless a Snakemake that was started by hand still holds it."""
    for process in psutil.process_iter():
        pid = process.pid
        with contextlib.suppress(psutil.Error, OSError):
            if pid != os.getpid() and _is_snakemake(process) and Path(process.cwd()) == folder:
                raise UserError(f"Snakemake is already alive in this folder: process {pid}; {_how_to_stop(pid)}")
    print("relecture: the last run was killed; going on where it was", file=sys.stderr)
    unlocked = subprocess.run([*_SNAKEMAKE, "--unlock", *arguments], capture_output=True, text=True)
    if unlocked.returncode:
        sys.stderr.write(unlocked.stderr)
        sys.exit(unlocked.returncode)


def _is_snakemake(process: psutil.Process) -> bool:
    """Whether this is `python -m snakemake` or `python .../bin/snakemake`."""
    python, *rest = process.cmdline() or [""]
    return Path(python).name.lower().startswith("python") and "snakemake" in (Path(x).name for x in rest[:4])
