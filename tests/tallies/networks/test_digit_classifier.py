"""The file of a digit classifier, and its probabilities."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from relecture.errors import UserError
from relecture.tallies.networks.cnn import cnn
from relecture.tallies.networks.digit_classifier import DigitClassifier, softmax

ARCHITECTURE = {"filters": [4, 6], "dropout": 0.5, "fc1": 12, "fc2": 8}


@pytest.fixture(scope="module")
def classifier() -> DigitClassifier:
    return DigitClassifier(cnn(ARCHITECTURE, seed=3), ARCHITECTURE, "tiny", temperature=1.7)


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (5, 4, 3, 28, 28), dtype=np.uint8)


def test_a_loaded_classifier_gives_the_saved_one_s_probabilities(classifier, images, tmp_path):
    classifier.save(tmp_path / "classifier.pt")
    loaded = DigitClassifier.load(tmp_path / "classifier.pt", "cpu")
    assert (loaded.name, loaded.temperature, loaded.architecture) == ("tiny", 1.7, ARCHITECTURE)
    np.testing.assert_allclose(loaded.probabilities(images), classifier.probabilities(images), atol=1e-6)


def test_the_same_classifier_has_the_same_bytes_under_any_name_and_after_loading(classifier, tmp_path):
    classifier.save(tmp_path / "one.pt")
    DigitClassifier.load(tmp_path / "one.pt", "cpu").save(tmp_path / "deep" / "two.pt")
    assert (tmp_path / "one.pt").read_bytes() == (tmp_path / "deep" / "two.pt").read_bytes()


def test_probabilities_have_the_shape_of_the_cells_and_sum_to_one(classifier, images):
    probabilities = classifier.probabilities(images)
    assert (probabilities.shape, probabilities.dtype) == ((5, 4, 3, 10), np.float32)
    np.testing.assert_allclose(probabilities.sum(-1), 1, atol=1e-5)


def test_dropout_is_off_whatever_state_the_network_was_left_in(classifier, images):
    classifier.network.train()
    assert (classifier.logits(images) == classifier.logits(images)).all()


def test_a_cell_has_the_same_logits_alone_and_among_hundreds(classifier):
    many = np.random.default_rng(1).integers(0, 256, (600, 28, 28), dtype=np.uint8)
    alone = np.stack([classifier.logits(many[row]) for row in (0, 255, 256, 599)])
    np.testing.assert_allclose(classifier.logits(many)[[0, 255, 256, 599]], alone, atol=1e-5)


def test_no_cells_give_no_probabilities(classifier):
    assert classifier.probabilities(np.empty((0, 2, 3, 28, 28), np.uint8)).shape == (0, 2, 3, 10)


def test_a_higher_temperature_lowers_confidence_and_keeps_the_digit(classifier, images):
    hot = replace(classifier, temperature=5.0).probabilities(images)
    cold = replace(classifier, temperature=0.5).probabilities(images)
    assert (hot.argmax(-1) == cold.argmax(-1)).all()
    assert (hot.max(-1) < cold.max(-1)).all()


def test_softmax_does_not_overflow():
    np.testing.assert_allclose(softmax(np.array([[1e4, 1e4, -1e4]])), [[0.5, 0.5, 0]])


@pytest.mark.parametrize("wrong", [np.zeros((2, 28, 28)), np.zeros((2, 16, 16), np.uint8)])
def test_cells_of_another_shape_or_type_are_refused(classifier, wrong):
    with pytest.raises(ValueError, match=r"cells are uint8 \(\.\.\., 28, 28\)"):
        classifier.logits(wrong)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UserError, match=r"no digit classifier .*nowhere\.pt"):
        DigitClassifier.load(tmp_path / "nowhere.pt")


def test_other_files_are_refused_in_one_line(classifier, tmp_path):
    path = tmp_path / "classifier.pt"
    classifier.save(path)
    content = torch.load(path, weights_only=True)
    broken = {
        "text": b"digits",
        "empty": b"",
        "half": path.read_bytes()[:2000],
    }
    for name, data in broken.items():
        (tmp_path / name).write_bytes(data)
    torch.save({"weights": content["weights"]}, tmp_path / "other")
    torch.save({**content, "architecture": {**ARCHITECTURE, "fc1": 99}}, tmp_path / "misfit")
    torch.save([1, 2], tmp_path / "list")
    for name in (*broken, "other", "misfit", "list"):
        with pytest.raises(UserError, match=f"{name} is not a digit classifier") as caught:
            DigitClassifier.load(tmp_path / name)
        assert "\n" not in str(caught.value)


def test_a_file_that_would_run_code_is_refused(tmp_path):
    class Evil:
        def __reduce__(self):
            return (tmp_path.joinpath("ran").touch, ())

    torch.save(Evil(), tmp_path / "evil.pt")
    with pytest.raises(UserError, match="not a digit classifier"):
        DigitClassifier.load(tmp_path / "evil.pt")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"temperature": 0.0}, "its temperature is 0.0"),
        ({"temperature": float("nan")}, "its temperature is nan"),
        ({"train_prior": [0.0] * 10}, "a frequency of its training labels is not positive"),
        ({}, "a weight is not finite"),
    ],
)
def test_a_classifier_whose_every_vote_would_be_zero_is_refused(classifier, tmp_path, change, reason):
    path = tmp_path / "classifier.pt"
    classifier.save(path)
    content = torch.load(path, weights_only=True) | change
    if not change:
        next(iter(content["weights"].values())).view(-1)[0] = float("nan")
    torch.save(content, path)
    with pytest.raises(UserError, match=f"is not a digit classifier \\({reason}\\)"):
        DigitClassifier.load(path)
