"""Comparisons in a fresh copy of the tree: seconds, peak memory, and the share of time outside the fits."""

import contextlib
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from benchmarks.timing import time_command
from relecture.config import STANDARD, Config, load
from relecture.config.yaml_files import read_all
from relecture.data.fetch import MIRROR

ROOT = Path(__file__).parents[1]
MEMORY_INTERVAL = 0.2  # seconds between two samples of the memory


def overlay_file(preset: str) -> Path | None:
    """Return the configuration file of a preset (`quick`, `full`); None for `standard`."""
    return None if preset == "standard" else ROOT / f"config/{preset}.yaml"


def load_config(overlay: Path | None) -> Config:
    """Return the standard configuration with a file laid over it.

    Raises:
        UserError: There is no such file, or it is not a valid configuration.
    """
    files = [ROOT / STANDARD, *([overlay] if overlay else [])]
    return load(read_all(files), files)


def measure(
    targets: Sequence[str], overlay: Path | None, folder: Path | None, no_op_runs: int = 5
) -> dict[str, float | list[float]]:
    """Run comparisons from nothing, then again with nothing to do, and return the figures of both.

    Args:
        targets: Targets of Snakemake.
        overlay: Configuration file that is laid over the standard one.
        folder: Folder for the copy and its results; without it they are deleted.
        no_op_runs: Number of counted runs with nothing to do.
    """
    run_path = load_config(overlay).run.path()
    arguments = [*targets, *(["--configfile", str(overlay.resolve())] if overlay else [])]
    with contextlib.nullcontext(folder) if folder else tempfile.TemporaryDirectory() as parent:
        copy = _copy_tree(Path(parent) / "relecture")
        results = copy / run_path
        cpu_before = _children_cpu_seconds()
        seconds, peak = _run(copy, arguments)
        cpu_seconds = _children_cpu_seconds() - cpu_before
        fit_seconds = _fit_core_seconds(results)
        cores = len(os.sched_getaffinity(0))
        no_op = [_run(copy, arguments)[0] for _ in range(no_op_runs + 1)][1:]
        size = sum(file.stat().st_size for file in results.rglob("*") if file.is_file())
    return {
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "peak_memory_gib": peak / 2**30,
        "fit_jobs_core_seconds": fit_seconds,
        "share_outside_fit_jobs": 1 - fit_seconds / (seconds * cores),
        "no_op_seconds": statistics.median(no_op),
        "no_op_s": no_op,
        "results_mib": size / 2**20,
    }


def _copy_tree(copy: Path) -> Path:
    """Copy the files that git tracks or would add, with uncommitted changes."""
    names = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
    ).stdout.splitlines()
    for name in names:
        if (ROOT / name).exists():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    return copy


def _run(copy: Path, arguments: Sequence[str]) -> tuple[float, int]:
    """Return the seconds of a run in the copy and the peak memory of all its processes together (bytes)."""
    mirror = {MIRROR: os.environ.get(MIRROR, str((ROOT / "../shared/data").resolve()))}
    environment = {**os.environ, **mirror, "PYTHONPATH": str(copy / "src")}
    command = [sys.executable, "-m", "relecture", "run", *arguments]
    return time_command(command, copy / "run.log", MEMORY_INTERVAL, copy, environment)


def _children_cpu_seconds() -> float:
    """Return the CPU seconds of all processes that this one, or one of them, has started and that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _fit_core_seconds(results: Path) -> float:
    """Return the core-seconds of the jobs that fit, as timed by Snakemake; they include the start of each job."""
    tables = [pd.read_csv(path, sep="\t") for path in (results / "benchmarks").rglob("*.tsv")]
    return float(pd.concat(tables).s.sum())
