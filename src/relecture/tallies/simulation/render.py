"""Render tally sheets: the printed form, one writer's digits in its boxes, and a scan of the page."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from relecture.tallies.segmentation.layout import FormLayout
from relecture.tallies.simulation.scanner import Scanner
from relecture.tallies.simulation.writer import Writer

BORDER = 56  # pixels of paper around the frame
PRINT_DARKNESS = 0.78  # share of the light that printed ink absorbs
SIGNATURE_SIZE = (190, 40)  # pixels
SIGNATURE_LEFTS = (30, 330)  # from the frame's left, pixels
SIGNATURE_LINE = 34  # above the frame's lower edge, pixels
OVERFLOW = 0.15  # of a box's side: how far a digit may reach beyond its box


class FormRenderer:
    """Renders sheets of one layout whose unit is a pixel, such as the standard one."""

    def __init__(self, layout: FormLayout):
        self.layout = layout
        self.size = (round(layout.width) + 2 * BORDER, round(layout.height) + 2 * BORDER)
        self._blank_form = _render_blank_form(layout, self.size)

    def render(
        self,
        digits: np.ndarray,
        captions: tuple[str, ...],
        rng: np.random.Generator,
        severity: float,
        bad_scan: bool,
        signs: np.ndarray | None = None,
    ) -> np.ndarray:
        """Render a scanned sheet.

        Args:
            digits: Images (parties, boxes, 16, 16), 1 = ink, all in the handwriting of one writer.
            captions: Printed below the title.
            rng: Source of the writer and the scan.
            severity: How hard the sheet is to read; 0 is print-clean, 1 the standard.
            bad_scan: Whether it is badly scanned.
            signs: What stands in each box in place of its digit, text (parties, boxes): `empty`, a kind of mark, or ""
                for the digit; all digits without it.

        Returns:
            The page, uint8 (height, width), 255 = white.
        """
        ink = self.render_ink(digits, captions, Writer.sample(rng, severity), rng, signs)
        return Scanner.sample(rng, self.size, severity, bad_scan).scan(ink, rng)

    def render_ink(
        self,
        digits: np.ndarray,
        captions: tuple[str, ...],
        writer: Writer,
        rng: np.random.Generator,
        signs: np.ndarray | None = None,
    ) -> np.ndarray:
        """Return the ink of a sheet before it is scanned: float32 (height, width), 1 = black."""
        ink = self._blank_form.copy()
        _print_captions(ink, captions)
        boxes, images = self.layout.boxes.reshape(-1, 4), digits.reshape(-1, *digits.shape[2:])
        kinds = np.full(len(boxes), "") if signs is None else signs.ravel()
        for (left, top, width, height), digit, kind in zip(boxes, images, kinds, strict=True):
            if kind == "empty":
                continue
            side = round(min(width, height) * (1 + 2 * OVERFLOW))
            x, y = round(BORDER + left + (width - side) / 2), round(BORDER + top + (height - side) / 2)
            area = ink[y : y + side, x : x + side]
            if kind:
                written = writer.write_mark(kind, digit, min(width, height), side, rng)
            else:
                written = writer.write_digit(digit, min(width, height), side, rng)
            np.maximum(area, written, out=area)
        for x in SIGNATURE_LEFTS:
            width, height = SIGNATURE_SIZE
            y = self.size[1] - BORDER - SIGNATURE_LINE - round(0.8 * height)
            area = ink[y : y + height, BORDER + x : BORDER + x + width]
            np.maximum(area, writer.write_signature(SIGNATURE_SIZE, rng), out=area)
        return ink


def _render_blank_form(layout: FormLayout, size: tuple[int, int]) -> np.ndarray:
    """Return what is printed on every sheet: float32 (height, width), 1 = black."""
    page = Image.new("L", size, 0)
    draw, bottom = ImageDraw.Draw(page), BORDER + layout.height
    frame = (BORDER, BORDER, BORDER + layout.width - 1, bottom - 1)
    draw.rectangle(frame, outline=255, width=3)
    draw.text((BORDER + 20, BORDER + 16), "POLLING STATION TALLY SHEET", 255, _font(25), stroke_width=0.6)
    header = layout.boxes[0, 0, 1] - 24
    draw.text((BORDER + 20, BORDER + header), "Party or list", 255, _font(15))
    draw.text((BORDER + layout.boxes[0, 0, 0], BORDER + header), "Votes, one digit a box", 255, _font(13))
    for row, (name, boxes) in enumerate(zip(layout.row_names, layout.boxes, strict=True)):
        middle = BORDER + boxes[0, 1] + boxes[0, 3] / 2
        draw.line((BORDER + 8, middle + 32, BORDER + layout.width - 9, middle + 32), fill=110, width=1)
        if layout.is_party[row]:
            _draw_emblem(draw, row, BORDER + 38, middle)
        draw.text((BORDER + 72, middle), name, 255, _font(19), anchor="lm")
        for left, top, width, height in boxes:
            corner = (BORDER + left - 1, BORDER + top - 1)
            draw.rectangle((*corner, corner[0] + width + 1, corner[1] + height + 1), outline=230, width=2)
    for x, title in zip(SIGNATURE_LEFTS, ("President of the station", "Secretary"), strict=True):
        line = bottom - SIGNATURE_LINE
        draw.line((BORDER + x, line, BORDER + x + SIGNATURE_SIZE[0], line), fill=160, width=1)
        draw.text((BORDER + x, line + 4), title, 200, _font(12))
    form: np.ndarray = PRINT_DARKNESS / 255 * np.asarray(page, dtype=np.float32)
    return form


def _print_captions(ink: np.ndarray, captions: tuple[str, ...]) -> None:
    """Print the captions below the title."""
    width, height = 380, 24
    label = Image.new("L", (width, height), 0)
    ImageDraw.Draw(label).text((0, 2), "   ".join(captions), 255, _font(17))
    ink[BORDER + 48 : BORDER + 48 + height, BORDER + 20 : BORDER + 20 + width] = (
        PRINT_DARKNESS / 255 * np.asarray(label)
    )


def _draw_emblem(draw: ImageDraw.ImageDraw, row: int, x: float, y: float) -> None:
    """Draw a party's emblem: a polygon or a star that depends on its row."""
    corners, star = 3 + row % 5, row % 2 == 1
    angles = np.linspace(0, 2 * np.pi, (2 if star else 1) * corners, endpoint=False) - np.pi / 2
    radii = np.where(star & (np.arange(len(angles)) % 2 == 1), 7, 16)
    points = [(x + r * np.cos(angle), y + r * np.sin(angle)) for r, angle in zip(radii, angles, strict=True)]
    draw.polygon(points, fill=120 + 25 * (row % 4), outline=255)


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
