"""What the runs of a record hold, before MLflow sees any of it."""

from dataclasses import replace

import pytest
import synthetic
from hypothesis import example, given, settings
from hypothesis import strategies as st

from relecture.errors import UserError
from relecture.tracking import run_content


def test_the_method_has_mean_and_sd_over_its_members() -> None:
    numbers = {name: value for name, _, value in run_content.parent(synthetic.network(seeds=3), None).numbers}
    assert numbers["test_error"] == 0.019
    assert numbers["test_error_sd"] == pytest.approx(0.001)
    assert numbers["members"] == 3


def test_one_member_has_no_sd() -> None:
    names = {name for name, _, _ in run_content.parent(synthetic.network(seeds=1), None).numbers}
    assert names == {"test_error", "test_loss", "members"}


def test_the_mean_curve_is_over_the_members_that_are_still_running() -> None:
    curve = {
        step: value for name, step, value in run_content.parent(synthetic.network(seeds=3), None).curves if "tr" in name
    }
    assert curve[1] == 0.5
    assert curve[6] == pytest.approx(0.5 / 6)  # the third member's alone


def test_a_curve_and_a_final_number_of_the_same_name_stay_apart() -> None:
    [child] = run_content.children(synthetic.network(seeds=1), None)
    assert ("test_loss", 0, 0.125) in child.numbers
    assert [(step, value) for name, step, value in child.curves if name == "curves/test_loss"][-1] == (4, 0.175)


def test_an_undefined_value_is_left_out() -> None:
    record = synthetic.network(seeds=1)
    record.metrics.loc[0, "value"] = float("nan")
    assert [name for name, _, _ in run_content.children(record, None)[0].numbers] == ["test_loss"]


def test_settings_are_flattened_with_dots() -> None:
    assert run_content.params(synthetic.network()) == {
        "hidden": "[256, 128]",
        "dropout": "[0.4, 0.3]",
        "training.epochs": "6",
        "training.learning_rate": "0.001",
        "parameters": "235146",
    }


def test_settings_without_a_meaningful_number_of_parameters_do_not_claim_one() -> None:
    assert run_content.params(synthetic.regression()) == {"test_size": "87"}


def test_a_member_with_settings_of_its_own_has_them_beside_those_of_all() -> None:
    record = synthetic.network(seeds=2)
    record.params["members"] = {"seed-1": {"dropout": 0.2, "filters": [16, 32], "parameters": 1234}}
    first, second = run_content.children(record, None)
    assert first.params == run_content.params(record) == run_content.parent(record, None).params
    assert second.params == first.params | {"dropout": "0.2", "filters": "[16, 32]", "parameters": "1234"}


def test_long_settings_are_cut_to_what_mlflow_takes() -> None:
    record = synthetic.network()
    record = replace(record, params={**record.params, "config": {"k" * 400: "v" * 9000}})
    [(key, value)] = [item for item in run_content.params(record).items() if item[0] != "parameters"]
    assert len(key) == 250
    assert len(value) == 6000


def test_the_config_digest_does_not_depend_on_the_order_of_keys() -> None:
    assert run_content.digest({"a": 1, "b": 2}) == run_content.digest({"b": 2, "a": 1})
    assert len(run_content.digest({})) == 16


def test_the_description_says_how_to_run_it_again() -> None:
    text = run_content.description(synthetic.network())
    assert "`snakemake results/digits/dropout/metrics.csv --force`" in text
    assert "Members (3): seed-0, seed-1, seed-2" in text


def test_a_description_of_many_members_stays_short() -> None:
    assert "Members (100): split-000, split-001, split-002, ..., split-099" in run_content.description(
        synthetic.regression(splits=100)
    )


def test_the_sample_is_the_first_thing_that_a_run_says() -> None:
    run = run_content.parent(synthetic.sampled(synthetic.network()), None)
    assert run.tags["mlflow.note.content"].startswith("**MNIST-5k sample**")
    assert run.tags["relecture.sample"] == "MNIST-5k sample"
    assert "relecture.sample" not in run_content.parent(synthetic.network(), None).tags


def test_uncommitted_changes_show_in_the_commit() -> None:
    tags = run_content.parent(synthetic.network(), "0f" * 20 + "-dirty").tags
    assert tags["relecture.git_commit"] == "0f" * 20 + "-dirty"
    assert tags["mlflow.source.git.commit"] == "0f" * 20


def test_an_incomplete_record_is_named_with_what_it_lacks() -> None:
    record = synthetic.network()
    record.params.pop("config")
    record.params["data"] = {"name": "MNIST"}
    with pytest.raises(UserError, match=r"lacks spec .*data\.digest .*Make it again: snakemake"):
        run_content.checked(record)


@settings(deadline=None)  # importing MLflow takes seconds
@given(st.text(max_size=300))
@example("R²")
@example("../a//b/./c/")
@example("")
@example("loss@0.5%")
def test_mlflow_takes_every_name_once_it_is_plain(name: str) -> None:
    from mlflow.utils.validation import _validate_metric_name, _validate_param_name

    plain = run_content.plain(name)
    _validate_metric_name(plain)
    _validate_param_name(plain)
    assert 0 < len(plain) <= 250
    assert run_content.plain(plain) == plain
