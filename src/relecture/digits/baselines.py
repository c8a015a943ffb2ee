"""The methods without a network: linear discriminant analysis, and scikit-learn's logistic regression."""

import warnings
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from relecture.digits.data import Digits
from relecture.digits.scoring import add, error
from relecture.records import FitResult

MEMBER = "fit"  # nothing random: one member


def lda(digits: Digits, config: dict[str, Any], checkpoint_dir: Path) -> FitResult:
    """LDA on the training images; and on training and validation images together, for nothing is chosen."""
    model = LinearDiscriminantAnalysis().fit(digits.train_images, digits.train_labels)
    on_everything = error(digits.test_labels, model.predict(digits.test_images))
    return _scored(LinearDiscriminantAnalysis(), digits, test_error_with_validation=on_everything)


def sklearn_logistic(digits: Digits, config: dict[str, Any], checkpoint_dir: Path) -> FitResult:
    """Multinomial logistic regression without a penalty, by L-BFGS; stopped by its iterations, as a cross-check."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the number of iterations is the setting
        return _scored(LogisticRegression(C=np.inf, max_iter=config["max_iterations"]), digits)


def _scored(model: Any, digits: Digits, **more: float) -> FitResult:
    model.fit(digits.train_images[: digits.fitted], digits.train_labels[: digits.fitted])
    result = FitResult(parameters=model.coef_.size + model.intercept_.size)
    validation = model.predict(digits.train_images[digits.fitted :])
    add(
        result,
        MEMBER,
        digits.test_labels,
        model.predict_proba(digits.test_images),
        validation_error=error(digits.train_labels[digits.fitted :], validation),
        **more,
    )
    result.save_model = lambda folder: joblib.dump(model, folder / "estimator.joblib")
    return result
