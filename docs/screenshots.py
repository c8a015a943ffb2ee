"""Pictures of MLflow's pages for the documentation, taken from the runs in this folder: `make screenshots`.

Starts `make ui` on a free port, opens its pages in Chromium, which needs no screen, and ends both.
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
QUIET = "--no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update"
SIZE: Any = {"width": 1440, "height": 760}
LARGEST = 200_000  # bytes of a picture
PATIENCE = 60_000  # milliseconds for a page on a busy machine

# All cells that are drawn now, by row and by column; a value that is not there is "-" or nothing.
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
    out: Path = typer.Option(Path("docs/pictures"), help="Where the pictures go."),
    experiment: str = typer.Option("digits", help="Whose methods are shown."),
    method: str = typer.Option("dropout", help="The method that is opened."),
    others: str = typer.Option("plain,ridge", help="The methods it is compared with."),
) -> None:
    """Take the pictures and say where they are."""
    with served(Path()) as links, browser() as chromium:
        if experiment not in links:
            raise UserError(f"there is no experiment {experiment} in the store, only {', '.join(links)}")
        for _, path in pictures(chromium.new_page(viewport=SIZE), links[experiment], method, others.split(","), out):
            print(path, flush=True)


def pictures(page: "Page", link: str, method: str, others: Sequence[str], out: Path) -> Iterator[tuple[str, Path]]:
    """Take one picture after the other; each is handed out, with its name, while its page is still open."""
    table(page, link)
    yield "methods", picture(page, out / "methods.png")
    expand(page, link, method)
    yield "members", picture(page, out / "members.png")
    charts(page, link)
    yield "curves", picture(page, out / "curves.png")
    figure(page, link, method)
    yield "figure", picture(page, out / "figure.png")
    compare(page, link, [method, *others])
    yield "compare", picture(page, out / "compare.png")
    if model(page, link):
        yield "model", picture(page, out / "model.png")


@contextmanager
def served(folder: Path) -> Iterator[dict[str, str]]:
    """`make ui` for the store in `folder`, on a free port; the address that it prints of each experiment."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    command = [sys.executable, "-m", "relecture", "tracking", "ui", "--port", str(port)]
    with tempfile.TemporaryFile("w+") as said:
        server = subprocess.Popen(command, cwd=folder, stdout=said, stderr=said, start_new_session=True)
        try:
            deadline = time.monotonic() + 2 * PATIENCE / 1000
            while not _answers(f"http://127.0.0.1:{port}/health"):
                if server.poll() is not None or time.monotonic() > deadline:
                    said.seek(0)
                    raise UserError(f"the runs cannot be shown:\n{said.read()}")
                time.sleep(0.2)
            said.seek(0)
            yield dict(re.findall(r"^  (\S+): (http\S+)$", said.read(), re.MULTILINE))
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(30)


