"""The handout: scorecard and provenance, then each comparison with its main tables and figures, on A4."""

from collections.abc import Iterator
from html import escape
from itertools import count
from pathlib import Path
from string import ascii_lowercase

from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, Paragraph, Spacer

from relecture.data_files import read_csv
from relecture.provenance import git_commit, packages
from relecture.report import pdf_style
from relecture.report.chapter import Chapter
from relecture.report.pdf_figure import Drawing
from relecture.report.pdf_style import Paper
from relecture.report.pdf_table import grid
from relecture.report.provenance_page import machine, read_preset
from relecture.scorecard.verdicts import EXPLANATION, NOT_REPRODUCED, as_text, count_verdicts, groups
from relecture.text_format import minus


def handout(chapters: list[Chapter], scorecard: Path, out: Path) -> None:
    """Write the PDF.

    Args:
        chapters: In the lecture's order.
        scorecard: The file scorecard.csv.
        out: The file.
    """
    pdf_style.register_fonts()
    preset = f"preset: {read_preset(scorecard)}"
    tables, figures = count(1), count(1)
    story = [*_scorecard(scorecard, preset), *_provenance()]
    for chapter in chapters:
        story += _chapter(chapter, tables, figures)
    Paper(out, "relecture: handout", f"relecture, {preset}").build(story)


def _scorecard(path: Path, preset: str) -> Iterator[Flowable]:
    """Yield the front page: every published and reproduced value; the notes below, by letter."""
    card = read_csv(path, dtype={"published": str}).fillna({"note": ""})
    yield Paragraph("relecture", pdf_style.TITLE)
    yield Paragraph(
        f"The comparisons of a lecture from raw data: published and reproduced values ({escape(preset)})",
        pdf_style.SUBTITLE,
    )
    yield Paragraph(
        f"{escape(count_verdicts(card))} {escape(EXPLANATION)}",
        pdf_style.BODY,
    )
    notes = {text: _letter(index) for index, text in enumerate(dict.fromkeys(note for note in card.note if note))}
    rows = []
    columns = ["quantity", "source", "published", "reproduced", "95 % interval", "n", "verdict"]
    for title, group in groups(card):
        rows.append([f"<b>{escape(title.capitalize())}</b>", *[""] * (len(columns) - 1)])
        for row in as_text(group).to_dict("records"):
            mark = f"<super>{notes[row['note']]}</super>" if row["note"] else ""
            verdict = row["verdict"]
            rows.append(
                [
                    escape(row["quantity"]) + mark,
                    escape(row["source"]),
                    *(minus(row[name]) for name in columns[2:5]),
                    row["n"],
                    f"<b>{verdict}</b>" if verdict in NOT_REPRODUCED else verdict,
                ]
            )
    yield grid(columns, rows, [False, False, True, True, True, True, False], marked_up=True)
    lines = [f"<super>{letter}</super> {escape(text)}" for text, letter in notes.items()]
    yield Paragraph("<br/>".join(lines), pdf_style.NOTE)


def _letter(index: int) -> str:
    """Return a, b, ... z, aa, bb, ...; a number as a mark would look like an exponent, as in R²."""
    return ascii_lowercase[index % 26] * (index // 26 + 1)


def _chapter(chapter: Chapter, tables: Iterator[int], figures: Iterator[int]) -> Iterator[Flowable]:
    yield CondPageBreak(pdf_style.HEIGHT / 3)
    yield Spacer(1, 8)
    yield Paragraph(escape(chapter.title), pdf_style.HEADING)
    yield Paragraph(escape(chapter.question), pdf_style.QUESTION)
    yield Paragraph(escape(chapter.conclusions), pdf_style.BODY)
    for captioned in chapter.tables:
        table = captioned.table
        title = f"{table.caption}{'' if table.caption[-1] in '.?!' else '.'}"
        caption = f"<b>Table {next(tables)}. {escape(title)}</b> {escape(captioned.caption)}"
        cells = grid(table.columns, table.rows, table.right)
        yield KeepTogether(
            [Paragraph(caption, pdf_style.CAPTION), cells, Paragraph(escape(table.note), pdf_style.NOTE)]
        )
    for figure in chapter.figures:
        png = figure.stem.with_name(f"{figure.stem.name}.png")
        yield Drawing(png, f"<b>Figure {next(figures)}.</b> {escape(figure.caption)}")


def _provenance() -> Iterator[Flowable]:
    """Yield a paragraph: source, machine and versions."""
    source = [f"commit {git_commit() or 'unknown'}", *(f"{name} {value}" for name, value in machine().items())]
    versions = [f"{name} {number}" for name, number in packages().items()]
    text = f"<b>Provenance.</b> {escape(', '.join(source))}. With {escape(', '.join(versions))}."
    yield Paragraph(text, pdf_style.NOTE)
