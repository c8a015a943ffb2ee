"""Take screenshots of MLflow's pages for the documentation, from the runs in this folder: `make screenshots`.

Start `make ui` on a free port, open its pages in headless Chromium, and stop both.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from relecture.cli import Command
from relecture.errors import UserError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER_FLAGS = "--no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update"
SIZE: Any = {"width": 1440, "height": 760}
MAX_BYTES = 200_000  # of a screenshot
TIMEOUT = 60_000  # milliseconds for a page on a busy machine

# All cells drawn at present, by row and by column; a missing value is "-" or empty.
_CELLS = """() => {
  const rows = {};
  for (const cell of document.querySelectorAll('.ag-root .ag-row .ag-cell')) {
    const row = cell.closest('.ag-row').getAttribute('row-index');
    (rows[row] ??= {})[cell.getAttribute('col-id')] = cell.innerText.trim().split('\\n').at(-1);
  }
  return Object.keys(rows).sort((a, b) => a - b).map(row => rows[row]);
}"""

app = Command(__doc__ or "")


@app.command()
def take(
    out: Path = typer.Option(Path("docs/pictures"), help="Folder for the screenshots."),
    experiment: str = typer.Option("digits", help="The experiment whose methods are shown."),
    method: str = typer.Option("dropout", help="The method that is opened."),
    others: str = typer.Option("plain,ridge", help="Methods to compare it with, separated by commas."),
) -> None:
    """Take the screenshots and print their paths."""
    with serve(Path()) as links, browser() as chromium:
        if experiment not in links:
            raise UserError(f"there is no experiment {experiment} in the store, only {', '.join(links)}")
        for _, path in screenshots(chromium.new_page(viewport=SIZE), links[experiment], method, others.split(","), out):
            print(path, flush=True)


def screenshots(page: "Page", link: str, method: str, others: Sequence[str], out: Path) -> Iterator[tuple[str, Path]]:
    """Take the screenshots one by one; yield name and path of each while its page is still open."""
    open_table(page, link)
    yield "methods", screenshot(page, out / "methods.png")
    expand_members(page, link, method)
    yield "members", screenshot(page, out / "members.png")
    open_charts(page, link)
    yield "curves", screenshot(page, out / "curves.png")
    open_figure(page, link, method)
    yield "figure", screenshot(page, out / "figure.png")
    compare_runs(page, link, [method, *others])
    yield "compare", screenshot(page, out / "compare.png")
    if open_model(page, link):
        yield "model", screenshot(page, out / "model.png")


@contextmanager
def serve(folder: Path) -> Iterator[dict[str, str]]:
    """Run `make ui` for the store in `folder` on a free port; yield the address that it prints for each experiment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "relecture", "tracking", "ui", "--port", str(port)]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as log:
        server = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, start_new_session=True)
        try:
            deadline = time.monotonic() + 2 * TIMEOUT / 1000
            while not _answers(f"http://127.0.0.1:{port}/health"):
                if server.poll() is not None or time.monotonic() > deadline:
                    log.seek(0)
                    raise UserError(f"the runs cannot be shown:\n{log.read()}")
                time.sleep(0.2)
            log.seek(0)
            yield dict(re.findall(r"^  (\S+): (http\S+)$", log.read(), re.MULTILINE))
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(30)


