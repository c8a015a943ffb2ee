"""Small real data for tests: some MNIST images, and other handwriting as cells."""

from functools import cache
from typing import Any

import cv2
import numpy as np
from sklearn.datasets import load_digits

from relecture.data import mnist
from relecture.data.mnist import Mnist
from relecture.tallies.networks.cell_dataset import Cells as CellDataset
from relecture.tallies.networks.cell_dataset import digest

ARCHITECTURE = {"filters": [8, 8], "dropout": 0.1, "fc1": 40, "fc2": 20}
TRAINING = {"batch_size": 64, "rho": 0.9, "epsilon": 1e-7}
BASE = {"seeds": 2, "images": 3000, "epochs": 4, "learning_rate": 0.003, "architecture": ARCHITECTURE, **TRAINING}
TRANSFER = {"seeds": 2, "cells": 300, "epochs": 6, "learning_rate": 0.003, "frozen": 1, "start": "base",
            "augment": False, **TRAINING}  # fmt: skip


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
    return CellDataset(pixels, labels[rows].astype(np.int64), parts, "scikit-learn's digits", True, digest(pixels))


def metrics(fit: Any) -> dict[str, dict[str, float]]:
    """Return the final metrics of each member."""
    found: dict[str, dict[str, float]] = {}
    for row in fit.metrics:
        found.setdefault(row["member"], {})[row["metric"]] = row["value"]
    return found
