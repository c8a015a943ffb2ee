"""`make report` after a run: a zip file and a page that open from disk, and a handout, of the existing results."""

import html
import re
import shutil
import zipfile
from pathlib import Path

import pytest
from environment import set_up
from job_server import PRELOADED, job_server

from relecture.config import COMPARISONS
from relecture.workflow import PROVENANCE_CATEGORY, SCORECARD_CATEGORY, report_category

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("make"), reason="needs make; this machine has none"),
]

CATEGORIES = [SCORECARD_CATEGORY, *map(report_category, COMPARISONS), PROVENANCE_CATEGORY]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
REPORTED = {
    *(f"report_{part} {comparison}" for part in ("conclusions", "page") for comparison in COMPARISONS),
    *("report", "report_front", "report_provenance", "report_handout"),
}


@pytest.fixture(scope="module")
def made(finished, tmp_path_factory):
    """A finished run with its report, and the result of `make report`, which is not given the run's configuration."""
    folder = tmp_path_factory.mktemp("report")
    copy = finished.twin(folder / "project")
    with job_server(folder / "jobs", *PRELOADED) as copy.executable:
        yield copy, set_up(copy).run("make", "report", "CORES=2")
    copy.stop()


@pytest.fixture(scope="module")
def unpacked(made, tmp_path_factory) -> Path:
    """The folder in results/report.zip."""
    folder = tmp_path_factory.mktemp("unpacked")
    zipfile.ZipFile(made[0] / "results/report.zip").extractall(folder)
    return folder / "report"


def test_it_shows_the_existing_results_and_fits_nothing(made):
    _, result = made
    assert result.code == 0, result.trouble
    assert result.jobs == REPORTED


def test_a_second_make_report_runs_nothing(made):
    copy, _ = made
    again = ("--cores", "2", "--rerun-triggers", "mtime", "--keep-going", "--", "report")  # as `make report`
    assert copy.run(*copy.start_of("relecture"), "run", *again).nothing_to_do
    assert copy.run("make", "handout", "CORES=2").nothing_to_do


def test_it_leaves_a_zip_a_page_and_a_handout(made, unpacked):
    copy, _ = made
    assert (unpacked / "report.html").exists()
    assert (copy / "results/report.html").stat().st_size < 40e6
    assert (copy / "results/handout.pdf").read_bytes().startswith(b"%PDF")


def test_the_categories_of_the_report_are_in_the_lecture_s_order(unpacked):
    page = (unpacked / "report.html").read_text()
    categories = re.search(r"var categories = (\{.*\});", page)[1]
    assert sorted(CATEGORIES) == CATEGORIES
    assert set(re.findall(r'"(\d [^"]+)": \{', categories)) == set(CATEGORIES)


def test_front_page_and_pages_have_every_question_and_its_conclusions(made, unpacked):
    copy, _ = made
    front = (copy / "results/front.html").read_text()
    pages = {path.parent.name: path.read_text() for path in unpacked.rglob("page.html")}
    assert len(pages) == len(COMPARISONS)
    for comparison in COMPARISONS:
        question, conclusions = (copy / f"results/{comparison}/conclusions.md").read_text().strip().split("\n\n")
        for text in (question.strip("*"), conclusions):
            escaped = html.escape(text)
            assert escaped in front
            assert any(escaped in page for page in pages.values())


def test_all_conclusions_from_mnist_name_the_sample(made):
    copy, _ = made
    for comparison in ("digits", "tallies", "clusters"):
        assert "MNIST-5k sample" in (copy / f"results/{comparison}/conclusions.md").read_text()


def test_no_page_refers_to_an_address(unpacked):
    pages = list(unpacked.glob("data/**/*.html"))
    assert len(pages) > len(COMPARISONS)
    for page in pages:
        assert not re.search(r'(src|href)="(?!data:)|@import|url\(', page.read_text()), page


@pytest.fixture(scope="module")
def browser():
    """Chromium, through Playwright."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        pytest.skip("needs Chromium; on Debian: apt-get install chromium")
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser, unpacked):
    """The report in a browser, and the addresses that it has requested."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    requested, errors = [], []
    page.on("request", lambda request: requested.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((unpacked / "report.html").as_uri())
    page.wait_for_selector("h1 >> text=relecture")
    yield page, requested
    assert errors == []
    page.close()


def test_it_opens_from_disk_and_requests_nothing_else(opened):
    page, requested = opened
    assert requested
    assert [url for url in requested if not url.startswith(("file:", "data:", "blob:"))] == []
    headings = page.locator(".prose h2").all_inner_texts()
    assert headings == ["Scorecard", *(name.capitalize() for name in COMPARISONS)]


@pytest.mark.parametrize("comparison", COMPARISONS)
def test_a_heading_opens_the_page_of_its_comparison(opened, comparison):
    page, requested = opened
    page.click(f".prose h2 >> text={comparison.capitalize()}")
    frame = page.frame_locator("iframe")
    assert frame.locator("h1").inner_text() == comparison.capitalize()
    assert frame.locator("img").count() == frame.locator("figure").count() >= 3
    broken = "images => images.filter(image => !image.complete || !image.naturalWidth).length"
    assert frame.locator("img").evaluate_all(broken) == 0
    assert page.locator("nav >> text=1 Conclusions").count() == 1
    assert [url for url in requested if not url.startswith(("file:", "data:", "blob:"))] == []


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
