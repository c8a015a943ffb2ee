"""The start page: what a folder of results holds, and how the rest is made."""

import json
import os
import re
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import pytest

from relecture import tables
from relecture.exhibit import Exhibit, Exhibits, Topic, table
from relecture.report import start_page

ROOT = Path(__file__).parents[2]
RUN = {"run_id": "abc", "record_digest": "1"}
FIGURES = "relecture.digits.figures"
EXHIBITS = {
    "digits": Exhibits(
        comparison="digits",
        tables=(table("table", "errors", f"{FIGURES}:table"), table("other", "more errors", f"{FIGURES}:other")),
        figures=(Exhibit("curves", "loss by <epoch>", f"{FIGURES}:curves"),),
        conclusions_from=("digits/table.csv",),
        topics=(Topic("curves", "table", "dropout", ("digits.net.",)),),
    ),
    "illustrations": Exhibits(
        comparison="illustrations",
        tables=(),
        figures=(Exhibit("dropout", "dropout drawn", "relecture.illustrations.dropout:draw"),),
        conclusions_from=(),
        figures_folder="",
        topics=(Topic("dropout", chapter="digits"),),
    ),
    "salaries": Exhibits("salaries", (), (Exhibit("splits", "splits", "relecture.salaries.figures:splits"),), ()),
}