@contextmanager
def browser() -> Iterator["Browser"]:
    """Chromium as the system has it; a UserError where it has none."""
    from playwright.sync_api import sync_playwright

    found = find_browser()
    if found is None:
        raise UserError("there is no Chromium to open the pages in. On Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=QUIET.split())
        try:
            yield chromium
        finally:
            chromium.close()


def find_browser() -> str | None:
    """The path of a browser that can be driven."""
    return next((path for path in map(shutil.which, BROWSERS) if path), None)


def table(page: "Page", link: str, view: str = "methods") -> list[dict[str, str]]:
    """Open a view of an experiment's runs; the rows with what each column shows. A wide page shows all columns."""
    page.goto("about:blank")  # another address of the same page would not load it anew
    page.goto(re.sub(r"viewStateShareKey=\w+", f"viewStateShareKey={view}", link))
    page.locator(".ag-row").first.wait_for(timeout=PATIENCE)
    notice = page.get_by_text("You're viewing a shared view").locator("xpath=ancestor::div[.//button][1]")
    notice.get_by_role("button").last.click(timeout=PATIENCE)
    page.locator(".ag-overlay-loading-center").wait_for(state="hidden", timeout=PATIENCE)
    page.wait_for_timeout(500)  # the columns are put in order after they are drawn
    return cells(page)


def cells(page: "Page") -> list[dict[str, str]]:
    """What the rows of the table on the page show, by column."""
    return page.evaluate(_CELLS)


def expand(page: "Page", link: str, method: str) -> None:
    """Show the members of a method below it, in the view `members`."""
    table(page, link, "members")
    row(page, method).locator("[col-id='attributes.`Run Name`'] button").first.click()
    page.wait_for_timeout(500)


def row(page: "Page", method: str) -> "Locator":
    """The row of a run in the table."""
    return page.locator(".ag-row", has=page.get_by_role("link", name=method, exact=True))


def charts(page: "Page", link: str) -> None:
    """Show the curves of all methods beside the table."""
    table(page, link)
    page.goto(f"{page.url}&compareRunsMode=CHART")
    page.locator(".js-plotly-plot").first.wait_for(timeout=PATIENCE)
    page.wait_for_timeout(1500)


def opened(page: "Page", link: str, method: str) -> None:
    """Open the run of a method from the table."""
    table(page, link)
    page.get_by_role("link", name=method, exact=True).click()
    page.get_by_role("tab", name="Artifacts").wait_for(timeout=PATIENCE)


def figure(page: "Page", link: str, method: str, name: str = "overview.png") -> None:
    """Open a figure among the files of a method's run."""
    opened(page, link, method)
    page.get_by_role("tab", name="Artifacts").click()
    page.get_by_text("figures", exact=True).first.click()
    page.get_by_text(name, exact=True).first.click()
    page.locator(f"img[alt='figures/{name}']").wait_for(timeout=PATIENCE)
    page.wait_for_timeout(500)


def compare(page: "Page", link: str, methods: Sequence[str]) -> None:
    """Tick some methods and compare them."""
    table(page, link)
    for method in methods:
        row(page, method).locator("input.ag-checkbox-input").check(force=True)
    page.get_by_role("button", name="Compare").click()
    page.get_by_text("Run details").wait_for(timeout=PATIENCE)
    page.wait_for_timeout(1500)


def model(page: "Page", link: str) -> str | None:
    """Open the page of the first registered model; its name, or None where there is none."""
    page.goto(f"{link.partition('#')[0]}#/models")
    page.get_by_text(re.compile("Model registry", re.IGNORECASE)).first.wait_for(timeout=PATIENCE)
    page.wait_for_timeout(2000)
    names = [found.inner_text() for found in page.locator("a[href^='#/models/']:not([href*='/versions/'])").all()]
    if not names:
        return None
    page.get_by_role("link", name=names[0], exact=True).first.click()
    page.get_by_text("Version 1", exact=True).first.wait_for(timeout=PATIENCE)
    page.wait_for_timeout(500)
    return names[0]


def picture(page: "Page", path: Path) -> Path:
    """Take the page as it is, without this machine's paths, as a file of at most LARGEST bytes."""
    from PIL import Image

    page.mouse.move(0, 0)
    page.add_style_tag(content="[data-assistant-ui] { display: none }")
    page.get_by_text(re.compile(r"^Path: ")).evaluate_all("found => found.forEach(one => one.style.display = 'none')")
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path)
    for colours in (256, 64, 16):
        if path.stat().st_size <= LARGEST:
            break
        _fewer_colours(Image, path, colours)
    return path


def _fewer_colours(image: Any, path: Path, colours: int) -> None:
    image.open(path).convert("RGB").quantize(colours).save(path, optimize=True)


def _answers(address: str) -> bool:
    try:
        return urllib.request.urlopen(address, timeout=5).status == 200
    except OSError:
        return False


if __name__ == "__main__":
    app(prog_name="python -m docs.screenshots")
