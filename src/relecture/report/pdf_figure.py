"""A figure with its caption on the page of the handout, in a size in which its letters can be read."""

from pathlib import Path

from PIL import Image
from reportlab.lib.units import inch
from reportlab.platypus import Flowable, Paragraph

from relecture.report import pdf_style

#: Letters of 12 points are printed with 6.6 or, where that is too wide for the page or to fill it, a little less.
_SCALE, _SMALLEST = 0.55, 0.85


class Drawing(Flowable):
    """A figure and its caption, kept together; it shrinks a little where that makes it fit on the page.

    `size` is that of the figure in points, before it shrinks.
    """

    def __init__(self, png: Path, caption: str):
        super().__init__()
        with Image.open(png) as picture:
            # Figures are drawn in inches, and saved with 150 dots each.
            inches = [pixels / picture.info["dpi"][0] for pixels in picture.size]
        width = min(pdf_style.WIDTH, _SCALE * inches[0] * inch)
        self._png, self.size = png, (width, width * inches[1] / inches[0])
        self._caption, self._scale = Paragraph(caption, pdf_style.CAPTION), 1.0
        self.spaceBefore, self.spaceAfter = 4, 10

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """The size on a page that has this much room; it may be too high for it."""
        _, self._below = self._caption.wrap(width, height)
        room = (height - self._below - 4) / self.size[1]
        self._scale = room if _SMALLEST <= room < 1 else 1.0
        return width, self._scale * self.size[1] + self._below + 4

    def draw(self) -> None:
        """The figure above, the caption below."""
        width, height = (self._scale * side for side in self.size)
        self.canv.drawImage(str(self._png), 0, self._below + 4, width, height)
        self._caption.drawOn(self.canv, 0, 0)
