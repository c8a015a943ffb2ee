"""Commands of the report: conclusions, page, front, provenance, handout."""

from pathlib import Path

from relecture.atomic_files import atomic_write, write_text
from relecture.cli import Command, PathOption, TextOption

app = Command("Write the pages of the report, and the handout.")


@app.command()
def conclusions(comparison: TextOption, results: PathOption, out: PathOption) -> None:
    """Write the question and the conclusions of a comparison, as Markdown."""
    from relecture.report.chapter import write_conclusions

    write_conclusions(comparison, results, out)


@app.command()
def page(comparison: TextOption, results: PathOption, out: PathOption) -> None:
    """Write a comparison with its tables and figures as one HTML page."""
    from relecture.report import chapter, html_pages

    write_text(out, html_pages.chapter(chapter.read(comparison, results)))


@app.command()
def front(conclusions: list[Path], scorecard: PathOption, out: PathOption) -> None:
    """Write the part of the front page that holds the CONCLUSIONS of the comparisons."""
    from relecture.report.front_page import front

    write_text(out, front(scorecard, conclusions))


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
