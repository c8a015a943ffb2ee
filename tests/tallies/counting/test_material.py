"""A warning where the material is foreign to the classifier."""

import numpy as np
import pytest

from relecture.tallies.counting.material import Material


def material(highest: list[float], test_quality: float = 0.98) -> Material:
    """Return cells with these highest probabilities among two."""
    classes = np.column_stack([highest, 1 - np.array(highest)])
    return Material.of(classes, np.ones(len(highest), bool), test_quality)


def test_familiar_material_has_no_warning():
    assert material([0.99] * 95 + [0.6] * 5).warning() == ""


@pytest.mark.parametrize("highest", [[0.99] * 80 + [0.55] * 20, [0.9] * 100])
def test_foreign_material_has_a_warning_with_the_next_step(highest):
    warning = material(highest).warning()
    assert "foreign to the classifier" in warning
    assert "in the classifier's own test 0.98" in warning
    assert "Label cells of your own sheets" in warning


def test_a_classifier_without_a_test_is_compared_with_the_usual():
    assert "usual are 0.97" in material([0.9] * 100, np.nan).warning()


def test_few_cells_say_nothing_and_batches_are_added():
    few = material([0.55] * 20)
    assert few.warning() == ""
    assert (Material() + few + few).warning() != ""


def test_empty_boxes_do_not_count():
    classes = np.array([[0.9, 0.1], [0.5, 0.5]])
    found = Material.of(classes, np.array([True, False]), 0.9)
    assert (found.n_cells, found.confidence, found.n_unclear) == (1, 0.9, 0)
