"""Reads the USPS digits: handwriting from envelopes; or, where they cannot be had, scikit-learn's digits."""

import gzip
import hashlib
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from relecture.data import manifest
from relecture.data.manifest import box
from relecture.errors import UserError

SIDE = 16
SAMPLE_NAME = "scikit-learn digits"


@dataclass(frozen=True)
class Usps:
    """Handwritten digits from envelopes, in the order of the files: the ZIP codes' digits follow each other.

    Images are float32 (n, 16, 16), 0 = paper, 1 = ink; labels are uint8 (n,), 0..9. `digest` (16 hexadecimal
    digits) stands for the content. `sample` is true when these are scikit-learn's 1,797 digits instead.
    """

    images: np.ndarray
    labels: np.ndarray
    name: str
    sample: bool
    digest: str


def load(path: Path) -> Usps:
    """The data set that `relecture data fetch usps` wrote the manifest `path` about.

    The training file comes first, then the test file. A missing or damaged one is a UserError that says how to get
    it again.
    """
    files = manifest.checked(path, "usps")
    if not files:
        return sample()
    images, labels = zip(*map(read_lines, files), strict=True)
    return _usps(np.concatenate(images), np.concatenate(labels), "USPS", sample=False)


def sample() -> Usps:
    """The 1,797 digits inside scikit-learn, written by other hands than MNIST's; 8 x 8 pixels made 16 x 16."""
    import cv2
    from sklearn.datasets import load_digits

    digits = load_digits()
    small = (digits.images / 16).astype(np.float32)
    images = np.stack([cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC) for image in small])
    return _usps(images.clip(0, 1), digits.target.astype(np.uint8), SAMPLE_NAME, sample=True)


def sample_notice() -> str:
    """What a person reads where the USPS digits could not be had."""
    return box(
        [
            "THESE ARE NOT THE USPS DIGITS",
            "",
            "The USPS digits could not be had: neither a mirror folder nor the",
            "network has them. In their place stand the 1,797 handwritten digits of",
            "scikit-learn, which are fewer and coarser (8 x 8 pixels).",
            f'Tables, figures and runs say "{SAMPLE_NAME}".',
            "",
            "For the USPS digits, put both files into a folder as usps/*.gz, then:",
            "  RELECTURE_MIRROR=<folder> snakemake resources/usps.json --force",
            "To get an error instead of this notice: data.allow_sample_fallback: false",
        ]
    )


def read_lines(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Images (n, 16, 16) float32, 0..1, and labels (n,) uint8 of a gzipped text file.

    A line is a digit and 256 numbers, -1 = paper to 1 = ink, row by row. A file that is none of that is a UserError.
    """
    try:
        with gzip.open(path, "rt", encoding="ascii") as file:
            table = np.loadtxt(file, dtype=np.float32, ndmin=2)
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise UserError(f"{path} cannot be read ({error}). {manifest.again('usps')}") from error
    labels, values = table[:, 0], table[:, 1:]
    fits = values.shape[1] == SIDE**2 and np.isin(labels, np.arange(10)).all() and np.abs(values).max(initial=0) <= 1
    if not fits:
        raise UserError(
            f"{path} is not a file of USPS digits: a line is a digit and {SIDE**2} numbers from -1 to 1. "
            f"{manifest.again('usps')}"
        )
    return (values.reshape(-1, SIDE, SIDE) + 1) / 2, labels.astype(np.uint8)


def _usps(images: np.ndarray, labels: np.ndarray, name: str, sample: bool) -> Usps:
    content = hashlib.sha256(images.tobytes() + labels.tobytes()).hexdigest()[:16]
    return Usps(images, labels, name, sample, content)
