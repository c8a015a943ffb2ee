"""Temperature and reliability: known answers are found, and the reader that comes out is calibrated."""

import json

import numpy as np
import pandas as pd
import pytest

from relecture.records import FitResult
from relecture.tallies.networks.calibration import (
    LOGITS,
    LOWEST,
    calibrate,
    calibration_error,
    loss,
    reliability,
    temperature,
)
from relecture.tallies.networks.cnn import cnn
from relecture.tallies.networks.digit_classifier import Recognizer, softmax

ARCHITECTURE = {"filters": [4, 6], "dropout": 0.1, "fc1": 12, "fc2": 8}


def drawn(cells: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits (cells, 10) of a calibrated reader, and labels drawn from its probabilities."""
    random = np.random.default_rng(seed)
    logits = random.normal(0, 3, (cells, 10))
    labels = (softmax(logits).cumsum(1) > random.random((cells, 1))).argmax(1)
    return logits, labels


@pytest.mark.parametrize("factor", [0.5, 1.0, 3.0])
def test_the_temperature_of_a_reader_that_is_too_sure_is_found(factor):
    logits, labels = drawn(20_000)
    assert temperature(factor * logits, labels) == pytest.approx(factor, rel=0.03)


def test_a_reader_without_errors_gets_a_low_temperature_within_its_bounds():
    assert LOWEST <= temperature(5.0 * np.eye(10), np.arange(10)) < 0.2


def test_the_loss_is_that_of_the_true_digit():
    logits = np.log([[0.5, 0.25, 0.25], [0.1, 0.1, 0.8]])
    np.testing.assert_allclose(loss(logits, np.array([0, 1])), -np.log([0.5, 0.1]))


def test_reliability_of_a_calibrated_reader_lies_on_the_diagonal():
    logits, labels = drawn(20_000)
    table = reliability(softmax(logits), labels)
    assert table["count"].sum() == 20_000
    assert table.confidence.between(table.low, table.high).all()
    assert calibration_error(table) < 0.01
    assert table.confidence.between(table.accuracy_low, table.accuracy_high).mean() > 0.7


def test_calibration_error_is_the_mean_gap_weighted_by_cells():
    probabilities = np.array([[0.95, 0.05]] * 8 + [[0.65, 0.35]] * 2)
    labels = np.array([0] * 6 + [1] * 2 + [0, 1])  # 0.95 sure and 0.75 right; 0.65 sure and 0.5 right
    table = reliability(probabilities, labels)
    assert list(table["count"]) == [2, 8]
    assert calibration_error(table) == pytest.approx((8 * 0.20 + 2 * 0.15) / 10)


@pytest.fixture(scope="module")
def calibrated(tmp_path_factory):
    """The record of a final model that is three times too sure, calibrated: the record's folder and the other's."""
    folder = tmp_path_factory.mktemp("tallies")
    final, out = folder / "final", folder / "validation"
    fit = FitResult(parameters=1)
    rows = []
    for part, seed in (("validation", 1), ("test", 2)):
        logits, labels = drawn(3000, seed)
        logits = 3 * logits
        table = pd.DataFrame(logits, columns=LOGITS).assign(part=part, cell=np.arange(3000), label=labels)
        rows.append(table.assign(predicted=logits.argmax(1), probability=softmax(logits).max(1)))
    fit.add("final", {"target_accuracy": 0.5}, pd.concat(rows))
    fit.save_model = lambda model: Recognizer(cnn(ARCHITECTURE, seed=1), ARCHITECTURE, "tiny").save(model / "reader.pt")
    source = {"name": "made up", "digest": "0" * 16, "sample": False}
    fit.save(final, "tallies/final", {}, source, "tallies_final")
    calibrate(final, out)
    return final, out


def test_the_calibrated_reader_is_the_final_model_with_its_temperature(calibrated):
    final, out = calibrated
    before, after = Recognizer.load(final / "model/reader.pt", "cpu"), Recognizer.load(out / "reader.pt", "cpu")
    assert before.temperature == 1
    assert after.temperature == json.loads((out / "temperature.json").read_text())["temperature"]
    assert after.temperature == pytest.approx(3, rel=0.1)
    image = np.full((1, 28, 28), 90, np.uint8)
    assert (before.logits(image) == after.logits(image)).all()


def test_what_the_temperature_does_is_measured_on_test_cells(calibrated):
    found = json.loads((calibrated[1] / "temperature.json").read_text())
    assert found["test_cells"] == found["validation_cells"] == 3000
    assert found["calibration_error"]["after"] < 0.02 < 0.1 < found["calibration_error"]["before"]
    assert found["log_loss"]["after"] < found["log_loss"]["before"]
    assert found["log_loss"]["after_minus_before"]["high"] < 0
    table = pd.read_csv(calibrated[1] / "reliability.csv")
    assert table.groupby("stage")["count"].sum().to_dict() == {"before": 3000, "after": 3000}


def test_calibrating_again_gives_the_same_bytes(calibrated, tmp_path):
    final, out = calibrated
    calibrate(final, tmp_path)
    for name in ("reader.pt", "reliability.csv", "temperature.json"):
        assert (tmp_path / name).read_bytes() == (out / name).read_bytes()
