"""What the follower of a run writes: live curves, the end of a fit, complete records; and what a dead server costs."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import synthetic
from tracking_store import ON_BOTH_STORES, StoreCase, free_port

from relecture.tracking.follower import Follower
from relecture.tracking.store import connect
from relecture.tracking.sync import load_record, sync_record


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen]:
    """A living process that stands for a fit."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    yield process
    process.kill()
    process.wait()


class FakeFit:
    """Writes the progress file of `dropout` as a fit does whose curves are those of `synthetic.network`."""

    def __init__(self, case: StoreCase, pid: int, method: str = "dropout"):
        self.path = case.results / "checkpoints" / case.comparison / method / "progress.jsonl"
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.pid = pid

    def start(self, seed: int, fit: str = "", n_members: int | None = None) -> None:
        process = {"pid": self.pid, "host": socket.gethostname(), "created": psutil.Process(self.pid).create_time()}
        members = {"members": [f"seed-{seed}"], "n_members": n_members, "epochs": 4 + seed}
        self.write({"fit": fit or f"fit {seed}", **members, **process})

    def score(self, seed: int, *steps: int) -> None:
        for step in steps:
            loss = 0.5 / step
            self.write({"step": step, "values": {"training_loss": [loss], "test_loss": [loss + 0.05]}})

    def write(self, line: dict[str, Any]) -> None:
        with self.path.open("a") as file:
            file.write(json.dumps({**line, "time": time.time()}) + "\n")


@pytest.fixture
def follower(case: StoreCase) -> Follower:
    return Follower(case.results, [f"{case.comparison}/{name}" for name in ("dropout", "plain")], time.time() - 1)


def curve(case: StoreCase, run: Any, name: str = "curves/training_loss") -> dict[int, float]:
    points = case.store.client.get_metric_history(run.info.run_id, name)
    assert len(points) == len({point.step for point in points})
    return {point.step: point.value for point in points}


def mirrored(case: StoreCase) -> dict[str, Any]:
    """What the store has of each run, but for ids, times and the load of the machine."""
    runs = {}
    for run in case.runs():
        metrics = {name: curve(case, run, name) for name in run.data.metrics if not name.startswith("system/")}
        tags = {name: value for name, value in run.data.tags.items() if name != "mlflow.parentRunId"}
        data = [used.dataset.digest for used in run.inputs.dataset_inputs]
        files = sorted(file.path for file in case.store.client.list_artifacts(run.info.run_id, "figures"))
        runs[run.info.run_name] = run.info.status, metrics, tags, run.data.params, data, files
    return runs


def approximately(runs: dict[str, Any]) -> dict[str, Any]:
    return {
        name: (status, {metric: pytest.approx(points) for metric, points in metrics.items()}, *rest)
        for name, (status, metrics, *rest) in runs.items()
    }


@ON_BOTH_STORES
def test_a_running_fit_is_a_running_run_whose_members_have_their_curves(
    case: StoreCase, follower: Follower, sleeper: subprocess.Popen
) -> None:
    fit = FakeFit(case, sleeper.pid)
    fit.start(0)
    fit.score(0, 1, 2)
    follower.poll()
    parent, child = case.parent(), case.children()["seed-0"]
    assert (parent.info.status, child.info.status) == ("RUNNING", "RUNNING")
    assert curve(case, child) == pytest.approx({1: 0.5, 2: 0.25})
    assert "seed-0: epoch 2 of 4" in parent.data.tags["mlflow.note.content"]
    fit.score(0, 3, 4)
    fit.start(1)
    follower.poll()
    children = case.children()
    assert curve(case, child) == pytest.approx({step: 0.5 / step for step in (1, 2, 3, 4)})
    assert {name: run.info.status for name, run in children.items()} == {"seed-0": "FINISHED", "seed-1": "RUNNING"}
    assert parent.info.run_id == case.parent().info.run_id


