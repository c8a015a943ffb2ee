"""Every method of `digits`: its saved model classifies the test images as the fitted one did."""

from dataclasses import replace
from pkgutil import resolve_name

import numpy as np
import pandas as pd
import pytest

from relecture.digits import METHODS, networks
from relecture.digits.config import KnnConfig, LambdaGridConfig, LdaConfig, RandomForestConfig, SklearnLogisticConfig
from relecture.digits.data import Digits, inputs
from relecture.errors import UserError
from relecture.prediction.model import _load_pyfunc, add_model
from relecture.training.config import TrainingConfig

TRAINING = TrainingConfig(epochs=1, batch_size=32, learning_rate=1e-3, rho=0.9, epsilon=1e-7, log_every_n_epochs=1)


@pytest.fixture(scope="module")
def digits() -> Digits:
    """Made-up images: light blocks on dark ground, each class in its own rows."""
    random = np.random.default_rng(2)
    labels = np.arange(120) % 10
    images = random.integers(0, 60, (120, 784))
    for label in range(10):
        images[labels == label, 70 * label : 70 * label + 60] += 150
    values = images.astype(np.uint8).astype(np.float32) / 255
    return Digits(values[:90], labels[:90], values[90:], labels[90:], 70, "made up", False, "0" * 16)


def config(method: str, standard):
    small = {
        "l1": LambdaGridConfig(lambdas=[1e-2, 1e-5], n_seeds=1, hidden=[8], training=TRAINING),
        "sklearn_logistic": SklearnLogisticConfig(max_iter=5),
        "lda": LdaConfig(),
        "knn": KnnConfig(n_neighbors=3, n_images=50),
        "random_forest": RandomForestConfig(n_estimators=5, n_seeds=2),
    }
    network = {"n_seeds": 2, "hidden": [] if method == "logistic" else [8, 6], "training": TRAINING}
    dropout = {"dropout": [0.4, 0.3]} if method == "dropout" else {}
    return small.get(method) or standard.digits.method(method).model_copy(update={**network, **dropout})


@pytest.mark.parametrize("method", METHODS)
def test_the_saved_model_classifies_the_test_images_as_the_fitted_one(digits, method, standard, tmp_path):
    result = resolve_name(METHODS[method])(digits, config(method, standard), tmp_path / "checkpoints")
    add_model(result, inputs()).save_model(tmp_path)
    model = _load_pyfunc(str(tmp_path))
    cases = pd.concat(result.predictions)
    cases = cases[cases.member == model.estimator.member]
    new = pd.DataFrame((digits.test_images * 255).round().astype(int)).add_prefix("pixel")
    predicted = model.predict(new)
    assert predicted.predicted.tolist() == cases.predicted.tolist()
    np.testing.assert_allclose(predicted.probability, cases.probability, rtol=2e-5)


def test_of_several_lambdas_the_model_has_the_one_that_is_reported(digits, standard, tmp_path):
    result = networks.fit_l1(digits, config("l1", standard), tmp_path)
    errors = {row["member"]: row["value"] for row in result.metrics if row["metric"] == "validation_error_last_ten"}
    assert errors[result.estimator.member] == min(errors.values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda new: new / 255, "grey values are whole numbers from 0 to 255"),
        (lambda new: (new > 100).astype(int), "no grey value is above 1"),
        (lambda new: 255 - new, "the image in row 1 has a light ground"),
        (lambda new: new.drop(columns="pixel7"), "it has no column `pixel7`"),
    ],
)
def test_images_of_another_kind_are_refused(digits, tmp_path, standard, change, message):
    result = resolve_name(METHODS["lda"])(replace(digits, n_train=70), LdaConfig(), tmp_path)
    add_model(result, inputs()).save_model(tmp_path)
    new = pd.DataFrame((digits.test_images * 255).round().astype(int)).add_prefix("pixel")
    with pytest.raises(UserError, match=message):
        _load_pyfunc(str(tmp_path)).predict(change(new))
