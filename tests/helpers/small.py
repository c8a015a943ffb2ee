"""Small real data for tests: some MNIST images, and other handwriting as cells."""

from functools import cache
from typing import Any

import cv2
import numpy as np
from sklearn.datasets import load_digits

from relecture.data import mnist
from relecture.data.mnist import Mnist
from relecture.records import array_digest
from relecture.tallies.config import (
    TRANSFER_VARIANTS,
    Architecture,
    FinalJob,
    LabelCurveJob,
    PretrainingJob,
    TransferJob,
)
from relecture.tallies.networks.cell_dataset import CellDataset

ARCHITECTURE: Architecture = {"filters": [8, 8], "dropout": 0.1, "fc1": 40, "fc2": 20}
TRAINING: dict[str, Any] = {"batch_size": 64, "rho": 0.9, "epsilon": 1e-7}
BASE = PretrainingJob(
    n_seeds=2, n_images=3000, epochs=4, augment=False, learning_rate=0.003, architecture=ARCHITECTURE, **TRAINING
)


def transfer_job(variant: str, **changes: Any) -> TransferJob:
    """Return a short job of a variant of transfer."""
    return TransferJob(**_fine_tuning(variant) | {"n_seeds": 2, "n_labelled": 300, "epochs": 6} | changes)


def label_curve_job(n_labelled: list[int], n_images: int, n_seeds: int = 2) -> LabelCurveJob:
    """Return the job of a short label curve with the first block frozen."""
    return LabelCurveJob(**_fine_tuning("frozen"), n_labelled=n_labelled, n_images=n_images, n_seeds=n_seeds)


def final_job() -> FinalJob:
    """Return the job of a final model that is trained for a few epochs."""
    return FinalJob(**_fine_tuning("frozen"), method="frozen", n_seeds=2, epochs=6, n_marks=60, n_variants=20)


def _fine_tuning(variant: str) -> dict[str, Any]:
    return {**TRANSFER_VARIANTS[variant].as_dict(), "learning_rate": 0.003, **TRAINING}


@cache
def images() -> Mnist:
    """Return MNIST's sample, with every fifth of its test images."""
    full = mnist.sample()
    tested = {"test_images": full.test_images[::5], "test_labels": full.test_labels[::5]}
    return Mnist(**{**vars(full), **tested})


@cache
def cells(train: int = 600, validation: int = 150, test: int = 200) -> CellDataset:
    """Return scikit-learn's digits, scaled to 28 x 28: other handwriting than MNIST's."""
    drawn, labels = load_digits(return_X_y=True)
    count = train + validation + test
    rows = np.random.default_rng(0).permutation(len(labels))[:count]
    large = [cv2.resize(image.reshape(8, 8) / 16, (28, 28), interpolation=cv2.INTER_CUBIC) for image in drawn[rows]]
    pixels = (255 * np.clip(large, 0, 1)).astype(np.uint8)
    parts = np.repeat(["train", "validation", "test"], [train, validation, test])
    return CellDataset(
        pixels, pixels, labels[rows].astype(np.int64), parts, "scikit-learn's digits", True, array_digest(pixels)
    )


def metrics(fit: Any) -> dict[str, dict[str, float]]:
    """Return the final metrics of each member."""
    metrics: dict[str, dict[str, float]] = {}
    for row in fit.metrics:
        metrics.setdefault(row["member"], {})[row["metric"]] = row["value"]
    return metrics
