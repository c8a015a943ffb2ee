"""The time that a run will take, from the benchmark files that Snakemake wrote in earlier runs.

Only jobs with a benchmark count, which are those that fit; tables and figures take a few seconds each.
"""

import csv
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean


@dataclass(frozen=True)
class Job:
    """A job of the workflow: its rule and its benchmark file, None if it has none."""

    rule: str
    benchmark: Path | None
    threads: int = 1
    needed_by: tuple[int, ...] = ()  # the jobs that read what it writes


@dataclass
class Schedule:
    """The expected seconds of the jobs of a run, by id (0 without a benchmark)."""

    jobs: dict[int, Job]
    seconds: dict[int, float]
    chains: dict[int, float]  # the longest chain of jobs that begins with this one
    cores: int
    n_by_mean: int  # jobs that have the mean of their rule

    @property
    def n_timed(self) -> int:
        """The number of jobs that have a benchmark."""
        return sum(job.benchmark is not None for job in self.jobs.values())

    def describe(self) -> str:
        """Return the estimate for the whole run, with what it rests on."""
        cores = "1 core" if self.cores == 1 else f"{self.cores} cores"
        fits = "1 fit" if self.n_timed == 1 else f"{self.n_timed} fits"
        means = f" ({self.n_by_mean} by the mean of the rule)" if self.n_by_mean else ""
        return f"estimated time: {rough_duration(self.left())} for {fits} on {cores}, from earlier runs{means}"

    def left(self, done: Collection[int] = (), running: Mapping[int, float] | None = None) -> float:
        """Return the seconds that are left: all work spread over the cores, but not less than the longest chain.

        Args:
            done: Jobs that have finished.
            running: The seconds for which the others that have started run.
        """
        since = running or {}
        left = {job: max(all_ - since.get(job, 0.0), 0.0) for job, all_ in self.seconds.items() if job not in done}
        work = sum(seconds * self.jobs[job].threads for job, seconds in left.items()) / self.cores
        return max(work, *(self.chains[job] - self.seconds[job] + seconds for job, seconds in left.items()), 0.0)

    def depend_on(self, job: int) -> set[int]:
        """Return the jobs that cannot run without this one, itself included."""
        dependents: set[int] = set()
        waiting = [job]
        while waiting:
            if (job := waiting.pop()) not in dependents and job in self.jobs:
                dependents.add(job)
                waiting += self.jobs[job].needed_by
        return dependents


def schedule(jobs: Mapping[int, Job], finished: Iterable[Job], cores: int) -> Schedule | None:
    """Return what is expected of the jobs of a run; None if nothing is known about one of those that fit.

    A job takes the seconds of its benchmark file, or the mean of its rule.

    Args:
        jobs: The jobs that will run, by id.
        finished: The other jobs of the workflow, which count for the mean of their rule.
        cores: Number of cores that they share.
    """
    measured: dict[Path, float] = {}
    by_rule: dict[str, list[float]] = defaultdict(list)
    for job in (*jobs.values(), *finished):
        if job.benchmark is not None and (seconds := _read_seconds(job.benchmark)) is not None:
            measured[job.benchmark] = seconds
            by_rule[job.rule].append(seconds)
    timed = {id_: job for id_, job in jobs.items() if job.benchmark is not None}
    if not timed or any(job.benchmark not in measured and job.rule not in by_rule for job in timed.values()):
        return None
    seconds_of = dict.fromkeys(jobs, 0.0)
    for id_, job in timed.items():
        known = measured.get(job.benchmark) if job.benchmark else None
        seconds_of[id_] = fmean(by_rule[job.rule]) if known is None else known
    n_by_mean = sum(job.benchmark not in measured for job in timed.values())
    return Schedule(dict(jobs), seconds_of, _chains(jobs, seconds_of), cores, n_by_mean)


def duration(seconds: float) -> str:
    """Format seconds: `0.4 s`, `12 s`, `9 min 38 s`, `1 h 10 min`."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes_left = divmod(round(seconds / 60), 60)
    if minutes >= 60:
        return f"{hours} h {minutes_left} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def rough_duration(seconds: float) -> str:
    """Format an estimated number of seconds in whole minutes: `under 1 min`, `about 38 min`, `about 1 h 10 min`."""
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"about {hours} h {minutes} min" if hours else f"about {minutes} min" if minutes else "under 1 min"


def _chains(jobs: Mapping[int, Job], seconds: Mapping[int, float]) -> dict[int, float]:
    """Return the seconds of the longest chain that begins with each job."""
    chains: dict[int, float] = {}
    waiting = list(jobs)
    while waiting:
        later = [job for job in jobs[waiting[-1]].needed_by if job in jobs]
        if missing := [job for job in later if job not in chains]:
            waiting += missing
            continue
        job = waiting.pop()
        chains[job] = seconds[job] + max((chains[other] for other in later), default=0.0)
    return chains


def _read_seconds(benchmark: Path) -> float | None:
    """Return the mean of the column `s` of a benchmark file; None if it has none."""
    try:
        with benchmark.open(encoding="utf-8", newline="") as file:
            return fmean(float(row["s"]) for row in csv.DictReader(file, delimiter="\t"))
    except (OSError, ValueError, KeyError, TypeError):  # StatisticsError is a ValueError
        return None
