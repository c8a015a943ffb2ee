"""The images as arrays, divided into training, validation and test."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from relecture.data_files import read_arrays, write_arrays
from relecture.digits.config import N_PIXELS
from relecture.prediction.inputs import InputColumn, Inputs

if TYPE_CHECKING:
    from relecture.data.mnist import Mnist


@dataclass(frozen=True)
class Digits:
    """Images as rows of 784 numbers from 0 to 1 (float32), labels 0..9 (int64).

    The first `n_train` of the training images are for training, the others for validation.
    `name`, `sample` and `digest` identify the data.
    """

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    n_train: int
    name: str
    sample: bool
    digest: str


def inputs() -> Inputs:
    """Return the columns that a model takes: `pixel0` to `pixel783`, row by row, grey values from 0 to 255."""
    return Inputs(columns=[InputColumn(name=f"pixel{i}") for i in range(N_PIXELS)], others=["label"], images=True)


def save(mnist: "Mnist", path: Path) -> None:
    """Write raw images (n, 28, 28) uint8 and labels to one uncompressed file that loads fast."""
    write_arrays(
        path,
        train_images=mnist.train_images.reshape(-1, 784),
        train_labels=mnist.train_labels,
        test_images=mnist.test_images.reshape(-1, 784),
        test_labels=mnist.test_labels,
        name=mnist.name,
        sample=mnist.sample,
        digest=mnist.digest,
    )


def load(path: Path, n_validation: int) -> Digits:
    """Read the file that `save` wrote; of the sample at most a fifth of the training images is held out."""
    arrays = read_arrays(path)
    count, sample = len(arrays["train_labels"]), bool(arrays["sample"])
    return Digits(
        train_images=arrays["train_images"].astype(np.float32) / 255,
        train_labels=arrays["train_labels"].astype(np.int64),
        test_images=arrays["test_images"].astype(np.float32) / 255,
        test_labels=arrays["test_labels"].astype(np.int64),
        n_train=count - (min(n_validation, count // 5) if sample else n_validation),
        name=str(arrays["name"]),
        sample=sample,
        digest=str(arrays["digest"]),
    )
