"""The estimated time: measured seconds of earlier runs, spread over the cores, or nothing."""

from pathlib import Path

import pytest

from relecture.time_left import Job, duration, rough_duration, schedule


@pytest.fixture
def timed(tmp_path):
    """Return a function that makes a timed job; with seconds it was measured in an earlier run."""

    def make(name: str, seconds: object = None, **rest: object) -> Job:
        file = tmp_path / f"{name}.tsv"
        if seconds is not None:
            file.write_text(f"s\th:m:s\tmax_rss\n{seconds}\t0:00:01\t-\n")
        return Job("fit", file, **rest)

    return make


def test_the_work_is_spread_over_the_cores(timed):
    jobs = {1: timed("a", 60), 2: timed("b", 40), 3: Job("figures", None)}
    assert schedule(jobs, [], cores=2).left() == 60  # not 50: the first alone takes that long
    assert schedule(jobs, [], cores=1).left() == 100
    assert schedule(jobs | {4: timed("c", 60)}, [], cores=2).left() == 80
    assert schedule({1: timed("a", 60, threads=2), 2: timed("b", 40, threads=2)}, [], cores=2).left() == 100


def test_a_chain_takes_as_long_as_its_jobs_one_after_the_other(timed):
    table = Job("tables", None, needed_by=(3,))
    jobs = {1: timed("a", 30, needed_by=(2, 4)), 2: table, 3: timed("b", 20), 4: timed("c", 5)}
    expected = schedule(jobs, [], cores=8)
    assert expected.left() == 50
    assert expected.left(running={1: 10.0}) == 40
    assert expected.left(running={1: 99.0}) == 20  # later than expected: it may end now
    assert expected.left(done={1, 2}, running={3: 5.0}) == 15
    assert expected.left(done={1, 2, 3, 4}) == 0


def test_what_depends_on_a_failed_job_is_not_waited_for(timed):
    jobs = {1: timed("a", 30, needed_by=(2,)), 2: timed("b", 20, needed_by=(3,)), 3: Job("all", None), 4: timed("c", 7)}
    expected = schedule(jobs, [], cores=1)
    assert expected.depend_on(1) == {1, 2, 3}
    assert expected.left(done=expected.depend_on(1)) == 7


def test_a_job_that_was_never_measured_takes_the_mean_of_its_rule_also_of_finished_jobs(timed):
    jobs = {1: timed("a", 10), 2: timed("new")}
    expected = schedule(jobs, [timed("finished", 20)], cores=1)
    assert expected.left() == 10 + 15
    assert expected.describe() == (
        "estimated time: under 1 min for 2 fits on 1 core, from earlier runs (1 by the mean of the rule)"
    )


@pytest.mark.parametrize("content", [None, "NA", "", "\x00"])
def test_without_a_measurement_of_a_rule_there_is_no_estimate(timed, content):
    assert schedule({1: timed("a", content), 2: Job("tables", None)}, [], cores=1) is None
    other = Job("search", timed("b", 10).benchmark)
    assert schedule({1: timed("a", content), 2: other}, [], cores=1) is None


def test_a_run_that_fits_nothing_has_no_estimate():
    assert schedule({1: Job("tables", None)}, [Job("fit", Path("missing.tsv"))], cores=1) is None


def test_durations_are_as_exact_as_they_are_known():
    assert [duration(seconds) for seconds in (0.04, 9.96, 59.6, 578.46, 3599.7, 4129)] == [
        *("0.0 s", "10 s", "1 min 0 s", "9 min 38 s", "1 h 0 min", "1 h 9 min"),
    ]
    assert [rough_duration(seconds) for seconds in (0, 29, 31, 3570, 4130)] == [
        *("under 1 min", "under 1 min", "about 1 min", "about 1 h 0 min", "about 1 h 9 min"),
    ]
