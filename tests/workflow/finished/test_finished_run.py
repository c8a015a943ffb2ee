"""A run from nothing to the scorecard, on 5,000 MNIST images and with an MLflow server that is dead at first."""

import json
import shutil
from collections import Counter

import pandas as pd
import pytest
import yaml
from environment import set_up

from relecture.compare.outcomes import compare
from relecture.compare.run_values import read_folder
from relecture.config import COMPARISONS
from relecture.provenance import processor

pytestmark = pytest.mark.slow

RECORDS = {
    *(f"results/salaries/{protocol}/{method}" for protocol in ("book", "resampled")
      for method in ("linear", "lasso", "relaxed_lasso", "ridge", "knn", "tree", "bagging", "random_forest", "network",
                     "network_standardised")),
    "results/salaries/learning_curve",
    *(f"results/digits/{method}" for method in ("plain", "ridge", "dropout", "early_stopping", "early_stopping_error",
                                                "l1", "one_hidden_layer", "logistic", "sklearn_logistic", "lda", "knn",
                                                "random_forest", "ridge_search")),
}  # fmt: skip
FIGURES = {
    "salaries": ("splits", "learning_curve", "epochs", "lasso_path", "residuals"),
    "digits": ("test_error", "curves", "early_stopping", "lambda_choice", "weights", "confusion", "confidently_wrong"),
}
SAMPLE = "MNIST-5k sample"
NOTICE = "##  THIS IS NOT ALL OF MNIST"


def results(records: list[str]) -> set[str]:
    """The files of these records, and the tables and figures of salaries and digits."""
    names = ("metrics.csv", "history.csv", "predictions.parquet", "params.json", "overview.svg", "overview.png")
    files = {f"{record}/{name}" for record in records for name in names}
    tables = [f"results/{comparison}/{table}" for comparison in FIGURES for table in ("table", "differences")]
    files |= {
        f"{table}.{kind}" for table in [*tables, "results/scorecard"] for kind in ("csv", "json", "md", "tex", "html")
    }
    for comparison, figures in FIGURES.items():
        files |= {f"results/{comparison}/figures/{figure}.{kind}" for figure in figures for kind in ("svg", "png")}
        files.add(f"results/{comparison}/reproduced_values.csv")
    return files


def params(copy, record: str) -> dict:
    return json.loads((copy / record / "params.json").read_text())


def test_with_a_dead_server_every_record_table_and_figure_is_made(first_run, records):
    _, result, files = first_run
    assert result.code == 1
    assert set(records) >= RECORDS
    assert sorted(results(records) - files) == []
    assert not {name for name in files if name.endswith(("synced.json", "tracking.json", ".part", ".db"))}


def test_with_a_dead_server_there_is_one_clear_message_and_no_traceback(first_run):
    _, result, _ = first_run
    messages = Counter(line for line in result.output.splitlines() if "the MLflow server" in line)
    (message,) = messages
    assert message.startswith("relecture: the MLflow server http://127.0.0.1:9 does not answer (Connection refused).")
    assert "unset MLFLOW_TRACKING_URI" in message
    assert "All records are intact; sync them later with: make sync" in message
    assert messages[message] <= 2  # when it happens, and in Snakemake's log of the failed job
    assert "Traceback" not in result.output


def test_the_same_command_with_a_store_completes_the_run_and_fits_nothing(second_run, finished, records):
    assert second_run.jobs == {"store", "register", "sync", "report_start_page"}
    wanted = results(records) | {"results/synced.json", "results/tracking.json", "mlflow.db"}
    assert not [name for name in wanted if not (finished / name).is_file()]
    assert "Traceback" not in second_run.output


def test_on_a_finished_run_no_job_runs_for_any_target(twin):
    assert twin.launch().nothing_to_do
    assert twin.snakemake("--", "all", "data", "sync", *COMPARISONS).nothing_to_do


@pytest.mark.skipif(not shutil.which("make"), reason="needs make; this machine has none")
def test_on_a_finished_run_make_replicate_only_shows_the_scorecard(twin):
    result = set_up(twin).run("make", "replicate", "CONFIG=config/tiny.yaml", "CORES=2")
    assert result.code == 0, result.trouble
    assert not result.jobs
    assert result.output.index("Nothing to be done") < result.output.index("linear regression, mean absolute error")
    assert "THIS IS NOT ALL OF MNIST" in result.output


def test_no_draft_checkpoint_or_lock_is_left(finished):
    drafts = [path for path in finished.path.rglob(".*") if path.suffix in (".part", ".svg", ".png")]
    assert not drafts
    assert not list((finished / "results/checkpoints").rglob("*.ckpt"))
    assert not list((finished / ".snakemake" / "locks").glob("*"))


