"""A run from nothing to the scorecard, on 5,000 MNIST images and with an MLflow server that is dead at first."""

import json
from collections import Counter

import pandas as pd
import pytest
import yaml

pytestmark = pytest.mark.slow

TABLE_FORMATS = ("csv", "md", "tex", "html")
FIGURES = {
    "salaries": ("splits", "lasso_path", "residuals"),
    "digits": ("test_error", "curves", "weights", "confusion", "confidently_wrong"),
}
SAMPLE = "MNIST-5k sample"
OF_IMAGES = ("results/digits/", "results/clusters/images/")
NOTICE = "##  THIS IS NOT ALL OF MNIST"


def results(records: list[str]) -> set[str]:
    """Every file that a run leaves, but for what is in MLflow."""
    names = ("metrics.csv", "history.csv", "predictions.parquet", "params.json", "portrait.svg", "portrait.png")
    files = {f"{record}/{name}" for record in records for name in names}
    for comparison, figures in FIGURES.items():
        files |= {
            f"results/{comparison}/{table}.{kind}" for table in ("table", "differences") for kind in TABLE_FORMATS
        }
        files |= {f"results/{comparison}/figures/{figure}.{kind}" for figure in figures for kind in ("svg", "png")}
        files.add(f"results/{comparison}/quantities.csv")
    return files | {f"results/scorecard.{kind}" for kind in TABLE_FORMATS}


def test_with_a_dead_server_every_record_table_and_figure_is_made_all_the_same(first_run, records):
    _, ended, files = first_run
    portraits = {f"{record}/portrait.{kind}" for record in records for kind in ("svg", "png")}
    assert ended.code == 1
    assert not results(records) - portraits - files
    # Portraits are for MLflow's runs only; those that were begun are finished.
    assert not {name for name in files if name.endswith(("published.json", "tracking.json", ".part", ".db"))}


def test_with_a_dead_server_there_is_one_clear_message_and_no_traceback(first_run):
    _, ended, _ = first_run
    messages = Counter(line for line in ended.output.splitlines() if "the MLflow server" in line)
    (message,) = messages
    assert message.startswith("relecture: the MLflow server http://127.0.0.1:9 does not answer (Connection refused).")
    assert "unset MLFLOW_TRACKING_URI" in message
    assert "All records are intact; publish them later with: make publish" in message
    assert messages[message] <= 2  # when it happens, and in Snakemake's log of the failed job
    assert "Traceback" not in ended.output


def test_the_same_command_with_a_store_completes_it_and_fits_nothing_again(second_run, records):
    copy, ended = second_run
    assert ended.code == 0
    assert {f"publish_record {record}" for record in records} | {"store"} <= ended.jobs
    portraits = {f"{name}_portrait" for name in ("salaries", "digits", "clusters")}
    assert {job.split()[0] for job in ended.jobs} <= {"store", "publish_record"} | portraits
    wanted = results(records) | {f"{record}/published.json" for record in records}
    assert not [name for name in wanted | {"results/tracking.json", "mlflow.db"} if not (copy / name).is_file()]
    assert "Traceback" not in ended.output


def test_with_everything_done_no_job_runs(finished):
    assert finished.snakemake().nothing_to_do
    assert finished.launch().nothing_to_do


def test_each_comparison_is_a_target_of_its_own(finished):
    for target in ("salaries", "digits", "clusters", "data", "publish"):
        assert finished.launch(target, "--dry-run").nothing_to_do, target


def test_no_draft_checkpoint_or_lock_is_left(finished):
    drafts = [path for path in finished.path.rglob(".*") if path.suffix in (".part", ".svg", ".png")]
    assert not drafts
    assert not list((finished / "scratch").rglob("*.ckpt"))
    assert not list((finished / ".snakemake" / "locks").iterdir())


def test_the_scorecard_has_a_row_for_every_printed_number_and_judges_none_of_the_sample(finished):
    scorecard = pd.read_csv(finished / "results/scorecard.csv", dtype={"published": str})
    printed = yaml.safe_load((finished / "config/published.yaml").read_text())
    assert list(scorecard.id) == [entry["id"] for entry in printed]
    assert list(scorecard.published) == [entry["value"] for entry in printed]
    assert scorecard.reproduced.notna().all()
    digits = scorecard.comparison == "digits"
    assert scorecard[digits].verdict.isna().all()
    assert scorecard[digits].note.str.contains(f"{SAMPLE}: not judged").all()
    assert scorecard[~digits].verdict.isin(["exact", "within", "better", "differs"]).all()


def test_the_sample_is_announced_before_anything_is_fitted_and_again_at_the_end(first_run, finished):
    _, ended, _ = first_run
    assert ended.output.index(NOTICE) < ended.output.index("rule digits_data:")
    assert NOTICE in (finished / "results/logs/data/mnist.log").read_text()
    show = ("--scorecard", "results/scorecard.csv", "--mnist", "resources/mnist.json")
    shown = finished.python("-m", "relecture.scorecard", "show", *show)
    assert shown.code == 0
    assert shown.output.index("salaries") < shown.output.index("digits") < shown.output.index(NOTICE)
    ways_on = shown.output.strip().splitlines()[-3:]
    assert [line[:19].strip() for line in ways_on] == ["figures and tables", "the runs in MLflow", "one thing again"]


@pytest.mark.parametrize("kind", ["md", "tex", "html"])
def test_every_table_of_digits_says_that_it_is_the_sample(finished, kind):
    for table in ("digits/table", "digits/differences", "scorecard"):
        assert SAMPLE in (finished / f"results/{table}.{kind}").read_text(), table


def test_every_figure_of_digits_says_that_it_is_the_sample(finished, records):
    figures = [f"results/digits/figures/{figure}.svg" for figure in FIGURES["digits"]]
    figures += [f"{record}/portrait.svg" for record in records if record.startswith("results/digits")]
    for figure in figures:  # letters are drawn as shapes, with the text beside them as a comment
        assert f"<!-- {SAMPLE} -->" in (finished / figure).read_text(), figure


def test_nothing_of_salaries_says_so(finished):
    files = [path for path in (finished / "results/salaries").rglob("*") if path.suffix in (".md", ".html", ".svg")]
    assert len(files) > 10
    assert not [path for path in files if SAMPLE in path.read_text()]


def test_mlflow_has_a_run_for_every_record_and_below_it_one_for_every_member(finished, records):
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{finished / 'mlflow.db'}")
    experiments = {found.name: found.experiment_id for found in client.search_experiments()}
    assert set(experiments) - {"Default"} == {"salaries", "digits", "clusters"}
    runs = [
        run
        for name in ("salaries", "digits", "clusters")
        for run in client.search_runs([experiments[name]], max_results=500)
    ]
    parents = [run for run in runs if "mlflow.parentRunId" not in run.data.tags]
    assert len(parents) == len(records)
    receipts = {record: json.loads((finished / f"{record}/published.json").read_text()) for record in records}
    children = Counter(run.data.tags.get("mlflow.parentRunId") for run in runs)
    for record, receipt in receipts.items():
        (parent,) = [run for run in parents if run.info.run_id == receipt["run_id"]]
        assert children[parent.info.run_id] == pd.read_csv(finished / f"{record}/metrics.csv").member.nunique()
        assert parent.data.tags["relecture.rerun"] == f"snakemake {record}/metrics.csv --force"
        assert (parent.data.tags.get("relecture.sample") == SAMPLE) == record.startswith(OF_IMAGES)
    assert all(run.data.tags.get("relecture.sample") == SAMPLE for run in client.search_runs([experiments["digits"]]))
