"""Every text that a user can write into a table or a setting is in every output as it is."""

import csv
import html
import json
import re
import shlex
import string
from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from markdown_it import MarkdownIt
from nasty import NASTY

from relecture import data_files, plotting, provenance, tables, workflow
from relecture.clusters import config as clusters_config
from relecture.clusters import data as clusters_data
from relecture.clusters import user_table as clusters_table
from relecture.data.config import TableSource
from relecture.report import html_pages, pdf_style, pdf_table
from relecture.report.chapter import CaptionedTable
from relecture.salaries import user_table
from relecture.salaries.config import UserTableConfig
from relecture.salaries.data import encode
from relecture.tracking.run_content import sanitize_name

#: Names that a column may have: each once, without the level NA.
NAMES = [name for name in NASTY if name not in ("NA", "007", "-5")]


def texts_of(page: str) -> list[str]:
    """Return the texts of the cells of an HTML page."""
    cells = re.findall(r"<t[dh](?: [^>]*)?>(.*?)</t[dh]>", page, re.DOTALL)
    assert not any("<" in cell for cell in cells)
    return [html.unescape(cell) for cell in cells]


def typeset(text: str) -> str:
    """Return what LaTeX prints for a text; an error if it has a sign of LaTeX."""
    text = re.sub(r"^\{([\[*])\}", r"\1", text)
    for command, sign in {"asciitilde": "~", "asciicircum": "^", "backslash": "\0"}.items():
        text = text.replace(f"\\text{command} ", sign)
    assert not re.search(r"(?<!\\)[&%$#_{}]|\\[^&%$#_{}]", text), text
    return text.replace("\\", "").replace("\0", "\\")


@pytest.fixture(scope="module")
def table(tmp_path_factory) -> Path:
    """The files of a table with these texts as cells, names, caption and note."""
    stem = tmp_path_factory.mktemp("names") / "table"
    text = pd.DataFrame({"name": NASTY, **{name: ["x"] * len(NASTY) for name in NAMES}})
    tables.write(stem, text, text, " ".join(NASTY), " ".join(NASTY))
    return stem


def test_csv(table):
    read = data_files.read_csv(table.with_suffix(".csv"), dtype=str, keep_default_na=False)
    assert (list(read), read.name.tolist()) == (["name", *NAMES], NASTY)
    with table.with_suffix(".csv").open(encoding="utf-8", newline="") as file:
        fields = [field for row in csv.reader(file) for field in row]
    assert [field for field in fields if field.startswith(tuple("=+-@"))] == ["-5"]
    assert {"'=1+1", "''=1", "'"} <= set(fields)


def test_json(table):
    read = tables.read(table)
    assert (read.columns, [row[0] for row in read.rows]) == (["name", *NAMES], NASTY)
    assert read.caption == read.note == " ".join(NASTY)


def test_html(table):
    shown = texts_of(table.with_suffix(".html").read_text(encoding="utf-8"))
    assert shown[: len(NAMES) + 1] == ["name", *NAMES]
    assert shown[len(NAMES) + 1 :: len(NAMES) + 1] == NASTY


def test_markdown(table):
    text = table.with_suffix(".md").read_text(encoding="utf-8")
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    cells = [token for token in tokens if token.type == "inline"]
    for cell in cells[1:-1]:
        assert {child.type for child in cell.children} <= {"text", "text_special"}, cell.content
    shown = ["".join(child.content for child in cell.children) for cell in cells[1:-1]]
    assert shown[: len(NAMES) + 1] == ["name", *NAMES]
    assert shown[len(NAMES) + 1 :: len(NAMES) + 1] == NASTY


def test_latex(table):
    body = table.with_suffix(".tex").read_text(encoding="utf-8").rpartition("%")[0]
    [caption] = re.findall(r"\\caption\{(.*)\}", body)
    assert typeset(caption) == " ".join(NASTY)
    rows = [line.removesuffix(r" \\").split(" & ") for line in body.splitlines() if line.endswith(r" \\")]
    assert [typeset(row[0]) for row in rows] == ["name", *NASTY]
    assert not any(row[0].startswith(("[", "*")) for row in rows)  # which belong to the `\\` before


def test_pages_and_handout(table):
    read = tables.read(table)
    shown = texts_of(html_pages.table(CaptionedTable(read, "")))
    assert shown[: len(NAMES) + 1] == ["name", *NAMES]
    pdf_style.register_fonts()
    cells = pdf_table.grid(read.columns, read.rows, read.right)._cellvalues
    assert [row[0].getPlainText() for row in cells] == ["name", *NASTY]


def test_figures(tmp_path):
    with plotting.style(), mpl.rc_context({"svg.fonttype": "none"}):
        figure, axes = plt.subplots(figsize=(6, 12))
        for index, name in enumerate(NASTY):
            axes.text(0, index / len(NASTY), name)
        plotting.save(figure, tmp_path / "figure")
    text = (tmp_path / "figure.svg").read_text(encoding="utf-8")
    shown = {html.unescape(re.sub(r"<[^>]*>", "", one)) for one in re.findall(r"<text[^>]*>(.*?)</text>", text)}
    assert set(NASTY) <= shown


