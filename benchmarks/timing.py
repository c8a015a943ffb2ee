"""Time functions in turns, and commands together with their memory."""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypedDict, TypeVar

import psutil

Result = TypeVar("Result")


class Timing(TypedDict):
    """All measured seconds, and their median."""

    median_s: float
    s: list[float]


#: The figures of a measurement, by name: a timing, a number, or a list of numbers.
Figures = Mapping[str, Timing | float | list[float]]


def timing(seconds: list[float]) -> Timing:
    """Return the measured seconds with their median."""
    return {"median_s": statistics.median(seconds), "s": seconds}


def run_in_turns(variants: Mapping[str, Callable[[], Result]], rounds: int) -> dict[str, list[Result]]:
    """Run the variants in turns and return the results of each; those of an additional first round are dropped."""
    results: dict[str, list[Result]] = {name: [] for name in variants}
    for _ in range(rounds + 1):
        for name, run in variants.items():
            results[name].append(run())
    return {name: values[1:] for name, values in results.items()}


def time_call(function: Callable[[], Result]) -> tuple[float, Result]:
    """Return the seconds that a call of `function` takes, and its result."""
    start = time.perf_counter()
    result = function()
    return time.perf_counter() - start, result


def time_command(
    command: Sequence[object],
    log: Path,
    interval: float,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> tuple[float, int]:
    """Run a command and return its seconds and the peak memory of all its processes together (bytes).

    The output goes to `log`; memory is sampled every `interval` seconds. If the command fails, exit with the end of
    its output.
    """
    start, peak = time.perf_counter(), 0
    options = {"cwd": folder, "env": environment, "stderr": subprocess.STDOUT}
    with (
        log.open("w", encoding="utf-8") as output,
        psutil.Popen(list(map(str, command)), stdout=output, **options) as process,
    ):
        while process.poll() is None:
            peak = max(peak, _memory(process))
            time.sleep(interval)
    seconds = time.perf_counter() - start
    if process.returncode:
        sys.exit(f"the measured command failed:\n{log.read_text(encoding='utf-8')[-3000:]}")
    return seconds, peak


def _memory(process: psutil.Process) -> int:
    try:
        return sum(member.memory_info().rss for member in [process, *process.children(recursive=True)])
    except psutil.NoSuchProcess:
        return 0  # a process ended during the sample, which does not count
