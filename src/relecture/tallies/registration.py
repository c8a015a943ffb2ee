"""The registered model `tally-digits`: the calibrated digit classifier, and how MLflow loads it.

MLflow calls `_load_pyfunc` by the name of this module. Nothing here imports MLflow.
"""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from relecture.errors import UserError
from relecture.registered_model import RegisteredModel
from relecture.tallies import IMAGE_SIZE
from relecture.tallies.networks.cnn import N_CLASSES
from relecture.tallies.networks.digit_classifier import DigitClassifier
from relecture.tallies.segmentation.cell_normalization import normalize_images

NAME, ALIAS = "tally-digits", "champion"
CELLS = Path("tallies/data/cells.npz")  # relative to the folder of all results
N_EXAMPLES = 3


class ServedClassifier:
    """A digit classifier with the method `predict` that MLflow calls."""

    def __init__(self, classifier: DigitClassifier):
        self._classifier = classifier

    def predict(self, images: np.ndarray, params: dict[str, Any] | None = None) -> dict[str, np.ndarray]:
        """Classify cells (n, 28, 28), normalised or not: `digit` and `has_ink` (n,), `probabilities` (n, classes)."""
        cells = normalize_images(np.asarray(images, dtype=np.uint8))
        probabilities = self._classifier.probabilities(cells)
        return {"digit": probabilities.argmax(-1), "probabilities": probabilities, "has_ink": cells.any(axis=(1, 2))}


def example(results: Path) -> np.ndarray:
    """Return the first cells (N_EXAMPLES, 28, 28) of the comparison's data set; UserError if there is none."""
    path = results / CELLS
    try:
        with np.load(path) as file:
            images: np.ndarray = file["images"][:N_EXAMPLES]
            return images
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise UserError(f"{path} holds no labelled cells ({error}). Make it first: snakemake {path}") from error


def _load_pyfunc(path: str) -> ServedClassifier:
    return ServedClassifier(DigitClassifier.load(Path(path)))


MODEL = RegisteredModel(
    name=NAME,
    alias=ALIAS,
    description="Classifies cells of tally sheets: images (n, 28, 28) of grey values, dark on light or light on dark, "
    "to the digit in each cell (10 for a mark that is no digit), the probabilities of the digits 0 to 9 and of a mark, "
    "and whether there is ink (without it the digit means nothing). Made by the comparison `tallies` of relecture, "
    "which has to be installed where the model is loaded: "
    f"`mlflow models serve --model-uri models:/{NAME}@{ALIAS} --env-manager local`.",
    file=Path("tallies/validation/classifier.pt"),
    record=Path("tallies/final"),
    example=example,
    loader_module=__name__,
    inputs=[(None, "uint8", (-1, IMAGE_SIZE, IMAGE_SIZE))],
    outputs=[
        ("digit", "int64", (-1,)),
        ("probabilities", "float32", (-1, N_CLASSES + 1)),
        ("has_ink", "bool", (-1,)),
    ],
    packages=("mlflow", "numpy", "torch"),
    score="target_accuracy",
)
