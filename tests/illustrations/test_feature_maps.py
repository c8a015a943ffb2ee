"""What the layers of the CNN see, and the linear classifiers on their outputs."""

import numpy as np
import pytest
import torch

from relecture.data import mnist
from relecture.illustrations import feature_maps
from relecture.illustrations.classifiers import cnn, draw_subset
from relecture.illustrations.feature_maps import (
    FILTERS,
    KERNEL_SIZES,
    Window,
    convolutions,
    layer_outputs,
    probe_errors,
    receptive_field,
    strongest_patches,
    typical_image,
)


@pytest.fixture(scope="module")
def network():
    return cnn(FILTERS, KERNEL_SIZES, seed=1)


@pytest.mark.parametrize("layer", [1, 2, 3])
def test_a_cell_sees_the_pixels_that_change_it(network, layer):
    """The window is where the gradient of one cell in the middle is not zero, whatever the pooling lets through."""
    window = receptive_field(layer)
    seen = np.zeros((28, 28), bool)
    for seed in range(40):  # max-pooling passes the gradient to one of four cells
        image = torch.rand((1, 1, 28, 28), generator=torch.Generator().manual_seed(seed), requires_grad=True)
        maps = network[: 3 * (layer - 1) + 1](image)
        middle = maps.shape[-1] // 2
        maps[0, :, middle, middle].sum().backward()
        seen |= image.grad[0, 0].numpy() != 0
    rows, columns = np.nonzero(seen)
    start = window.start + window.step * middle
    assert [rows.min(), columns.min()] == [start, start]
    assert [rows.max(), columns.max()] == [min(27, start + window.size - 1)] * 2


def test_the_strongest_patches_are_where_the_map_is_largest(network, images):
    inputs = draw_subset(images, seed=1, n_train=30, n_test=1).images[:30]
    maps = convolutions(network, inputs, 1)[:, 0]
    patches = strongest_patches(maps, inputs, Window(5, 1, -2), 3)
    best = sorted(range(30), key=lambda i: -float(maps[i].max()))[:3]
    for patch, i in zip(patches, best, strict=True):
        row, column = np.unravel_index(maps[i].numpy().argmax(), (28, 28))
        padded = np.pad(inputs[i, 0].numpy(), 2)
        np.testing.assert_array_equal(patch, padded[row : row + 5, column : column + 5])


def test_the_linear_classifier_is_a_ridge_regression_on_the_classes(network, images):
    digits = draw_subset(images, seed=1, n_train=120, n_test=60)
    labels = [digits.labels[rows].numpy() for rows in (digits.train, digits.test)]
    outputs = [layer_outputs(network, digits.images[rows])[3] for rows in (digits.train, digits.test)]
    x, x_test = (output.flatten(1).double().numpy() for output in outputs)
    x, x_test = (values / x.std(axis=0).max() for values in (x, x_test))
    targets = np.where(labels[0][:, None] == np.arange(10), 1.0, -1.0)
    centred = x - x.mean(0)
    slopes = np.linalg.solve(centred.T @ centred + 10 * np.eye(x.shape[1]), centred.T @ (targets - targets.mean(0)))
    scores = (x_test - x.mean(0)) @ slopes + targets.mean(0)
    assert probe_errors(network, digits)[3] == pytest.approx((scores.argmax(1) != labels[1]).mean())


def test_the_figure_has_the_error_on_the_image_and_on_every_layer(
    mnist_sample_manifest, draw_by_command, drawn_sample_names, tmp_path, monkeypatch
):
    monkeypatch.setattr(feature_maps, "N_SHOWN", 2)  # fewer pictures, which are slow to draw
    config = {"seed": 2, "n_seeds": 2, "n_images": 40, "n_test": 40, "epochs": 1}
    numbers = draw_by_command("feature_maps", config, tmp_path, "--data", str(mnist_sample_manifest))
    assert drawn_sample_names == [mnist.SAMPLE_NAME]
    assert numbers.layer.tolist() == [0, 1, 2, 3] * 2
    assert 40 * numbers.test_error.to_numpy() == pytest.approx((40 * numbers.test_error).round().to_numpy())


def test_the_typical_image_is_the_closest_to_the_mean(images):
    fives = images.test_images[images.test_labels == 5] / 255
    distances = ((fives - fives.mean(0)) ** 2).sum((1, 2))
    np.testing.assert_allclose(typical_image(images, 5)[0, 0].numpy(), fives[distances.argmin()], atol=1e-6)


def test_deeper_layers_see_more():
    assert [receptive_field(layer).size for layer in (1, 2, 3)] == [5, 10, 20]
