"""Tables in print: as wide as their text where the page allows, else with the longest cells broken into lines."""

import re
from collections.abc import Sequence
from html import escape, unescape

from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Paragraph
from reportlab.platypus import Table as Flowing

from relecture.report import pdf_style

_PADDING = 8.0


def grid(columns: list[str], rows: list[list[str]], right: list[bool], marked_up: bool = False) -> Flowing:
    """A table for the page.

    Args:
        columns: The names of the columns.
        rows: Text, or with `marked_up` reportlab's markup.
        right: Of each column, whether it is numbers, which stand at the right.
        marked_up: Whether `rows` are markup already.
    """
    text = [[cell if marked_up else escape(cell) for cell in row] for row in rows]
    heads = [escape(name) for name in columns]
    styles = [(pdf_style.HEAD_NUMBER, pdf_style.NUMBER) if side else (pdf_style.HEAD, pdf_style.CELL) for side in right]
    cells = [
        [Paragraph(head, style) for head, (style, _) in zip(heads, styles, strict=True)],
        *([Paragraph(cell, style) for cell, (_, style) in zip(row, styles, strict=True)] for row in text),
    ]
    table = Flowing(cells, widths([heads, *text], pdf_style.WIDTH), repeatRows=1, hAlign="LEFT")
    table.setStyle(pdf_style.LINES)
    return table


def widths(cells: list[list[str]], room: float) -> list[float]:
    """Width of each column in points, all together at most `room` where words allow it.

    Args:
        cells: The head, then the rows.
        room: The width of the page.

    First the heads give way, down to their longest word, then the cells; in either case the widest columns first.
    """
    heads, *columns = zip(*[cells[0]], strict=True), *zip(*cells[1:], strict=True)
    lines, words = zip(*[_needs(column) for column in columns], strict=True)
    head_lines, head_words = zip(*[_needs(head) for head in heads], strict=True)
    whole, broken_heads, least = (
        [max(pair) + _PADDING for pair in zip(body, head, strict=True)]
        for body, head in ((lines, head_lines), (lines, head_words), (words, head_words))
    )
    if sum(whole) <= room:
        return whole
    return _shared(broken_heads, whole, room) if sum(broken_heads) <= room else _shared(least, broken_heads, room)


def _needs(column: Sequence[str]) -> tuple[float, float]:
    """Width of the longest line of a column, and of its longest word."""
    texts = [unescape(re.sub(r"<[^>]+>", "", cell)) for cell in column]
    return max(map(_width, texts)), max(_width(word) for text in texts for word in text.split() or [""])


def _shared(least: list[float], most: list[float], room: float) -> list[float]:
    """Between `least` and `most`, with one limit for all, so that the room is filled."""
    low, high = 0.0, max(most)
    for _ in range(40):  # the limit, by halving
        middle = (low + high) / 2
        wanted = [max(one, min(middle, other)) for one, other in zip(least, most, strict=True)]
        low, high = (middle, high) if sum(wanted) <= room else (low, middle)
    return [max(one, min(low, other)) for one, other in zip(least, most, strict=True)]


def _width(text: str) -> float:
    # The head is bold, and so may be a cell.
    return stringWidth(text, pdf_style.HEAD.fontName, pdf_style.HEAD.fontSize)