def test_the_load_of_a_fit_is_among_the_system_metrics(
    case: StoreCase, follower: Follower, sleeper: subprocess.Popen
) -> None:
    FakeFit(case, sleeper.pid).start(0)
    follower.poll()
    follower.sample_at = 0.0
    follower.poll()
    metrics = case.parent().data.metrics
    assert 1 < metrics["system/memory_usage_megabytes"] < 1000
    assert 0 <= metrics["system/cpu_utilization_percentage"] < 50
    assert len(curve(case, case.parent(), "system/cpu_utilization_percentage")) == 2


def test_the_mean_curve_grows_as_far_as_no_member_can_change_it(
    case: StoreCase, follower: Follower, sleeper: subprocess.Popen
) -> None:
    fit = FakeFit(case, sleeper.pid)
    fit.start(0, n_members=2)
    fit.score(0, 1, 2, 3, 4)
    follower.poll()
    assert "curves/training_loss" not in case.parent().data.metrics
    fit.start(1, n_members=2)
    fit.score(1, 1, 2)
    follower.poll()
    assert curve(case, case.parent()) == pytest.approx({1: 0.5, 2: 0.25})


@ON_BOTH_STORES
@pytest.mark.parametrize("n_members", [None, 3])
def test_a_followed_record_is_the_same_in_the_store_as_one_that_was_only_synced(
    case: StoreCase, follower: Follower, sleeper: subprocess.Popen, n_members: int | None
) -> None:
    fit = FakeFit(case, sleeper.pid)
    for seed in range(3):
        fit.start(seed, n_members=n_members)
        fit.score(seed, *range(1, 4 + seed))
        follower.poll()
    live, begun = {run.info.run_id for run in case.runs()}, case.parent().info.start_time
    synthetic.save(case.network(), case.results)
    follower.poll()
    assert {run.info.run_id for run in case.runs()} == live
    assert case.parent().info.start_time == begun
    assert case.parent().info.end_time >= case.children()["seed-2"].info.start_time
    assert case.sync(case.network()).outcome == "unchanged"
    follower.poll()  # the progress file is still there
    assert len(case.runs()) == 4

    followed = mirrored(case)
    for run_id in live:
        case.store.client.delete_run(run_id)
    assert case.sync(case.network()).outcome == "synced"
    assert followed == approximately(mirrored(case))


def test_live_curves_that_the_record_does_not_have_are_not_among_its_runs(
    case: StoreCase, follower: Follower, sleeper: subprocess.Popen
) -> None:
    fit = FakeFit(case, sleeper.pid)
    fit.start(0)
    fit.write({"step": 1, "values": {"training_loss": [99.0]}})
    follower.poll()
    synthetic.save(case.network(seeds=1), case.results)
    follower.poll()
    assert curve(case, case.children()["seed-0"]) == pytest.approx({step: 0.5 / step for step in (1, 2, 3, 4)})
    assert case.names() == ["dropout", "seed-0"]


@ON_BOTH_STORES
def test_a_fit_that_fails_is_failed_with_its_reason(
    case: StoreCase, follower: Follower, sleeper: subprocess.Popen
) -> None:
    fit = FakeFit(case, sleeper.pid)
    fit.start(0)
    fit.score(0, 1)
    fit.write({"failed": "NonFiniteLoss: the loss is not finite in step 3 of epoch 2"})
    follower.poll()
    assert {run.info.status for run in case.runs()} == {"FAILED"}
    assert "not finite in step 3 of epoch 2" in case.parent().data.tags["mlflow.note.content"]


def test_a_fit_whose_process_is_gone_is_killed_and_runs_again_when_it_resumes(
    case: StoreCase, follower: Follower, sleeper: subprocess.Popen
) -> None:
    fit = FakeFit(case, sleeper.pid)
    fit.start(0)
    fit.score(0, 1)
    follower.poll()
    sleeper.kill()
    sleeper.wait()
    follower.poll()
    assert {run.info.status for run in case.runs()} == {"KILLED"}
    again = FakeFit(case, os.getpid())
    again.start(0)
    again.score(0, 1, 2)
    other = Follower(case.results, [f"{case.comparison}/dropout"], time.time() - 60)  # one that was started again
    other.poll()
    assert {run.info.status for run in case.runs()} == {"RUNNING"}
    assert curve(case, case.children()["seed-0"]) == pytest.approx({1: 0.5, 2: 0.25})
    assert len(case.runs()) == 2


