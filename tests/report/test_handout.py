"""The handout: A4 pages with the same bytes whenever their content is the same."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relecture.report import chapter, pdf_style
from relecture.report.handout import handout
from relecture.report.pdf_figure import Drawing
from relecture.report.pdf_table import widths

TEXTS = st.lists(st.text("abc xyz", max_size=60), min_size=3, max_size=3)


@pytest.fixture(autouse=True, scope="module")
def fonts():
    pdf_style.register_fonts()


@pytest.fixture
def salaries(exhibits) -> chapter.Chapter:
    return chapter.read("salaries", Path("results"), handout=True)


@pytest.fixture
def written(salaries, scorecard) -> Path:
    """A handout with three chapters, on two pages."""
    handout([salaries] * 3, scorecard, Path("handout.pdf"))
    return Path("handout.pdf")


def test_the_same_content_gives_the_same_bytes_without_a_date(salaries, scorecard, written):
    again = Path("again.pdf")
    handout([salaries] * 3, scorecard, again)
    assert again.read_bytes() == written.read_bytes()
    assert re.findall(rb"/CreationDate \(D:(\d{8})", written.read_bytes()) == [b"20000101"]


def test_it_has_a4_pages_and_embeds_its_fonts(written):
    content = written.read_bytes()
    assert content.startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b", content)) == 2
    assert b"/MediaBox [ 0 0 595.2756 841.8898 ]" in content
    assert content.count(b"/FontFile2") == 3
    for font in (b"DejaVuSans", b"DejaVuSans-Bold", b"DejaVuSans-Oblique"):
        assert re.search(rb"/FontName /\w+\+" + font + rb"\s", content)


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="needs pdftotext to read a PDF; this machine has none")
def test_its_text_has_the_scorecard_and_provenance_then_the_comparisons_and_page_numbers(written):
    text = subprocess.run(["pdftotext", "-layout", written, "-"], check=True, capture_output=True, text=True).stdout
    expected = [
        *(
            "relecture",
            "Of 4 published results 1 is exact",
            "linear regression, error",
            "ISL, <p. 9> & more",
            "254.70 to 260.90",
            "Arithmetic: counts and identities",
            "Not judged: other data (a sample).",
            "Provenance.",
        ),
        *("Is x < y?", "It is, by 1.5", "Table 1. Which gaps are significant? Gaps between <methods>.", "−12 to −7"),
        *("In thousands of dollars.", "Figure 1. Errors over splits.", "Table 3.", "Figure 3."),
    ]
    assert [text.index(words) for words in expected] == sorted(text.index(words) for words in expected)
    first, second, *_ = text.split("\f")
    assert re.search(r"relecture, preset: mine +1\s*$", first)
    assert re.search(r"relecture, preset: mine +2\s*$", second)


@pytest.mark.parametrize(
    ("room", "scale"),
    [(1000, 1.0), (0.99, None), (0.9, None), (0.5, 1.0)],  # in heights of the figure
    ids=["there is room", "a little less", "less", "too little, so the next page"],
)
def test_a_figure_shrinks_only_a_little_to_fit_on_the_page(exhibits, room, scale):
    drawing = Drawing(Path("results/salaries/figures/splits.png"), "A caption.")
    _, whole = drawing.wrap(pdf_style.WIDTH, 10_000)
    below = whole - drawing.size[1]
    height = room * drawing.size[1] + below
    _, wrapped = drawing.wrap(pdf_style.WIDTH, height)
    assert wrapped == pytest.approx(whole if scale else height)


def test_letters_in_figures_have_at_least_five_and_a_half_points(exhibits):
    drawing = Drawing(Path("results/salaries/figures/splits.png"), "A caption.")
    drawing.wrap(pdf_style.WIDTH, 10_000)
    assert 12 * drawing.size[0] / (9 * 72) == pytest.approx(6.6, abs=0.01)
    assert 6.6 * 0.85 > 5.5


@settings(deadline=None)
@given(st.lists(TEXTS, min_size=2, max_size=6), st.integers(200, 600))
def test_columns_fill_the_room_and_are_never_narrower_than_a_word(rows, room):
    fitted = widths(rows, room)
    words = widths([[max(cell.split() or [""], key=len) for cell in row] for row in rows], 1e9)
    free = widths(rows, 1e9)
    assert all(width <= most + 0.01 for width, most in zip(fitted, free, strict=True))
    if sum(free) <= room:
        assert fitted == free
    elif sum(words) < room - 1:
        assert sum(fitted) == pytest.approx(room, abs=1)


def test_heads_are_broken_before_the_words_below_them():
    rows = [["a head of several words", "n"], ["linear regression", "1"]]
    free = widths(rows, 1e9)
    narrow = widths(rows, sum(free) - 20)
    alone = widths([["", "n"], rows[1]], 1e9)
    assert free[0] > narrow[0] >= alone[0]
