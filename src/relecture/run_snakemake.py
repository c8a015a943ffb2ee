"""Start Snakemake: one run at a time in a folder; after a killed run the same command resumes.

    relecture run digits --configfile config/quick.yaml --cores 2

All arguments are Snakemake's. (It takes a target right after `--configfile FILE` for another such file.) First, this
makes sure that no other run is alive in the folder, that no job of a killed run still writes, and that the
configuration files can be read. Then Snakemake replaces the process: signals reach it directly, and it holds the lock
until it ends. Its terminal shows a line per fit (terminal.py), with VERBOSE=1 in the environment everything.
"""

import argparse
import contextlib
import datetime
import fcntl
import getpass
import os
import socket
import subprocess
import sys
import tempfile
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
from relecture.terminal import VERBOSE

#: All arguments of `run` are Snakemake's, `--help` included.
_ALL_ARGUMENTS = {"allow_extra_args": True, "allow_interspersed_args": False, "ignore_unknown_options": True}

app = typer.Typer(pretty_exceptions_enable=False)

LOCK = ".run.lock"
_SNAKEMAKE = [sys.executable, "-m", "snakemake"]


@app.command(context_settings=_ALL_ARGUMENTS, add_help_option=False)
def run(context: typer.Context) -> None:
    """Run the workflow: Snakemake, with all its options."""
    main(context.args)


