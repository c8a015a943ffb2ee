"""Methods without a network: linear ones, k nearest neighbours and a random forest, all of scikit-learn."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from relecture.digits.config import KnnConfig, LdaConfig, RandomForestConfig, SklearnLogisticConfig
from relecture.digits.data import Digits
from relecture.digits.scoring import add_member, error_rate
from relecture.prediction.estimators import Arrays, Estimator, trees
from relecture.records import FitResult

MEMBER = "fit"  # nothing random: one member
#: The images are divided by 255, in the precision of `digits.data.load`.
_SCALING: Arrays = {"centre": np.array(0, np.float32), "scale": np.array(255, np.float32)}


def fit_lda(digits: Digits, config: LdaConfig, checkpoint_dir: Path) -> FitResult:
    """Fit LDA on the training images, and once more with the validation images, since nothing is chosen."""
    model = LinearDiscriminantAnalysis().fit(digits.train_images, digits.train_labels)
    with_validation = error_rate(digits.test_labels, model.predict(digits.test_images))
    return _fit_linear(LinearDiscriminantAnalysis(), digits, test_error_with_validation=with_validation)


def fit_sklearn_logistic(digits: Digits, config: SklearnLogisticConfig, checkpoint_dir: Path) -> FitResult:
    """Fit multinomial logistic regression without a penalty by L-BFGS, for a fixed number of iterations."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the number of iterations is the setting
        return _fit_linear(LogisticRegression(C=np.inf, max_iter=config.max_iter), digits)


def fit_knn(digits: Digits, config: KnnConfig, checkpoint_dir: Path) -> FitResult:
    """Classify by the nearest of the first `config.n_images` training images, which are all that there is to fit.

    They are the model: grey values from 0 to 255, as in the file.
    """
    result = FitResult()
    model = KNeighborsClassifier(n_neighbors=config.n_neighbors, algorithm="brute")
    n_train = _fit_member(result, MEMBER, model, digits, n_images=config.n_images)
    arrays = {
        "x": (digits.train_images[:n_train] * 255).round().astype(np.uint8),
        "y": digits.train_labels[:n_train],
        "k": np.array(config.n_neighbors),
        "algorithm": np.array("brute"),
    }
    result.estimator = Estimator("neighbours", "class", MEMBER, {**arrays, **_SCALING})
    return result


def fit_random_forest(digits: Digits, config: RandomForestConfig, checkpoint_dir: Path) -> FitResult:
    """Fit forests of `config.n_estimators` trees that differ in their seed; the record has the first one's trees."""
    result, forests = FitResult(), []
    for seed in range(config.n_seeds):
        forest = RandomForestClassifier(n_estimators=config.n_estimators, random_state=seed)
        _fit_member(result, f"seed-{seed:02d}", forest, digits)
        forests.append(forest)
    arrays = {**trees(forests[0].estimators_), **_SCALING}
    result.estimator = Estimator("trees", "class", "seed-00", arrays)
    return result


def _fit_linear(model: Any, digits: Digits, **scores: float) -> FitResult:
    result = FitResult()
    _fit_member(result, MEMBER, model, digits, scores=scores)
    result.parameters = model.coef_.size + model.intercept_.size
    arrays = {"slopes": model.coef_.T, "intercept": model.intercept_}
    result.estimator = Estimator("linear", "class", MEMBER, {**arrays, **_SCALING})
    return result


def _fit_member(
    result: FitResult,
    member: str,
    model: Any,
    digits: Digits,
    *,
    n_images: int | None = None,
    scores: dict[str, float] | None = None,
) -> int:
    """Fit a model on the first `n_images` training images, or all of them, and add it with its scores.

    Returns the number of these images.
    """
    n_train = min(n_images or digits.n_train, digits.n_train)
    model.fit(digits.train_images[:n_train], digits.train_labels[:n_train])
    validation = model.predict(digits.train_images[digits.n_train :])
    add_member(
        result,
        member,
        digits.test_labels,
        model.predict_proba(digits.test_images),
        validation_error=error_rate(digits.train_labels[digits.n_train :], validation),
        **(scores or {}),
    )
    return n_train
