"""Methods without a network: linear discriminant analysis and scikit-learn's logistic regression."""

import warnings
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from relecture.digits.config import LdaConfig, SklearnLogisticConfig
from relecture.digits.data import Digits
from relecture.digits.scoring import add_member, error_rate
from relecture.records import FitResult

MEMBER = "fit"  # nothing random: one member


def fit_lda(digits: Digits, config: LdaConfig, checkpoint_dir: Path) -> FitResult:
    """Fit LDA on the training images, and once more with the validation images, since nothing is chosen."""
    model = LinearDiscriminantAnalysis().fit(digits.train_images, digits.train_labels)
    with_validation = error_rate(digits.test_labels, model.predict(digits.test_images))
    return _fit(LinearDiscriminantAnalysis(), digits, test_error_with_validation=with_validation)


def fit_sklearn_logistic(digits: Digits, config: SklearnLogisticConfig, checkpoint_dir: Path) -> FitResult:
    """Fit multinomial logistic regression without a penalty by L-BFGS, for a fixed number of iterations."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the number of iterations is the setting
        return _fit(LogisticRegression(C=np.inf, max_iter=config.max_iter), digits)


def _fit(model: Any, digits: Digits, **scores: float) -> FitResult:
    model.fit(digits.train_images[: digits.n_train], digits.train_labels[: digits.n_train])
    result = FitResult(parameters=model.coef_.size + model.intercept_.size)
    validation = model.predict(digits.train_images[digits.n_train :])
    add_member(
        result,
        MEMBER,
        digits.test_labels,
        model.predict_proba(digits.test_images),
        validation_error=error_rate(digits.train_labels[digits.n_train :], validation),
        **scores,
    )
    result.save_model = lambda folder: joblib.dump(model, folder / "estimator.joblib")
    return result
