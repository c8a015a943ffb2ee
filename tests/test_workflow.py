"""Helpers of the Snakefile: source files, parameters, files of records and exhibits, categories of the report."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from snakemake.io import WILDCARD_REGEX

from relecture import digits, workflow
from relecture.cli import OWNER
from relecture.comparisons import load_exhibits
from relecture.config import COMPARISONS
from relecture.exhibit import Exhibit, Exhibits, table
from relecture.tracking.config import TrackingConfig
from relecture.workflow import ExhibitJob, announce_time

ROOT = Path(__file__).parents[1]
FIGURES = tuple(
    Exhibit(f"figure_{letter}", f"the {letter}", "relecture.digits.figures:curves") for letter in "zyxwvutsrqp"
)
MANY = Exhibits("clusters", (table("elbow", "how many", "relecture.digits.result_tables:table"),), FIGURES, ())


@pytest.fixture
def exhibits() -> Exhibits:
    loaded = load_exhibits("digits")
    assert loaded is not None
    return loaded


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch):
    monkeypatch.chdir(ROOT)


def test_the_categories_of_the_report_are_in_the_lecture_s_order_when_they_are_sorted():
    categories = [
        workflow.SCORECARD_CATEGORY,
        *map(workflow.report_category, COMPARISONS),
        workflow.PROVENANCE_CATEGORY,
    ]
    assert categories == sorted(categories)
    assert workflow.report_category("salaries") == "2 Salaries"


def test_labels_of_the_report_are_in_the_order_of_the_registry_when_they_are_sorted():
    options = [workflow.report_options(MANY, figure) for figure in FIGURES]
    labels = [option["labels"]["what"] for option in options]
    assert labels == sorted(labels)
    assert options[0] == {
        "caption": "../report/clusters_figure_z.rst",
        "category": workflow.report_category("clusters"),
        "subcategory": "3 Figures",
        "labels": {"what": "01 the z"},
    }
    assert workflow.report_options(MANY, MANY.tables[0]) == {
        "caption": "../report/clusters_elbow_table.rst",
        "category": workflow.report_category("clusters"),
        "subcategory": "2 Tables",
        "labels": {"what": "how many"},
    }


def test_a_job_makes_each_file_of_its_exhibits_once(exhibits):
    for job, suffixes in (("tables", (".csv", ".json", ".md", ".tex", ".html")), ("figures", (".svg", ".png"))):
        shown = [workflow.report_file(exhibits, one) for one in exhibits.of_job(job)]
        files = [*workflow.exhibit_files(exhibits, job), *shown]
        expected = [f"{exhibits.stem(one)}{suffix}" for one in exhibits.of_job(job) for suffix in suffixes]
        assert sorted(files) == sorted(expected)


def test_a_page_is_rendered_from_files_that_the_jobs_make(exhibits):
    made = [file for job in ("tables", "figures") for file in workflow.exhibit_files(exhibits, job)]
    made += [workflow.report_file(exhibits, one) for one in (*exhibits.tables, *exhibits.figures)]
    assert set(workflow.shown_files(exhibits)) <= set(made)
    assert "digits/table.json" in workflow.shown_files(exhibits)
    assert [file for file in workflow.caption_files(exhibits) if not Path(file).is_file()] == []


def test_the_arguments_of_a_job_are_quoted_for_a_shell():
    job = ExhibitJob(
        records=["results/my run/lda"], files={"published": "config/published.yaml"}, params={"data": "a b", "n": 3}
    )
    command = f"{sys.executable} -c 'import sys; print(sys.argv[1:])' {job.arguments}"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
    assert done.stdout == "['results/my run/lda', '--published=config/published.yaml', '--data=a b', '--n=3']\n"


def test_the_inputs_of_a_job_are_its_records_and_all_its_files():
    job = ExhibitJob(records=["results/digits/lda"], files={"published": "p.yaml"}, inputs=["data.npz"])
    assert job.all_inputs == [
        *(
            f"results/digits/lda/{name}"
            for name in ("metrics.csv", "history.csv", "predictions.parquet", "params.json")
        ),
        "results/digits/lda/model",
        "p.yaml",
        "data.npz",
    ]


def test_configuration_is_the_same_text_whenever_its_values_are():
    assert workflow.to_json({"b": 1, "a": [0.1]}) == workflow.to_json({"a": [0.1], "b": 1}) == '{"a": [0.1], "b": 1}'


@given(st.dictionaries(st.text('a{}"\\ \n', max_size=6), st.text('a{}"\\,: \n', max_size=12), max_size=4))
@example({"unit": "points {2020}", "{method}": '"{a}"', "end": "\\"})
def test_no_text_in_a_parameter_is_a_wildcard_to_snakemake(config):
    text = workflow.to_json({"values": config})
    assert json.loads(text) == {"values": config}
    assert not WILDCARD_REGEX.search(text)
    assert "\n" not in text


@pytest.mark.parametrize(
    ("address", "exists", "kept"),
    [("", True, True), ("", False, False), ("sqlite:///other.db", False, False), ("https://runs.example", False, True)],
)
def test_the_file_that_names_a_store_is_forgotten_with_it(tmp_path, monkeypatch, address, exists, kept):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
    receipt = tmp_path / "tracking.json"
    receipt.touch()
    if exists:
        (tmp_path / "mlflow.db").touch()
    workflow.forget_lost_store(str(receipt))
    assert receipt.exists() == kept


def test_the_json_of_a_method_has_no_optional_part_that_is_not_used(standard):
    plain = json.loads(workflow.to_json(standard.digits.method("plain")))
    assert set(plain) == {"n_seeds", "hidden", "training"}
    assert set(json.loads(workflow.to_json(standard.digits.method("dropout")))) == {*plain, "dropout"}


def test_source_files_are_the_module_what_it_imports_and_the_command_line():
    files = workflow.source_files(digits.METHODS["lda"])
    assert files == sorted(set(files))
    assert [file for file in files if not Path(file).is_file()] == []
    package = "src/relecture"
    assert {f"{package}/digits/{name}.py" for name in ("baselines", "scoring", "config", "cli")} <= set(files)
    assert {f"{package}/{name}.py" for name in ("__main__", "cli", "config_model", "records")} <= set(files)
    assert f"{package}/digits/networks.py" not in files
    assert f"{package}/digits/exhibits.py" not in files  # a new label does not refit a method


def test_the_sources_of_exhibits_are_those_of_the_registry_and_of_every_function(exhibits):
    files = workflow.exhibit_sources(exhibits, "figures")
    assert {"src/relecture/digits/exhibits.py", "src/relecture/digits/figures.py", "src/relecture/plotting.py"} <= set(
        files
    )
    assert "src/relecture/digits/networks.py" not in files


def test_a_file_of_a_user_is_an_input_only_if_it_exists(tmp_path):
    (tmp_path / "mine.csv").touch()
    assert workflow.if_exists(str(tmp_path / "mine.csv")) == [str(tmp_path / "mine.csv")]
    assert workflow.if_exists(str(tmp_path / "other.csv")) == []


def test_jobs_find_the_commands_of_this_environment_and_know_their_owner(monkeypatch):
    monkeypatch.setattr(os, "environ", {"PATH": "/usr/bin"})
    workflow.prepare_environment(
        ["config/config.yaml", "config/quick.yaml"], {}, ["a", "b"], TrackingConfig(owner="smith")
    )
    assert os.environ["PATH"] == f"{Path(sys.executable).parent}:/usr/bin"
    assert os.environ[OWNER].endswith(f":{os.getpid()}")
    assert (os.environ["OMP_WAIT_POLICY"], os.environ["PYTHONUTF8"]) == ("PASSIVE", "1")
    assert os.environ["RELECTURE_MIRRORS"] == "a:b"
    assert os.environ["RELECTURE_RUN_OWNER"] == "smith"
    assert "config/quick.yaml" in " ".join(os.environ.values())


def test_a_template_page_elsewhere_is_an_input_of_the_sheets(tmp_path):
    sheets = tmp_path / "sheets"
    sheets.mkdir()
    for page in (tmp_path / "empty.png", sheets / "a.png"):
        page.touch()
    layout = sheets / "layout.json"
    for content, expected in [
        ('{"template_page": "../empty.png"}', [f"{sheets}/../empty.png"]),
        ('{"template_page": "a.png"}', []),  # it is among the files
        ('{"template_page": "none.png"}', []),
        ('{"template_page": 1}', []),
        ("{}", []),
        ("[", []),
    ]:
        layout.write_text(content)
        assert workflow.template_pages([f"{sheets}/a.png", str(layout)]) == expected


@dataclass(frozen=True)
class PlannedJob:
    """A job of a made-up plan of Snakemake."""

    name: str
    benchmark: str | None = None
    threads: int = 4

    @property
    def rule(self) -> "PlannedJob":
        return self


def test_the_estimated_time_is_logged_if_relectures_terminal_is_in_use(tmp_path, caplog):
    for name, seconds in [("finished", 600), ("fit", 1200)]:
        (tmp_path / f"{name}.tsv").write_text(f"s\th:m:s\n{seconds}\t-\n")
    finished, fit = (PlannedJob(name, str(tmp_path / f"{name}.tsv")) for name in ("finished", "fit"))
    table = PlannedJob("table")
    plan = {"jobs": [finished, fit, table], "needrun_jobs": lambda: [fit, table], "jobid": lambda job: job.name}
    plan["depending"] = {finished: {fit: set()}, fit: {table: set()}, table: {}}
    used = SimpleNamespace(get_log_handlers=lambda: ["relecture"])
    unused = SimpleNamespace(get_log_handlers=list)
    with caplog.at_level("INFO", "snakemake.logging"):
        for manager in (unused, used):
            run = SimpleNamespace(local_exec=True, cores=2, dag=SimpleNamespace(**plan), logger_manager=manager)
            announce_time(run)
    (message,) = caplog.records
    assert message.getMessage() == "estimated time: about 20 min for 1 fit on 2 cores, from earlier runs"
    assert message.schedule.depend_on("fit") == {"fit", "table"}