def test_rules_and_shell(tmp_path):
    config = workflow.to_json(dict.fromkeys(NASTY, NASTY))
    assert not list(filter(None, (field for _, field, _, _ in string.Formatter().parse(config.strip("{}")))))
    assert json.loads(shlex.split(shlex.quote(config))[0]) == dict.fromkeys(NASTY, NASTY)
    job = workflow.ExhibitJob(params={"name": " ".join(NASTY)})
    assert shlex.split(job.arguments) == [f"--name={' '.join(NASTY)}"]
    assert shlex.split(provenance.rerun_command("/".join(NASTY)))[1] == "/".join(NASTY)
    files = []
    for number, name in enumerate(NASTY):
        files.append(str(tmp_path / str(number) / name.replace("/", "_")))
        Path(files[-1]).parent.mkdir()
        Path(files[-1]).write_text(name)
    manifest = tmp_path / "manifest.json"
    workflow.content_of(files, str(manifest))
    assert json.loads(manifest.read_text()).keys() == set(files)


def test_mlflow():
    names = [sanitize_name(name) for name in NASTY]
    assert len(set(names)) == len(NASTY)
    assert all(re.fullmatch(r"[\w\-. /:]{1,250}", name) for name in names)


@pytest.fixture
def user_csv(tmp_path) -> Path:
    """A user's table: a target, a factor with these levels, and a number in a column of each name."""
    path = tmp_path / "mine.csv"
    names = [name for name in NAMES if name.isascii()]
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = [
            [row * row % 89, NAMES[row % len(NAMES)], f"{row} {NAMES[row % len(NAMES)]}",
             *((row * (k + 2)) % 101 for k in range(len(names)))]
            for row in range(30 * len(NAMES))
        ]  # fmt: skip
        csv.writer(file).writerows([["target", "level", "id", *names], *rows])
    return path


def test_levels_and_columns_of_a_table_of_salaries(user_csv, tmp_path):
    config = UserTableConfig(
        source=TableSource(path=str(user_csv)),
        target="target",
        exclude_columns=["id"],
        factors=["level"],
        test_size=20,
        n_folds=5,
        relaxed_lasso=[],
        max_training_rows=5000,
    )
    complete, profile = user_table.read(config)
    assert set(complete.level) == set(NAMES)
    data_files.write_csv(tmp_path / "table.csv", encode(complete, "target", one_hot=True))
    columns = list(data_files.read_csv(tmp_path / "table.csv"))
    assert {f"level{name}" for name in NAMES} | {name for name in NAMES if name.isascii()} <= set(columns)
    user_table.write_profile(profile, tmp_path / "profile")
    assert {row[0] for row in tables.read(tmp_path / "profile").rows} >= {name for name in NAMES if name.isascii()}


def test_columns_and_rows_of_a_table_of_clusters(user_csv, tmp_path):
    names = [name for name in NAMES if name.isascii()]
    table = clusters_config.UserTable(name="mine", path=str(user_csv), columns=names, n_clusters=2, id_column="id")
    clusters_data.save(clusters_table.read(table), tmp_path / "mine.npz")
    dataset = clusters_data.load(tmp_path / "mine.npz")
    assert dataset.features.tolist() == names
    assert {name.partition(" ")[2] for name in dataset.rows} == set(NAMES)


def test_parties_districts_and_sheets_of_a_count(tmp_path):
    from made_counts import constrained, sure

    from relecture.tallies.counting.audit import AuditedCounts
    from relecture.tallies.counting.vote_counts import VoteCounts
    from relecture.tallies.counting.vote_tables import CountedElection, write_districts, write_totals

    votes = np.arange(len(NASTY))[:, None] + 10 * np.arange(len(NASTY))
    names = np.array(NASTY, dtype=object)
    counts = replace(sure(votes[:, :1].repeat(len(NASTY), 1)), parties=tuple(NASTY), sheets=names, stations=names)
    counts = replace(counts, districts=np.array([f"district {name}" for name in NASTY], dtype=object))
    constrained(counts).save(tmp_path)
    loaded = VoteCounts.load(tmp_path)
    assert (loaded.parties, loaded.sheets.tolist(), loaded.districts.tolist()) == (
        tuple(NASTY), NASTY, counts.districts.tolist()
    )  # fmt: skip
    rows = data_files.read_csv(tmp_path / "counts.csv", dtype=str, keep_default_na=False)
    assert set(rows.party) == set(rows.sheet) == set(NASTY)
    variants = {name: AuditedCounts(counts, votes) for name in ("pretrained", "transferred", "prior_corrected")}
    variants["sum_constrained"] = AuditedCounts(constrained(counts), votes)
    election = CountedElection(variants, 0, "made up", False, 0.9, 20)
    write_totals(election, tmp_path / "totals_table")
    assert [row[0] for row in tables.read(tmp_path / "totals_table").rows][:-1] == NASTY
    write_districts(election, tmp_path / "districts")
    assert {row[1] for row in tables.read(tmp_path / "districts").rows} >= set(counts.districts)
