"""Training and test error of networks of growing size."""

import pytest

from relecture.illustrations import flexibility


@pytest.fixture(scope="module")
def errors(standard):
    config = standard.illustrations.illustration("flexibility").model_copy(update={"n_seeds": 5})
    return flexibility.mean_squared_errors(config).groupby("units")[["train", "test"]].mean()


def test_the_test_error_falls_and_then_rises_as_units_grow(errors):
    best = errors.test.idxmin()
    assert 4 <= best <= 32
    assert errors.test.iloc[0] > 1.5 * errors.test[best]
    assert errors.test.iloc[-1] > 1.5 * errors.test[best]
    assert errors.test.min() > flexibility.NOISE**2


def test_the_training_error_only_falls_and_below_the_noise(errors):
    assert errors.train.is_monotonic_decreasing
    assert errors.train.iloc[-1] < flexibility.NOISE**2 / 2
