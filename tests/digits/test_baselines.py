"""The methods without a network, against the printed numbers where all of MNIST is at hand."""

import dataclasses

import joblib
import numpy as np
import pytest

from relecture.digits import baselines
from relecture.digits.data import CLASSES, Digits
from relecture.scorecard.published_values import rounded


def scores(fit) -> dict[str, float]:
    return {row["metric"]: row["value"] for row in fit.metrics}


@pytest.mark.slow
def test_lda_reproduces_the_printed_12_7_percent(mnist_digits, tmp_path):
    found = scores(baselines.lda(mnist_digits, {}, tmp_path))
    assert found["test_error"] == pytest.approx(0.1272, abs=5e-5)  # on the first 50,000
    assert found["test_error_with_validation"] == pytest.approx(0.1270, abs=5e-5)  # on all 60,000
    assert rounded(100 * found["test_error"], 1) == rounded(12.7, 1)


def few(digits: Digits, images: int = 1500) -> Digits:
    """Fewer images, half of them for validation; solved faster."""
    return dataclasses.replace(
        digits,
        train_images=digits.train_images[:images],
        train_labels=digits.train_labels[:images],
        fitted=images // 2,
    )


@pytest.mark.parametrize("method", ["lda", "sklearn_logistic"])
def test_validation_images_are_for_validation(sample_digits, tmp_path, method):
    digits = few(sample_digits)
    relabelled = digits.train_labels.copy()
    relabelled[digits.fitted :] = (relabelled[digits.fitted :] + 1) % 10
    other = dataclasses.replace(digits, train_labels=relabelled)
    fit = getattr(baselines, method)
    found, without = (scores(fit(data, {"max_iterations": 3}, tmp_path)) for data in (digits, other))
    assert found["test_error"] == without["test_error"]
    assert found["validation_error"] < 0.5 < without["validation_error"]


def test_lda_with_validation_images_is_another_fit(sample_digits, tmp_path):
    found = scores(baselines.lda(few(sample_digits), {}, tmp_path))
    assert found["test_error_with_validation"] != found["test_error"]


def test_the_logistic_regression_of_the_book_has_7065_free_parameters(sample_digits, tmp_path):
    fit = baselines.sklearn_logistic(few(sample_digits), {"max_iterations": 2}, tmp_path)
    assert fit.parameters == 7_850
    assert fit.parameters * (CLASSES - 1) // CLASSES == 785 * 9 == 7_065


def test_scikit_learn_s_logistic_regression_stops_at_its_iterations(sample_digits, tmp_path):
    fit = baselines.sklearn_logistic(few(sample_digits), {"max_iterations": 4}, tmp_path)
    fit.save_model(tmp_path)
    model = joblib.load(tmp_path / "estimator.joblib")
    assert model.n_iter_.tolist() == [4]
    assert np.isinf(model.C)  # no penalty


def test_the_kept_estimator_answers_as_the_record_says(sample_digits, tmp_path):
    fit = baselines.lda(few(sample_digits), {}, tmp_path)
    fit.save_model(tmp_path)
    (cases,) = fit.predictions
    model = joblib.load(tmp_path / "estimator.joblib")
    probabilities = model.predict_proba(sample_digits.test_images)
    assert cases.predicted.tolist() == probabilities.argmax(1).tolist()
    np.testing.assert_allclose(cases.probability, probabilities.max(1), rtol=1e-6)
