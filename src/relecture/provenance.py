"""Where results come from: machine, package versions, git commit and the command that reruns them."""

import json
import os
import platform
import re
import shlex
import subprocess
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil


def processor() -> str:
    """Its name, or at least its kind."""
    information = Path("/proc/cpuinfo")
    text = information.read_text() if information.exists() else ""
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1] if found else platform.processor() or platform.machine()


def cores() -> int | None:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def memory() -> float:
    """All of it, in GiB."""
    return psutil.virtual_memory().total / 2**30


def installed(package: str) -> str | None:
    """The version of a package; None where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


#: The settings of a run beside the standard ones, as options of Snakemake. The Snakefile sets it.
SETTINGS = "RELECTURE_SETTINGS"


def rerun_command(target: str | Path) -> str:
    """`snakemake TARGET --force`, and the configuration of the run that the calling job belongs to.

    Without it the copied command would take the standard settings, and make everything again that depends on them.
    It comes last: Snakemake would take a target behind `--configfile` for one more of them.
    """
    return f"snakemake {shlex.quote(str(target))} --force {os.environ.get(SETTINGS, '')}".rstrip()


def export_run_config(files: Iterable[str | Path], standard: Path, values: Mapping[str, Any] | None = None) -> None:
    """Let jobs know the configuration of this run: its `files`, and the `values` of `--config`, as they were parsed.

    `standard` is the file that a run has anyway. A file in the working folder goes by its path from there, so that the
    same run in another folder leaves the same bytes. In the environment, and in no rule's parameters, since settings
    that are the same under another name fit nothing again.
    """
    shown = dict.fromkeys(_from_here(Path(file)) for file in files)
    further = [file for file in shown if file != _from_here(standard)]
    options = ["--configfile", *further] if further else []
    if values:
        options += ["--config", *(f"{key}={_written(value)}" for key, value in values.items())]
    os.environ[SETTINGS] = shlex.join(options)


def _written(value: Any) -> str:
    """So that Snakemake parses it into the same value again."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)


def _from_here(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


@cache
def git_commit() -> str | None:
    """The commit of the current folder, `-dirty` with uncommitted changes; None outside a repository."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None
