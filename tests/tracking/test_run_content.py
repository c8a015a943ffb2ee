"""The contents of the runs of a record, before anything is written to MLflow."""

import os
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import synthetic
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from relecture import records
from relecture.errors import UserError
from relecture.tracking import run_content
from relecture.tracking.address import tracking_environment
from relecture.tracking.config import TrackingConfig


def test_the_method_has_mean_and_sd_over_its_members() -> None:
    metrics = {name: value for name, _, value in run_content.parent_run(synthetic.network(seeds=3), None).metrics}
    assert metrics["test_error"] == 0.019
    assert metrics["test_error_sd"] == pytest.approx(0.001)
    assert metrics["members"] == 3


def test_one_member_has_no_sd() -> None:
    names = {name for name, _, _ in run_content.parent_run(synthetic.network(seeds=1), None).metrics}
    assert names == {"test_error", "test_loss", "members"}


def test_the_mean_curve_is_over_the_members_that_are_still_running() -> None:
    curve = {
        step: value
        for name, step, value in run_content.parent_run(synthetic.network(seeds=3), None).curves
        if "tr" in name
    }
    assert curve[1] == 0.5
    assert curve[6] == pytest.approx(0.5 / 6)  # the third member's alone


def test_a_curve_and_a_final_value_of_the_same_name_have_different_names() -> None:
    [child] = run_content.child_runs(synthetic.network(seeds=1), None)
    assert ("test_loss", 0, 0.125) in child.metrics
    assert [(step, value) for name, step, value in child.curves if name == "curves/test_loss"][-1] == (4, 0.175)


def test_an_undefined_value_is_left_out() -> None:
    record = synthetic.network(seeds=1)
    record.metrics.loc[0, "value"] = float("nan")
    assert [name for name, _, _ in run_content.child_runs(record, None)[0].metrics] == ["test_loss"]


def test_the_config_is_flattened_with_dots() -> None:
    assert run_content.params(synthetic.network()) == {
        "hidden": "[256, 128]",
        "dropout": "[0.4, 0.3]",
        "training.epochs": "6",
        "training.learning_rate": "0.001",
        "parameters": "235146",
    }


def test_a_method_without_a_number_of_parameters_has_no_such_param() -> None:
    assert run_content.params(synthetic.regression()) == {"test_size": "87"}


def test_a_member_with_its_own_settings_has_them_in_addition_to_the_shared_ones() -> None:
    record = synthetic.network(seeds=2)
    record.params["members"] = {"seed-1": {"dropout": 0.2, "filters": [16, 32], "parameters": 1234}}
    first, second = run_content.child_runs(record, None)
    assert first.params == run_content.params(record) == run_content.parent_run(record, None).params
    assert second.params == first.params | {"dropout": "0.2", "filters": "[16, 32]", "parameters": "1234"}


def test_long_params_are_cut_to_the_limits_of_mlflow() -> None:
    record = synthetic.network()
    record = replace(record, params={**record.params, "config": {"k" * 400: "v" * 9000}})
    [(key, value)] = [item for item in run_content.params(record).items() if item[0] != "parameters"]
    assert len(key) == 250
    assert len(value) == 6000


def test_the_config_digest_does_not_depend_on_the_order_of_keys() -> None:
    assert run_content.digest({"a": 1, "b": 2}) == run_content.digest({"b": 2, "a": 1})
    assert len(run_content.digest({})) == 16


def test_the_description_contains_the_rerun_command() -> None:
    text = run_content.description(synthetic.network())
    assert "`snakemake results/digits/dropout/metrics.csv --force`" in text
    assert "Members (3): seed-0, seed-1, seed-2" in text


def test_a_description_of_many_members_stays_short() -> None:
    assert "Members (100): split-000, split-001, split-002, ..., split-099" in run_content.description(
        synthetic.regression(splits=100)
    )


def test_the_description_of_a_run_on_the_sample_starts_with_that() -> None:
    run = run_content.parent_run(synthetic.sampled(synthetic.network()), None)
    assert run.tags["mlflow.note.content"].startswith("**MNIST-5k sample**")
    assert run.tags["relecture.sample"] == "MNIST-5k sample"
    assert "relecture.sample" not in run_content.parent_run(synthetic.network(), None).tags


