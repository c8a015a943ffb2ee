"""Scores of every method of `digits` on the test images."""

import numpy as np
import pandas as pd

from relecture.records import FitResult


def add_member(result: FitResult, member: str, labels: np.ndarray, probabilities: np.ndarray, **scores: float) -> None:
    """Add a member with its predictions for the test images: labels (n,), probabilities (n, 10)."""
    predicted = probabilities.argmax(1)
    cases = pd.DataFrame(
        {
            "image": np.arange(len(labels)),
            "label": labels.astype(np.int8),
            "predicted": predicted.astype(np.int8),
            "probability": probabilities.max(1).astype(np.float32),
        }
    )
    result.add(member, {"test_error": error_rate(labels, predicted), **scores}, cases)


def error_rate(labels: np.ndarray, predicted: np.ndarray) -> float:
    """Return the share of wrong predictions, from 0 to 1."""
    return float((labels != predicted).mean())
