"""Draws tally sheets: the printed form, one hand's digits in its boxes, and a scan of it all."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from relecture.tallies.segmentation.layout import Form
from relecture.tallies.simulation.scanner import Scan
from relecture.tallies.simulation.writer import Hand

BORDER = 56  # pixels of paper around the frame
PRINT = 0.78  # how much of the light printer's ink takes away
SIGNATURE = (190, 40)  # pixels
SIGNATURES = (30, 330)  # where they begin, from the frame's left
SIGNATURE_LINE = 34  # above the frame's lower edge
OVERFLOW = 0.15  # of a box's side: how far a digit may reach beyond its box


class Printer:
    """Draws sheets of one form whose unit is a pixel, such as the standard one."""

    def __init__(self, form: Form):
        self.form = form
        self.size = (round(form.width) + 2 * BORDER, round(form.height) + 2 * BORDER)
        self._printed = _printed(form, self.size)

    def draw(
        self,
        digits: np.ndarray,
        lines: tuple[str, ...],
        random: np.random.Generator,
        severity: float,
        badly_scanned: bool,
    ) -> np.ndarray:
        """A sheet as uint8 (height, width), 255 = white.

        `digits` (parties, boxes, 16, 16), 1 = ink, are written by one hand; `lines` are printed below the title.
        """
        ink = self.write(digits, lines, Hand.draw(random, severity), random)
        return Scan.draw(random, self.size, severity, badly_scanned).take(ink, random)

    def write(self, digits: np.ndarray, lines: tuple[str, ...], hand: Hand, random: np.random.Generator) -> np.ndarray:
        """The ink of a sheet before it is scanned: float32 (height, width), 1 = black."""
        ink = self._printed.copy()
        _caption(ink, lines)
        for (left, top, width, height), digit in zip(
            self.form.boxes.reshape(-1, 4), digits.reshape(-1, *digits.shape[2:]), strict=True
        ):
            side = round(min(width, height) * (1 + 2 * OVERFLOW))
            x, y = round(BORDER + left + (width - side) / 2), round(BORDER + top + (height - side) / 2)
            place = ink[y : y + side, x : x + side]
            np.maximum(place, hand.write(digit, min(width, height), side, random), out=place)
        for x in SIGNATURES:
            width, height = SIGNATURE
            y = self.size[1] - BORDER - SIGNATURE_LINE - round(0.8 * height)
            place = ink[y : y + height, BORDER + x : BORDER + x + width]
            np.maximum(place, hand.sign(SIGNATURE, random), out=place)
        return ink


def _printed(form: Form, size: tuple[int, int]) -> np.ndarray:
    """What the printer puts on every sheet: float32 (height, width), 1 = black."""
    page = Image.new("L", size, 0)
    pen, bottom = ImageDraw.Draw(page), BORDER + form.height
    frame = (BORDER, BORDER, BORDER + form.width - 1, bottom - 1)
    pen.rectangle(frame, outline=255, width=3)
    pen.text((BORDER + 20, BORDER + 16), "POLLING STATION TALLY SHEET", 255, _font(25), stroke_width=0.6)
    heads = form.boxes[0, 0, 1] - 24
    pen.text((BORDER + 20, BORDER + heads), "Party or list", 255, _font(15))
    pen.text((BORDER + form.boxes[0, 0, 0], BORDER + heads), "Votes, one digit a box", 255, _font(13))
    for row, (name, boxes) in enumerate(zip(form.parties, form.boxes, strict=True)):
        middle = BORDER + boxes[0, 1] + boxes[0, 3] / 2
        pen.line((BORDER + 8, middle + 32, BORDER + form.width - 9, middle + 32), fill=110, width=1)
        _emblem(pen, row, BORDER + 38, middle)
        pen.text((BORDER + 72, middle), name, 255, _font(19), anchor="lm")
        for left, top, width, height in boxes:
            corner = (BORDER + left - 1, BORDER + top - 1)
            pen.rectangle((*corner, corner[0] + width + 1, corner[1] + height + 1), outline=230, width=2)
    for x, title in zip(SIGNATURES, ("President of the station", "Secretary"), strict=True):
        line = bottom - SIGNATURE_LINE
        pen.line((BORDER + x, line, BORDER + x + SIGNATURE[0], line), fill=160, width=1)
        pen.text((BORDER + x, line + 4), title, 200, _font(12))
    return PRINT / 255 * np.asarray(page, dtype=np.float32)


def _caption(ink: np.ndarray, lines: tuple[str, ...]) -> None:
    """Where the sheet is from, below the title."""
    width, height = 380, 24
    label = Image.new("L", (width, height), 0)
    ImageDraw.Draw(label).text((0, 2), "   ".join(lines), 255, _font(17))
    ink[BORDER + 48 : BORDER + 48 + height, BORDER + 20 : BORDER + 20 + width] = PRINT / 255 * np.asarray(label)


def _emblem(pen: ImageDraw.ImageDraw, row: int, x: float, y: float) -> None:
    """A party's sign: a polygon or a star of its own."""
    corners, star = 3 + row % 5, row % 2 == 1
    turns = np.linspace(0, 2 * np.pi, (2 if star else 1) * corners, endpoint=False) - np.pi / 2
    far = np.where(star & (np.arange(len(turns)) % 2 == 1), 7, 16)
    points = [(x + r * np.cos(turn), y + r * np.sin(turn)) for r, turn in zip(far, turns, strict=True)]
    pen.polygon(points, fill=120 + 25 * (row % 4), outline=255)


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