def main(arguments: list[str]) -> NoReturn:
    """Replace this process by `snakemake --rerun-incomplete ARGUMENTS`, or exit with code 1 and the reason."""
    try:
        folder, files = _folder_and_files(arguments)
        _lock(folder)
        _check(files)
        _end_orphans(folder)
        _replace_unusable_folders(folder)
        if any((folder / ".snakemake" / "locks").glob("*.lock")):
            _unlock(folder, arguments)
    except UserError as error:
        sys.exit(f"relecture: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
    os.environ["PYTHONUTF8"] = "1"  # names of files are as the configuration writes them, in any locale
    logger = ["--logger", "relecture"] if os.environ.get(VERBOSE, "0") in ("", "0") else []
    os.execv(sys.executable, [*_SNAKEMAKE, *logger, "--rerun-incomplete", *arguments])


def _folder_and_files(arguments: list[str]) -> tuple[Path, list[Path]]:
    """Return the working folder of Snakemake and the configuration files that it will read."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, argument_default=argparse.SUPPRESS)
    parser.add_argument("--directory", "-d", type=Path, default=Path())
    parser.add_argument("--configfile", "--configfiles", type=Path, nargs="*", default=[])
    known, _ = parser.parse_known_args(arguments)
    standard = [STANDARD] if STANDARD.exists() else []  # named by the Snakefile
    return known.directory.resolve(), [*standard, *known.configfile]


def _check(files: list[Path]) -> None:
    """Read the configuration files, so that a broken one is reported before anything starts."""
    for file in files:
        if not file.exists() and file.suffix not in (".yaml", ".yml", ".json"):  # as `digits`, or `results/x.csv`
            raise UserError(
                f"there is no configuration file {file}. All names after --configfile are configuration files; "
                f"if {file} is a target, put it before --configfile or after another option"
            )
        read(file)


def _lock(folder: Path) -> None:
    """Lock the folder until this process, which becomes Snakemake, ends in whatever way.

    Snakemake's jobs do not inherit the lock, because it starts them with all other files closed.
    """
    path = folder / LOCK
    try:
        folder.mkdir(parents=True, exist_ok=True)  # as Snakemake does
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


def _replace_unusable_folders(folder: Path) -> None:
    """Give Snakemake folders for its caches if the home folder cannot be written, as in many containers.

    The user of a container may also have no home folder at all, and no name, which Snakemake and MLflow ask for.

    Raises:
        UserError: There is no folder for temporary files.
    """
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home() raises an error if there is none
    if not home.is_absolute():  # no HOME, and a user who is in no list
        home = folder / ".snakemake" / "home"
        os.environ["HOME"] = str(home)
    for variable, name in (("XDG_CACHE_HOME", ".cache"), ("XDG_CONFIG_HOME", ".config")):
        if not _can_be_written(Path(os.environ.get(variable) or home / name)):
            os.environ[variable] = str(folder / ".snakemake" / "home" / name)
    try:
        getpass.getuser()
    except (OSError, KeyError):
        os.environ["LOGNAME"] = f"user-{os.getuid()}"
    try:
        tempfile.TemporaryFile().close()
    except OSError as error:
        raise UserError(
            f"no temporary file can be written ({error.strerror or error}): "
            "name a folder with space on its disk in the environment variable TMPDIR"
        ) from None


def _can_be_written(path: Path) -> bool:
    """Return whether a file can be written into a folder, which is made if it does not exist, as Snakemake does."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=path).close()
    except OSError:
        return False
    return True


def _holder(path: Path) -> str:
    """Describe the process that holds the lock, and how to stop it."""
    for _ in range(5):  # the holder may have locked the file this moment, and not yet written its id
        mark, _, since = path.read_text(encoding="utf-8").strip().partition(" ")
        host, _, pid = mark.rpartition(":")
        if host and pid.isdigit() and (host != socket.gethostname() or psutil.pid_exists(int(pid))):
            where = "" if host == socket.gethostname() else f" on {host}"
            return f"process {pid}{where}, since {since}; {_how_to_stop(pid)}"
        time.sleep(0.1)
    return f"it holds {path.name}, but has not written its process id yet; try again"


def _how_to_stop(pid: int | str) -> str:
    return f"wait for it, or stop it with Ctrl-C or `kill {pid}` (which lets its running jobs finish)"


def _end_orphans(folder: Path) -> None:
    """End the jobs that a killed Snakemake left running, before anything else writes.

    The package's commands end by themselves when their Snakemake has ended; others do not.
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
    """Yield the processes in the folder, or below it, that belong to a Snakemake that has ended."""
    here = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):  # ended meanwhile, or of another user
            host, _, owner = process.environ().get(OWNER, "").rpartition(":")
            if process.pid in here or not owner.isdigit() or host != socket.gethostname():
                continue
            if Path(process.cwd()).is_relative_to(folder) and not _owns(int(owner), process):
                yield process


def _owns(owner: int, job: psutil.Process) -> bool:
    """Return whether the owner is alive; a process younger than its job has only reused the id."""
    try:
        process = psutil.Process(owner)
        return bool(process.status() != psutil.STATUS_ZOMBIE and process.create_time() <= job.create_time())
    except psutil.NoSuchProcess:
        return False


def _unlock(folder: Path, arguments: list[str]) -> None:
    """Remove the lock that a killed Snakemake left; UserError if a Snakemake started by hand still holds it."""
    for process in psutil.process_iter():
        pid = process.pid
        with contextlib.suppress(psutil.Error, OSError):
            if pid != os.getpid() and _is_snakemake(process) and Path(process.cwd()) == folder:
                raise UserError(f"Snakemake is already alive in this folder: process {pid}; {_how_to_stop(pid)}")
    print("relecture: the last run was killed; this one resumes it", file=sys.stderr)
    unlocked = subprocess.run(
        [*_SNAKEMAKE, "--unlock", *arguments], capture_output=True, text=True, encoding="utf-8", errors="replace"
    )
    if unlocked.returncode:
        sys.stderr.write(unlocked.stderr)
        sys.exit(unlocked.returncode)


def _is_snakemake(process: psutil.Process) -> bool:
    """Return whether this process is `python -m snakemake` or `python .../bin/snakemake`."""
    python, *rest = process.cmdline() or [""]
    return Path(python).name.lower().startswith("python") and "snakemake" in (Path(x).name for x in rest[:4])
