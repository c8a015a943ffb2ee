"""Every job of the finished run loads only source files that its rule names, and no training job loads MLflow."""

import json
import re
import shlex
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from relecture.config import COMPARISONS

pytestmark = pytest.mark.slow

#: Rules that name no source files: a checksum decides what a raw file is, and the store may hold more than our runs.
WITHOUT_CODE = {"fetch", "store"}
TRACKING = re.compile("store|sync|register")


@dataclass(frozen=True)
class Job:
    """A job of the finished run: its rule, its inputs, and what it had loaded when it ended."""

    rule: str
    inputs: set[str]
    files: set[str]
    modules: set[str]


def commands(copy) -> Iterator[tuple[tuple[str, ...], str, set[str]]]:
    """The arguments of `relecture`, the rule and the inputs of each job, as Snakemake has recorded them."""
    for path in (copy / ".snakemake/metadata").rglob("*"):
        if path.is_file():
            record = json.loads(path.read_text())
            _, command = record["shellcmd"].split("\nrelecture ")
            yield tuple(shlex.split(command)), record["rule"], set(record["input"])


@pytest.fixture(scope="module")
def jobs(finished) -> list[Job]:
    recorded = {arguments: (rule, inputs) for arguments, rule, inputs in commands(finished)}
    jobs = []
    for path in finished.path.parent.glob("*jobs/loaded/*.json"):
        loaded = json.loads(path.read_text())
        if tuple(loaded["arguments"]) in recorded:  # a failed job leaves no metadata
            files = {Path(file).relative_to(finished.path).as_posix() for file in loaded["files"]}
            jobs.append(Job(*recorded[tuple(loaded["arguments"])], files, set(loaded["modules"])))
    assert {job.rule for job in jobs} == {rule for rule, _ in recorded.values()}
    return jobs


def test_all_comparisons_are_among_the_jobs(jobs):
    rules = {job.rule for job in jobs}
    for name in COMPARISONS:
        assert [rule for rule in rules if rule.startswith(f"{name}_")], name


def test_the_rules_name_all_source_files_that_their_jobs_load(jobs, finished):
    constants = {path.relative_to(finished.path).as_posix() for path in (finished / "src").rglob("__init__.py")}
    constants -= {"src/relecture/config/__init__.py"}
    # The registries of tables and figures, too, compute nothing; the rules of tables and figures name them.
    constants |= {path.relative_to(finished.path).as_posix() for path in (finished / "src").rglob("exhibit*.py")}
    missing = defaultdict(set)
    for job in jobs:
        if job.rule not in WITHOUT_CODE:
            missing[job.rule] |= job.files - job.inputs - constants
    assert {rule: sorted(files) for rule, files in missing.items() if files} == {}


def test_no_job_but_those_of_tracking_loads_mlflow(jobs):
    assert {job.rule for job in jobs if "mlflow" in job.modules and not TRACKING.search(job.rule)} == set()
    tracking = {job.rule for job in jobs if any(re.search(r"/tracking/(?!config|__init__)", f) for f in job.files)}
    assert [rule for rule in tracking if not TRACKING.search(rule)] == []


def test_no_job_loads_snakemake(jobs):
    assert {job.rule for job in jobs if "snakemake" in job.modules} == set()
