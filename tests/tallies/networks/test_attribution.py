"""What the reader looks at: attributions keep the promises of their methods."""

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from relecture.tallies.networks.attribution import explain, pairs
from relecture.tallies.networks.cnn import cnn
from relecture.tallies.networks.digit_classifier import Recognizer

ARCHITECTURE = {"filters": [6, 8], "dropout": 0.1, "fc1": 20, "fc2": 12}


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return np.random.default_rng(2).integers(0, 256, (4, 28, 28), dtype=np.uint8)


def test_integrated_gradients_add_up_to_what_the_ink_adds_to_the_logit(images):
    recognizer = Recognizer(cnn(ARCHITECTURE, seed=5), ARCHITECTURE, "tiny")
    found = explain(recognizer, images)
    logits = recognizer.logits(images) - recognizer.logits(np.zeros_like(images))
    added = logits[np.arange(4), found.predicted]
    np.testing.assert_allclose(found.integrated.sum((1, 2)), added, atol=0.02 * np.abs(added).max() + 1e-4)


def test_only_the_pixels_that_a_reader_uses_speak_for_its_digit(images):
    linear = nn.Linear(784, 10, bias=False)
    weights = torch.zeros(10, 28, 28)
    weights[7, 10:14, 5:9] = 1.0  # a 7 is ink in these sixteen pixels
    linear.weight.data = weights.reshape(10, 784)
    recognizer = Recognizer(nn.Sequential(nn.Flatten(), linear), {}, "a patch")
    found = explain(recognizer, images)
    assert (found.predicted == 7).all()
    used = np.zeros((28, 28), bool)
    used[10:14, 5:9] = True
    np.testing.assert_allclose(found.integrated[:, used], images[:, used] / 255, atol=1e-5)
    assert (found.integrated[:, ~used] == 0).all()
    assert (found.occlusion[:, used] > 0).all()
    assert (found.occlusion[:, 20:, 15:] == 0).all()


def test_each_surely_misread_cell_comes_with_a_right_one_of_its_digit():
    cells = pd.DataFrame(
        [(0, 4, 9, 0.99), (1, 4, 4, 0.90), (2, 4, 4, 0.95), (3, 7, 1, 0.60), (4, 7, 7, 0.80), (5, 2, 3, 0.999),
         (6, 4, 6, 0.50)],
        columns=["cell", "label", "predicted", "probability"],
    )  # fmt: skip
    found = pairs(cells, 5)
    assert list(found.wrong_cell) == [0, 3, 6]  # 5 is surer, but no 2 was read right
    assert list(found.right_cell) == [2, 4, 1]
    assert list(found.label) == [4, 7, 4]
    assert list(pairs(cells, 1).wrong_cell) == [0]
