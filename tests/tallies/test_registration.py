"""The registered model is the calibrated classifier; its inputs and outputs are as declared."""

import numpy as np
import pytest
import small

from relecture.errors import UserError
from relecture.tallies import registration
from relecture.tallies.networks.cnn import cnn
from relecture.tallies.networks.digit_classifier import DigitClassifier


@pytest.fixture
def served(tmp_path):
    """A digit classifier with the class for marks, as MLflow loads it."""
    network = cnn(small.ARCHITECTURE, 1, n_classes=11)
    classifier = DigitClassifier(network, small.ARCHITECTURE, "untrained", train_prior=(1 / 11,) * 11)
    classifier.save(tmp_path / "classifier.pt")
    return registration._load_pyfunc(str(tmp_path / "classifier.pt"))


def test_the_served_classifier_has_outputs_of_the_declared_types_and_shapes(served):
    outputs = served.predict(small.cells().images[:5])
    assert set(outputs) == {name for name, _, _ in registration.MODEL.outputs}
    for name, dtype, shape in registration.MODEL.outputs:
        assert outputs[name].dtype == dtype
        assert outputs[name].shape == (5, *shape[1:])
    np.testing.assert_allclose(outputs["probabilities"].sum(1), 1, atol=1e-5)


def test_a_digit_is_classified_alike_wherever_it_stands_in_its_cell(served):
    image = small.images().test_images[:1]
    moved = np.roll(image, (2, -3), axis=(1, 2))
    raw = served._classifier.probabilities(np.concatenate([image, moved]))
    assert np.abs(raw[0] - raw[1]).max() > 1e-3
    np.testing.assert_allclose(
        served.predict(image)["probabilities"], served.predict(moved)["probabilities"], atol=1e-4
    )


def test_a_cell_without_ink_is_named(served):
    images = np.concatenate([small.images().test_images[:1], np.full((1, 28, 28), 230, np.uint8)])
    assert served.predict(images)["has_ink"].tolist() == [True, False]


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
