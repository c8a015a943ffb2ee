"""The figures of the classifier."""

import numpy as np
import pandas as pd

from relecture import plotting
from relecture.tallies.figures import classifier
from relecture.tallies.networks.attribution import explain, pairs
from relecture.tallies.networks.cnn import cnn
from relecture.tallies.networks.digit_classifier import Recognizer as DigitClassifier


def test_a_classifier_without_errors_has_figures():
    architecture = {"filters": [4, 6], "dropout": 0.1, "fc1": 12, "fc2": 8}
    test = pd.DataFrame({"cell": range(10), "label": range(10), "predicted": range(10), "probability": 0.9})
    images, chosen = np.zeros((10, 28, 28), np.uint8), pairs(test, 5)
    no_attributions = explain(DigitClassifier(cnn(architecture, seed=1), architecture, "tiny"), images[:0])
    with plotting.style():
        assert "0 of 10" in classifier.misread(test, images).get_suptitle()
        assert classifier.confusion(test).axes
        assert classifier.attributions(chosen, images, no_attributions, no_attributions).axes
