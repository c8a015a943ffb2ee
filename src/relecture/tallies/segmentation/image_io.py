"""Opens image files of any kind as grey pictures."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

KINDS = (".png", ".jpg", ".jpeg")


class BrokenError(Exception):
    """Why a file is no image that can be used."""


def grey(path: Path) -> np.ndarray:
    """A picture as uint8 (height, width), 255 = white: upright as its camera says, see-through parts on white.

    Raises:
        BrokenError: The file cannot be read, is no image, or is cut off.
    """
    try:
        with Image.open(path) as file:
            image = ImageOps.exif_transpose(file)
            if image.mode.startswith(("I", "F")):  # 16 bits and more, which Pillow would cut off at 255
                return _scaled(np.asarray(image, dtype=np.float64))
            if image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info:
                image = image.convert("RGBA")
                image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
            return np.asarray(image.convert("L"))
    except UnidentifiedImageError as error:
        raise BrokenError("it is no image" if path.stat().st_size else "it is empty") from error
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise BrokenError(f"it cannot be read: {error}") from error


def among(folder: Path) -> list[Path]:
    """The image files of a folder, by name."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in KINDS and path.is_file())


def _scaled(values: np.ndarray) -> np.ndarray:
    top = next(top for top in (1.0, 255.0, 65535.0, max(values.max(), 1.0)) if values.max() <= top)
    return (255 * values.clip(0) / top).round().astype(np.uint8)
