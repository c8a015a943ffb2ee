"""The style of the handout: A4 pages with numbers, embedded fonts, styles of text and tables."""

from pathlib import Path
from typing import Any

import matplotlib
from reportlab.lib.colors import HexColor, black
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, TableStyle

MARGIN = 18 * mm
WIDTH, HEIGHT = A4[0] - 2 * MARGIN, A4[1] - 2 * MARGIN - 8 * mm
GREY, LINE = HexColor("#555555"), HexColor("#BBBBBB")

#: Matplotlib's fonts: the text has the font of the figures, and no system font is needed.
_FONTS = {"Text": "DejaVuSans", "Text-Bold": "DejaVuSans-Bold", "Text-Italic": "DejaVuSans-Oblique"}


def register_fonts() -> None:
    """Register the fonts with reportlab, as one family with bold and italic."""
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    for name, file in _FONTS.items():
        pdfmetrics.registerFont(TTFont(name, folder / f"{file}.ttf"))
    pdfmetrics.registerFontFamily("Text", "Text", "Text-Bold", "Text-Italic", "Text-Bold")


def _style(name: str, size: float, **options: Any) -> ParagraphStyle:
    return ParagraphStyle(name, **{"fontName": "Text", "fontSize": size, "leading": 1.35 * size, **options})


TITLE = _style("title", 22, fontName="Text-Bold", spaceAfter=4)
SUBTITLE = _style("subtitle", 10.5, textColor=GREY, spaceAfter=10)
HEADING = _style("heading", 15, fontName="Text-Bold", spaceBefore=4, spaceAfter=3)
QUESTION = _style("question", 10.5, fontName="Text-Italic", textColor=GREY, spaceAfter=5)
BODY = _style("body", 9.5, spaceAfter=8)
CAPTION = _style("caption", 8, spaceBefore=2, spaceAfter=3)
NOTE = _style("note", 7, textColor=GREY, spaceBefore=2, spaceAfter=10)
CELL = _style("cell", 7.2, leading=9)
NUMBER = _style("number", 7.2, leading=9, alignment=TA_RIGHT)
HEAD = _style("head", 7.2, leading=9, fontName="Text-Bold")
HEAD_NUMBER = _style("head number", 7.2, leading=9, fontName="Text-Bold", alignment=TA_RIGHT)

#: Horizontal rules above, below the header and at the end, as in a book.
LINES = TableStyle(
    [
        ("LINEABOVE", (0, 0), (-1, 0), 1, black),
        ("LINEBELOW", (0, 0), (-1, 0), 0.5, black),
        ("LINEBELOW", (0, -1), (-1, -1), 1, black),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
        ("TOPPADDING", (0, 0), (-1, -1), 1.2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1.8),
        ("LEFTPADDING", (0, 0), (-1, -1), 3),
        ("RIGHTPADDING", (0, 0), (-1, -1), 3),
    ]
)


class Paper(BaseDocTemplate):  # type: ignore[misc, unused-ignore]  # reportlab has no types
    """A4 pages with a footer; the same content gives the same bytes, without a date."""

    def __init__(self, path: Path, title: str, footer: str) -> None:
        super().__init__(str(path), pagesize=A4, title=title, author="relecture", invariant=1, pageCompression=1)
        self._footer = footer
        frame = Frame(
            MARGIN, MARGIN + 8 * mm, WIDTH, HEIGHT, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0
        )
        self.addPageTemplates(PageTemplate(frames=[frame], onPage=self._number))

    def _number(self, canvas: Canvas, _: BaseDocTemplate) -> None:
        canvas.saveState()
        canvas.setFont("Text", 7.5)
        canvas.setFillColor(GREY)
        canvas.drawString(MARGIN, MARGIN, self._footer)
        canvas.drawRightString(A4[0] - MARGIN, MARGIN, str(canvas.getPageNumber()))
        canvas.restoreState()
