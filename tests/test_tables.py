"""One table in five formats with the same content."""

import html
import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relecture import tables
from relecture.errors import UserError

FORMATS = ("csv", "json", "md", "tex", "html")
NUMBERS = pd.DataFrame({"model": ["Linear & plain", "R² < 1", "x_1"], "mae": [254.66865288375178, 1345.0, None]})
TEXT = pd.DataFrame(
    {
        "model": NUMBERS.model,
        "MAE, $": [tables.number(value, 1) for value in NUMBERS.mae],
        "share": ["56 %", "7 %", "–"],
        "spread": ["3.1 ± 0.2", "12 ± 1", "–"],
    }
)


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> dict[str, str]:
    """The content of the five files by suffix."""
    stem = tmp_path_factory.mktemp("tables") / "new" / "table"
    tables.write(stem, NUMBERS, TEXT, "Published and reproduced", "Means over five seeds.")
    assert {path.suffix for path in stem.parent.iterdir()} == {f".{form}" for form in FORMATS}
    return {form: stem.with_suffix(f".{form}").read_text() for form in FORMATS}


def markdown(text: str) -> list[list[str]]:
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for i, row in enumerate(rows) if i != 1]


def latex(text: str) -> list[list[str]]:
    rows = [line.removesuffix(r" \\").split(" & ") for line in text.splitlines() if line.endswith(r" \\")]
    return [[cell.replace("\\", "") for cell in row] for row in rows]


def page(text: str) -> list[list[str]]:
    rows = re.findall("<tr.*?>(.*?)</tr>", text, re.DOTALL)
    return [[html.unescape(cell) for cell in re.findall("<t[hd].*?>(.*?)</t[hd]>", row, re.DOTALL)] for row in rows]


def test_the_formats_for_reading_agree(written):
    expected = [list(TEXT.columns), *TEXT.to_numpy().tolist()]
    content = json.loads(written["json"])
    assert [content["columns"], *content["rows"]] == expected
    assert markdown(written["md"]) == expected
    assert page(written["html"]) == expected
    assert latex(written["tex"]) == expected


def test_the_csv_has_every_digit(written, tmp_path):
    (tmp_path / "table.csv").write_text(written["csv"])
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "table.csv"), NUMBERS)


def test_every_format_for_reading_has_caption_and_note(written):
    for form in ("json", "md", "tex", "html"):
        assert "Published and reproduced" in written[form]
        assert "Means over five seeds." in written[form]


def test_numbers_are_aligned_right_and_text_left(written):
    rule = written["md"].splitlines()[3].strip("|").split("|")
    assert ["right" if cell.endswith(":") else "left" for cell in rule] == ["left", "right", "right", "right"]
    assert r"\begin{tabular}{lrrr}" in written["tex"]
    assert json.loads(written["json"])["right"] == [False, True, True, True]


def test_special_characters_of_latex_are_escaped(written):
    assert r"Linear \& plain" in written["tex"]
    assert r"x\_1" in written["tex"]
    assert r"56 \%" in written["tex"]


def test_the_page_needs_no_other_file(written):
    assert written["html"].startswith("<!doctype html>")
    assert "<caption>Published and reproduced</caption>" in written["html"]
    assert not re.search(r"(src|href)=|@import|url\(", written["html"])


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(254.66865, 1, "254.7"), (1345, 0, "1,345"), (0.5, 2, "0.50"), (-226.6698, 2, "-226.67"), (None, 1, "–"),
     (float("nan"), 3, "–")],
)  # fmt: skip
def test_a_number_has_the_requested_digits_and_a_missing_one_is_a_dash(value, digits, text):
    assert tables.number(value, digits) == text


@given(st.floats(-1e9, 1e9), st.integers(0, 6))
def test_a_formatted_number_differs_by_at_most_half_a_unit(value, digits):
    formatted = float(tables.number(value, digits).replace(",", ""))
    assert abs(formatted - value) <= 0.5 * 10**-digits * (1 + 1e-6) + 1e-7


def test_a_table_that_was_written_is_read_as_it_was(tmp_path):
    tables.write(tmp_path / "table", NUMBERS, TEXT, "Published and reproduced", "Means over five seeds.")
    table = tables.read(tmp_path / "table")
    assert (table.caption, table.note) == ("Published and reproduced", "Means over five seeds.")
    assert [table.columns, *table.rows] == [list(TEXT.columns), *TEXT.to_numpy().tolist()]
    assert table.right == [False, True, True, True]


CELLS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=12)


@settings(deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=4), CELLS, CELLS)
def test_any_text_is_read_as_it_was_written(cells, caption, note):
    text = pd.DataFrame(cells, columns=["a | b", "c"])
    with TemporaryDirectory() as folder:
        tables.write(Path(folder) / "table", text, text, caption, note)
        table = tables.read(Path(folder) / "table")
    assert table.rows == [list(row) for row in cells]
    assert (table.columns, table.caption, table.note) == (["a | b", "c"], caption, note)


def test_a_table_without_rows_says_so_in_words(tmp_path):
    tables.write(tmp_path / "table", pd.DataFrame([]), pd.DataFrame([]), "Published", "With K = 3.")
    table = tables.read(tmp_path / "table")
    assert (table.columns, table.rows, table.note) == ([""], [[tables.EMPTY]], "With K = 3.")


@pytest.mark.parametrize("content", [None, "", "something else\n", "[]", '{"caption": "only a caption"}', "\xff"])
def test_a_file_that_is_no_table_is_a_user_error_that_names_it(tmp_path, content):
    if content is not None:
        (tmp_path / "table.json").write_text(content, encoding="latin-1")
    with pytest.raises(UserError, match=r"table\.json is not a table of this project"):
        tables.read(tmp_path / "table")
