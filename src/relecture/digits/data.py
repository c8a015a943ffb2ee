"""The images as arrays, and their division into training, validation and test."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

CLASSES = 10


@dataclass(frozen=True)
class Digits:
    """Images as rows of 784 numbers from 0 to 1 (float32), labels 0..9 (int64).

    The first `fitted` training images are learned from, the rest are for validation.
    `name`, `sample` and `digest` say which data these are.
    """

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    fitted: int
    name: str
    sample: bool
    digest: str


def save(mnist: Any, path: Path) -> None:
    """Keep raw images (n, 28, 28) uint8 and labels as one uncompressed file that loads fast."""
    with path.open("wb") as file:
        np.savez(
            file,
            train_images=mnist.train_images.reshape(-1, 784),
            train_labels=mnist.train_labels,
            test_images=mnist.test_images.reshape(-1, 784),
            test_labels=mnist.test_labels,
            name=mnist.name,
            sample=mnist.sample,
            digest=mnist.digest,
        )


def load(path: Path, validation_images: int) -> Digits:
    """Read what `save` kept; of the sample at most a fifth of the training images is held out."""
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    count, sample = len(arrays["train_labels"]), bool(arrays["sample"])
    return Digits(
        train_images=arrays["train_images"].astype(np.float32) / 255,
        train_labels=arrays["train_labels"].astype(np.int64),
        test_images=arrays["test_images"].astype(np.float32) / 255,
        test_labels=arrays["test_labels"].astype(np.int64),
        fitted=count - (min(validation_images, count // 5) if sample else validation_images),
        name=str(arrays["name"]),
        sample=sample,
        digest=str(arrays["digest"]),
    )
