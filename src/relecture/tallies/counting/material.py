"""Whether handwriting and sheets are like those that the classifier was tested on."""

import math
from dataclasses import asdict, dataclass

import numpy as np

CLEAR = 0.7  # a cell whose highest probability is lower has no clear symbol
MAX_UNCLEAR = 0.08  # share of such cells in familiar material
MAX_LOSS = 0.04  # by which the quality may be below that of the classifier's own test
USUAL_QUALITY = 0.97  # of a classifier's own test, where it is not known
MIN_CELLS = 30  # fewer say nothing

NEXT_STEP = "Label cells of your own sheets, 20 to 50 of each digit, and train with them (tallies.cells_dir)"


@dataclass(frozen=True)
class Material:
    """The cells with ink of some sheets: how many, the sum of their highest probabilities, how many are unclear.

    `test_quality` is the mean of the highest probabilities in the classifier's own test, NaN if not known.
    """

    n_cells: int = 0
    confidence: float = 0.0
    n_unclear: int = 0
    test_quality: float = math.nan

    @classmethod
    def of(cls, classes: np.ndarray, has_ink: np.ndarray, test_quality: float) -> "Material":
        """Return the material of classified cells (..., classes), of which some have ink, bool (...)."""
        highest = classes.max(-1)[has_ink].astype(np.float64)
        return cls(len(highest), float(highest.sum()), int((highest < CLEAR).sum()), test_quality)

    def __add__(self, other: "Material") -> "Material":
        """Return both together; the test is that of `other`."""
        return Material(
            self.n_cells + other.n_cells,
            self.confidence + other.confidence,
            self.n_unclear + other.n_unclear,
            other.test_quality,
        )

    def as_dict(self) -> dict[str, float]:
        """Return the fields."""
        return asdict(self)

    def warning(self) -> str:
        """Return a warning with the next step if the material is foreign to the classifier, else an empty text."""
        if self.n_cells < MIN_CELLS:
            return ""
        quality, unclear = self.confidence / self.n_cells, self.n_unclear / self.n_cells
        known = not math.isnan(self.test_quality)
        expected = self.test_quality if known else USUAL_QUALITY
        if quality >= expected - MAX_LOSS and unclear <= MAX_UNCLEAR:
            return ""
        test = f"in the classifier's own test {expected:.2f}" if known else f"usual are {expected:.2f}"
        return (
            f"the handwriting is foreign to the classifier: {100 * unclear:.0f} % of {self.n_cells:,} cells have no "
            f"clear digit, and the mean of the highest probabilities is {quality:.2f} ({test}). {NEXT_STEP}"
        )
