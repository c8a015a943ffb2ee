"""Records: read back as written, the same bytes for the same content, complete or an error."""

import json
import re
import socket
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relecture import records
from relecture.errors import UserError
from relecture.records import FitResult, Record

FILES = ("metrics.csv", "history.csv", "predictions.parquet", "params.json")
DATA = {"name": "Hitters", "digest": "0123456789abcdef", "sample": False}


def made(value: float = 1.5, sample: bool = False) -> Record:
    """Two members with a metric each, a curve and three predicted cases."""
    return Record(
        metrics=pd.DataFrame(records.rows("007", {"mae": value, "r2": 0.5}) + records.rows("008", {"mae": 2.5})),
        history=pd.DataFrame(
            records.rows("007", {"loss": 0.25}, step=1) + records.rows("007", {"loss": 1 / 3}, step=2)
        ),
        predictions=pd.DataFrame({"member": ["007", "007", "008"], "case": [0, 1, 0], "predicted": [0.1, 0.2, 0.3]}),
        params={
            "comparison": "salaries",
            "method": "book/lasso",
            "config": {"folds": 10},
            "parameters": 12,
            "data": {**DATA, "sample": sample},
            "rerun": "snakemake x --force",
        },
    )


def model(folder: Path) -> None:
    (folder / "weights.txt").write_text("1 2 3")


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def folder(tmp_path) -> Path:
    """A complete record."""
    records.write(made(), tmp_path / "record", model)
    return tmp_path / "record"


def test_a_record_is_read_as_it_was_written(folder):
    loaded, written = records.read(folder), made()
    for table in ("metrics", "history", "predictions"):
        pd.testing.assert_frame_equal(getattr(loaded, table), getattr(written, table), check_dtype=False)
    assert loaded.metrics.member.tolist() == ["007", "007", "008"]
    assert {name: loaded.params[name] for name in written.params} == written.params
    assert (loaded.folder, loaded.name) == (folder, "salaries/book/lasso")


@settings(max_examples=60, deadline=None)
@given(values=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=5))
def test_every_number_is_read_back_with_all_its_digits(values):
    metrics = pd.DataFrame(records.rows("a", {f"metric {i}": value for i, value in enumerate(values)}))
    record = Record(metrics, made().history, made().predictions, made().params)
    with tempfile.TemporaryDirectory() as folder:
        records.write(record, Path(folder), model)
        assert records.read(Path(folder)).metrics.value.tolist() == values


def test_a_record_without_curves_and_predictions_is_read_as_such(tmp_path):
    fit = FitResult()
    fit.add("fit", {"mae": 1.0})
    fit.save(tmp_path, "salaries/book/linear", {}, DATA, "salaries_fit")
    loaded = records.read(tmp_path)
    assert (len(loaded.history), len(loaded.predictions)) == (0, 0)
    assert list(loaded.history.columns) == list(records.HISTORY)
    assert list(loaded.predictions.columns) == ["member"]


def test_the_same_record_is_the_same_bytes(tmp_path):
    records.write(made(), tmp_path / "a", model)
    records.write(made(), tmp_path / "b", model)
    assert content(tmp_path / "a") == content(tmp_path / "b")
    assert set(content(tmp_path / "a")) == {*FILES, "commit.json", "model/weights.txt"}
    assert records.digest(tmp_path / "a") == records.digest(tmp_path / "b")


def test_the_same_fit_is_the_same_record(players, book, tmp_path):
    from relecture.salaries import lasso
    from relecture.salaries.config import LassoFitConfig

    config = LassoFitConfig(n_lambda=20, lambda_min_ratio=0.01)
    for name in "ab":
        lasso.fit(players, [book], config, tmp_path).save(
            tmp_path / name, "salaries/book/lasso", config, DATA, "a_rule"
        )
    ours, others = content(tmp_path / "a"), content(tmp_path / "b")
    ours["params.json"] = ours["params.json"].replace(b"/a/metrics", b"/b/metrics")  # the command that reruns it
    assert ours == others


def test_without_metrics_csv_a_record_is_incomplete_because_it_is_written_last(tmp_path):
    def broken(folder: Path) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        records.write(made(), tmp_path / "no model", broken)
    unwritable = Record(made().metrics, made().history, pd.DataFrame({"member": [object()]}), made().params)
    with pytest.raises(Exception, match="object"):
        records.write(unwritable, tmp_path / "no predictions", model)
    for folder in ("no model", "no predictions"):
        assert not (tmp_path / folder / "metrics.csv").exists()
        with pytest.raises(UserError, match="incomplete"):
            records.read(tmp_path / folder)


def test_a_record_that_is_written_anew_is_incomplete_until_all_of_it_is_new(folder):
    unwritable = Record(made(9.0).metrics, made().history, pd.DataFrame({"member": [object()]}), made().params)
    with pytest.raises(Exception, match="object"):
        records.write(unwritable, folder, model)
    with pytest.raises(UserError, match="incomplete"):
        records.read(folder)


@pytest.mark.parametrize("name", FILES)
def test_an_incomplete_record_is_a_user_error_that_names_the_folder_and_the_command(folder, name):
    (folder / name).unlink()
    with pytest.raises(UserError) as caught:
        records.read(folder)
    assert f"the record in {folder} is incomplete" in str(caught.value)
    assert str(caught.value).endswith(f"snakemake {folder}/metrics.csv --force")


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_nothing_is_a_user_error(folder, name):
    (folder / name).write_bytes(b"")
    with pytest.raises(UserError, match="unreadable"):
        records.read(folder)


