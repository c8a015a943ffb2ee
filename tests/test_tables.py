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


ODD = ["<x>", "<svg onload=alert(1)>", "a & b", "&lt;", "a|b", "_AGE80_", "x_1", "*y*", "`z`", "$40K-$80K", "50 %",
       "#1", r"\alpha{}", "[a](b)", "~~c~~", "a^2~b"]  # fmt: skip


@pytest.fixture(scope="module")
def odd(tmp_path_factory) -> dict[str, str]:
    """The content of the files of a table with such names everywhere."""
    stem = tmp_path_factory.mktemp("odd") / "table"
    table = pd.DataFrame({"name": ODD, ODD[0]: ODD[::-1], ODD[9]: ODD})
    tables.write(stem, table, table, " ".join(ODD), "First line.\nSecond: " + " ".join(ODD))
    return {form: stem.with_suffix(f".{form}").read_text(encoding="utf-8") for form in FORMATS}


def test_markdown_shows_every_name_as_it_is(odd):
    # What CommonMark and its tables read as text: a backslash before a sign makes it an ordinary one.
    cells = re.findall(r"^\| ((?:[^|\\]|\\.)*?) *\|", odd["md"], re.MULTILINE)
    assert [re.sub(r"\\([\\`*|<&\[_~$])", r"\1", cell) for cell in cells if not cell.startswith(":")][1:] == ODD
    for sign in (
        r"(?<!\\)<[a-z]",
        r"(?<!\\)&\w+;",
        r"(?<!\\)\*y",
        r"(?<!\\)`",
        r"(?<![\\\w])_A",
        r"(?<!\\)\]\(b.*(?<!\\)\$4",
    ):
        assert not re.search(sign, odd["md"]), sign
    assert len(odd["md"].split("\n\n")) == 3  # caption, table, note


def typeset(text: str) -> str:
    """Return what LaTeX prints for a text that has no command but those of its own signs."""
    text = re.sub(r"^\{([\[*])\}", r"\1", text)
    assert not re.search(r"(?<!\\)[&%$#_{}]|[~^]|^[\[*]x", text), text
    for command, sign in {"asciitilde": "~", "asciicircum": "^", "backslash": "\\"}.items():
        text = text.replace(f"\\text{command} ", f"\0{sign}")
    return re.sub(r"\\([&%$#_{}])", r"\1", text).replace("\0", "")


def test_latex_prints_every_name_as_it_is(odd):
    body, note = odd["tex"].rstrip("\n").rsplit("\n", 1)
    assert note == "% First line. Second: " + " ".join(ODD)
    [caption] = re.findall(r"\\caption\{(.*)\}", body)
    assert typeset(caption) == " ".join(ODD)
    rows = [line.removesuffix(r" \\") for line in body.splitlines() if line.endswith(r" \\")]
    assert [typeset(re.split(r"(?<!\\) & ", row)[0]) for row in rows] == ["name", *ODD]


def test_html_has_no_tag_in_a_name(odd):
    assert "<x>" not in odd["html"]
    assert "<svg" not in odd["html"]
    assert [row[0] for row in page(odd["html"])[1:]] == ODD


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


@settings(deadline=None, max_examples=20)
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
