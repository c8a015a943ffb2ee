"""The methods without a network, against the published values if all of MNIST is available."""

import dataclasses

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from relecture.digits import baselines
from relecture.digits.config import N_CLASSES, LdaConfig, SklearnLogisticConfig
from relecture.digits.data import Digits
from relecture.scorecard.published_values import rounded


def scores(result) -> dict[str, float]:
    return {row["metric"]: row["value"] for row in result.metrics}


@pytest.mark.slow
def test_lda_reproduces_the_published_12_7_percent(mnist_digits, tmp_path):
    metrics = scores(baselines.fit_lda(mnist_digits, LdaConfig(), tmp_path))
    assert metrics["test_error"] == pytest.approx(0.1272, abs=5e-5)  # on the first 50,000
    assert metrics["test_error_with_validation"] == pytest.approx(0.1270, abs=5e-5)  # on all 60,000
    assert rounded(100 * metrics["test_error"], 1) == rounded(12.7, 1)


def few(digits: Digits, images: int = 1500) -> Digits:
    """Return fewer images, half of them for validation, which are fitted faster."""
    return dataclasses.replace(
        digits,
        train_images=digits.train_images[:images],
        train_labels=digits.train_labels[:images],
        n_train=images // 2,
    )


@pytest.mark.parametrize(
    ("fit", "config"),
    [(baselines.fit_lda, LdaConfig()), (baselines.fit_sklearn_logistic, SklearnLogisticConfig(max_iter=3))],
    ids=["lda", "sklearn_logistic"],
)
def test_validation_images_are_only_for_validation(sample_digits, tmp_path, fit, config):
    digits = few(sample_digits)
    relabelled = digits.train_labels.copy()
    relabelled[digits.n_train :] = (relabelled[digits.n_train :] + 1) % 10
    other = dataclasses.replace(digits, train_labels=relabelled)
    metrics, relabelled_metrics = (scores(fit(data, config, tmp_path)) for data in (digits, other))
    assert metrics["test_error"] == relabelled_metrics["test_error"]
    assert metrics["validation_error"] < 0.5 < relabelled_metrics["validation_error"]


def test_lda_with_validation_images_is_another_fit(sample_digits, tmp_path):
    metrics = scores(baselines.fit_lda(few(sample_digits), LdaConfig(), tmp_path))
    assert metrics["test_error_with_validation"] != metrics["test_error"]


def test_the_logistic_regression_of_the_book_has_7065_free_parameters(sample_digits, tmp_path):
    result = baselines.fit_sklearn_logistic(few(sample_digits), SklearnLogisticConfig(max_iter=2), tmp_path)
    assert result.parameters == 7_850
    assert result.parameters * (N_CLASSES - 1) // N_CLASSES == 785 * 9 == 7_065


def test_the_logistic_regression_of_scikit_learn_stops_at_max_iter_and_has_no_penalty(sample_digits, tmp_path):
    digits = few(sample_digits)
    result = baselines.fit_sklearn_logistic(digits, SklearnLogisticConfig(max_iter=4), tmp_path)
    with pytest.warns(ConvergenceWarning):
        plain = LogisticRegression(C=np.inf, max_iter=4).fit(
            digits.train_images[: digits.n_train], digits.train_labels[: digits.n_train]
        )
    np.testing.assert_array_equal(result.estimator.arrays["slopes"], plain.coef_.T)
