"""The start page of a run, and `make report` after it: provenance as a zip file, and a handout."""

import html
import re
import shutil
import zipfile
from pathlib import Path
from urllib.parse import unquote

import pytest
from environment import set_up
from job_server import PRELOADED, job_server

from relecture.comparisons import load_exhibits
from relecture.config import COMPARISONS
from relecture.report.chapter import read_conclusions
from relecture.workflow import PROVENANCE_CATEGORY, SCORECARD_CATEGORY, report_category

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("make"), reason="needs make; this machine has none"),
]

CATEGORIES = [SCORECARD_CATEGORY, *map(report_category, COMPARISONS), PROVENANCE_CATEGORY]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
REPORTED = {
    *(f"report_page {comparison}" for comparison in COMPARISONS),
    *("report", "report_provenance", "report_handout"),
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


def test_the_start_page_shows_all_topics_and_its_links_exist(finished):
    page = finished / "results/index.html"
    written = page.read_text()
    assert written.count("<article") == sum(len(load_exhibits(name).topics) for name in COMPARISONS)
    assert "THIS IS NOT ALL OF MNIST" in written
    assert 'class="missing"' not in written
    assert "#/experiments/" in written
    links = {link for link in re.findall(r'(?:src|href)="([^"#]+)"', written) if not link.startswith("http")}
    assert len(links) > 200
    assert [link for link in sorted(links) if not (page.parent / unquote(link)).exists()] == []


def test_it_leaves_a_zip_and_a_handout(made, unpacked):
    copy, _ = made
    assert (unpacked / "report.html").exists()
    assert (copy / "results/handout.pdf").read_bytes().startswith(b"%PDF")


def test_the_categories_of_the_report_are_in_the_lecture_s_order(unpacked):
    page = (unpacked / "report.html").read_text()
    categories = re.search(r"var categories = (\{.*\});", page)[1]
    assert sorted(CATEGORIES) == CATEGORIES
    assert set(re.findall(r'"(\d [^"]+)": \{', categories)) == set(CATEGORIES)


def test_start_page_and_pages_have_every_question_and_its_conclusions(made, unpacked):
    copy, _ = made
    start = (copy / "results/index.html").read_text().replace("&#39;", "&#x27;").replace("&#34;", "&quot;")
    pages = {path.parent.name: path.read_text() for path in unpacked.rglob("page.html")}
    assert len(pages) == len(COMPARISONS)
    for comparison in COMPARISONS:
        question, conclusions = read_conclusions(copy / f"results/{comparison}/conclusions.json")
        for text in (question, *(text for _, text in conclusions)):
            escaped = html.escape(text)
            assert escaped in start
            assert any(escaped in page for page in pages.values())


def test_all_conclusions_from_mnist_name_the_sample(made):
    copy, _ = made
    for comparison in ("digits", "tallies", "clusters"):
        assert "MNIST-5k sample" in (copy / f"results/{comparison}/conclusions.json").read_text()


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
    assert page.locator(".prose svg").count() == 1


@pytest.mark.parametrize("width", [1280, 390])
def test_on_the_start_page_nothing_is_cut_off_and_every_figure_is_there(browser, finished, width):
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto((finished / "results/index.html").as_uri())
    assert page.evaluate("[...document.images].filter(image => !image.naturalWidth).length") == 0
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    wide = "boxes => boxes.filter(box => box.scrollWidth > box.clientWidth + 1).map(box => box.textContent)"
    assert page.locator(".wide").evaluate_all(wide) == []
    page.close()


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
