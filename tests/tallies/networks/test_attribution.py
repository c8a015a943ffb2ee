"""Attributions have the properties of their methods."""

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from relecture.tallies.networks.attribution import attribute, select_pairs
from relecture.tallies.networks.cnn import cnn
from relecture.tallies.networks.digit_classifier import DigitClassifier

ARCHITECTURE = {"filters": [6, 8], "dropout": 0.1, "fc1": 20, "fc2": 12}


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return np.random.default_rng(2).integers(0, 256, (4, 28, 28), dtype=np.uint8)


def test_integrated_gradients_sum_to_the_gain_of_the_logit_from_the_ink(images):
    classifier = DigitClassifier(cnn(ARCHITECTURE, seed=5), ARCHITECTURE, "tiny")
    result = attribute(classifier, images)
    logits = classifier.logits(images) - classifier.logits(np.zeros_like(images))
    gain = logits[np.arange(4), result.predicted]
    np.testing.assert_allclose(result.integrated_gradients.sum((1, 2)), gain, atol=0.02 * np.abs(gain).max() + 1e-4)


def test_only_the_pixels_that_a_classifier_uses_have_attributions(images):
    linear = nn.Linear(784, 10, bias=False)
    weights = torch.zeros(10, 28, 28)
    weights[7, 10:14, 5:9] = 1.0  # the logit of 7 is the ink in these sixteen pixels
    linear.weight.data = weights.reshape(10, 784)
    classifier = DigitClassifier(nn.Sequential(nn.Flatten(), linear), {}, "a patch")
    result = attribute(classifier, images)
    assert (result.predicted == 7).all()
    used = np.zeros((28, 28), bool)
    used[10:14, 5:9] = True
    np.testing.assert_allclose(result.integrated_gradients[:, used], images[:, used] / 255, atol=1e-5)
    assert (result.integrated_gradients[:, ~used] == 0).all()
    assert (result.occlusion[:, used] > 0).all()
    assert (result.occlusion[:, 20:, 15:] == 0).all()


def test_each_misclassified_cell_is_paired_with_a_correct_one_of_its_digit():
    cells = pd.DataFrame(
        [(0, 4, 9, 0.99), (1, 4, 4, 0.90), (2, 4, 4, 0.95), (3, 7, 1, 0.60), (4, 7, 7, 0.80), (5, 2, 3, 0.999),
         (6, 4, 6, 0.50)],
        columns=["cell", "label", "predicted", "probability"],
    )  # fmt: skip
    pairs = select_pairs(cells, 5)
    assert list(pairs.wrong_cell) == [0, 3, 6]  # 5 has a higher probability, but no 2 is classified correctly
    assert list(pairs.right_cell) == [2, 4, 1]
    assert list(pairs.label) == [4, 7, 4]
    assert list(select_pairs(cells, 1).wrong_cell) == [0]