@pytest.fixture
def results(tmp_path, monkeypatch) -> Path:
    """A folder of results with names that are not safe in HTML or an address; there are no salaries."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(start_page, "load_exhibits", EXHIBITS.get)
    monkeypatch.delenv("RELECTURE_RUN_CONFIG", raising=False)
    results = Path("results/a #1")
    for file in ("digits/figures/curves.svg", "digits/figures/curves.png", "illustrations/dropout.svg"):
        (results / file).parent.mkdir(parents=True, exist_ok=True)
        (results / file).touch()
    captions = Path("workflow/report")
    captions.mkdir(parents=True)
    (captions / "digits_curves.rst").write_text("Loss & error.\n")
    (captions / "illustrations_dropout.rst").write_text("One network.\n")
    text = pd.DataFrame({"method": ["<b>net</b>", "a long name of a method"], "gap": ["-9.9", "\u2013"]})
    for name in ("table", "other"):
        tables.write(results / "digits" / name, text, text, "Errors of <all> methods", "A note.")
    conclusions = [["curves", "The net <wins> by 1 %."], ["", "Nothing else."]]
    (results / "digits/conclusions.json").write_text(json.dumps({"question": "Who?", "conclusions": conclusions}))
    params = {"rerun": "snakemake it --force --configfile mine.yaml", "data": {"name": "A <sample>", "sample": True}}
    (results / "digits/dropout").mkdir()
    (results / "digits/dropout/params.json").write_text(json.dumps(params))
    (results / "digits/dropout/metrics.csv").touch()
    rows = [("digits.net.error", "net, error", "random", 3, "consistent", "Wide <notes>."),
            ("digits.free", "without a topic", "deterministic", 1, "exact", "")]  # fmt: skip
    card = pd.DataFrame(rows, columns=["id", "quantity", "kind", "n", "verdict", "note"])
    card = card.assign(comparison="digits", source="a book", published="-2.3", reproduced=-2.26, preset="standard")
    card = card.assign(sd=[0.1, None], low=[-2.9, None], high=[-1.6, None])
    card.to_csv(results / "scorecard.csv", index=False)
    (results / "scorecard.html").touch()
    return results


def write(results: Path, *, complete: bool = True) -> str:
    page, template = results / "index.html", ROOT / "workflow/report/start_page.html"
    written = start_page.start_page(results, template, Path("mnist.json"), page, complete=complete)
    page.write_text(written)
    return written


def article(page: str, id: str) -> str:
    return re.search(f'<article class="slide topic" id="{id}">.*?</article>', page, re.S)[0]


def test_a_topic_has_its_figure_conclusion_verdicts_table_and_command(results):
    written = article(write(results), "digits-curves")
    for text in (
        *("Loss by &lt;epoch&gt;", "The net &lt;wins&gt; by 1 %.", "Loss &amp; error.", "A &lt;sample&gt;"),
        *("net, error", "−2.3", "−2.26 ± 0.10", "−2.90 to −1.60", "consistent", "Wide &lt;notes&gt;."),
        *("Errors of &lt;all&gt; methods", "&lt;b&gt;net&lt;/b&gt;", "−9.9", "A note."),
        "snakemake it --force --configfile mine.yaml",
    ):
        assert text in written
    assert 'src="digits/figures/curves.svg"' in written
    assert 'alt="The net &lt;wins&gt; by 1 %."' in written
    assert "<b>" not in written


def test_all_links_are_relative_and_exist(results):
    links = re.findall(r'(?:src|href)="([^"#]+)"', write(results))
    assert len(links) > 10
    assert [link for link in links if not (results / unquote(link)).exists()] == []
    assert any(link.endswith("relecture/digits/figures.py") for link in links)


def test_chapters_are_in_the_lecture_s_order_and_a_drawing_stands_before_its_comparison(results):
    written = write(results)
    expected = ["<h2>Drawings", "<h2>Digits", "Dropout drawn</h3>", "Loss by &lt;epoch&gt;</h3>", "<h2>Salaries"]
    assert [written.index(text) for text in expected] == sorted(written.index(text) for text in expected)


def test_what_is_in_no_topic_is_shown_at_the_end_of_its_chapter(results):
    written = write(results)
    rest = written[written.index('<div class="rest">') :]
    assert "without a topic" in rest
    assert "table: more errors" in rest
    assert written.index("Who?") < written.index("Nothing else.") < written.index("<article")


def test_what_is_missing_is_named_with_its_command(results, monkeypatch):
    assert "Not in this folder: the comparison. Made by <code>snakemake salaries --force</code>" in write(results)
    for file in ("digits/figures/curves.svg", "digits/conclusions.json", "scorecard.csv"):
        (results / file).unlink()
    monkeypatch.setenv("RELECTURE_RUN_CONFIG", "--configfile mine.yaml")
    written = write(results)
    for target in ("digits/figures/curves.svg", "digits/conclusions.json", "scorecard.csv"):
        assert f"snakemake &#39;{results}/{target}&#39; --force --configfile mine.yaml</code>" in written
    assert "<img" not in article(written, "digits-curves")
    assert "net, error" not in written


@pytest.mark.parametrize(
    ("newer", "left_out", "note"),
    [
        ("digits/table.csv", "The net &lt;wins&gt;", "a #1/digits/conclusions.json&#39; --force"),
        ("digits/reproduced_values.csv", "Of 2 published results", "Not in this folder: the scorecard"),
        ("digits/dropout/metrics.csv", None, "the figures and tables of the latest fits (those below are older)"),
    ],
)
def test_what_is_older_than_its_input_is_not_shown_as_of_the_same_results(results, newer, left_out, note):
    for file in results.rglob("*.*"):
        os.utime(file, (1000, 1000))
    assert note not in write(results, complete=False)
    (results / newer).touch()
    written = write(results, complete=False)
    assert note in written
    assert left_out is None or left_out not in written
    assert note not in write(results, complete=True)


def test_an_empty_folder_has_a_page_with_the_command_of_every_comparison(results):
    empty = Path("results/empty")
    empty.mkdir()
    written = write(empty)
    assert "<article" not in written
    assert [f"<code>snakemake {name} --force</code>" in written for name in EXHIBITS] == [True] * 3


def test_without_all_of_mnist_it_says_so_first(results):
    assert "THIS IS NOT ALL OF MNIST" not in write(results)
    Path("mnist.json").write_text(json.dumps({"sample": True}))
    written = write(results)
    assert written.index('<p class="sample">THIS IS NOT ALL OF MNIST') < written.index("<article")


@pytest.mark.parametrize(
    ("store", "server", "hint"),
    [("sqlite:///mlflow.db", "http://127.0.0.1:5000", True), ("https://host/x", "https://host/x", False)],
)
def test_a_run_in_a_known_store_has_its_address(results, store, server, hint):
    assert "MLflow run" not in write(results)
    runs = {"tracking_uri": store, "records": {f"{results}/digits/dropout": RUN}}
    (results / "synced.json").write_text(json.dumps(runs))
    (results / "tracking.json").write_text(json.dumps({"experiments": {"smith/mine/digits": "7"}}))
    written = article(write(results), "digits-curves")
    assert f'<a href="{server}/#/experiments/7/runs/abc">MLflow run digits/dropout</a>' in written
    assert ("while <code>make ui</code> runs" in written) == hint


def test_the_same_results_give_the_same_bytes(results):
    assert write(results) == write(results)
    assert not re.search(r"@import|url\(|<script src|<link", write(results))
