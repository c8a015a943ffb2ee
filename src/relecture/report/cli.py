"""Command line of the report: answer, page, front, making, handout."""

import json
from pathlib import Path

from relecture.cli import Command, PathOption, TextOption

app = Command("Write the pages of the report, and the handout.")


@app.command()
def answer(comparison: TextOption, results: PathOption, out: PathOption) -> None:
    """Write the question and the answer of a comparison, as Markdown."""
    from relecture.report.chapter import write_answer

    write_answer(comparison, results, out)


@app.command()
def page(contents: TextOption, out: PathOption) -> None:
    """Write a comparison with its tables and figures as one HTML page; CONTENTS is JSON."""
    from relecture.report import chapter, html_pages

    out.write_text(html_pages.chapter(chapter.read(json.loads(contents))))


@app.command()
def front(answers: list[Path], scorecard: PathOption, out: PathOption) -> None:
    """Write the part of the front page that holds the ANSWERS of the comparisons."""
    from relecture.report.front_page import front

    out.write_text(front(scorecard, answers))


@app.command()
def making(records: list[Path], benchmarks: PathOption, scorecard: PathOption, out: PathOption) -> None:
    """Write how the RECORDS were made, as an HTML page."""
    from relecture.report.provenance_page import making

    out.write_text(making(records, benchmarks, scorecard))


@app.command()
def handout(contents: TextOption, scorecard: PathOption, out: PathOption) -> None:
    """Write the handout, a PDF; CONTENTS is a JSON list of chapters, SCORECARD a path without a suffix."""
    from relecture.report import chapter
    from relecture.report.handout import handout

    handout([chapter.read(one) for one in json.loads(contents)], scorecard, out)
