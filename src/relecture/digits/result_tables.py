"""The comparison's tables, findings and choices, and its values for the scorecard."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from relecture import records, tables
from relecture.digits import choices as chosen
from relecture.digits.config import N_CLASSES, N_LAST_EPOCHS
from relecture.digits.data import Digits
from relecture.findings import Choice, Finding
from relecture.records import Record
from relecture.scorecard.published_values import PublishedValue
from relecture.scorecard.reproduced_values import ReproducedValues
from relecture.text_format import count, interval, listed, p_value, percent, spread
from relecture.uncertainty import HOLM_NOTE, Difference, holm, paired

NAMES = {
    "plain": "Network, no regularisation",
    "ridge": "Network with ridge",
    "dropout": "Network with dropout",
    "early_stopping": "Network, early stopping by loss",
    "early_stopping_error": "Network, early stopping by error",
    "l1": "Network with L1 penalty",
    "one_hidden_layer": "Network with one hidden layer",
    "logistic": "Multinomial logistic regression",
    "sklearn_logistic": "The same by scikit-learn",
    "lda": "Linear discriminant analysis",
    "knn": "k nearest neighbours",
    "random_forest": "Random forest",
}
#: The networks that are compared, with the same seeds.
NETWORKS = ("plain", "ridge", "dropout", "early_stopping", "early_stopping_error")
#: Networks that illustrate, with fewer seeds.
FURTHER_NETWORKS = ("l1", "one_hidden_layer")
EARLY_STOPPING = ("early_stopping", "early_stopping_error")
PUBLISHED = ("ridge", "dropout", "logistic", "lda")
#: The differences between networks that are tested: each regulariser against none, the book's two against each other,
#: and early stopping by loss against early stopping by error.
PAIRS = (
    ("plain", "ridge"),
    ("plain", "dropout"),
    ("plain", "early_stopping"),
    ("plain", "early_stopping_error"),
    ("ridge", "dropout"),
    ("early_stopping", "early_stopping_error"),
)
#: The two sides of the difference between two epochs of the networks without regularisation.
LOWEST_LOSS, LAST_TEN = "plain, epoch of the lowest validation loss", "plain, last ten epochs"


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

    @property
    def n_last_epochs(self) -> int:
        """Number of the last epochs over which errors are averaged: ten, or as many as there are."""
        return min(N_LAST_EPOCHS, int(self.records["plain"].params["config"]["training"]["epochs"]))

    def published_error(self, method: str) -> str:
        """Return the published test error of a method in percent; empty if none is published."""
        return next((entry.value for entry in self.published if entry.id == f"digits.{method}.test_error"), "")

    def values(self, method: str, metric: str) -> pd.Series:
        """Return a metric by member; of a method with several lambdas, of those with the chosen one."""
        metrics = self.records[method].metrics
        if method == "l1":
            lambdas = metrics[metrics.metric == "lambda"].set_index("member").value
            lambda_ = float(chosen.lambda_choice(self.records[method]).value)
            metrics = metrics[metrics.member.isin(lambdas.index[lambdas == lambda_])]
        return metrics[metrics.metric == metric].set_index("member").value

    def errors(self, method: str, metric: str = "test_error") -> pd.Series:
        """Return an error in percent by member."""
        return 100 * self.values(method, metric)


@dataclass(frozen=True)
class Gap:
    """A tested difference `a - b` in points of an error; `id` is that of its finding."""

    id: str
    error: str
    a: str
    b: str
    difference: Difference


def load(
    folders: list[Path],
    published: list[PublishedValue],
    test_images: np.ndarray | None = None,
    n_images: dict[str, int] | None = None,
) -> DigitsResults:
    """Read the records of all methods, and of the search for lambda."""
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
        last, last_ten = results.errors(method), results.errors(method, "test_error_last_ten")
        within_run = results.errors(method, "test_error_within_run_sd").mean()
        validation = results.errors(method, "validation_error").mean()
        parameters = results.records[method].params["parameters"]
        published = results.published_error(method)
        numbers.append(
            {
                "model": name,
                "parameters": parameters,
                "test_error_published": published,
                "test_error": last.mean(),
                "test_error_sd": last.std(),
                "test_error_last_ten": last_ten.mean(),
                "test_error_last_ten_sd": last_ten.std(),
                "test_error_within_run_sd": within_run,
                "validation_error": validation,
                "validation_error_last_ten": results.errors(method, "validation_error_last_ten").mean(),
                "n": len(last),
            }
        )
        text.append(
            {
                "model": name,
                "parameters": "–" if parameters is None else f"{parameters:,}",
                "test error published, %": published or "–",
                "test error, last epoch, %": spread(last.mean(), last.std(), 2),
                f"mean of last {count(results.n_last_epochs)}, %": spread(last_ten.mean(), last_ten.std(), 2),
                "sd within a run": tables.number(within_run, 2),
                "validation error, %": tables.number(validation, 2),
                "n": str(len(last)),
            }
        )
    lambdas = {name: float(chosen.lambda_choice(results.records[name]).value) for name in ("ridge_search", "l1")}
    note = (
        f"{results.data_name}. Mean ± standard deviation over n networks (or forests) that differ in their seed. The "
        "last epoch is what the book reports; sd within a run: of the test error over the last "
        f"{count(results.n_last_epochs)} epochs of one network. Early stopping reports the epoch that it keeps, which "
        "favours its validation error, since that epoch was chosen on the same images. Lambda (ridge "
        f"{lambdas['ridge_search']:g}, L1 {lambdas['l1']:g}) was chosen on validation images. Nothing is chosen on "
        f"test images. {listed([NAMES[method] for method in FURTHER_NETWORKS])} have few seeds: they illustrate, and "
        "are not tested."
    )
    tables.write(stem, pd.DataFrame(numbers), pd.DataFrame(text), "Digits: published and reproduced", note)


def gaps(results: DigitsResults) -> list[Gap]:
    """Return the tested differences, in points, with p-values adjusted over all of them.

    They are those of PAIRS in test error at the last epoch and on average over the last epochs, where early stopping
    has the error of the epoch that it keeps; and the fall of the validation error of networks without regularisation
    from the epoch of the lowest validation loss to the last epochs.
    """
    untested: list[tuple[str, str, str, str, Difference]] = []
    for a, b in PAIRS:
        untested.append((f"{a} - {b}", "test_error", a, b, paired(results.errors(a), results.errors(b))))
    for a, b in PAIRS:
        if a not in EARLY_STOPPING or b not in EARLY_STOPPING:  # of two kept epochs there is one difference
            difference = paired(_late_error(results, a), _late_error(results, b))
            untested.append((f"{a} - {b}, last ten epochs", "test_error_last_ten", a, b, difference))
    fall = paired(error_at_lowest_loss(results), results.errors("plain", "validation_error_last_ten"))
    untested.append((f"{LOWEST_LOSS} - last ten epochs", "validation_error", LOWEST_LOSS, LAST_TEN, fall))
    adjusted = holm([difference for *_, difference in untested])
    return [Gap(id, error, a, b, one) for (id, error, a, b, _), one in zip(untested, adjusted, strict=True)]


def error_at_lowest_loss(results: DigitsResults) -> pd.Series:
    """Return the validation error of the networks without regularisation after the epoch of their lowest loss."""
    curves = results.records["plain"].history.pivot(index=["member", "step"], columns="metric", values="value")
    return 100 * curves.loc[curves.groupby("member").validation_loss.idxmin(), "validation_error"].droplevel("step")


def lowest_epochs(results: DigitsResults, metric: str) -> pd.Series:
    """Return the epoch after which a metric of each network without regularisation is lowest."""
    history = results.records["plain"].history
    curves = history[history.metric == metric].pivot(index="step", columns="member", values="value")
    return curves.idxmin()


def findings(results: DigitsResults) -> list[Finding]:
    """Return the finding of each difference."""
    return [Finding.of(gap.id, gap.difference) for gap in gaps(results)]


def choices(results: DigitsResults) -> list[Choice]:
    """Return the choices of lambda and of the epochs that early stopping keeps."""
    return [
        *(chosen.lambda_choice(results.records[name]) for name in ("ridge_search", "l1")),
        *(chosen.epoch_choice(results.records[method]) for method in EARLY_STOPPING),
    ]


def differences(results: DigitsResults, stem: Path) -> None:
    """Write the paired differences between the networks over the same seeds."""
    numbers, text = [], []
    last_ten = f"mean of last {count(results.n_last_epochs)}"
    errors = {"test_error": "test error, last epoch", "test_error_last_ten": f"test error, {last_ten}"}
    names = {
        **{method: name.removeprefix("Network with ").removeprefix("Network, ") for method, name in NAMES.items()},
        LOWEST_LOSS: "no regularisation: lowest loss",
        LAST_TEN: last_ten,
    }
    for gap in gaps(results):
        difference = gap.difference
        numbers.append({"error": gap.error, "a": gap.a, "b": gap.b, **vars(difference)})
        text.append(
            {
                "error": errors.get(gap.error, "validation error"),
                "networks": f"{names[gap.a]} − {names[gap.b]}",
                "difference, points": tables.number(difference.mean, 2),
                "95 % interval": interval(difference.low, difference.high, 2),
                "adjusted p": p_value(difference.adjusted_p),
                "finding": difference.finding,
            }
        )
    note = (
        f"Paired over {difference.n} seeds, in percentage points; a positive number favours the second. Early stopping "
        f"has the error of the epoch that it keeps in both groups. {HOLM_NOTE} Data: {results.data_name}."
    )
    tables.write(stem, pd.DataFrame(numbers), pd.DataFrame(text), "Digits: paired differences", note)


def lambda_choice(results: DigitsResults, stem: Path) -> None:
    """Write each candidate for lambda, of ridge and of L1, with its validation error and how often it is chosen."""
    numbers, text, borders = [], [], []
    for penalty, name in (("ridge", "ridge_search"), ("L1", "l1")):
        record = results.records[name]
        errors, shares = chosen.validation_errors(record), chosen.lambda_win_shares(record)
        last, choice = chosen.last_epoch_errors(record), chosen.lambda_choice(record)
        if choice.on_border and errors.shape[1] > 1:
            borders.append(f"The choice of {penalty} is on the border of its grid, so a better lambda may lie outside.")
        for lambda_ in errors:
            marks = [
                word for word, value in (("chosen", choice.value), ("lowest", choice.lowest)) if float(value) == lambda_
            ]
            numbers.append(
                {
                    "penalty": penalty,
                    "lambda": lambda_,
                    "validation_error_last_ten": 100 * errors[lambda_].mean(),
                    "validation_error_last_ten_sd": 100 * errors[lambda_].std(),
                    "validation_error": 100 * last[lambda_].mean(),
                    "share_of_wins": shares[lambda_],
                    "chosen": "chosen" in marks,
                    "lowest": "lowest" in marks,
                    "n": len(errors),
                }
            )
            text.append(
                {
                    "penalty": penalty,
                    "lambda": f"{lambda_:g}",
                    f"validation error, mean of last {count(results.n_last_epochs)}, %": spread(
                        100 * errors[lambda_].mean(), 100 * errors[lambda_].std(), 2
                    ),
                    "last epoch, %": tables.number(100 * last[lambda_].mean(), 2),
                    "chosen in": percent(shares[lambda_]),
                    "choice": ", ".join(marks),
                    "n": str(len(errors)),
                }
            )
    note = " ".join(
        [
            "Mean ± standard deviation over n networks that differ in their seed. Chosen is the largest lambda whose "
            "error is within one standard error of the lowest. Chosen in: share of bootstrap samples, of seeds and "
            "validation images for ridge, of seeds for L1, in which the same rule chooses it.",
            *borders,
            f"Data: {results.data_name}.",
        ]
    )
    tables.write(stem, pd.DataFrame(numbers), pd.DataFrame(text), "Digits: choice of the penalties", note)


def early_stopping(results: DigitsResults, stem: Path) -> None:
    """Write which epochs early stopping keeps, by loss and by error, and the losses and errors there."""
    monitors = {"early_stopping": "validation loss", "early_stopping_error": "validation error", "plain": "none"}
    numbers, text = [], []
    for method, monitor in monitors.items():
        epochs = results.values(method, "best_epoch")
        curves = results.records[method].history.set_index(["member", "step", "metric"]).value
        loss = pd.Series([curves[member, epoch, "validation_loss"] for member, epoch in epochs.astype(int).items()])
        validation, test = results.errors(method, "validation_error"), results.errors(method)
        trained = results.values(method, "epochs")
        numbers.append(
            {
                "monitor": monitor,
                "best_epoch": epochs.median(),
                "best_epoch_lowest": int(epochs.min()),
                "best_epoch_highest": int(epochs.max()),
                "epochs": trained.mean(),
                "validation_loss": loss.mean(),
                "validation_error": validation.mean(),
                "test_error": test.mean(),
                "test_error_sd": test.std(),
                "n": len(epochs),
            }
        )
        text.append(
            {
                "stopped by": monitor if method in EARLY_STOPPING else "nothing (last epoch)",
                "kept epoch, median": f"{epochs.median():g}",
                "lowest to highest": f"{epochs.min():g} to {epochs.max():g}",
                "epochs trained": f"{trained.mean():.1f}",
                "validation loss, nats": tables.number(loss.mean(), 3),
                "validation error, %": tables.number(validation.mean(), 2),
                "test error, %": spread(test.mean(), test.std(), 2),
                "n": str(len(epochs)),
            }
        )
    note = (
        "Losses and errors are those of the kept epoch, averaged over n networks that differ in their seed; ± standard "
        "deviation. The quantity by which an epoch was chosen is lowest there by choice, so the last column compares. "
        f"Data: {results.data_name}."
    )
    tables.write(stem, pd.DataFrame(numbers), pd.DataFrame(text), "Digits: early stopping", note)


def reproduced_values(results: DigitsResults, path: Path) -> None:
    """Write every value of this comparison that the book publishes; errors in percent."""
    values = ReproducedValues(results.sample_name)
    for name, n_images in results.n_images.items():
        values.add(f"digits.images.{name}", n_images)
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


def _late_error(results: DigitsResults, method: str) -> pd.Series:
    """Return the test error averaged over the last epochs; of early stopping that of the kept epoch."""
    return results.errors(method, "test_error" if method in EARLY_STOPPING else "test_error_last_ten")
