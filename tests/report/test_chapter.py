"""A comparison on one page: question, conclusions, tables and figures."""

import re
from pathlib import Path

import pandas as pd
import pytest

from relecture import tables
from relecture.errors import UserError
from relecture.report import chapter, html_pages, pdf_style
from relecture.report.chapter import CaptionedTable
from relecture.report.cli import page
from relecture.report.pdf_table import grid
from relecture.workflow import caption_files, shown_files

RESULTS = Path("results")


def test_a_chapter_has_what_the_rules_wrote(exhibits):
    salaries = chapter.read("salaries", RESULTS)
    assert (salaries.title, salaries.question) == ("Salaries", "Is x < y?")
    assert salaries.conclusions == "It is, by 1.5 (95 % interval 1.0 to 2.0). But not everywhere."
    (captioned,) = salaries.tables
    table = captioned.table
    assert (table.caption, captioned.caption) == ("Which gaps are significant?", "Gaps between <methods>.")
    assert table.columns == ["method", "gap", "interval"]
    assert table.rows == [["linear & plain", "−9.9", "−12 to −7"], ["lasso", "1.5", "–"]]
    assert table.right == [False, True, False]
    assert table.note == "In thousands of dollars."
    splits, residuals = salaries.figures
    assert (splits.stem, splits.caption) == (Path("results/salaries/figures/splits"), "Errors over splits.")
    assert (residuals.stem, residuals.caption) == (
        Path("results/salaries/figures/residuals"),
        "Residuals of each method.",
    )


def test_the_handout_has_only_the_exhibits_that_are_marked_for_it(exhibits):
    salaries = chapter.read("salaries", RESULTS, handout=True)
    assert [figure.stem.name for figure in salaries.figures] == ["splits"]
    assert len(salaries.tables) == 1


def test_a_run_with_a_name_has_its_chapter_in_its_own_folder(exhibits):
    Path("results").rename("quick")
    salaries = chapter.read("salaries", Path("quick"))
    assert salaries.figures[0].stem == Path("quick/salaries/figures/splits")


def test_conclusions_are_read_as_they_were_written(tmp_path, monkeypatch):
    sentences = [("splits", "It is, by 1.5."), ("", "But **not** everywhere.")]
    monkeypatch.setattr(chapter, "conclude", lambda comparison, results: (f"Is {comparison} in {results}?", sentences))
    chapter.write_conclusions("salaries", Path("results/quick"), tmp_path / "conclusions.json")
    assert chapter.read_conclusions(tmp_path / "conclusions.json") == (
        "Is salaries in results/quick?",
        sentences,
    )


def test_a_comparison_without_exhibits_has_no_chapter(exhibits):
    with pytest.raises(UserError, match=r"the comparison digits has no tables and figures: it has no exhibits\.py"):
        chapter.read("digits", RESULTS)


def test_the_inputs_of_the_rule_are_all_files_that_a_page_reads(exhibits):
    conclusions = RESULTS / "salaries/conclusions.json"
    inputs = [conclusions, *(RESULTS / file for file in shown_files(exhibits)), *map(Path, caption_files(exhibits))]
    assert [file for file in inputs if not file.is_file()] == []
    for file in inputs:
        if file.suffix == ".png":  # of the same figure; the handout reads it
            continue
        content = file.read_bytes()
        file.unlink()
        with pytest.raises((UserError, FileNotFoundError)):
            html_pages.chapter(chapter.read("salaries", RESULTS))
        file.write_bytes(content)


def test_a_missing_caption_is_an_error_that_says_what_to_do(exhibits):
    Path("workflow/report/salaries_splits.rst").unlink()
    with pytest.raises(UserError, match=r"no caption workflow/report/salaries_splits\.rst; write one"):
        chapter.read("salaries", RESULTS)


def test_a_file_that_is_no_table_is_an_error_that_names_it(exhibits):
    Path("results/salaries/table.json").write_text("something else\n")
    with pytest.raises(UserError, match=r"results/salaries/table\.json is not a table"):
        chapter.read("salaries", RESULTS)


def test_a_bar_in_a_name_does_not_end_a_cell(tmp_path):
    names = ["Left|Right", "||", "x\\", "of two\nlines"]
    text = pd.DataFrame({"party | list": names, "votes": ["1", "2", "3", "4"]})
    tables.write(tmp_path / "table", text, text, "Votes", "Of two | parties.")
    table = tables.read(tmp_path / "table")
    assert table.columns == ["party | list", "votes"]
    assert table.rows == [["Left|Right", "1"], ["||", "2"], ["x\\", "3"], ["of two\nlines", "4"]]
    assert table.note == "Of two | parties."
    lines = (tmp_path / "table.md").read_text().splitlines()
    assert lines[7].startswith("| of two lines ")  # a row of Markdown is one line


def test_a_table_without_rows_says_so_in_words(tmp_path):
    tables.write(tmp_path / "table", pd.DataFrame([]), pd.DataFrame([]), "Published and reproduced", "With K = 3.")
    table = tables.read(tmp_path / "table")
    assert table.rows == [[tables.EMPTY]]
    assert table.note == "With K = 3."
    assert tables.EMPTY in html_pages.table(CaptionedTable(table))
    pdf_style.register_fonts()
    assert grid(table.columns, table.rows, table.right)
    for form in ("html", "tex"):
        assert tables.EMPTY in (tmp_path / f"table.{form}").read_text()


def test_the_page_holds_everything_and_fetches_nothing(exhibits):
    page("salaries", RESULTS, Path("page.html"))
    written = Path("page.html").read_text()
    for text in ("Is x &lt; y?", "linear &amp; plain", "Gaps between &lt;methods&gt;.", "In thousands of dollars."):
        assert text in written
    assert re.findall(r'(?:src|href)="(.{26})', written) == ["data:image/svg+xml;base64,"] * 2
    assert not re.search(r"@import|url\(|https?://", written)
    assert written.index("Is x") < written.index("It is, by") < written.index("<table") < written.index("<img")


def test_numbers_are_aligned_right_and_long_texts_are_broken(exhibits):
    (captioned,) = chapter.read("salaries", RESULTS).tables
    captioned.table.rows[0][0] = "a text of more than forty characters in the cell of a table"
    written = html_pages.table(captioned)
    assert written.count('class="number"') == 3
    assert written.count('class="long"') == 3


@pytest.mark.parametrize(
    ("name", "claim", "condition"),
    [
        ("salaries_table_table", "(print|publish)ed", "where it is"),
        ("salaries_splits", "(print|publish)ed", "where it is"),
        ("tallies_pages", "simulated", "those of the simulated election"),
        ("tallies_result", "true votes", "where they are known"),
        ("tallies_totals_table", "true votes", "where they are known"),
        ("tallies_margins", "true one", "where it is known"),
    ],
)
def test_a_caption_is_also_true_of_a_user_s_data(name, claim, condition):
    caption = (Path(__file__).parents[2] / f"workflow/report/{name}.rst").read_text()
    assert re.search(claim, caption)
    assert condition in caption