def test_a_folder_that_is_not_there_is_a_user_error(tmp_path):
    with pytest.raises(UserError, match=re.escape(str(tmp_path / "nowhere"))):
        records.read(tmp_path / "nowhere")


@pytest.mark.parametrize("name", FILES)
def test_the_digest_changes_with_every_file_of_a_record(folder, name):
    before = records.digest(folder)
    assert re.fullmatch("[0-9a-f]{16}", before)
    with (folder / name).open("ab") as file:
        file.write(b" ")
    assert records.digest(folder) != before


def test_the_digest_leaves_out_what_others_put_into_the_folder(folder):
    before = records.digest(folder)
    (folder / "overview.png").write_bytes(b"drawn later")
    assert records.digest(folder) == before


def test_the_summary_is_mean_standard_deviation_and_number_of_members():
    summary = records.summarize(made(1.5))
    assert summary.loc["mae"].tolist() == pytest.approx([2.0, np.std([1.5, 2.5], ddof=1), 2])
    assert summary.loc["r2", ["mean", "n"]].tolist() == [0.5, 1]
    assert np.isnan(summary.loc["r2", "sd"])  # one member has none
    assert summary.index.tolist() == ["mae", "r2"]


def test_the_data_are_named_if_they_are_a_sample():
    assert made(sample=True).sample_name == "Hitters"
    assert made(sample=False).sample_name == ""


def test_a_fit_gathers_its_members_in_order(tmp_path):
    fit = FitResult(parameters=3, save_model=model)
    for member in ("seed-1", "seed-0"):
        fit.add(member, {"mae": 1.0, "r2": 0.1}, pd.DataFrame({"player": [4, 5], "predicted": [1.0, 2.0]}))
    fit.save(tmp_path, "salaries/book/network", {"seeds": 2}, DATA, "salaries_fit")
    loaded = records.read(tmp_path)
    assert loaded.metrics.member.tolist() == ["seed-1", "seed-1", "seed-0", "seed-0"]
    assert list(loaded.predictions.columns) == ["member", "player", "predicted"]
    assert loaded.predictions.member.tolist() == ["seed-1", "seed-1", "seed-0", "seed-0"]
    expected = {"comparison": "salaries", "method": "book/network", "parameters": 3, "data": DATA}
    expected["config"] = {"seeds": 2}
    assert {name: loaded.params[name] for name in expected} == expected
    assert (tmp_path / "model/weights.txt").exists()


def test_settings_in_which_members_differ_are_left_with_the_params(tmp_path):
    fit = FitResult(members={"trial-01": {"dropout": 0.1}, "trial-02": {"dropout": 0.2}})
    fit.add("trial-01", {"accuracy": 0.5})
    fit.save(tmp_path, "tallies/search", {}, DATA, "a_rule")
    assert records.read(tmp_path).params["members"] == fit.members


def test_a_record_whose_members_differ_in_nothing_says_nothing_of_it(tmp_path):
    FitResult().save(tmp_path, "salaries/book/lasso", {}, DATA, "a_rule")
    assert "members" not in records.read(tmp_path).params


def test_params_are_sorted_text_with_the_digest_of_the_code_that_ran(folder):
    text = (folder / "params.json").read_text()
    params = json.loads(text)
    assert text == json.dumps(params, indent=2, sort_keys=True) + "\n"
    assert params["code"] == records.code_digest()
    assert re.fullmatch("[0-9a-f]{16}", params["code"])


def test_a_file_s_digest_is_that_of_its_content(tmp_path):
    for name, text in (("a", "x"), ("b", "x"), ("c", "y")):
        (tmp_path / name).write_text(text)
    a, b, c = (records.file_digest(tmp_path / name) for name in "abc")
    assert a == b != c


@pytest.mark.parametrize("results", ["results", "results/quick"])
@pytest.mark.parametrize(
    ("method", "file"),
    [
        ("digits/dropout", "digits/dropout.tsv"),
        ("salaries/book/lasso", "salaries/book_lasso.tsv"),
        ("tallies/search/2/0/3", "tallies/search_2_0_3.tsv"),
    ],
)
def test_the_benchmark_of_a_record_is_in_the_same_results_folder(tmp_path, monkeypatch, results, method, file):
    monkeypatch.chdir(tmp_path)
    FitResult().save(Path(results, method), method, {}, DATA, "a_rule")
    assert records.benchmark_file(Path(results, method)) == tmp_path / results / "benchmarks" / file


def test_the_draft_of_a_killed_writer_is_removed_with_the_next_record(folder):
    draft = folder / f".metrics.csv.{2**22 + 1}-0123abcd@{socket.gethostname()}.part"  # above every process id
    draft.write_text("half")
    records.write(made(), folder, model)
    assert not draft.exists()


def test_checkpoints_are_removed_if_there_are_any(tmp_path):
    (tmp_path / "scratch").mkdir()
    (tmp_path / "scratch/a.ckpt").write_text("")
    records.remove_checkpoints(tmp_path / "scratch")
    records.remove_checkpoints(tmp_path / "scratch")
    assert list(tmp_path.iterdir()) == []
