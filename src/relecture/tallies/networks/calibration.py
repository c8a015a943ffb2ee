"""Calibration of the digit classifier: one temperature, fitted on validation cells.

Source: Guo, Pleiss, Sun and Weinberger (2017), "On Calibration of Modern Neural Networks".
"""

import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax
from scipy.stats import binomtest

from relecture import records
from relecture.atomic_files import write_json
from relecture.data_files import write_csv
from relecture.tallies.networks.digit_classifier import DigitClassifier, classifier_file, ensemble, softmax
from relecture.uncertainty import paired

N_BINS = 10
#: A classifier without a single error would get a temperature of zero.
MIN_TEMPERATURE, MAX_TEMPERATURE = 0.05, 20.0


def logit_columns(predictions: pd.DataFrame) -> list[str]:
    """Return the columns of a table of predictions that hold the logits: l0 to l9, and l10 if there are marks."""
    return [name for name in predictions.columns if re.fullmatch(r"l\d+", str(name))]


def mean_logits(predictions: pd.DataFrame) -> pd.DataFrame:
    """Return the predictions of the ensemble of all members, which predict the same rows in the same order."""
    columns = logit_columns(predictions)
    members = [rows.reset_index(drop=True) for _, rows in predictions.groupby("member", sort=False)]
    logits = np.mean([rows[columns].to_numpy() for rows in members], axis=0)
    values = dict(zip(columns, logits.T, strict=True))
    return members[0].drop(columns=["member", "probability"]).assign(**values, predicted=logits.argmax(1))


def fit_temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """Return the temperature with the smallest mean negative log-likelihood, MIN_TEMPERATURE to MAX_TEMPERATURE.

    Args:
        logits: (n, classes), before softmax, of cells that no network was trained on.
        labels: (n,), the true classes.
    """
    minimum = minimize_scalar(
        lambda log: negative_log_likelihood(logits / np.exp(log), labels).mean(),
        bounds=(np.log(MIN_TEMPERATURE), np.log(MAX_TEMPERATURE)),
        method="bounded",
        options={"xatol": 1e-6},
    )
    return float(np.exp(minimum.x))


def negative_log_likelihood(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the negative log-likelihood (nats) of each true class, (n,)."""
    losses: np.ndarray = -log_softmax(logits.astype(np.float64), axis=1)[np.arange(len(labels)), labels]
    return losses


def reliability_table(probabilities: np.ndarray, labels: np.ndarray, n_bins: int = N_BINS) -> pd.DataFrame:
    """Return the accuracy by confidence, the highest probability of a cell.

    A row per bin of confidence, all of one width: low, high, count, confidence (its mean), accuracy, and accuracy_low,
    accuracy_high (Wilson's 95 % interval); empty bins are left out.
    """
    confidence, correct = probabilities.max(1), probabilities.argmax(1) == labels
    bins = np.minimum((confidence * n_bins).astype(int), n_bins - 1)
    rows = []
    for index in np.unique(bins):
        inside = bins == index
        interval = binomtest(int(correct[inside].sum()), int(inside.sum())).proportion_ci(method="wilson")
        rows.append(
            {
                "low": index / n_bins,
                "high": (index + 1) / n_bins,
                "count": int(inside.sum()),
                "confidence": float(confidence[inside].mean()),
                "accuracy": float(correct[inside].mean()),
                "accuracy_low": interval.low,
                "accuracy_high": interval.high,
            }
        )
    return pd.DataFrame(rows)


def expected_calibration_error(table: pd.DataFrame) -> float:
    """Return the mean gap between confidence and accuracy over the cells of a reliability table."""
    return float(((table.confidence - table.accuracy).abs() * table["count"]).sum() / table["count"].sum())


def calibrate(final: Path, out: Path) -> None:
    """Fit the temperature of the final model; write classifier.pt, temperature.json and reliability.csv into `out`.

    The classifier is the ensemble of the networks of all seeds; each alone, with its own temperature, goes to
    `out/seeds/`. `final` is the record of the final model, whose predictions hold the logits of validation and test
    cells. The temperature is fitted on the
    validation cells and the symbols drawn for them, and evaluated on the test cells alone: reliability.csv has a row
    per bin `before` and `after` temperature scaling, temperature.json the calibration error, the log-likelihood and
    the mean of the highest probabilities.
    """
    every = records.read(final).predictions
    members, predictions = every.member.unique().tolist(), mean_logits(every)
    validation, test = (predictions[predictions.part == part] for part in ("validation", "test"))
    test = test[~test.drawn]
    columns = logit_columns(predictions)
    logits, labels = test[columns].to_numpy(), test.label.to_numpy()
    temperature = fit_temperature(validation[columns].to_numpy(), validation.label.to_numpy())
    quality = float(softmax(logits, temperature).max(1).mean())
    tables = {
        "before": reliability_table(softmax(logits), labels),
        "after": reliability_table(softmax(logits, temperature), labels),
    }
    single = {member: DigitClassifier.load(final / "model" / classifier_file(member), "cpu") for member in members}
    together = ensemble(list(single.values()))
    replace(together, temperature=temperature, test_quality=quality).save(out / "classifier.pt")
    shutil.rmtree(out / "seeds", ignore_errors=True)  # an earlier run may have had more
    (out / "seeds").mkdir(parents=True)
    for member, classifier in single.items():
        of_member = every[(every.member == member) & (every.part == "validation")]
        own = fit_temperature(of_member[columns].to_numpy(), of_member.label.to_numpy())
        replace(classifier, temperature=own).save(out / "seeds" / f"{member}.pt")
    reliability = pd.concat([table.assign(stage=stage) for stage, table in tables.items()])
    write_csv(out / "reliability.csv", reliability[["stage", *tables["before"]]])
    content = {
        "temperature": temperature,
        "quality": quality,
        "n_validation": int((~validation.drawn).sum()),
        "n_drawn": int(validation.drawn.sum()),
        "n_test": len(test),
        "calibration_error": {stage: expected_calibration_error(table) for stage, table in tables.items()},
        "log_loss": _compare_log_loss(logits, labels, temperature),
    }
    write_json(out / "temperature.json", content)


def _compare_log_loss(logits: np.ndarray, labels: np.ndarray, temperature: float) -> dict[str, Any]:
    """Return the mean negative log-likelihood before and after temperature scaling, and the paired difference."""
    before = pd.Series(negative_log_likelihood(logits, labels))
    after = pd.Series(negative_log_likelihood(logits / temperature, labels))
    return {"before": before.mean(), "after": after.mean(), "after_minus_before": vars(paired(after, before))}
