"""Commands of the report: start-page, conclusions, page, provenance, handout."""

from pathlib import Path

import typer

from relecture.atomic_files import atomic_write, write_text
from relecture.cli import Command, PathOption, TextOption

app = Command("Write the pages of the report, and the handout.")


@app.command()
def start_page(
    results: PathOption,
    template: Path = typer.Option(Path("workflow/report/start_page.html"), help="Its Jinja template."),
    mnist: Path = typer.Option(Path("resources/mnist.json"), help="The manifest of MNIST."),
    complete: bool = typer.Option(False, "--complete", help="Nothing is older than what it is made from."),
) -> None:
    """Write the start page of a folder of results, which need not be complete: RESULTS/index.html."""
    from relecture.report.start_page import start_page

    out = results / "index.html"
    write_text(out, start_page(results, template, mnist, out, complete=complete))
    print(f"open   {out}")


@app.command()
def conclusions(comparison: TextOption, results: PathOption, out: PathOption) -> None:
    """Write the question and the conclusions of a comparison, as JSON."""
    from relecture.report.chapter import write_conclusions

    write_conclusions(comparison, results, out)


@app.command()
def page(comparison: TextOption, results: PathOption, out: PathOption) -> None:
    """Write a comparison with its tables and figures as one HTML page."""
    from relecture.report import chapter, html_pages

    write_text(out, html_pages.chapter(chapter.read(comparison, results)))


@app.command()
def provenance(records: list[Path], scorecard: PathOption, out: PathOption) -> None:
    """Write the provenance of the RECORDS as an HTML page."""
    from relecture.report.provenance_page import provenance

    write_text(out, provenance(records, scorecard))


@app.command()
def handout(results: PathOption, out: PathOption) -> None:
    """Write the handout, a PDF."""
    from relecture.comparisons import load_exhibits
    from relecture.config import COMPARISONS
    from relecture.report import chapter
    from relecture.report.handout import handout

    chapters = [chapter.read(name, results, handout=True) for name in COMPARISONS if load_exhibits(name)]
    with atomic_write(out) as draft:
        handout(chapters, results / "scorecard.csv", draft)
