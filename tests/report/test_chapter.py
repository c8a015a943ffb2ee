"""A comparison on one page: question, answer, tables and figures."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from relecture import tables
from relecture.errors import UserError
from relecture.report import chapter, html_pages, pdf_style
from relecture.report.cli import page
from relecture.report.pdf_table import grid
from relecture.workflow import chapter_files, chapter_in_report, in_report, places


def test_a_chapter_has_what_the_workflow_left(contents):
    found = chapter.read(contents)
    assert (found.title, found.question) == ("Salaries", "Is x < y?")
    assert found.answer == "It is, by 1.5 (95 % interval 1.0 to 2.0). But not everywhere."
    (table,) = found.tables
    assert (table.title, table.caption) == ("Which gaps mean anything?", "Gaps between <methods>.")
    assert table.columns == ["method", "gap", "interval"]
    assert table.rows == [["linear & plain", "−9.9", "−12 to −7"], ["lasso", "1.5", "–"]]
    assert table.right == [False, True, False]
    assert table.note == "In thousands of dollars."
    (figure,) = found.figures
    assert (figure.stem, figure.caption) == (Path("results/salaries/figures/splits"), "Errors over splits.")


def test_the_files_of_a_chapter_are_all_that_its_page_reads(contents):
    assert [file for file in chapter_files(contents) if not Path(file).is_file()] == []
    for file in chapter_files(contents):
        if file.endswith(".png"):  # of the same figure; the handout takes it
            continue
        kept = Path(file).read_bytes()
        Path(file).unlink()
        with pytest.raises((UserError, FileNotFoundError)):
            html_pages.chapter(chapter.read(contents))
        Path(file).write_bytes(kept)


def test_a_missing_caption_is_told_with_what_to_do(contents):
    Path("workflow/report/salaries_splits.rst").unlink()
    with pytest.raises(UserError, match=r"no caption workflow/report/salaries_splits\.rst; write one"):
        chapter.read(contents)


def test_a_file_that_is_no_table_is_told_by_its_name(contents):
    Path("results/salaries/table.md").write_text("something else\n")
    with pytest.raises(UserError, match=r"results/salaries/table\.md is not a table"):
        chapter.read(contents)


def test_a_bar_in_a_name_does_not_end_a_cell(tmp_path):
    names = ["Left|Right", "||", "x\\", "of two\nlines"]
    shown = pd.DataFrame({"party | list": names, "votes": ["1", "2", "3", "4"]})
    tables.write(tmp_path / "table", shown, shown, "Votes", "Of two | parties.")
    table = chapter.read_table(tmp_path / "table")
    assert table.columns == ["party | list", "votes"]
    assert table.rows == [["Left|Right", "1"], ["||", "2"], ["x\\", "3"], ["of two lines", "4"]]
    assert table.note == "Of two | parties."


def test_a_table_without_rows_says_so_in_words(tmp_path):
    tables.write(tmp_path / "table", pd.DataFrame([]), pd.DataFrame([]), "Printed and reproduced", "With K = 3.")
    table = chapter.read_table(tmp_path / "table")
    assert table.rows == [[tables.EMPTY]]
    assert table.note == "With K = 3."
    assert tables.EMPTY in html_pages.table(table)
    pdf_style.register_fonts()
    assert grid(table.columns, table.rows, table.right)
    for form in ("html", "tex"):
        assert tables.EMPTY in (tmp_path / f"table.{form}").read_text()


def test_the_page_holds_everything_and_fetches_nothing(contents):
    page(json.dumps(contents), Path("page.html"))
    written = Path("page.html").read_text()
    for text in ("Is x &lt; y?", "linear &amp; plain", "Gaps between &lt;methods&gt;.", "In thousands of dollars."):
        assert text in written
    assert re.findall(r'(?:src|href)="(.{26})', written) == ["data:image/svg+xml;base64,"]
    assert not re.search(r"@import|url\(|https?://", written)
    assert written.index("Is x") < written.index("It is, by") < written.index("<table") < written.index("<img")


def test_numbers_stand_right_and_long_texts_are_broken(contents):
    found = chapter.read(contents)
    found.tables[0].rows[0][0] = "a text of more than forty characters in the cell of a table"
    written = html_pages.table(found.tables[0])
    assert written.count('class="number"') == 3
    assert written.count('class="long"') == 3


def test_the_chapters_of_the_report_are_in_the_lecture_s_order():
    from relecture.config import COMPARISONS
    from relecture.workflow import MAKING_IN_REPORT, SCORECARD_IN_REPORT

    shelves = [SCORECARD_IN_REPORT, *map(chapter_in_report, COMPARISONS), MAKING_IN_REPORT]
    assert shelves == sorted(shelves)
    assert chapter_in_report("salaries") == "2 Salaries"


@pytest.mark.parametrize(
    ("name", "claim", "condition"),
    [
        ("salaries_table_table", "printed", "where it is"),
        ("salaries_splits", "printed", "where it is"),
        ("tallies_pages", "simulated", "those of the simulated election"),
        ("tallies_result", "true votes", "where they are known"),
        ("tallies_totals_table", "true votes", "where they are known"),
        ("tallies_margins", "true one", "where it is known"),
    ],
)
def test_a_caption_is_true_of_one_s_own_data_too(name, claim, condition):
    caption = (Path(__file__).parents[2] / f"workflow/report/{name}.rst").read_text()
    assert claim in caption
    assert condition in caption


def test_labels_keep_their_order_when_they_are_sorted():
    labels = {f"figure_{letter}": f"the {letter}" for letter in "zyxwvutsrqp"}
    shown = in_report("clusters", "figures", labels)
    assert [entry["labels"]["what"] for entry in shown.values()] == sorted(e["labels"]["what"] for e in shown.values())
    assert shown["figure_z"] == {
        "caption": "../report/clusters_figure_z.rst",
        "category": chapter_in_report("clusters"),
        "subcategory": "3 Figures",
        "labels": {"what": "01 the z"},
    }
    assert in_report("clusters", "tables", {"elbow": "how many"})["elbow"]["labels"] == {"what": "how many"}


def test_tables_and_figures_of_one_name_have_captions_of_their_own(contents):
    found = places({**contents, "tables": ["elbow"], "figures": ["elbow"]})
    assert found["tables"] == [("results/salaries/elbow", "workflow/report/salaries_elbow_table.rst")]
    assert found["figures"] == [("results/salaries/figures/elbow", "workflow/report/salaries_elbow.rst")]
