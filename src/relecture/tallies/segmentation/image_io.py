"""Open image files of any kind in shades of grey."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from relecture.data.config import composed

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg")


class BrokenImageError(Exception):
    """The reason why a file is not a usable image."""


def read_grey(path: Path) -> np.ndarray:
    """Return an image as uint8 (height, width), 255 = white: upright by its EXIF tag, transparent parts on white.

    Raises:
        BrokenImageError: The file cannot be opened, is not an image, or is truncated.
    """
    try:
        with Image.open(path) as file:
            image = ImageOps.exif_transpose(file)
            if image.mode.startswith(("I", "F")):  # 16 bits and more, which Pillow would clip at 255
                return _to_uint8(np.asarray(image, dtype=np.float64))
            if image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info:
                image = image.convert("RGBA")
                image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
            return np.asarray(image.convert("L"))
    except UnidentifiedImageError as error:
        raise BrokenImageError("it is not an image" if path.stat().st_size else "it is empty") from error
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise BrokenImageError(f"it cannot be opened: {error}") from error


def list_images(folder: Path) -> list[Path]:
    """Return the image files of a folder, sorted by name."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in IMAGE_SUFFIXES and path.is_file())


def sheet_name(path: Path) -> str:
    """Return the name of a sheet: that of its file without the suffix, with composed accents as in a table."""
    return composed(path.stem)


def _to_uint8(values: np.ndarray) -> np.ndarray:
    top = next(top for top in (1.0, 255.0, 65535.0, max(values.max(), 1.0)) if values.max() <= top)
    return (255 * values.clip(0) / top).round().astype(np.uint8)
