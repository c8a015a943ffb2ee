"""What MLflow contains after a record was synced once or again, in a SQLite file and on a real server."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pandas as pd
import pytest
import synthetic
from tracking_store import ON_BOTH_STORES, StoreCase

from relecture import records
from relecture.errors import UserError
from relecture.records import Record
from relecture.tracking import sync
from relecture.tracking.sync import forget_superseded, load_record, sync_record


@ON_BOTH_STORES
def test_a_method_is_a_parent_run_and_a_member_its_child(case: StoreCase) -> None:
    case.sync(case.network(seeds=3))
    assert case.parent().info.run_name == "dropout"
    assert sorted(case.children()) == ["seed-0", "seed-1", "seed-2"]
    assert {run.info.status for run in case.runs()} == {"FINISHED"}


def test_the_parent_has_means_and_spreads_and_the_mean_curves(case: StoreCase) -> None:
    case.sync(case.network(seeds=3))
    parent = case.parent()
    assert parent.data.metrics["test_error"] == 0.019
    assert parent.data.metrics["test_error_sd"] == pytest.approx(0.001)
    assert parent.data.metrics["members"] == 3
    curve = case.store.client.get_metric_history(parent.info.run_id, "curves/training_loss")
    assert {point.step: point.value for point in curve} == pytest.approx({e: 0.5 / e for e in range(1, 7)})


def test_a_child_has_its_own_metrics_and_curves_with_steps(case: StoreCase) -> None:
    case.sync(case.network(seeds=3))
    child = case.children()["seed-1"]
    assert child.data.metrics["test_error"] == pytest.approx(0.019)
    curve = case.store.client.get_metric_history(child.info.run_id, "curves/test_loss")
    assert {point.step: point.value for point in curve} == pytest.approx({e: 0.5 / e + 0.05 for e in range(1, 6)})


@ON_BOTH_STORES
def test_columns_of_any_name_have_a_curve_each(case: StoreCase) -> None:
    columns = ["возраст", "доходыы", "a%", "a€", "age<30", "age=30"]
    rows = [(f"coefficient_{name}", value, "seed-0", 0) for value, name in enumerate(columns)]
    record = case.network(seeds=1)
    history = pd.DataFrame(rows, columns=["metric", "value", "member", "step"])
    case.sync(replace(record, history=history[list(record.history)]))
    curves = {name: value for name, value in case.children()["seed-0"].data.metrics.items() if "coefficient" in name}
    assert curves["curves/coefficient_возраст"] == 0
    assert sorted(curves.values()) == list(range(len(columns)))
    for name in curves:
        assert len(case.store.client.get_metric_history(case.children()["seed-0"].info.run_id, name)) == 1


def test_parent_and_children_have_the_config_as_params(case: StoreCase) -> None:
    case.sync(case.network(seeds=1))
    for run in case.runs():
        assert run.data.params["training.epochs"] == "6"
        assert run.data.params["hidden"] == "[256, 128]"
        assert run.data.params["parameters"] == "235146"


@ON_BOTH_STORES
def test_parent_and_children_have_tags_of_their_origin(case: StoreCase) -> None:
    result = case.sync(case.network(seeds=1))
    parent, child = case.parent().data.tags, case.children()["seed-0"].data.tags
    folder = case.results / case.comparison / "dropout"
    assert parent["relecture.record_digest"] == records.digest(folder) == result.digest
    assert (parent["relecture.member"], child["relecture.member"]) == ("all", "seed-0")
    for tags in (parent, child):
        assert tags["relecture.record"] == f"{case.comparison}/dropout"
        assert tags["relecture.rerun"] == f"snakemake results/{case.comparison}/dropout/metrics.csv --force"
        assert tags["relecture.data_digest"] == "0123456789abcdef"
        assert len(tags["relecture.config_digest"]) == len(tags["relecture.code_digest"]) == 16
    assert "Rerun: " in parent["mlflow.note.content"]


@ON_BOTH_STORES
def test_the_dataset_has_the_digest_of_the_record(case: StoreCase) -> None:
    case.sync(synthetic.sampled(case.network(seeds=1)))
    for run in case.runs():
        [used] = run.inputs.dataset_inputs
        assert (used.dataset.name, used.dataset.digest) == ("MNIST-5k sample", "a5a5a5a5a5a5a5a5")
        assert [(tag.key, tag.value) for tag in used.tags] == [("mlflow.data.context", "training")]


@ON_BOTH_STORES
def test_record_model_and_figures_are_the_parents_artifacts(case: StoreCase, tmp_path: Path) -> None:
    synthetic.draw(tmp_path / "weights.png")
    case.sync(case.network(seeds=1), figures=[tmp_path / "weights.png"])
    client, parent = case.store.client, case.parent().info.run_id

    def listed(folder: str) -> list[str]:
        return sorted(item.path for item in client.list_artifacts(parent, folder))

    assert listed("figures") == ["figures/overview.png", "figures/weights.png"]
    assert listed("model") == ["model/weights.npz"]
    assert listed("record") == [
        "record/history.csv",
        "record/metrics.csv",
        "record/params.json",
        "record/predictions.parquet",
    ]
    copy = client.download_artifacts(parent, "record/metrics.csv", str(tmp_path))
    assert Path(copy).read_bytes() == (case.results / case.comparison / "dropout" / "metrics.csv").read_bytes()


def test_a_method_without_curves_is_synced_too(case: StoreCase) -> None:
    case.sync(synthetic.regression(case.comparison, splits=4))
    assert case.parent().info.run_name == "resampled/linear"
    assert case.parent().data.metrics["mae"] == pytest.approx(249.1)
    assert case.children()["split-003"].data.metrics == pytest.approx({"mae": 250.6, "r2": 0.53})


@ON_BOTH_STORES
def test_long_curves_and_many_params_are_complete(case: StoreCase) -> None:
    record = case.network(seeds=1)
    record.params["config"] = {f"setting {number:03d}": number for number in range(230)}
    curve = {"member": "seed-0", "step": range(2300), "metric": "loss", "value": 0.5}
    record = replace(record, history=pd.DataFrame(curve))
    case.sync(record)
    child = case.children()["seed-0"]
    assert len(case.store.client.get_metric_history(child.info.run_id, "curves/loss")) == 2300
    assert len(child.data.params) == 231


def test_the_duration_of_a_run_is_the_time_that_snakemake_measured(case: StoreCase) -> None:
    record = case.network(seeds=1)
    folder = synthetic.save(record, case.results)
    benchmark = case.results / "benchmarks" / case.comparison / "dropout.tsv"
    benchmark.parent.mkdir(parents=True)
    benchmark.write_text("s\th:m:s\n12.5\t0:00:12\n")
    case.sync(record)  # writes the record again: the measurement is older
    assert case.parent().info.end_time is None
    benchmark.write_text("s\th:m:s\n12.5\t0:00:12\n")
    case.store.client.delete_run(case.parent().info.run_id)
    sync_record(case.store, load_record(folder))
    info = case.parent().info
    assert info.end_time - info.start_time == 12_500


def ids(case: StoreCase) -> set[str]:
    return {run.info.run_id for run in case.runs()}


def test_syncing_twice_changes_nothing(case: StoreCase) -> None:
    first = case.sync(case.network())
    before = ids(case)
    second = case.sync(case.network())
    assert (first.outcome, second.outcome) == ("synced", "unchanged")
    assert ids(case) == before
    assert first.run_id == second.run_id


def with_config(record: Record, **config: Any) -> Record:
    return replace(record, params={**record.params, "config": {**record.params["config"], **config}})


@ON_BOTH_STORES
def test_a_changed_record_supersedes_the_old_one_which_stays(case: StoreCase) -> None:
    old = case.sync(case.network(shift=0.0))
    before = ids(case)
    new = case.sync(with_config(case.network(shift=0.01), dropout=[0.2, 0.1]))
    assert new.outcome == "new version"
    assert not ids(case) & before
    assert len(ids(case)) == len(before)
    assert before < {run.info.run_id for run in case.versions()}
    assert case.parent().info.run_id == new.run_id != old.run_id
    assert case.parent().info.run_name == "dropout"
    assert case.parent().data.metrics["test_error"] == pytest.approx(0.029)
    assert case.superseded() == ["dropout [0.4, 0.3]"]


def test_a_superseded_run_is_named_for_what_is_different_in_it(case: StoreCase) -> None:
    case.sync(case.network(seeds=1))
    case.sync(with_config(case.network(seeds=1), hidden=[64], dropout=[0.2], training={"epochs": 9}))
    assert case.superseded() == ["dropout [0.4, 0.3], hidden [256, 128], ..."]
    other_data = {"name": "MNIST", "digest": "fedcba9876543210", "sample": False}
    case.sync(replace(case.network(seeds=1), params={**case.network(seeds=1).params, "data": other_data}))
    assert case.superseded() == ["dropout (other data)", "dropout [0.2], hidden [64], ..."]


def test_a_record_as_in_an_earlier_version_gets_its_runs_back(case: StoreCase) -> None:
    first = case.sync(case.network())
    second = case.sync(with_config(case.network(), dropout=[0.2, 0.1]))
    back = case.sync(case.network())
    assert (back.outcome, back.run_id) == ("restored", first.run_id)
    assert case.parent().info.run_id == first.run_id
    assert case.names() == ["dropout", "seed-0", "seed-1", "seed-2"]
    assert case.superseded() == ["dropout [0.2, 0.1]"]
    assert second.run_id in {run.info.run_id for run in case.versions()}
    assert case.sync(case.network()).outcome == "unchanged"


@ON_BOTH_STORES
def test_earlier_versions_are_forgotten_on_purpose(case: StoreCase) -> None:
    for epochs in (1, 2, 3, 4):
        case.sync(with_config(case.network(seeds=1), epochs=epochs))
    assert len(case.superseded()) == 3
    record = load_record(case.results / case.comparison / "dropout")
    assert forget_superseded(case.store, record, keep=1) == 2
    assert case.superseded() == ["dropout epochs 3"]
    assert len(case.versions()) == 4
    assert forget_superseded(case.store, record, keep=0) == 1
    assert case.superseded() == []


def test_the_commit_of_a_run_is_that_of_the_fit_not_of_the_sync(case: StoreCase) -> None:
    folder = synthetic.save(case.network(seeds=1), case.results)
    (folder / "commit.json").write_text(f'{{"git_commit": "{"0f" * 20}-dirty"}}')
    sync_record(case.store, load_record(folder))
    tags = case.parent().data.tags
    assert (tags["relecture.git_commit"], tags["mlflow.source.git.commit"]) == ("0f" * 20 + "-dirty", "0f" * 20)


@ON_BOTH_STORES
def test_two_folders_with_one_server_supersede_only_their_own_runs(
    case: StoreCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = case.sync(case.network(shift=0.0))
    before = ids(case)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "bob")
    theirs = case.sync(case.network(shift=0.01))
    assert theirs.outcome == "synced"
    assert before < ids(case)
    assert case.superseded() == []
    parents = {run.info.run_id: run.data.tags for run in case.runs() if "mlflow.parentRunId" not in run.data.tags}
    assert set(parents) == {ours.run_id, theirs.run_id}
    assert parents[theirs.run_id]["relecture.owner"] == parents[theirs.run_id]["mlflow.user"] == "bob"
    assert parents[theirs.run_id]["relecture.checkout"].endswith(f":{tmp_path}")


def test_other_methods_and_runs_of_other_users_are_not_changed(case: StoreCase) -> None:
    case.sync(case.network(method="plain"))
    others = ids(case) | {case.store.client.create_run(case.experiment(), run_name="by hand").info.run_id}
    case.sync(case.network(method="dropout", shift=0.0))
    case.sync(case.network(method="dropout", shift=0.01))
    assert others < ids(case)
    assert len(ids(case)) == len(others) + 4


@pytest.mark.parametrize("broken", ["create_run", "log_inputs", "log_artifact", "set_tag"])
def test_an_interrupted_sync_is_completed_by_the_next(case: StoreCase, broken: str) -> None:
    real, calls = getattr(type(case.store.client), broken), []

    def fails(self, *args, **kwargs):
        calls.append(1)
        if len(calls) == 2:  # in the middle
            raise KeyboardInterrupt
        return real(self, *args, **kwargs)

    with patch.object(type(case.store.client), broken, fails), pytest.raises(KeyboardInterrupt):
        case.sync(case.network())
    assert case.sync(case.network()).outcome == "synced"
    assert case.names() == ["dropout", "seed-0", "seed-1", "seed-2"]
    assert case.sync(case.network()).outcome == "unchanged"


def test_an_interrupted_replacement_loses_neither_version(case: StoreCase) -> None:
    case.sync(case.network(shift=0.0))
    with patch.object(sync, "_finish", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        case.sync(case.network(shift=0.01))
    assert "dropout" in case.names()
    assert case.sync(case.network(shift=0.01)).outcome == "new version"
    assert case.names() == ["dropout", "seed-0", "seed-1", "seed-2"]


def test_a_member_deleted_by_hand_comes_back(case: StoreCase) -> None:
    case.sync(case.network())
    case.store.client.delete_run(case.children()["seed-1"].info.run_id)
    assert case.sync(case.network()).outcome == "new version"
    assert case.names() == ["dropout", "seed-0", "seed-1", "seed-2"]


def test_a_figure_drawn_later_joins_the_run(case: StoreCase, tmp_path: Path) -> None:
    record = case.network(seeds=1)
    first = case.sync(record)
    synthetic.draw(tmp_path / "late.png")
    folder = case.results / record.name
    second = sync_record(case.store, load_record(folder), [tmp_path / "late.png"])
    assert (second.outcome, second.run_id) == ("figures added", first.run_id)
    names = {item.path for item in case.store.client.list_artifacts(first.run_id, "figures")}
    assert names == {"figures/late.png", "figures/overview.png"}
    assert sync_record(case.store, load_record(folder), [tmp_path / "late.png"]).outcome == "unchanged"
    assert sync_record(case.store, load_record(folder)).outcome == "unchanged"


def test_a_missing_figure_is_named(case: StoreCase) -> None:
    with pytest.raises(UserError, match=r"no such figure: nowhere\.png"):
        case.sync(case.network(seeds=1), figures=[Path("nowhere.png")])


@ON_BOTH_STORES
def test_a_deleted_experiment_is_restored_with_all_versions(
    case: StoreCase, capsys: pytest.CaptureFixture[str]
) -> None:
    case.sync(case.network(shift=0.0))
    case.sync(with_config(case.network(shift=0.01), dropout=[0.2, 0.1]))
    case.store.client.delete_experiment(case.experiment())
    assert case.sync(with_config(case.network(shift=0.01), dropout=[0.2, 0.1])).outcome == "unchanged"
    assert "restored" in capsys.readouterr().out
    assert case.names() == ["dropout", "seed-0", "seed-1", "seed-2"]
    assert case.superseded() == ["dropout [0.4, 0.3]"]
