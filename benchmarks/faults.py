"""`make faults`: kill runs, fill a disk, cut files, use odd names; print what came of it. Takes a few minutes."""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from relecture.atomic_files import atomic_write, write_text
from relecture.errors import UserError

ROOT = Path(__file__).parents[1]

#: Four fits, each of which leaves a record after a while.
SNAKEFILE = """
import os, sys
from relecture.cli import OWNER, owner_mark

os.environ[OWNER] = owner_mark()

rule all:
    input: expand("results/{name}/metrics.csv", name=list("abcd"))

rule fit:
    output:
        multiext("results/{name}/", "metrics.csv", "history.csv", "predictions.parquet", "params.json"),
        model=directory("results/{name}/model"),
    shell: sys.executable + " fit.py {wildcards.name}"
"""

FIT = """
import sys, time
from pathlib import Path
import pandas as pd
from relecture.cli import exit_with_parent
from relecture.data_files import write_csv
from relecture.records import FitResult

exit_with_parent()
name = sys.argv[1]
table = pd.DataFrame({"case": range(20_000)})
result = FitResult(save_model=lambda folder: write_csv(folder / "weights.csv", table))
for seed in range(20):
    result.add(f"seed-{seed}", {"mae": seed / 3}, table)
    time.sleep(0.05)
result.save(Path("results") / name, f"toy/{name}", {}, {"name": "toy", "digest": "0", "sample": False}, "fit")
"""


@dataclass(frozen=True)
class Outcome:
    """What came of one kind of fault: how often it was made, and how often all was well afterwards."""

    fault: str
    times: int
    well: int
    note: str = ""


def main(
    n_kills: Annotated[int, typer.Option(min=1, help="Runs that are killed at a random moment.")] = 10,
    seed: Annotated[int | None, typer.Option(help="Seed of the moments; a new one by default.")] = None,
) -> None:
    """Make the faults and print a table; exit with code 1 if something was lost."""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    print(f"seed {seed} (again: python -m benchmarks.faults --seed {seed})", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        outcomes = [
            _kill(Path(folder), n_kills, random.Random(seed)),
            _fill_a_disk(Path(folder) / "disk"),
            _run_tests("files cut, emptied, replaced by older ones", "test_changed_files.py"),
            _run_tests("texts that are signs in an output", "test_names.py"),
        ]
    print(f"\n{'fault':<45} {'times':>6} {'well':>6}")
    for one in outcomes:
        print(f"{one.fault:<45} {one.times:>6} {one.well:>6}  {one.note}")
    sys.exit(any(one.well < one.times for one in outcomes))


def _kill(folder: Path, n_kills: int, moments: random.Random) -> Outcome:
    """Kill runs with SIGKILL; well is a run whose repetition leaves the same bytes as one that was not killed."""
    start = time.monotonic()
    expected = _contents(_toy(folder / "whole"))
    seconds, well = time.monotonic() - start, 0
    if sum(name.endswith("/metrics.csv") for name in expected) != 4:
        sys.exit("the run that nothing disturbs does not finish, so nothing can be compared")
    for number in range(n_kills):
        toy = folder / f"killed-{number}"
        moment = moments.uniform(0, seconds)
        _toy(toy, kill_after=moment)
        same = _contents(_toy(toy)) == expected
        well += same
        print(f"killed after {moment:.2f} of {seconds:.2f} s: {'same bytes' if same else 'OTHER BYTES'}", flush=True)
    return Outcome("run killed at a random moment, run again", n_kills, well)


def _toy(folder: Path, kill_after: float | None = None) -> Path:
    """Run the toy workflow in a folder, or kill it after some seconds; return the folder."""
    write_text(folder / "Snakefile", SNAKEFILE)
    write_text(folder / "fit.py", FIT)
    command = [sys.executable, "-m", "relecture", "run", "--cores", "2", "--quiet"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as run:
        try:
            run.wait(kill_after)
        except subprocess.TimeoutExpired:
            run.send_signal(signal.SIGKILL)
    return folder


def _contents(folder: Path) -> dict[str, bytes]:
    """Return the content of every file of the results, hidden ones included but for Snakemake's own."""
    results = folder / "results"
    files = (path for path in results.rglob("*") if path.is_file() and path.name != ".snakemake_timestamp")
    return {path.relative_to(results).as_posix(): path.read_bytes() for path in files}


def _fill_a_disk(folder: Path) -> Outcome:
    """Write to a full disk; well is an error of one line, and the old file."""
    with _small_disk(folder) as is_mounted:
        if not is_mounted:
            return Outcome("disk full", 0, 0, "no file system can be mounted here")
        path = folder / "file"
        write_text(path, "old")
        try:
            with atomic_write(path) as draft:
                draft.write_bytes(bytes(1 << 21))
        except UserError as error:
            is_well = "No space left" in str(error) and path.read_text(encoding="utf-8") == "old"
            return Outcome("disk full", 1, int(is_well and list(folder.iterdir()) == [path]))
        return Outcome("disk full", 1, 0, "no error")


@contextmanager
def _small_disk(folder: Path) -> Iterator[bool]:
    """Mount a disk of 1 MB; yield whether that is allowed."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    is_mounted = bool(shutil.which("mount")) and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    try:
        yield is_mounted
    finally:
        if is_mounted:
            subprocess.run(["umount", str(folder)], check=False)


def _run_tests(fault: str, file: str) -> Outcome:
    """Run the tests of one kind of fault."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", f"tests/{file}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    last = (done.stdout.strip().splitlines() or ["no output"])[-1]
    return Outcome(fault, 1, int(done.returncode == 0), last)


if __name__ == "__main__":
    typer.run(main)
