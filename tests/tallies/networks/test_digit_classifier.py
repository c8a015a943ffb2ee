"""The reader's file, and what it answers."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from relecture.errors import UserError
from relecture.tallies.networks.cnn import cnn
from relecture.tallies.networks.digit_classifier import Recognizer, softmax

ARCHITECTURE = {"filters": [4, 6], "dropout": 0.5, "fc1": 12, "fc2": 8}


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer(cnn(ARCHITECTURE, seed=3), ARCHITECTURE, "tiny", temperature=1.7)


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (5, 4, 3, 28, 28), dtype=np.uint8)


def test_a_saved_reader_answers_as_before(recognizer, images, tmp_path):
    recognizer.save(tmp_path / "reader.pt")
    loaded = Recognizer.load(tmp_path / "reader.pt", "cpu")
    assert (loaded.name, loaded.temperature, loaded.architecture) == ("tiny", 1.7, ARCHITECTURE)
    np.testing.assert_allclose(loaded.probabilities(images), recognizer.probabilities(images), atol=1e-6)


def test_the_same_reader_has_the_same_bytes_under_any_name_and_after_reading(recognizer, tmp_path):
    recognizer.save(tmp_path / "one.pt")
    Recognizer.load(tmp_path / "one.pt", "cpu").save(tmp_path / "deep" / "two.pt")
    assert (tmp_path / "one.pt").read_bytes() == (tmp_path / "deep" / "two.pt").read_bytes()


def test_probabilities_have_the_shape_of_the_cells_and_sum_to_one(recognizer, images):
    probabilities = recognizer.probabilities(images)
    assert (probabilities.shape, probabilities.dtype) == ((5, 4, 3, 10), np.float32)
    np.testing.assert_allclose(probabilities.sum(-1), 1, atol=1e-5)


def test_dropout_is_off_whatever_state_the_network_was_left_in(recognizer, images):
    recognizer.network.train()
    assert (recognizer.logits(images) == recognizer.logits(images)).all()


def test_a_cell_is_read_alike_alone_and_among_hundreds(recognizer):
    many = np.random.default_rng(1).integers(0, 256, (600, 28, 28), dtype=np.uint8)
    alone = np.stack([recognizer.logits(many[row]) for row in (0, 255, 256, 599)])
    np.testing.assert_allclose(recognizer.logits(many)[[0, 255, 256, 599]], alone, atol=1e-5)


def test_no_cells_are_no_probabilities(recognizer):
    assert recognizer.probabilities(np.empty((0, 2, 3, 28, 28), np.uint8)).shape == (0, 2, 3, 10)


def test_a_higher_temperature_makes_less_sure_and_reads_the_same(recognizer, images):
    hot = replace(recognizer, temperature=5.0).probabilities(images)
    cold = replace(recognizer, temperature=0.5).probabilities(images)
    assert (hot.argmax(-1) == cold.argmax(-1)).all()
    assert (hot.max(-1) < cold.max(-1)).all()


def test_softmax_stands_large_logits():
    np.testing.assert_allclose(softmax(np.array([[1e4, 1e4, -1e4]])), [[0.5, 0.5, 0]])


@pytest.mark.parametrize("wrong", [np.zeros((2, 28, 28)), np.zeros((2, 16, 16), np.uint8)])
def test_cells_of_another_kind_are_refused(recognizer, wrong):
    with pytest.raises(ValueError, match=r"cells are uint8 \(\.\.\., 28, 28\)"):
        recognizer.logits(wrong)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UserError, match=r"no reader .*nowhere\.pt"):
        Recognizer.load(tmp_path / "nowhere.pt")


def test_files_that_are_no_reader_are_refused_in_one_line(recognizer, tmp_path):
    path = tmp_path / "reader.pt"
    recognizer.save(path)
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
        with pytest.raises(UserError, match=f"{name} is no reader of digits") as caught:
            Recognizer.load(tmp_path / name)
        assert "\n" not in str(caught.value)


def test_a_file_that_would_run_code_is_refused(tmp_path):
    class Evil:
        def __reduce__(self):
            return (tmp_path.joinpath("ran").touch, ())

    torch.save(Evil(), tmp_path / "evil.pt")
    with pytest.raises(UserError, match="no reader"):
        Recognizer.load(tmp_path / "evil.pt")
    assert not (tmp_path / "ran").exists()