def test_a_fit_with_other_settings_begins_a_new_curve(
    case: StoreCase, follower: Follower, sleeper: subprocess.Popen
) -> None:
    fit = FakeFit(case, sleeper.pid)
    fit.start(0, "of dropout 0.4")
    fit.score(0, 1, 2)
    follower.poll()
    fit.start(0, "of dropout 0.2")
    fit.score(0, 1)
    follower.poll()
    assert curve(case, case.children()["seed-0"]) == {1: 0.5}


def test_records_are_synced_when_they_are_complete_and_figures_when_they_are_drawn(
    case: StoreCase, follower: Follower
) -> None:
    folder = synthetic.save(case.network(method="plain", seeds=1), case.results)
    (folder / "overview.png").unlink()
    follower.poll()
    assert case.names() == ["plain", "seed-0"]
    synthetic.draw(folder / "overview.png")
    (folder / "overview.log").write_text("drawn")
    follower.poll()
    files = case.store.client.list_artifacts(case.parent().info.run_id, "figures")
    assert [file.path for file in files] == ["figures/overview.png"]


def test_a_record_of_an_earlier_run_is_left_alone(case: StoreCase) -> None:
    synthetic.save(case.network(), case.results)
    later = Follower(case.results, [f"{case.comparison}/dropout"], time.time() + 1)
    later.poll()
    assert later.store is None


def test_the_shards_of_a_search_are_one_running_method(
    case: StoreCase, follower: Follower, sleeper: subprocess.Popen
) -> None:
    for shard in ("0-0-0", "0-0-1"):
        fit = FakeFit(case, sleeper.pid, f"dropout/{shard}")
        fit.start(0)
        fit.score(0, 1)
    follower.poll()
    assert [(run.info.run_name, run.info.status) for run in case.runs()] == [("dropout", "RUNNING")]


def test_lines_that_a_full_disk_has_cut_are_skipped(
    case: StoreCase, follower: Follower, sleeper: subprocess.Popen
) -> None:
    fit = FakeFit(case, sleeper.pid)
    fit.start(0)
    with fit.path.open("a") as file:
        file.write('{"step": 1, "val\n{"step": 2, "values"')
    follower.poll()
    with fit.path.open("a") as file:
        file.write(': {"training_loss": [0.25]}, "time": 1.0}\n')
    follower.poll()
    assert curve(case, case.children()["seed-0"]) == {2: 0.25}


@pytest.mark.parametrize(
    "line", ["[1]", '{"step": 1, "values": [], "time": 1}', '{"step": 1, "values": {"a": []}, "time": 1}']
)
def test_damaged_lines_are_skipped(case: StoreCase, follower: Follower, sleeper: subprocess.Popen, line: str) -> None:
    fit = FakeFit(case, sleeper.pid)
    fit.start(0, n_members=1)
    with fit.path.open("a") as file:
        file.write(f"\0\0\n{line}\n")
    fit.score(0, 2)
    follower.poll()
    assert curve(case, case.children()["seed-0"]) == {2: 0.25}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("metrics.csv", ""),
        ("metrics.csv", "member,metric,value\nseed-0,test_error,\0\0\n"),
        ("history.csv", "member"),
        ("predictions.parquet", "PAR1"),
        ("params.json", '{"comparison": '),
        ("params.json", "[]"),
    ],
)
def test_a_damaged_record_is_reported_once_and_does_not_stop_the_others(
    case: StoreCase, name: str, content: str
) -> None:
    lines: list[str] = []
    names = [f"{case.comparison}/{method}" for method in ("dropout", "plain")]
    follower = Follower(case.results, names, time.time() - 1, lines.append)
    damaged = synthetic.save(case.network(), case.results)
    synthetic.save(case.network(method="plain", seeds=1), case.results)
    params = json.loads((damaged / "params.json").read_text())
    (damaged / "params.json").write_text(json.dumps({**params, "bytes": {}}))  # as of a damage that keeps the length
    (damaged / name).write_text(content)
    follower.poll()
    follower.poll()
    assert case.names() == ["plain", "seed-0"]
    assert [line for line in lines if line.startswith(f"relecture: {names[0]}: ")] == lines[:1]
    synthetic.save(case.network(), case.results)
    follower.poll()
    assert {"dropout", "plain"} <= set(case.names())


