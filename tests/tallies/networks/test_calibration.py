"""Known temperatures are recovered, and the calibrated classifier is calibrated."""

import json

import numpy as np
import pandas as pd
import pytest

from relecture.records import FitResult
from relecture.tallies.networks.calibration import (
    MIN_TEMPERATURE,
    calibrate,
    expected_calibration_error,
    fit_temperature,
    negative_log_likelihood,
    reliability_table,
)
from relecture.tallies.networks.cnn import cnn
from relecture.tallies.networks.digit_classifier import DigitClassifier, softmax

ARCHITECTURE = {"filters": [4, 6], "dropout": 0.1, "fc1": 12, "fc2": 8}


def simulate(n_cells: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return logits (n, 10) of a calibrated classifier, and labels drawn from its probabilities."""
    random = np.random.default_rng(seed)
    logits = random.normal(0, 3, (n_cells, 10))
    labels = (softmax(logits).cumsum(1) > random.random((n_cells, 1))).argmax(1)
    return logits, labels


@pytest.mark.parametrize("factor", [0.5, 1.0, 3.0])
def test_the_temperature_of_a_miscalibrated_classifier_is_recovered(factor):
    logits, labels = simulate(20_000)
    assert fit_temperature(factor * logits, labels) == pytest.approx(factor, rel=0.03)


def test_a_classifier_without_errors_gets_a_low_temperature_within_its_bounds():
    assert MIN_TEMPERATURE <= fit_temperature(5.0 * np.eye(10), np.arange(10)) < 0.2


def test_the_loss_is_that_of_the_true_digit():
    logits = np.log([[0.5, 0.25, 0.25], [0.1, 0.1, 0.8]])
    np.testing.assert_allclose(negative_log_likelihood(logits, np.array([0, 1])), -np.log([0.5, 0.1]))


def test_reliability_of_a_calibrated_classifier_is_on_the_diagonal():
    logits, labels = simulate(20_000)
    table = reliability_table(softmax(logits), labels)
    assert table["count"].sum() == 20_000
    assert table.confidence.between(table.low, table.high).all()
    assert expected_calibration_error(table) < 0.01
    assert table.confidence.between(table.accuracy_low, table.accuracy_high).mean() > 0.7


def test_calibration_error_is_the_mean_gap_weighted_by_cells():
    probabilities = np.array([[0.95, 0.05]] * 8 + [[0.65, 0.35]] * 2)
    labels = np.array([0] * 6 + [1] * 2 + [0, 1])  # confidence 0.95, accuracy 0.75; confidence 0.65, accuracy 0.5
    table = reliability_table(probabilities, labels)
    assert list(table["count"]) == [2, 8]
    assert expected_calibration_error(table) == pytest.approx((8 * 0.20 + 2 * 0.15) / 10)


@pytest.fixture(scope="module")
def calibrated(tmp_path_factory):
    """The folder of the record of a final model that needs a temperature of 3, and that of its calibration."""
    folder = tmp_path_factory.mktemp("tallies")
    final, out = folder / "final", folder / "validation"
    fit = FitResult(parameters=1)
    tables = []
    for part, seed in (("validation", 1), ("test", 2)):
        logits, labels = simulate(3000, seed)
        logits = 3 * logits
        table = pd.DataFrame(logits, columns=[f"l{digit}" for digit in range(logits.shape[1])]).assign(
            part=part, cell=np.arange(3000), label=labels, drawn=False, member="seed-00"
        )
        table["predicted"], table["probability"] = logits.argmax(1), softmax(logits).max(1)
        tables += [table, table.head(200).assign(drawn=True)]
    fit.add("seed-00", {"target_accuracy": 0.5})
    fit.predictions = [pd.concat(tables)]
    fit.save_model = lambda model: DigitClassifier(cnn(ARCHITECTURE, seed=1), ARCHITECTURE, "tiny").save(
        model / "classifier.pt"
    )
    source = {"name": "made up", "digest": "0" * 16, "sample": False}
    fit.save(final, "tallies/final", {}, source, "tallies_final")
    calibrate(final, out)
    return final, out


def test_the_calibrated_classifier_is_the_final_model_with_its_temperature(calibrated):
    final, out = calibrated
    before, after = (
        DigitClassifier.load(final / "model/classifier.pt", "cpu"),
        DigitClassifier.load(out / "classifier.pt", "cpu"),
    )
    assert before.temperature == 1
    assert after.temperature == json.loads((out / "temperature.json").read_text())["temperature"]
    assert after.temperature == pytest.approx(3, rel=0.1)
    image = np.full((1, 28, 28), 90, np.uint8)
    assert (before.logits(image) == after.logits(image)).all()


def test_the_effect_of_the_temperature_is_measured_on_test_cells(calibrated):
    result = json.loads((calibrated[1] / "temperature.json").read_text())
    assert result["n_test"] == result["n_validation"] == 3000
    assert result["n_drawn"] == 200
    assert result["calibration_error"]["after"] < 0.02 < 0.1 < result["calibration_error"]["before"]
    assert result["log_loss"]["after"] < result["log_loss"]["before"]
    assert result["log_loss"]["after_minus_before"]["high"] < 0
    table = pd.read_csv(calibrated[1] / "reliability.csv")
    assert table.groupby("stage")["count"].sum().to_dict() == {"before": 3000, "after": 3000}


def test_a_second_calibration_gives_the_same_bytes(calibrated, tmp_path):
    final, out = calibrated
    calibrate(final, tmp_path)
    for name in ("classifier.pt", "reliability.csv", "temperature.json"):
        assert (tmp_path / name).read_bytes() == (out / name).read_bytes()


def test_networks_of_several_seeds_are_calibrated_together_and_each_alone(tmp_path):
    networks = [DigitClassifier(cnn(ARCHITECTURE, seed=seed), ARCHITECTURE, "tiny") for seed in (1, 2)]
    fit, tables = FitResult(parameters=1), []
    images = np.random.default_rng(3).integers(0, 255, (400, 28, 28), dtype=np.uint8)
    labels = np.arange(400) % 10
    for seed, network in enumerate(networks):
        columns = {f"l{digit}": values for digit, values in enumerate(network.logits(images).T)}
        parts = np.repeat(["validation", "test"], 200)
        table = pd.DataFrame({"part": parts, "cell": np.arange(400), "label": labels, "drawn": False, **columns})
        tables.append(table.assign(predicted=0, probability=0.0, member=f"seed-{seed:02d}"))
        fit.add(f"seed-{seed:02d}", {"target_accuracy": 0.5})
    fit.predictions = tables

    def save(model):
        for network, name in zip(networks, ("classifier.pt", "seed-01.pt"), strict=True):
            network.save(model / name)

    fit.save_model = save
    source = {"name": "made up", "digest": "0" * 16, "sample": False}
    fit.save(tmp_path / "final", "tallies/final", {}, source, "tallies_final")
    calibrate(tmp_path / "final", tmp_path)
    together = DigitClassifier.load(tmp_path / "classifier.pt", "cpu")
    mean = (networks[0].logits(images) + networks[1].logits(images)) / 2
    np.testing.assert_allclose(together.logits(images), mean, rtol=1e-5, atol=1e-6)
    assert together.temperature == pytest.approx(fit_temperature(mean[:200], labels[:200]), rel=1e-3)
    assert together.name == "the mean of 2 networks: tiny"
    for network, name in zip(networks, ("seed-00.pt", "seed-01.pt"), strict=True):
        alone = DigitClassifier.load(tmp_path / "seeds" / name, "cpu")
        assert (alone.logits(images) == network.logits(images)).all()
    together.save(tmp_path / "again.pt")
    assert (tmp_path / "again.pt").read_bytes() == (tmp_path / "classifier.pt").read_bytes()