def test_the_scorecard_has_a_row_for_every_printed_number_and_judges_none_of_the_sample(finished):
    scorecard = pd.read_csv(finished / "results/scorecard.csv", dtype={"published": str})
    published = yaml.safe_load((finished / "config/published.yaml").read_text())
    in_order = sorted(published, key=lambda entry: entry["kind"] == "arithmetic")
    assert list(scorecard.id) == [entry["id"] for entry in in_order]
    assert list(scorecard.published) == [entry["value"] for entry in in_order]
    nothing = r"tallies\.table_a3\.|clusters\.six_runs\.objective|tallies\.selected\.filters"  # or fewer blocks
    assert scorecard.reproduced[~scorecard.id.str.contains(nothing)].notna().all()
    by_comparison = {name: rows.set_index("id") for name, rows in scorecard.groupby("comparison")}
    salaries = by_comparison["salaries"]
    assert salaries.verdict.drop(["salaries.network.mae", "salaries.network.r2"]).isin(["exact", "differs"]).all()
    assert "salaries.network.training.epochs is " in salaries.note["salaries.network.mae"]  # fewer than the book's
    assert (by_comparison["digits"].verdict == "not judged").all()
    assert by_comparison["digits"].note.str.contains(f"other data ({SAMPLE})", regex=False).all()


@pytest.mark.parametrize("comparison", FIGURES)
def test_exactly_the_published_values_are_reproduced(finished, comparison):
    published = yaml.safe_load((finished / "config/published.yaml").read_text())
    ids = pd.read_csv(finished / f"results/{comparison}/reproduced_values.csv").id
    assert sorted(ids) == sorted(entry["id"] for entry in published if entry["id"].startswith(f"{comparison}."))


def test_the_sample_is_announced_before_any_fit_and_again_at_the_end(first_run, finished):
    _, result, _ = first_run
    assert result.output.index(NOTICE) < result.output.index("rule digits_data:")
    assert NOTICE in (finished / "results/logs/data/mnist.log").read_text()
    shown = finished.python("-m", "relecture", "scorecard", "show", "--results", "results")
    assert shown.code == 0
    assert shown.output.index("salaries") < shown.output.index("digits") < shown.output.index(NOTICE)
    next_steps = shown.output.strip().splitlines()[-3:]
    assert [line[:19].strip() for line in next_steps] == ["open", "runs in MLflow", "rerun one method"]


@pytest.mark.parametrize("kind", ["md", "tex", "html"])
def test_every_table_of_digits_names_the_sample(finished, kind):
    for table in ("digits/table", "digits/differences", "digits/lambda_choice", "digits/early_stopping", "scorecard"):
        assert SAMPLE in (finished / f"results/{table}.{kind}").read_text(), table


def test_every_figure_of_digits_names_the_sample(finished):
    for figure in FIGURES["digits"]:  # letters are drawn as shapes, with the text beside them as a comment
        assert f"<!-- {SAMPLE} -->" in (finished / f"results/digits/figures/{figure}.svg").read_text(), figure


def test_the_overviews_of_the_sample_name_it_and_no_others(finished, records):
    samples = [record for record in records if params(finished, record)["data"]["sample"]]
    assert set(samples) >= {record for record in RECORDS if "digits" in record}
    for record in records:
        comment = f"<!-- {params(finished, record)['data']['name']} -->"
        assert (comment in (finished / record / "overview.svg").read_text()) == (record in samples), record


def test_no_file_of_salaries_names_the_sample(finished):
    files = [path for path in (finished / "results/salaries").rglob("*") if path.suffix in (".md", ".html", ".svg")]
    assert len(files) > 10
    assert not [path for path in files if SAMPLE in path.read_text()]


def test_mlflow_has_a_run_for_every_record_and_below_it_one_for_every_member(finished, records):
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{finished / 'mlflow.db'}")
    experiments = {experiment.name: experiment.experiment_id for experiment in client.search_experiments()}
    comparisons = {record.split("/")[1] for record in records}
    assert set(experiments) - {"Default"} == comparisons >= {"salaries", "digits"}
    runs = [run for name in comparisons for run in client.search_runs([experiments[name]], max_results=1000)]
    parents = {run.info.run_id: run for run in runs if "mlflow.parentRunId" not in run.data.tags}
    children = Counter(run.data.tags.get("mlflow.parentRunId") for run in runs)
    assert len(parents) == len(records)
    synced = json.loads((finished / "results/synced.json").read_text())["records"]
    assert set(synced) == set(records)
    for record in records:
        parent = parents[synced[record]["run_id"]]
        assert children[parent.info.run_id] == pd.read_csv(finished / record / "metrics.csv").member.nunique()
        command = f"snakemake {record}/metrics.csv --force --configfile config/tiny.yaml"
        assert parent.data.tags["relecture.rerun"] == command
        data = params(finished, record)["data"]
        assert parent.data.tags.get("relecture.sample") == (data["name"] if data["sample"] else None)


def test_the_run_is_identical_to_itself_in_every_number_choice_and_finding(finished):
    values = read_folder(finished / "results")
    assert set(compare(values, values).outcome) == {"identical"}
    assert set(values.settings) >= {record.removeprefix("results/") for record in RECORDS}
    assert {id.partition(": ")[0] for id in values.choices} == set(COMPARISONS)
    assert values.origin["processor"] == processor()