def test_a_damaged_record_does_not_keep_the_fit_of_another_running(case: StoreCase, sleeper: subprocess.Popen) -> None:
    names = [f"{case.comparison}/{method}" for method in ("dropout", "plain")]
    follower = Follower(case.results, names, time.time() - 1, lambda line: None)
    FakeFit(case, sleeper.pid).start(0)
    damaged = synthetic.save(case.network(method="plain"), case.results)
    (damaged / "history.csv").write_text("")
    follower.poll()
    assert case.parent().info.status == "RUNNING"
    follower.finish()
    assert case.parent().info.status == "KILLED"


def test_a_dead_server_is_reported_once_and_the_rest_is_left_to_sync(
    workplace: Path, monkeypatch: pytest.MonkeyPatch, sleeper: subprocess.Popen
) -> None:
    lines: list[str] = []
    follower = Follower(workplace / "results", ["digits/dropout"], time.time() - 1, lines.append)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{free_port()}")
    folder = synthetic.save(synthetic.network(seeds=1), workplace / "results")
    follower.poll()
    follower.poll()
    started = time.monotonic()
    follower.finish()
    assert time.monotonic() - started < 1
    assert len(lines) == 1
    assert "does not answer (Connection refused)" in lines[0]
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    assert sync_record(connect(), load_record(folder)).outcome == "synced"


@pytest.fixture
def run(workplace: Path) -> Callable[[str], subprocess.Popen]:
    """Starts a process that stands for Snakemake: it starts a follower, then runs the code `then`."""

    def start(then: str) -> subprocess.Popen:
        lines = (
            "from pathlib import Path",
            "from relecture.tracking.supervisor import follow_in_background",
            "follow_in_background(Path('results'), ['results/digits/dropout'])",
            then,
        )
        return subprocess.Popen([sys.executable, "-c", "\n".join(lines)], cwd=workplace)

    return start


@pytest.mark.slow
def test_what_was_made_just_before_the_end_is_synced(workplace: Path, run: Callable[[str], subprocess.Popen]) -> None:
    record = workplace / "made"
    synthetic.save(synthetic.network(seeds=1), record)
    process = run("import shutil; shutil.copytree('made', 'results', dirs_exist_ok=True, copy_function=shutil.copy)")
    assert process.wait(60) == 0
    assert "digits/dropout: synced" in (workplace / "results/logs/follower.log").read_text()
    assert {run.info.run_name for run in connect().client.search_runs(["1"])} == {"seed-0", "dropout"}


@pytest.mark.slow
def test_a_follower_that_died_is_started_again_and_ends_with_a_killed_snakemake(
    run: Callable[[str], subprocess.Popen],
) -> None:
    process = run("import time; time.sleep(600)")
    try:
        first = _follower_of(process)
        first.kill()
        second = _follower_of(process, other_than=first.pid)
    finally:
        process.kill()
        process.wait()
    second.wait(10)


def _follower_of(process: subprocess.Popen, other_than: int = 0) -> psutil.Process:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for child in psutil.Process(process.pid).children():
            if child.pid != other_than and "follow" in child.cmdline():
                return child
        time.sleep(0.1)
    raise AssertionError("there is no follower")
