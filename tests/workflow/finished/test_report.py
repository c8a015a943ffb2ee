"""`make report` after a run: a zip and a page that open from disk, and a handout, of the results that are there."""

import re
import shutil
import zipfile
from pathlib import Path

import pytest
from environment import set_up

from relecture.config import COMPARISONS
from relecture.workflow import MAKING_IN_REPORT, SCORECARD_IN_REPORT, chapter_in_report

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("make"), reason="needs make; this machine has none"),
]

SHELVES = [SCORECARD_IN_REPORT, *map(chapter_in_report, COMPARISONS), MAKING_IN_REPORT]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
REPORTED = {
    *(f"report_{part} {comparison}" for part in ("conclusions", "page") for comparison in COMPARISONS),
    *("report", "report_front", "report_provenance", "report_handout"),
}


@pytest.fixture(scope="module")
def made(finished, tmp_path_factory):
    """A finished run with its report, and the result of `make report`, which is not given the run's configuration."""
    copy = set_up(finished.twin(tmp_path_factory.mktemp("report") / "project"))
    yield copy, copy.run("make", "report", "CORES=2")
    copy.stop()


@pytest.fixture(scope="module")
def unpacked(made, tmp_path_factory) -> Path:
    """The folder in results/report.zip."""
    folder = tmp_path_factory.mktemp("unpacked")
    zipfile.ZipFile(made[0] / "results/report.zip").extractall(folder)
    return folder / "report"


def test_it_shows_the_results_that_are_there_and_fits_nothing_again(made):
    _, result = made
    assert result.code == 0, result.trouble
    assert result.jobs == REPORTED


def test_a_second_make_report_runs_nothing(made):
    copy, _ = made
    assert copy.run("make", "report", "CORES=2").nothing_to_do
    assert copy.run("make", "handout", "CORES=2").nothing_to_do


def test_it_leaves_a_zip_a_page_and_a_handout(made, unpacked):
    copy, _ = made
    assert (unpacked / "report.html").exists()
    assert (copy / "results/report.html").stat().st_size < 40e6
    assert (copy / "results/handout.pdf").read_bytes().startswith(b"%PDF")


def test_everything_stands_on_a_shelf_in_the_lecture_s_order(unpacked):
    page = (unpacked / "report.html").read_text()
    shelves = re.search(r"var categories = (\{.*\});", page)[1]
    assert sorted(SHELVES) == SHELVES
    assert set(re.findall(r'"(\d [^"]+)": \{', shelves)) == set(SHELVES)


def test_the_front_page_has_every_question_and_answer_and_the_pages_have_them_too(made, unpacked):
    copy, _ = made
    front = (copy / "results/front.html").read_text()
    pages = {path.parent.name: path.read_text() for path in unpacked.rglob("page.html")}
    assert len(pages) == len(COMPARISONS)
    for comparison in COMPARISONS:
        question, answer = (copy / f"results/{comparison}/conclusions.md").read_text().strip().split("\n\n")
        for text in (question.strip("*"), answer):
            escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#x27;")
            assert escaped in front
            assert any(escaped in page for page in pages.values())


def test_every_answer_that_uses_mnist_says_that_a_sample_stands_in_for_it(made):
    copy, _ = made
    for comparison in ("digits", "tallies", "clusters"):
        assert "MNIST-5k sample" in (copy / f"results/{comparison}/conclusions.md").read_text()


def test_no_page_of_ours_names_an_address(unpacked):
    pages = list(unpacked.glob("data/**/*.html"))
    assert len(pages) > len(COMPARISONS)
    for page in pages:
        assert not re.search(r'(src|href)="(?!data:)|@import|url\(', page.read_text()), page


@pytest.fixture(scope="module")
def browser():
    """Chromium, through Playwright."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("needs Chromium; on Debian: apt-get install chromium")
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser, unpacked):
    """The report in a browser, and everything that it has asked for."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    asked, errors = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((unpacked / "report.html").as_uri())
    page.wait_for_selector("h1 >> text=relecture")
    yield page, asked
    assert errors == []
    page.close()


def test_it_opens_from_disk_and_asks_for_nothing_else(opened):
    page, asked = opened
    assert asked
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    headings = page.locator(".prose h2").all_inner_texts()
    assert headings == ["Scorecard", *(name.capitalize() for name in COMPARISONS)]


@pytest.mark.parametrize("comparison", COMPARISONS)
def test_a_heading_opens_the_page_of_its_comparison(opened, comparison):
    page, asked = opened
    page.click(f".prose h2 >> text={comparison.capitalize()}")
    frame = page.frame_locator("iframe")
    assert frame.locator("h1").inner_text() == comparison.capitalize()
    assert frame.locator("img").count() == frame.locator("figure").count() >= 3
    broken = "images => images.filter(image => !image.complete || !image.naturalWidth).length"
    assert frame.locator("img").evaluate_all(broken) == 0
    assert page.locator("nav >> text=1 Answer").count() == 1
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []


def test_no_figure_is_cropped(opened):
    page, _ = opened
    figures = page.evaluate("Object.keys(results).filter(path => results[path].mime_type.startsWith('image/'))")
    assert len(figures) > 20
    for path in figures:
        page.evaluate("p => app.setView({content: 'img', contentPath: results[p].data_uri, resultPath: p})", path)
        image = page.locator("#app img").last
        image.evaluate("image => image.decode()")
        box = image.bounding_box()
        assert box["x"] >= 0, path
        assert box["y"] >= 0, path
        assert box["x"] + box["width"] <= 1400, path
        assert box["y"] + box["height"] <= 900, path
