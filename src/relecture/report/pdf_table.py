"""Tables of the handout: as wide as their text if the page allows, else with the longest cells broken into lines."""

import re
from collections.abc import Sequence
from html import escape, unescape

from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Paragraph, Table

from relecture.report import pdf_style

_PADDING = 8.0


def grid(columns: list[str], rows: list[list[str]], right: list[bool], marked_up: bool = False) -> Table:
    """Return a table for the page.

    Args:
        columns: The names of the columns.
        rows: The cells as text, or as reportlab's markup.
        right: Whether a column holds numbers, which are aligned right.
        marked_up: Whether `rows` are markup.
    """
    text = [[cell if marked_up else escape(cell) for cell in row] for row in rows]
    heads = [escape(name) for name in columns]
    styles = [
        (pdf_style.HEAD_NUMBER, pdf_style.NUMBER) if is_number else (pdf_style.HEAD, pdf_style.CELL)
        for is_number in right
    ]
    cells = [
        [Paragraph(head, style) for head, (style, _) in zip(heads, styles, strict=True)],
        *([Paragraph(cell, style) for cell, (_, style) in zip(row, styles, strict=True)] for row in text),
    ]
    table = Table(cells, widths([heads, *text], pdf_style.WIDTH), repeatRows=1, hAlign="LEFT")
    table.setStyle(pdf_style.LINES)
    return table


def widths(cells: list[list[str]], room: float) -> list[float]:
    """Return the width of each column in points, in total at most `room` unless words are wider.

    First the headers are narrowed, down to their longest word, then the cells; in both cases the widest columns first.

    Args:
        cells: The header, then the rows.
        room: The width of the page.
    """
    heads, *columns = zip(*[cells[0]], strict=True), *zip(*cells[1:], strict=True)
    lines, words = zip(*[_line_and_word(column) for column in columns], strict=True)
    head_lines, head_words = zip(*[_line_and_word(head) for head in heads], strict=True)
    unbroken, broken_heads, least = (
        [max(pair) + _PADDING for pair in zip(body, head, strict=True)]
        for body, head in ((lines, head_lines), (lines, head_words), (words, head_words))
    )
    if sum(unbroken) <= room:
        return unbroken
    return _fill(broken_heads, unbroken, room) if sum(broken_heads) <= room else _fill(least, broken_heads, room)


def _line_and_word(column: Sequence[str]) -> tuple[float, float]:
    """Return the width of the longest line of a column, and of its longest word."""
    texts = [unescape(re.sub(r"<[^>]+>", "", cell)) for cell in column]
    return max(map(_width, texts)), max(_width(word) for text in texts for word in text.split() or [""])


def _fill(least: list[float], most: list[float], room: float) -> list[float]:
    """Return widths between `least` and `most`, with one upper limit for all, that fill the room."""
    low, high = 0.0, max(most)
    for _ in range(40):  # bisection of the limit
        middle = (low + high) / 2
        clipped = [max(lower, min(middle, upper)) for lower, upper in zip(least, most, strict=True)]
        low, high = (middle, high) if sum(clipped) <= room else (low, middle)
    return [max(lower, min(low, upper)) for lower, upper in zip(least, most, strict=True)]


def _width(text: str) -> float:
    # The header is bold, and a cell may be.
    return float(stringWidth(text, pdf_style.HEAD.fontName, pdf_style.HEAD.fontSize))
