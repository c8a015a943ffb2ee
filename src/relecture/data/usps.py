"""Read the USPS digits, handwriting from envelopes; or scikit-learn's digits, if those are not available."""

import gzip
import hashlib
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from relecture.data import manifest
from relecture.errors import UserError

IMAGE_SIZE = 16
SAMPLE_NAME = "scikit-learn digits"


@dataclass(frozen=True)
class Usps:
    """Handwritten digits from envelopes, in the order of the files: the ZIP codes' digits follow each other.

    Images are float32 (n, 16, 16), 0 = paper, 1 = ink; labels are uint8 (n,), 0..9. `digest` (16 hexadecimal
    digits) identifies the content. `sample` is true when these are scikit-learn's 1,797 digits instead.
    """

    images: np.ndarray
    labels: np.ndarray
    name: str
    sample: bool
    digest: str


def load(path: Path) -> Usps:
    """Load the data set that the manifest `path`, written by `relecture data fetch usps`, describes.

    The training file comes first, then the test file.

    Raises:
        UserError: One of the files is missing or damaged.
    """
    files = manifest.verified_files(path, "usps")
    if not files:
        return sample()
    images, labels = zip(*map(read_lines, files), strict=True)
    return _usps(np.concatenate(images), np.concatenate(labels), "USPS", sample=False)


def sample() -> Usps:
    """Return the 1,797 digits of scikit-learn, by other writers than MNIST's, scaled from 8 x 8 to 16 x 16 pixels."""
    import cv2
    from sklearn.datasets import load_digits

    digits = load_digits()
    small = (digits.images / 16).astype(np.float32)
    images = np.stack([cv2.resize(image, (IMAGE_SIZE, IMAGE_SIZE), interpolation=cv2.INTER_CUBIC) for image in small])
    return _usps(images.clip(0, 1), digits.target.astype(np.uint8), SAMPLE_NAME, sample=True)


def sample_notice() -> str:
    """Return the framed notice that scikit-learn's digits replace the USPS digits."""
    return manifest.boxed(
        [
            "THESE ARE NOT THE USPS DIGITS",
            "",
            "The USPS digits are not available: neither a mirror folder nor the",
            "network has them. They are replaced by the 1,797 handwritten digits of",
            "scikit-learn, which are fewer and coarser (8 x 8 pixels).",
            f'Tables, figures and runs say "{SAMPLE_NAME}".',
            "",
            "For the USPS digits, put both files into a folder as usps/*.gz, then:",
            "  RELECTURE_MIRROR=<folder> snakemake resources/usps.json --force",
            "To get an error instead: data.allow_sample_fallback: false",
        ]
    )


def read_lines(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Read images (n, 16, 16) float32, 0..1, and labels (n,) uint8 from a gzipped text file.

    A line is a digit and 256 numbers, -1 = paper to 1 = ink, row by row.

    Raises:
        UserError: The file cannot be read or has other content.
    """
    try:
        with gzip.open(path, "rt", encoding="ascii") as file:
            table = np.loadtxt(file, dtype=np.float32, ndmin=2)
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise UserError(f"{path} cannot be read ({error}). {manifest.refetch_hint('usps')}") from error
    labels, values = table[:, 0], table[:, 1:]
    in_range = np.isin(labels, np.arange(10)).all() and np.abs(values).max(initial=0) <= 1
    if values.shape[1] != IMAGE_SIZE**2 or not in_range:
        raise UserError(
            f"{path} is not a file of USPS digits: a line is a digit and {IMAGE_SIZE**2} numbers from -1 to 1. "
            f"{manifest.refetch_hint('usps')}"
        )
    return (values.reshape(-1, IMAGE_SIZE, IMAGE_SIZE) + 1) / 2, labels.astype(np.uint8)


def _usps(images: np.ndarray, labels: np.ndarray, name: str, sample: bool) -> Usps:
    content = hashlib.sha256(images.tobytes() + labels.tobytes()).hexdigest()[:16]
    return Usps(images, labels, name, sample, content)
