"""Open image files in shades of grey. The first bytes of a file decide its kind, not its name."""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from relecture.data.config import composed

if TYPE_CHECKING:
    import pypdfium2

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg")
#: Names of image files; a file without one is opened if its first bytes are those of a format.
PAGE_SUFFIXES = (
    *IMAGE_SUFFIXES, ".jfif", ".jpe", ".tif", ".tiff", ".webp", ".bmp", ".pdf", ".gif", ".heic", ".heif", ".avif",
    ".jp2", ".eps", ".ps", ".svg", ".psd", ".djvu", ".pnm", ".pgm", ".ppm", ".dng",
)  # fmt: skip
FORMATS = "PNG, JPEG, TIFF, WebP, BMP or PDF"
MAX_PIXELS = 80_000_000  # of a page: A3 at 600 dots per inch has 70 million
PDF_SIDE = 3600  # pixels of the longer side of a page that is drawn from a PDF
_TOO_LARGE = f"it has more than {MAX_PIXELS // 10**6} million pixels: scan it at a lower resolution"

_SIGNATURES: dict[str, Callable[[bytes], bool]] = {
    "PNG": lambda head: head.startswith(b"\x89PNG\r\n\x1a\n"),
    "JPEG": lambda head: head.startswith(b"\xff\xd8\xff"),
    "TIFF": lambda head: head[:4] in (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"),
    "WEBP": lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP",
    "BMP": lambda head: head.startswith(b"BM"),
    "PDF": lambda head: b"%PDF-" in head,
}
_NOT_OPENED: dict[str, Callable[[bytes], bool]] = {
    "a GIF": lambda head: head.startswith(b"GIF8"),
    "a PostScript": lambda head: head.startswith((b"%!PS", b"\xc5\xd0\xd3\xc6")),
    "a HEIF or AVIF": lambda head: head[4:8] == b"ftyp",
    "a JPEG 2000": lambda head: head[4:8] == b"jP  " or head.startswith(b"\xff\x4f\xff\x51"),
    "a Photoshop": lambda head: head.startswith(b"8BPS"),
}


class BrokenImageError(Exception):
    """The reason why a file is not a usable image."""


def image_format(path: Path) -> str | None:
    """Return the format of a file that can be opened, such as "PNG"; None for any other file.

    Raises:
        BrokenImageError: The file cannot be opened.
    """
    head = _head(path)
    return next((name for name, matches in _SIGNATURES.items() if matches(head)), None)


def is_image(path: Path) -> bool:
    """Return whether a file is meant as an image, by its name or its first bytes, whether it can be opened or not."""
    if path.suffix.lower() in PAGE_SUFFIXES:
        return True
    head = _head(path)
    return any(matches(head) for matches in (*_SIGNATURES.values(), *_NOT_OPENED.values()))


def n_pages(path: Path) -> int:
    """Return the number of pages of a TIFF or a PDF, 1 of any other file.

    Raises:
        BrokenImageError: The file cannot be opened.
    """
    kind = image_format(path)
    try:
        if kind == "PDF":
            with _open_pdf(path) as document:
                return len(document)
        if kind == "TIFF":
            with Image.open(path, formats=["TIFF"]) as file:
                return int(getattr(file, "n_frames", 1))
    except Image.DecompressionBombError as error:
        raise BrokenImageError(_TOO_LARGE) from error
    except (OSError, ValueError, SyntaxError, RuntimeError, TypeError, EOFError) as error:
        raise BrokenImageError(f"it cannot be opened: {error}") from error
    return 1


def read_grey(path: Path, page: int = 0) -> np.ndarray:
    """Return an image as uint8 (height, width), 255 = white: upright by its EXIF tag, transparent parts on white.

    Args:
        path: A PNG, JPEG, TIFF, WebP, BMP or PDF file.
        page: Of a TIFF or a PDF with several pages, from 0.

    Raises:
        BrokenImageError: The file cannot be opened, is no such image, has too many pixels, or is truncated.
    """
    head, kind = _head(path), image_format(path)
    if kind is None:
        other = next((name for name, matches in _NOT_OPENED.items() if matches(head)), None)
        if other is not None:
            raise BrokenImageError(f"it is {other} file, which is not opened: save it as {FORMATS}")
        raise BrokenImageError("it is not an image" if head else "it is empty")
    try:
        if kind == "PDF":
            return _draw_pdf_page(path, page)
        with warnings.catch_warnings(), Image.open(path, formats=[kind]) as file:
            warnings.simplefilter("ignore")  # Pillow's, of files that it opens nevertheless
            if page:
                file.seek(page)
            if file.width * file.height > MAX_PIXELS:
                raise BrokenImageError(_TOO_LARGE)
            return _to_grey(ImageOps.exif_transpose(file))
    except UnidentifiedImageError as error:
        raise BrokenImageError("it is not an image") from error
    except Image.DecompressionBombError as error:  # Pillow's own limit, when it reads the header
        raise BrokenImageError(_TOO_LARGE) from error
    except MemoryError as error:
        raise BrokenImageError("it needs more memory than there is: scan it at a lower resolution") from error
    except (OSError, ValueError, SyntaxError, EOFError, RuntimeError, TypeError) as error:
        raise BrokenImageError(f"it cannot be opened: {error}") from error


def list_images(folder: Path) -> list[Path]:
    """Return the PNG and JPEG files of a folder, sorted by name, without hidden ones."""
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in IMAGE_SUFFIXES and not path.name.startswith(".") and path.is_file()
    )


def sheet_name(path: Path) -> str:
    """Return the name of a sheet: that of its file without the suffix, with composed accents as in a table."""
    return composed(path.stem)


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(1024)
    except OSError as error:
        raise BrokenImageError(f"it cannot be opened: {error}") from error


def _to_grey(image: Image.Image) -> np.ndarray:
    if image.mode.startswith(("I", "F")):  # 16 bits and more, which Pillow would clip at 255
        return _to_uint8(np.asarray(image, dtype=np.float32))
    if image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return np.asarray(image.convert("L"))


def _open_pdf(path: Path) -> "pypdfium2.PdfDocument":
    try:
        import pypdfium2
    except ImportError as error:
        raise BrokenImageError("a PDF is opened with pypdfium2, which is not installed: save it as TIFF") from error
    return pypdfium2.PdfDocument(path)


def _draw_pdf_page(path: Path, number: int) -> np.ndarray:
    with _open_pdf(path) as document:
        page = document[number]
        try:
            scale = PDF_SIDE / max(*page.get_size(), 1.0)
            image: np.ndarray = page.render(scale=scale, grayscale=True).to_numpy()
            return image.reshape(image.shape[:2]).copy()
        finally:
            page.close()


def _to_uint8(values: np.ndarray) -> np.ndarray:
    top = next(top for top in (1.0, 255.0, 65535.0, max(values.max(), 1.0)) if values.max() <= top)
    return (255 * values.clip(0) / top).round().astype(np.uint8)
