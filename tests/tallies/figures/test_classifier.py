"""The figures of the classifier have the finding in their titles, and can be drawn without any error to show."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from relecture import plotting
from relecture.tallies.config import Architecture
from relecture.tallies.figures import classifier
from relecture.tallies.networks.attribution import attribute, select_pairs
from relecture.tallies.networks.cnn import cnn
from relecture.tallies.networks.digit_classifier import DigitClassifier

ARCHITECTURE = Architecture(filters=[4, 6], dropout=0.1, fc1=12, fc2=8)


@pytest.fixture(autouse=True)
def _style():
    with plotting.style():
        yield
    plt.close("all")


def test_a_classifier_without_errors_has_figures():
    test = pd.DataFrame({"cell": range(10), "label": range(10), "predicted": range(10), "probability": 0.9})
    test["drawn"] = False
    images, pairs = np.zeros((10, 28, 28), np.uint8), select_pairs(test, 5)
    no_attributions = attribute(DigitClassifier(cnn(ARCHITECTURE, seed=1), ARCHITECTURE, "tiny"), images[:0])
    assert "0 of 10" in classifier.misclassified(test, images).get_suptitle()
    assert classifier.confusion(test).axes
    assert classifier.attribution(pairs, images, no_attributions, no_attributions).axes


def test_the_confusion_matrix_has_percentages_of_the_cells_of_a_digit():
    test = pd.DataFrame({"label": [3, 3, 3, 3, 5], "predicted": [3, 3, 3, 8, 5], "drawn": False})
    shares = classifier.confusion_shares(test)
    assert (shares[3, 3], shares[3, 8], shares[5, 5]) == (75, 25, 100)
    axes = classifier.confusion(test).axes[0]
    texts = {text.get_position(): text.get_text() for text in axes.texts if text.get_text()}
    assert (texts[3, 3], texts[8, 3]) == ("75", "25.0")
    assert axes.get_title(loc="left").startswith("80.0 % of 5 test cells are classified correctly")


def test_drawn_marks_are_in_the_confusion_matrix_and_drawn_symbols_in_no_accuracy():
    test = pd.DataFrame({"label": [3, 3, 10, 10, 1], "predicted": [3, 8, 10, 7, 7]})
    test["drawn"] = test.index >= 2
    shares = classifier.confusion_shares(test)
    assert (shares[10, 10], shares[10, 7], shares[1].sum()) == (50, 50, 0)
    title = classifier.confusion(test).axes[0].get_title(loc="left")
    assert title.startswith("50.0 % of 2 test cells are classified correctly")
    assert "with 2 drawn marks" in title