@contextmanager
def browser() -> Iterator["Browser"]:
    """Open the system's Chromium; raise a UserError if there is none."""
    from playwright.sync_api import sync_playwright

    path = find_browser()
    if path is None:
        raise UserError("there is no Chromium to open the pages in. On Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=BROWSER_FLAGS.split())
        try:
            yield chromium
        finally:
            chromium.close()


def find_browser() -> str | None:
    """Return the path of a Chromium or Chrome; None if there is none."""
    return next((path for path in map(shutil.which, BROWSERS) if path), None)


def open_table(page: "Page", link: str, view: str = "methods") -> list[dict[str, str]]:
    """Open a view of an experiment's runs and return its rows by column. A wide page shows all columns."""
    page.goto("about:blank")  # the same page with another fragment would not be loaded again
    page.goto(re.sub(r"viewStateShareKey=\w+", f"viewStateShareKey={view}", link))
    page.locator(".ag-row").first.wait_for(timeout=TIMEOUT)
    notice = page.get_by_text("You're viewing a shared view").locator("xpath=ancestor::div[.//button][1]")
    notice.get_by_role("button").last.click(timeout=TIMEOUT)
    page.locator(".ag-overlay-loading-center").wait_for(state="hidden", timeout=TIMEOUT)
    page.wait_for_timeout(500)  # the columns are sorted after they are drawn
    return read_cells(page)


def read_cells(page: "Page") -> list[dict[str, str]]:
    """Return the text of each row of the table, by column."""
    rows: list[dict[str, str]] = page.evaluate(_CELLS)
    return rows


def expand_members(page: "Page", link: str, method: str) -> None:
    """Show the members of a method below it, in the view `members`."""
    open_table(page, link, "members")
    find_row(page, method).locator("[col-id='attributes.`Run Name`'] button").first.click()
    page.wait_for_timeout(500)


def find_row(page: "Page", method: str) -> "Locator":
    """Return the row of a run in the table."""
    return page.locator(".ag-row", has=page.get_by_role("link", name=method, exact=True))


def open_charts(page: "Page", link: str) -> None:
    """Show the curves of all methods next to the table."""
    open_table(page, link)
    page.goto(f"{page.url}&compareRunsMode=CHART")
    page.locator(".js-plotly-plot").first.wait_for(timeout=TIMEOUT)
    page.wait_for_timeout(1500)


def open_run(page: "Page", link: str, method: str) -> None:
    """Open the run of a method from the table."""
    open_table(page, link)
    page.get_by_role("link", name=method, exact=True).click()
    page.get_by_role("tab", name="Artifacts").wait_for(timeout=TIMEOUT)


def open_figure(page: "Page", link: str, method: str, name: str = "overview.png") -> None:
    """Open a figure among the artifacts of a method's run."""
    open_run(page, link, method)
    page.get_by_role("tab", name="Artifacts").click()
    page.get_by_text("figures", exact=True).first.click()
    page.get_by_text(name, exact=True).first.click()
    page.locator(f"img[alt='figures/{name}']").wait_for(timeout=TIMEOUT)
    page.wait_for_timeout(500)


def compare_runs(page: "Page", link: str, methods: Sequence[str]) -> None:
    """Select the methods and compare them."""
    open_table(page, link)
    for method in methods:
        find_row(page, method).locator("input.ag-checkbox-input").check(force=True)
    page.get_by_role("button", name="Compare").click()
    page.get_by_text("Run details").wait_for(timeout=TIMEOUT)
    page.wait_for_timeout(1500)


def open_model(page: "Page", link: str) -> str | None:
    """Open the page of the first registered model and return its name; None if there is none."""
    page.goto(f"{link.partition('#')[0]}#/models")
    page.get_by_text(re.compile("Model registry", re.IGNORECASE)).first.wait_for(timeout=TIMEOUT)
    page.wait_for_timeout(2000)
    names = [anchor.inner_text() for anchor in page.locator("a[href^='#/models/']:not([href*='/versions/'])").all()]
    if not names:
        return None
    page.get_by_role("link", name=names[0], exact=True).first.click()
    page.get_by_text("Version 1", exact=True).first.wait_for(timeout=TIMEOUT)
    page.wait_for_timeout(500)
    return names[0]


def screenshot(page: "Page", path: Path) -> Path:
    """Save a screenshot of at most MAX_BYTES bytes, without paths of this machine."""
    from PIL import Image

    page.mouse.move(0, 0)
    page.add_style_tag(content="[data-assistant-ui] { display: none }")
    page.get_by_text(re.compile(r"^Path: ")).evaluate_all("paths => paths.forEach(path => path.style.display = 'none')")
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path)
    for colours in (256, 64, 16):
        if path.stat().st_size <= MAX_BYTES:
            break
        _reduce_colours(Image, path, colours)
    return path


def _reduce_colours(image: Any, path: Path, colours: int) -> None:
    image.open(path).convert("RGB").quantize(colours).save(path, optimize=True)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


if __name__ == "__main__":
    app(prog_name="python -m docs.screenshots")
