"""Is the reader as sure of itself as it is right? One temperature, fitted on validation cells, mends most of it.

Source: Guo, Pleiss, Sun and Weinberger (2017), "On Calibration of Modern Neural Networks".
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax
from scipy.stats import binomtest

from relecture import records
from relecture.tallies.networks.digit_classifier import CLASSES, Recognizer, softmax
from relecture.uncertainty import paired

BINS = 10
LOGITS = [f"l{digit}" for digit in range(CLASSES)]
LOWEST, HIGHEST = 0.05, 20.0  # a reader without a single error would ask for a temperature of zero


def temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """The temperature between LOWEST and HIGHEST with the least mean negative log-likelihood.

    Args:
        logits: (n, 10), before softmax; labels: (n,), the true digits. Of cells that nothing was trained on.
    """
    found = minimize_scalar(
        lambda log: loss(logits / np.exp(log), labels).mean(),
        bounds=(np.log(LOWEST), np.log(HIGHEST)),
        method="bounded",
        options={"xatol": 1e-6},
    )
    return float(np.exp(found.x))


def loss(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Negative log-likelihood (nats) of each of the true digits, (n,)."""
    return -log_softmax(logits.astype(np.float64), axis=1)[np.arange(len(labels)), labels]


def reliability(probabilities: np.ndarray, labels: np.ndarray, bins: int = BINS) -> pd.DataFrame:
    """How often digits are read right, by how sure the reader is of them.

    A row per bin of the highest probability, all of one width: low, high, count, confidence (its mean), accuracy, and
    accuracy_low, accuracy_high (Wilson's 95 % interval); empty bins are left out.
    """
    sure, right = probabilities.max(1), probabilities.argmax(1) == labels
    places = np.minimum((sure * bins).astype(int), bins - 1)
    rows = []
    for place in np.unique(places):
        inside = places == place
        interval = binomtest(int(right[inside].sum()), int(inside.sum())).proportion_ci(method="wilson")
        rows.append(
            {
                "low": place / bins,
                "high": (place + 1) / bins,
                "count": int(inside.sum()),
                "confidence": float(sure[inside].mean()),
                "accuracy": float(right[inside].mean()),
                "accuracy_low": interval.low,
                "accuracy_high": interval.high,
            }
        )
    return pd.DataFrame(rows)


def calibration_error(table: pd.DataFrame) -> float:
    """Expected calibration error: the mean gap between confidence and accuracy over the cells of `reliability`."""
    return float(((table.confidence - table.accuracy).abs() * table["count"]).sum() / table["count"].sum())


def calibrate(final: Path, out: Path) -> None:
    """Fit the temperature of the final model and write reader.pt, temperature.json and reliability.csv into `out`.

    `final` is the record of the final model, whose predictions hold the logits of validation and test cells. The
    temperature is fitted on the validation cells; what it does is measured on the test cells: reliability.csv has a
    row per bin `before` and `after` it, temperature.json the calibration error and the log-likelihood.
    """
    predictions = records.read(final).predictions
    validation, test = (predictions[predictions.part == part] for part in ("validation", "test"))
    found = temperature(validation[LOGITS].to_numpy(), validation.label.to_numpy())
    tables = {
        "before": reliability(softmax(test[LOGITS].to_numpy()), test.label.to_numpy()),
        "after": reliability(softmax(test[LOGITS].to_numpy(), found), test.label.to_numpy()),
    }
    out.mkdir(parents=True, exist_ok=True)
    replace(Recognizer.load(final / "model" / "reader.pt", "cpu"), temperature=found).save(out / "reader.pt")
    pd.concat([table.assign(stage=stage) for stage, table in tables.items()])[
        ["stage", *tables["before"]]
    ].to_csv(out / "reliability.csv", index=False)  # fmt: skip
    content = {
        "temperature": found,
        "validation_cells": len(validation),
        "test_cells": len(test),
        "calibration_error": {stage: calibration_error(table) for stage, table in tables.items()},
        "log_loss": _gain(test, found),
    }
    (out / "temperature.json").write_text(json.dumps(content, indent=2, sort_keys=True) + "\n")


def _gain(test: pd.DataFrame, found: float) -> dict[str, Any]:
    """Mean negative log-likelihood of the test cells before and after, and the paired difference."""
    logits, labels = test[LOGITS].to_numpy(), test.label.to_numpy()
    before, after = pd.Series(loss(logits, labels)), pd.Series(loss(logits / found, labels))
    return {"before": before.mean(), "after": after.mean(), "after_minus_before": vars(paired(after, before))}
