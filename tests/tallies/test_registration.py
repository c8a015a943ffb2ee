"""The registered model is the calibrated classifier; its inputs and outputs are as declared."""

import numpy as np
import pytest
import small

from relecture.errors import UserError
from relecture.tallies import registration
from relecture.tallies.networks.cnn import cnn
from relecture.tallies.networks.digit_classifier import DigitClassifier


def test_the_served_classifier_has_outputs_of_the_declared_types_and_shapes(tmp_path):
    classifier = DigitClassifier(cnn(small.ARCHITECTURE, seed=1), small.ARCHITECTURE, "untrained")
    classifier.save(tmp_path / "classifier.pt")
    images = small.cells().images[:5]
    outputs = registration._load_pyfunc(str(tmp_path / "classifier.pt")).predict(images)
    np.testing.assert_allclose(outputs["probabilities"], classifier.probabilities(images), atol=1e-6)
    for name, dtype, shape in registration.MODEL.outputs:
        assert outputs[name].dtype == dtype
        assert outputs[name].shape == (5, *shape[1:])


def test_the_example_is_the_first_cells_of_the_results(tmp_path):
    (tmp_path / "tallies/data").mkdir(parents=True)
    small.cells().save(tmp_path / "tallies/data/cells.npz")
    example = registration.MODEL.example(tmp_path)
    np.testing.assert_array_equal(example, small.cells().images[:3])
    [(_, dtype, shape)] = registration.MODEL.inputs
    assert (example.dtype, example.shape[1:]) == (dtype, shape[1:])


def test_an_error_about_missing_cells_names_the_command_that_makes_them(tmp_path):
    with pytest.raises(UserError, match=r"holds no labelled cells .*snakemake .*cells\.npz"):
        registration.MODEL.example(tmp_path)


def test_the_loader_module_has_the_loader():
    assert registration.MODEL.loader_module == registration._load_pyfunc.__module__ == "relecture.tallies.registration"
