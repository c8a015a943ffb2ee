"""The handout: the scorecard and how it was made, then each comparison with its main tables and figures, on A4."""

from collections.abc import Iterator
from html import escape
from itertools import count
from pathlib import Path
from string import ascii_lowercase

import pandas as pd
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, Paragraph, Spacer

from relecture.provenance import git_commit
from relecture.report import pdf_style
from relecture.report.chapter import Chapter
from relecture.report.front_page import tally
from relecture.report.pdf_figure import Drawing
from relecture.report.pdf_style import Paper
from relecture.report.pdf_table import grid
from relecture.report.provenance_page import budget, machine, packages
from relecture.scorecard.verdicts import shown
from relecture.text_format import minus


def handout(chapters: list[Chapter], scorecard: Path, out: Path) -> None:
    """Write the PDF.

    Args:
        chapters: In the lecture's order.
        scorecard: results/scorecard, without a suffix; .csv and .md are read.
        out: The file.
    """
    pdf_style.register_fonts()
    made = f"budget: {budget(scorecard.with_name(f'{scorecard.name}.md'))}"
    tables, figures = count(1), count(1)
    story = [*_scorecard(scorecard.with_name(f"{scorecard.name}.csv"), made), *_making()]
    for chapter in chapters:
        story += _chapter(chapter, tables, figures)
    Paper(out, "relecture: handout", f"relecture, {made}").build(story)


def _scorecard(path: Path, made: str) -> Iterator[Flowable]:
    """The front page: every printed number with what came out; the notes below, by letter."""
    card = pd.read_csv(path, dtype={"published": str}).fillna({"verdict": "", "note": ""})
    yield Paragraph("relecture", pdf_style.TITLE)
    yield Paragraph(
        f"A lecture again, from raw data: what was printed, and what came out ({escape(made)})", pdf_style.SUBTITLE
    )
    yield Paragraph(
        f"{escape(tally(path))} Exact: rounds to the printed number; within: the printed number lies in mean ± 2 "
        "standard deviations over n members (seeds, starts).",
        pdf_style.BODY,
    )
    notes = {text: _letter(place) for place, text in enumerate(dict.fromkeys(note for note in card.note if note))}
    rows = []
    for name, own in card.groupby("comparison", sort=False):
        rows.append([f"<b>{escape(name.capitalize())}</b>", *[""] * 5])
        for row in shown(own).itertuples():
            mark = f"<super>{notes[row.note]}</super>" if row.note else ""
            verdict = f"<b>{row.verdict}</b>" if row.verdict == "differs" else row.verdict
            rows.append(
                [
                    escape(row.quantity) + mark,
                    escape(row.source),
                    minus(row.printed),
                    minus(row.reproduced),
                    row.n,
                    verdict,
                ]
            )
    columns = ["quantity", "source", "printed", "reproduced", "n", "verdict"]
    yield grid(columns, rows, [False, False, True, True, True, False], marked_up=True)
    lines = [f"<super>{letter}</super> {escape(text)}" for text, letter in notes.items()]
    yield Paragraph("<br/>".join(lines), pdf_style.NOTE)


def _letter(place: int) -> str:
    """a, b, ... z, aa, bb, ...: a number as a mark would look like an exponent, as in R²."""
    return ascii_lowercase[place % 26] * (place // 26 + 1)


def _chapter(chapter: Chapter, tables: Iterator[int], figures: Iterator[int]) -> Iterator[Flowable]:
    yield CondPageBreak(pdf_style.HEIGHT / 3)
    yield Spacer(1, 8)
    yield Paragraph(escape(chapter.title), pdf_style.HEADING)
    yield Paragraph(escape(chapter.question), pdf_style.QUESTION)
    yield Paragraph(escape(chapter.answer), pdf_style.BODY)
    for table in chapter.tables:
        title = f"{table.title}{'' if table.title[-1] in '.?!' else '.'}"
        caption = f"<b>Table {next(tables)}. {escape(title)}</b> {escape(table.caption)}"
        cells = grid(table.columns, table.rows, table.right)
        yield KeepTogether(
            [Paragraph(caption, pdf_style.CAPTION), cells, Paragraph(escape(table.note), pdf_style.NOTE)]
        )
    for figure in chapter.figures:
        png = figure.stem.with_name(f"{figure.stem.name}.png")
        yield Drawing(png, f"<b>Figure {next(figures)}.</b> {escape(figure.caption)}")


def _making() -> Iterator[Flowable]:
    """A paragraph: source, machine and versions."""
    made = [f"commit {git_commit() or 'unknown'}", *(f"{name} {value}" for name, value in machine().items())]
    with_what = [f"{name} {number}" for name, number in packages().items()]
    text = f"<b>How this was made.</b> {escape(', '.join(made))}. With {escape(', '.join(with_what))}."
    yield Paragraph(text, pdf_style.NOTE)
