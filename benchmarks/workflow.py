"""Comparisons in a fresh copy of the tree: seconds, peak memory, and the share that is not fitting."""

import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import psutil

ROOT = Path(__file__).parents[1]


def measure(targets: Sequence[str], budget: str, folder: Path | None, no_op_runs: int = 5) -> dict[str, Any]:
    """Run comparisons with one budget (`standard`, `quick`) from nothing, and then again with nothing to do.

    `folder` gets the copy, with all that is made; without it, nothing is left.
    """
    with contextlib.nullcontext(folder) if folder else tempfile.TemporaryDirectory() as place:
        copy = _copied(Path(place) / "relecture")
        overlay = [] if budget == "standard" else ["--configfile", f"config/{budget}.yaml"]
        arguments = [*targets, *overlay]
        seconds, peak = _run(copy, arguments)
        fitting = _fitting(copy)
        cores = len(os.sched_getaffinity(0))
        no_op = [_run(copy, arguments)[0] for _ in range(no_op_runs + 1)][1:]
        size = sum(file.stat().st_size for file in (copy / "results").rglob("*") if file.is_file())
    return {
        "seconds": seconds,
        "peak_memory_gib": peak / 2**30,
        "fit_jobs_core_seconds": fitting,
        "share_outside_fit_jobs": 1 - fitting / (seconds * cores),
        "no_op_seconds": statistics.median(no_op),
        "no_op_s": no_op,
        "results_mib": size / 2**20,
    }


def _copied(to: Path) -> Path:
    """What git would give a new user, uncommitted changes included."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    for name in listed:
        if (ROOT / name).exists():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)
    return to


def _run(copy: Path, arguments: list[str]) -> tuple[float, int]:
    """Seconds, and the most memory that all processes of the run held together (bytes)."""
    mirror = {"RELECTURE_MIRROR": os.environ.get("RELECTURE_MIRROR", str((ROOT / "../shared/data").resolve()))}
    environment = {**os.environ, **mirror, "PYTHONPATH": str(copy / "src")}
    command = [sys.executable, "-m", "relecture", "run", *arguments]
    start, peak = time.perf_counter(), 0
    with (copy / "run.log").open("w") as log:
        run = psutil.Popen(command, cwd=copy, env=environment, stdout=log, stderr=subprocess.STDOUT)
        while run.poll() is None:
            peak = max(peak, _memory(run))
            time.sleep(0.2)
    if run.returncode:
        sys.exit(f"the workflow failed:\n{(copy / 'run.log').read_text()[-3000:]}")
    return time.perf_counter() - start, peak


def _memory(run: psutil.Process) -> int:
    total = 0
    try:
        for process in [run, *run.children(recursive=True)]:
            total += process.memory_info().rss
    except psutil.NoSuchProcess:
        return 0  # one ended meanwhile: this sample does not count
    return total


def _fitting(copy: Path) -> float:
    """Core-seconds of the jobs that fit, as Snakemake timed them; their start-up is part of it."""
    tables = [pd.read_csv(path, sep="\t") for path in (copy / "results" / "benchmarks").rglob("*.tsv")]
    return float(pd.concat(tables).s.sum())
