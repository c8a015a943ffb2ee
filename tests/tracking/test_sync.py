"""What stands in MLflow after a record was published: in a SQLite file, and behind a real server."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import synthetic
from tracking_store import Shop

from relecture import records


def test_a_method_is_a_parent_run_and_a_member_its_child(shop: Shop) -> None:
    shop.publish(shop.network(seeds=3))
    assert shop.parent().info.run_name == "dropout"
    assert sorted(shop.children()) == ["seed-0", "seed-1", "seed-2"]
    assert {run.info.status for run in shop.runs()} == {"FINISHED"}


def test_the_parent_has_means_and_spreads_and_the_mean_curves(shop: Shop) -> None:
    shop.publish(shop.network(seeds=3))
    parent = shop.parent()
    assert parent.data.metrics["test_error"] == 0.019
    assert parent.data.metrics["test_error_sd"] == pytest.approx(0.001)
    assert parent.data.metrics["members"] == 3
    curve = shop.store.client.get_metric_history(parent.info.run_id, "curves/training_loss")
    assert {point.step: point.value for point in curve} == pytest.approx({e: 0.5 / e for e in range(1, 7)})


def test_a_child_has_its_own_numbers_and_curves_with_steps(shop: Shop) -> None:
    shop.publish(shop.network(seeds=3))
    child = shop.children()["seed-1"]
    assert child.data.metrics["test_error"] == pytest.approx(0.019)
    curve = shop.store.client.get_metric_history(child.info.run_id, "curves/test_loss")
    assert {point.step: point.value for point in curve} == pytest.approx({e: 0.5 / e + 0.05 for e in range(1, 6)})


def test_parent_and_children_carry_the_settings(shop: Shop) -> None:
    shop.publish(shop.network(seeds=1))
    for run in shop.runs():
        assert run.data.params["training.epochs"] == "6"
        assert run.data.params["hidden"] == "[256, 128]"
        assert run.data.params["parameters"] == "235146"


def test_parent_and_children_say_where_they_come_from(shop: Shop) -> None:
    done = shop.publish(shop.network(seeds=1))
    parent, child = shop.parent().data.tags, shop.children()["seed-0"].data.tags
    folder = shop.results / shop.comparison / "dropout"
    assert parent["relecture.record_digest"] == records.digest(folder) == done.digest
    assert (parent["relecture.member"], child["relecture.member"]) == ("all", "seed-0")
    for tags in (parent, child):
        assert tags["relecture.record"] == f"{shop.comparison}/dropout"
        assert tags["relecture.rerun"] == f"snakemake results/{shop.comparison}/dropout/metrics.csv --force"
        assert tags["relecture.data_digest"] == "0123456789abcdef"
        assert len(tags["relecture.config_digest"]) == len(tags["relecture.code_digest"]) == 16
    assert "Run it again" in parent["mlflow.note.content"]


def test_the_dataset_has_the_digest_of_the_record(shop: Shop) -> None:
    shop.publish(synthetic.sampled(shop.network(seeds=1)))
    for run in shop.runs():
        [used] = run.inputs.dataset_inputs
        assert (used.dataset.name, used.dataset.digest) == ("MNIST-5k sample", "a5a5a5a5a5a5a5a5")
        assert [(tag.key, tag.value) for tag in used.tags] == [("mlflow.data.context", "training")]


def test_record_model_and_figures_are_the_parents_artifacts(shop: Shop, tmp_path: Path) -> None:
    synthetic.draw(tmp_path / "weights.png")
    shop.publish(shop.network(seeds=1), figures=[tmp_path / "weights.png"])
    client, parent = shop.store.client, shop.parent().info.run_id

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
    assert Path(copy).read_bytes() == (shop.results / shop.comparison / "dropout" / "metrics.csv").read_bytes()


def test_a_method_without_curves_is_published_too(shop: Shop) -> None:
    shop.publish(synthetic.regression(shop.comparison, splits=4))
    assert shop.parent().info.run_name == "resampled/linear"
    assert shop.parent().data.metrics["mae"] == pytest.approx(249.1)
    assert shop.children()["split-003"].data.metrics == pytest.approx({"mae": 250.6, "r2": 0.53})


def test_long_curves_and_many_settings_arrive_whole(shop: Shop) -> None:
    record = shop.network(seeds=1)
    record.params["config"] = {f"setting {number:03d}": number for number in range(230)}
    curve = {"member": "seed-0", "step": range(2300), "metric": "loss", "value": 0.5}
    record = replace(record, history=pd.DataFrame(curve))
    shop.publish(record)
    child = shop.children()["seed-0"]
    assert len(shop.store.client.get_metric_history(child.info.run_id, "curves/loss")) == 2300
    assert len(child.data.params) == 231