def test_uncommitted_changes_are_marked_in_the_commit() -> None:
    tags = run_content.parent_run(synthetic.network(), "0f" * 20 + "-dirty").tags
    assert tags["relecture.git_commit"] == "0f" * 20 + "-dirty"
    assert tags["mlflow.source.git.commit"] == "0f" * 20


def test_the_error_on_an_incomplete_record_names_what_it_lacks() -> None:
    record = synthetic.network()
    record.params.pop("config")
    record.params["data"] = {"name": "MNIST"}
    with pytest.raises(UserError, match=r"lacks config .*data\.digest .*Rerun: snakemake"):
        run_content.require_complete(record)


@settings(deadline=None)  # importing MLflow takes seconds
@given(st.text(max_size=300))
@example("R²")
@example("../a//b/./c/")
@example("")
@example("loss@0.5%")
def test_mlflow_accepts_every_sanitized_name(name: str) -> None:
    from mlflow.utils.validation import _validate_metric_name, _validate_param_name

    sanitized = run_content.sanitize_name(name)
    _validate_metric_name(sanitized)
    _validate_param_name(sanitized)
    assert 0 < len(sanitized) <= 250
    assert run_content.sanitize_name(sanitized) == sanitized


@pytest.mark.parametrize("name", ["coefficient_возраст", "coefficient_年龄", "Größe", "R²", "a b/c-d_e.f:g", "x" * 250])
def test_a_name_that_mlflow_allows_stays_as_it_is(name: str) -> None:
    assert run_content.sanitize_name(name) == name


@settings(deadline=None)
@given(st.sets(st.text(max_size=300), max_size=20))
@example({"a%", "a€", "a_", "a?"})
@example({"age<30", "age=30", "age_30", "age>30"})
@example({"a/b", "a//b", "/a/b", "a/./b", "a/../b"})
@example({"x" * 251, "x" * 252})
@example({"", ".", "/", "_"})
def test_names_that_differ_stay_different(names: set[str]) -> None:
    assert len({run_content.sanitize_name(name) for name in names}) == len(names)


def test_every_curve_has_one_value_a_step_whatever_the_names_of_its_columns() -> None:
    record = synthetic.network(seeds=1)
    columns = ["a%", "a€", "возраст", "доходыы", "age<30", "age=30", "_x", "$x$"]
    rows = [(f"coefficient_{name}", step, value) for value, name in enumerate(columns) for step in (0, 1)]
    history = pd.DataFrame(rows, columns=["metric", "step", "value"]).assign(member="seed-0")
    for run in (
        run_content.parent_run(replace(record, history=history), None),
        *run_content.child_runs(replace(record, history=history), None),
    ):
        points = [(name, step) for name, step, _ in run.curves]
        assert len(points) == len(set(points)) == len(rows)
        assert ("curves/coefficient_возраст", 1) in points


def test_the_spread_of_a_metric_is_named_after_it() -> None:
    record = synthetic.network(seeds=3)
    odd = replace(record, metrics=record.metrics.replace("test_error", "error in %"))
    [mean, spread, *_] = [name for name, _, _ in run_content.parent_run(odd, None).metrics]
    assert spread == f"{mean}_sd"


@pytest.mark.parametrize(
    ("names", "replicates"),
    [
        (["seed-0", "seed-1"], True),
        (["split-1001", "split-1002"], True),
        (["split-0013-seed-00", "split-0013-seed-01"], True),
        (["fit"], True),
        (["anything at all"], True),
        (["lambda-0.001-seed-00", "lambda-0.01-seed-00"], False),
        (["cells-0500-seed-01", "cells-1000-seed-01"], False),
        (["all", "cluster-1"], False),
        (["b2-trial-01", "b2-trial-02"], False),
    ],
)
def test_replicates_are_recognized_by_their_names(names: list[str], replicates: bool) -> None:
    record = synthetic.network(seeds=1)
    metrics = pd.DataFrame({"member": names, "metric": "error", "value": 1.0})
    history = record.history.assign(member=names[0])
    assert run_content.members_are_replicates(replace(record, metrics=metrics, history=history)) is replicates


