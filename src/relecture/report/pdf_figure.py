"""Figures of the handout: scaled so that their letters can be read, with a caption."""

from pathlib import Path

from PIL import Image
from reportlab.lib.units import inch
from reportlab.platypus import Flowable, Paragraph

from relecture.report import pdf_style

#: Figures are scaled to 55 %, letters of 12 points to 6.6; to fit on a page they may shrink further, to 85 % of that.
_SCALE, _MIN_SHRINKING = 0.55, 0.85


class Drawing(Flowable):  # type: ignore[misc, unused-ignore]  # reportlab has no types
    """A figure and its caption, kept together; it shrinks a little if it then fits on the page.

    `size` is that of the figure in points, before it shrinks.
    """

    def __init__(self, png: Path, caption: str) -> None:
        super().__init__()
        with Image.open(png) as picture:
            # Matplotlib writes the resolution of a figure into its file.
            inches = [pixels / picture.info["dpi"][0] for pixels in picture.size]
        width = min(pdf_style.WIDTH, _SCALE * inches[0] * inch)
        self._png, self.size = png, (width, width * inches[1] / inches[0])
        self._caption, self._scale = Paragraph(caption, pdf_style.CAPTION), 1.0
        self.spaceBefore, self.spaceAfter = 4, 10

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Return width and height in a frame of this size; the height may exceed that of the frame."""
        _, self._below = self._caption.wrap(width, height)
        room = (height - self._below - 4) / self.size[1]
        self._scale = room if _MIN_SHRINKING <= room < 1 else 1.0
        return width, self._scale * self.size[1] + self._below + 4

    def draw(self) -> None:
        """Draw the figure, and the caption below it."""
        width, height = (self._scale * side for side in self.size)
        self.canv.drawImage(str(self._png), 0, self._below + 4, width, height)
        self._caption.drawOn(self.canv, 0, 0)
