"""The provenance of results: machine, package versions, git commit and the command that reruns them."""

import json
import os
import platform
import re
import shlex
import subprocess
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

import psutil


def processor() -> str:
    """Return the name of the processor, or its architecture if the name is unknown."""
    cpuinfo = Path("/proc/cpuinfo")
    text = cpuinfo.read_text(encoding="utf-8") if cpuinfo.exists() else ""
    match = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return match[1] if match else platform.processor() or platform.machine()


def cores() -> int | None:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def memory() -> float:
    """Return the total memory in GiB."""
    return float(psutil.virtual_memory().total / 2**30)


def installed(package: str) -> str | None:
    """Return the version of a package; None if it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def packages() -> dict[str, str]:
    """Return the installed versions of the direct dependencies, by name."""
    try:
        requirements = requires("relecture") or []
    except PackageNotFoundError:  # run from source, not installed
        return {}
    names = [re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in requirements if "extra ==" not in line]
    return {name: installed(name) or "not installed" for name in sorted(names, key=str.lower)}


#: Environment variable: the configuration of a run beyond the standard one, as options of Snakemake. The Snakefile
#: sets it.
RUN_CONFIG = "RELECTURE_RUN_CONFIG"


def rerun_command(target: str | Path) -> str:
    """Return `snakemake TARGET --force` with the configuration of the run that the calling job belongs to.

    Without the configuration the copied command would use the standard one, and rerun everything that depends on it.
    It comes last: Snakemake would take a target after `--configfile` for another configuration file.
    """
    return f"snakemake {shlex.quote(str(target))} --force {os.environ.get(RUN_CONFIG, '')}".rstrip()


def export_run_config(files: Iterable[str | Path], standard: Path, values: Mapping[str, Any] | None = None) -> None:
    """Export the configuration of this run to its jobs, through the environment.

    It is not a parameter of a rule, because the same values from a file of another name must not rerun anything.

    Args:
        files: Configuration files. One below the working folder is named relative to it, so that the same run in
            another folder writes the same bytes.
        standard: The file that every run reads.
        values: The values of `--config`, as parsed.
    """
    paths = dict.fromkeys(_relative(Path(file)) for file in files)
    further = [path for path in paths if path != _relative(standard)]
    options = ["--configfile", *further] if further else []
    if values:
        options += ["--config", *(f"{key}={_to_option(value)}" for key, value in values.items())]
    os.environ[RUN_CONFIG] = shlex.join(options)


def _to_option(value: Any) -> str:
    """Return the text that Snakemake parses into the same value."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)


def _relative(path: Path) -> str:
    folder = Path.cwd()
    return str(path.relative_to(folder) if path.is_relative_to(folder) else path)


@cache
def git_commit() -> str | None:
    """Return the commit of the current folder, `-dirty` if there are uncommitted changes; None outside a repository."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        return subprocess.run(
            command, capture_output=True, text=True, encoding="utf-8", errors="replace", check=True, timeout=20
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None
