"""The comparison's tables, and its values for the scorecard."""

from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd

from relecture import records, tables
from relecture.digits.data import N_CLASSES, Digits
from relecture.findings import Finding
from relecture.records import Record
from relecture.scorecard.published_values import PublishedValue
from relecture.scorecard.reproduced_values import ReproducedValues
from relecture.text_format import interval, p_value, spread
from relecture.uncertainty import HOLM_NOTE, Difference, holm, paired

NAMES = {
    "plain": "Network, no regularisation",
    "ridge": "Network with ridge",
    "dropout": "Network with dropout",
    "early_stopping": "Network with early stopping",
    "logistic": "Multinomial logistic regression",
    "sklearn_logistic": "The same by scikit-learn",
    "lda": "Linear discriminant analysis",
}
NETWORKS = ("plain", "ridge", "dropout", "early_stopping")
PUBLISHED = ("ridge", "dropout", "logistic", "lda")


@dataclass(frozen=True)
class DigitsResults:
    """The records by method and the published values.

    For figures also the test images (n, 784); for tables what `count_images` counted.
    """

    records: dict[str, Record]
    published: list[PublishedValue]
    test_images: np.ndarray | None = None
    n_images: dict[str, int] = field(default_factory=dict)

    @property
    def data_name(self) -> str:
        """Name of the data."""
        return str(self.records["plain"].params["data"]["name"])

    @property
    def sample_name(self) -> str:
        """Name of the sample that replaces the data, if one does."""
        return self.records["plain"].sample_name

    def published_error(self, method: str) -> str:
        """Return the published test error of a method in percent; empty if none is published."""
        return next((entry.value for entry in self.published if entry.id == f"digits.{method}.test_error"), "")


def load(
    folders: list[Path],
    published: list[PublishedValue],
    test_images: np.ndarray | None = None,
    n_images: dict[str, int] | None = None,
) -> DigitsResults:
    """Read the records of all methods."""
    by_method = {record.params["method"]: record for record in map(records.read, folders)}
    return DigitsResults(by_method, published, test_images, n_images or {})


def count_images(digits: Digits) -> dict[str, int]:
    """Count images under the names of the published values.

    `train`: to train with; `fit`: those of them that are not held out for validation; `test`: to test with;
    `pixels`: of one image.
    """
    (n_train, pixels), n_test = digits.train_images.shape, len(digits.test_images)
    return {"train": n_train, "fit": digits.n_train, "test": n_test, "pixels": pixels}


def table(results: DigitsResults, stem: Path) -> None:
    """Write the published table beside the reproduced values."""
    numbers, text = [], []
    for method, name in NAMES.items():
        summary = records.summarize(results.records[method])
        test, validation = 100 * summary.loc["test_error"], 100 * summary.loc["validation_error", "mean"]
        n, parameters = int(summary.loc["test_error", "n"]), results.records[method].params["parameters"]
        published = results.published_error(method)
        numbers.append(
            {
                "model": name,
                "parameters": parameters,
                "test_error_published": published,
                "test_error": test["mean"],
                "test_error_sd": test.sd,
                "validation_error": validation,
                "n": n,
            }
        )
        text.append(
            {
                "model": name,
                "parameters": f"{parameters:,}",
                "test error published, %": published or "–",
                "test error, %": spread(test["mean"], test.sd, 2),
                "validation error, %": tables.number(validation, 2),
                "n": str(n),
            }
        )
    note = (
        f"{results.data_name}. Mean ± standard deviation over n networks that differ in their seed. Ridge's lambda, "
        f"{results.records['ridge'].params['config']['hidden_l2']:g}, was chosen on validation images; the test images "
        "were used once, at the end."
    )
    tables.write(stem, pd.DataFrame(numbers), pd.DataFrame(text), "Digits: published and reproduced", note)


def gaps(results: DigitsResults) -> dict[tuple[str, str], Difference]:
    """Return the paired differences in test error, in points, between the networks, with adjusted p-values."""
    errors = {
        method: 100 * record.metrics[record.metrics.metric == "test_error"].set_index("member").value
        for method, record in results.records.items()
    }
    pairs = list(combinations(NETWORKS, 2))
    return dict(zip(pairs, holm([paired(errors[a], errors[b]) for a, b in pairs]), strict=True))


def findings(results: DigitsResults) -> list[Finding]:
    """Return the finding of each difference."""
    return [Finding.of(f"{a} - {b}", gap) for (a, b), gap in gaps(results).items()]


def differences(results: DigitsResults, stem: Path) -> None:
    """Write the paired differences in test error between the networks over the same seeds."""
    numbers, text = [], []
    for (a, b), gap in gaps(results).items():
        numbers.append({"a": a, "b": b, **vars(gap)})
        text.append(
            {
                "methods": f"{NAMES[a]} − {NAMES[b].lower()}",
                "difference in test error, points": tables.number(gap.mean, 2),
                "95 % interval": interval(gap.low, gap.high, 2),
                "adjusted p": p_value(gap.adjusted_p),
                "finding": gap.finding,
            }
        )
    note = (
        f"Paired over {gap.n} seeds, in percentage points; a positive number favours the second. {HOLM_NOTE} "
        f"Data: {results.data_name}."
    )
    tables.write(stem, pd.DataFrame(numbers), pd.DataFrame(text), "Digits: paired differences", note)


def reproduced_values(results: DigitsResults, path: Path) -> None:
    """Write every value of this comparison that the book publishes; errors in percent."""
    values = ReproducedValues(results.sample_name)
    for name, count in results.n_images.items():
        values.add(f"digits.images.{name}", count)
    for method in PUBLISHED:
        mean, sd, n = records.summarize(results.records[method]).loc["test_error"]
        values.add(f"digits.{method}.test_error", 100 * mean, 100 * sd, int(n))
    mean, sd, n = records.summarize(results.records["dropout"]).loc["test_error"]
    values.add("digits.network.accuracy", 100 * (1 - mean), 100 * sd, int(n))
    values.add("digits.network.parameters", results.records["plain"].params["parameters"])
    # Of the softmax's ten sets of coefficients one is determined by the others.
    free = results.records["logistic"].params["parameters"] * (N_CLASSES - 1) // N_CLASSES
    values.add("digits.logistic.parameters", free)
    values.write(path)
