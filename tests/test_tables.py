"""One table in four formats that say the same."""

import html
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relecture import tables

FORMATS = ("csv", "md", "tex", "html")
NUMBERS = pd.DataFrame({"model": ["Linear & plain", "R² < 1", "x_1"], "mae": [254.66865288375178, 1345.0, None]})
SHOWN = pd.DataFrame(
    {
        "model": NUMBERS.model,
        "MAE, $": [tables.number(value, 1) for value in NUMBERS.mae],
        "share": ["56 %", "7 %", "–"],
        "spread": ["3.1 ± 0.2", "12 ± 1", "–"],
    }
)


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> dict[str, str]:
    """The four files by their suffix."""
    stem = tmp_path_factory.mktemp("tables") / "new" / "table"
    tables.write(stem, NUMBERS, SHOWN, "Printed and reproduced", "Means over five seeds.")
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


def test_the_four_formats_agree(written):
    expected = [list(SHOWN.columns), *SHOWN.to_numpy().tolist()]
    assert markdown(written["md"]) == expected
    assert page(written["html"]) == expected
    assert latex(written["tex"]) == expected


def test_the_csv_has_every_digit(written, tmp_path):
    (tmp_path / "table.csv").write_text(written["csv"])
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "table.csv"), NUMBERS)


def test_caption_and_note_go_with_what_is_read(written):
    for form in ("md", "tex", "html"):
        assert "Printed and reproduced" in written[form]
        assert "Means over five seeds." in written[form]


def test_numbers_stand_right_and_words_left(written):
    rule = written["md"].splitlines()[3].strip("|").split("|")
    assert ["right" if cell.endswith(":") else "left" for cell in rule] == ["left", "right", "right", "right"]
    assert r"\begin{tabular}{lrrr}" in written["tex"]


def test_signs_with_a_meaning_in_latex_are_escaped(written):
    assert r"Linear \& plain" in written["tex"]
    assert r"x\_1" in written["tex"]
    assert r"56 \%" in written["tex"]


def test_the_page_stands_alone(written):
    assert written["html"].startswith("<!doctype html>")
    assert "<caption>Printed and reproduced</caption>" in written["html"]
    assert not re.search(r"(src|href)=|@import|url\(", written["html"])


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(254.66865, 1, "254.7"), (1345, 0, "1,345"), (0.5, 2, "0.50"), (-226.6698, 2, "-226.67"), (None, 1, "–"),
     (float("nan"), 3, "–")],
)  # fmt: skip
def test_a_number_is_shown_with_the_digits_asked_for_and_a_missing_one_as_a_dash(value, digits, text):
    assert tables.number(value, digits) == text


@given(st.floats(-1e9, 1e9), st.integers(0, 6))
def test_a_shown_number_is_at_most_half_a_unit_away(value, digits):
    shown = float(tables.number(value, digits).replace(",", ""))
    assert abs(shown - value) <= 0.5 * 10**-digits * (1 + 1e-6) + 1e-7