def test_members_with_their_own_settings_are_not_replicates() -> None:
    record = synthetic.network(seeds=2)
    own = {"seed-0": {"rate": 0.1}, "seed-1": {"rate": 0.2}}
    assert run_content.members_are_replicates(record)
    assert not run_content.members_are_replicates(replace(record, params={**record.params, "members": own}))


@pytest.mark.parametrize(
    ("prefix", "expected"), [("", "quick/digits"), ("smith", "smith/quick/digits"), ("a/b/", "a/b/quick/digits")]
)
def test_the_prefix_stands_before_the_name_of_an_experiment(monkeypatch, prefix, expected):
    monkeypatch.setenv("RELECTURE_EXPERIMENT_PREFIX", prefix)
    assert run_content.experiment_of(Path("results/quick"), "digits") == expected


def test_the_owner_of_a_run_is_set_or_the_login(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "bob")
    assert run_content.origin()["mlflow.user"] == "bob"
    monkeypatch.setenv("RELECTURE_RUN_OWNER", "the group")
    assert run_content.origin()["relecture.owner"] == run_content.origin()["mlflow.user"] == "the group"


def test_an_environment_variable_takes_the_place_of_a_configured_name(monkeypatch):
    config = TrackingConfig(experiment_prefix="lab", owner="smith")
    monkeypatch.setattr(os, "environ", {})
    everything = {"RELECTURE_EXPERIMENT_PREFIX": "lab", "RELECTURE_RUN_OWNER": "smith"}
    assert tracking_environment(config) == everything
    os.environ["MLFLOW_TRACKING_USERNAME"] = "bob"  # a configuration is shared, a login is not
    assert tracking_environment(config) == {"RELECTURE_EXPERIMENT_PREFIX": "lab"}
    os.environ["RELECTURE_EXPERIMENT_PREFIX"] = ""
    assert tracking_environment(config) == {}


@pytest.mark.parametrize("name", ["a b", "a'", "/a", "a//b", "$(x)", "a\n"])
def test_a_name_that_no_shell_takes_as_one_word_is_no_prefix(name):
    with pytest.raises(ValidationError):
        TrackingConfig(experiment_prefix=name)


def test_the_run_of_a_search_has_the_values_of_its_best_member():
    members = {"t-1": {"dropout": 0.1}, "t-2": {"dropout": 0.5}}
    metrics = records.rows("t-1", {"accuracy": 0.8, "epochs": 5}) + records.rows("t-2", {"accuracy": 0.9, "epochs": 15})
    record = synthetic.network(seeds=1)
    for best, member in (("highest", "t-2"), ("lowest", "t-1")):
        own = {"members": members, "objective": {"metric": "accuracy", "best": best}}
        search = replace(
            record, metrics=pd.DataFrame(metrics), history=record.history.iloc[:0], params={**record.params, **own}
        )
        parent = run_content.parent_run(search, None)
        assert parent.params["best_member"] == member
        assert parent.params["best.dropout"] == str(members[member]["dropout"])
        expected = {"t-1": (0.8, 5), "t-2": (0.9, 15)}[member]
        assert {("best_accuracy", 0, expected[0]), ("best_epochs", 0, expected[1])} <= set(parent.metrics)
        assert [run.params["dropout"] for run in run_content.child_runs(search, None)] == ["0.1", "0.5"]


def test_a_folder_keeps_its_checkout_when_its_host_has_another_name(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    before = run_content.origin()["relecture.checkout"]
    monkeypatch.setattr(run_content.socket, "gethostname", lambda: "another")
    assert run_content.origin()["relecture.checkout"] == before
    assert [path.name for path in tmp_path.iterdir()] == [run_content.FOLDER_ID]
    (tmp_path / run_content.FOLDER_ID).unlink()
    assert run_content.origin()["relecture.checkout"] != before
