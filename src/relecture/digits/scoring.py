"""How the answers of every method of `digits` are scored."""

import numpy as np
import pandas as pd

from relecture.records import FitResult


def add(fit: FitResult, member: str, labels: np.ndarray, probabilities: np.ndarray, **more: float) -> None:
    """Add a member's answers for the test images: labels (n,), probabilities (n, 10)."""
    predicted = probabilities.argmax(1)
    cases = pd.DataFrame(
        {
            "image": np.arange(len(labels)),
            "label": labels.astype(np.int8),
            "predicted": predicted.astype(np.int8),
            "probability": probabilities.max(1).astype(np.float32),
        }
    )
    fit.add(member, {"test_error": error(labels, predicted), **more}, cases)


def error(labels: np.ndarray, predicted: np.ndarray) -> float:
    """Share of labels that are not met, from 0 to 1."""
    return float((labels != predicted).mean())
