"""What `mlflow models serve` runs for a registered reader: images of cells in, digits and probabilities out.

MLflow calls `_load_pyfunc` by the name of this module. The reader itself belongs to a comparison, which nothing here
imports: it is found by its name, when a model is loaded.
"""

from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import numpy as np

READER = "relecture.tallies.networks.digit_classifier:Recognizer.load"


class Served:
    """A reader as MLflow wants a model: with `predict`."""

    def __init__(self, reader: Any):
        self._reader = reader

    def predict(self, images: np.ndarray, params: dict[str, Any] | None = None) -> dict[str, np.ndarray]:
        """Read cells (n, 28, 28), 0 = paper, 255 = ink: `digit` (n,) and `probabilities` (n, 10)."""
        probabilities = self._reader.probabilities(np.asarray(images, dtype=np.uint8))
        return {"digit": probabilities.argmax(-1), "probabilities": probabilities}


def _load_pyfunc(path: str) -> Served:
    return Served(resolve_name(READER)(Path(path)))
