"""The subset of MNIST, the CNN against plain NumPy, and training."""

import numpy as np
import pytest
import torch
from scipy.signal import correlate2d

from relecture.illustrations.classifiers import cnn, draw_subset, misclassified, to_inputs, train


@pytest.fixture(scope="module")
def digits(images):
    return draw_subset(images, seed=3, n_train=200, n_test=100, n_validation=50)


def test_training_and_validation_images_are_different_ones_and_test_images_do_not_depend_on_the_seed(images, digits):
    assert [len(digits.train), len(digits.validation), len(digits.test)] == [200, 50, 100]
    other = draw_subset(images, seed=4, n_train=200, n_test=100)
    assert torch.equal(digits.images[digits.test], other.images[other.test])
    assert not torch.equal(digits.images[digits.train], other.images[other.train])
    assert (
        len({image.numpy().tobytes() for image in digits.images[torch.cat([digits.train, digits.validation])]}) == 250
    )
    of_mnist = {image.tobytes() for image in images.train_images}
    assert all((image[0] * 255).round().byte().numpy().tobytes() in of_mnist for image in digits.images[digits.train])


def test_all_of_mnist_is_the_most_that_can_be_drawn(images):
    digits = draw_subset(images, seed=3, n_train=10**6, n_test=10**6)
    assert (len(digits.train), len(digits.test)) == (len(images.train_images), len(images.test_images))


def test_the_cnn_is_convolution_pooling_relu_and_a_linear_map(digits):
    network = cnn((2, 3), (3, 5), seed=1).eval()
    image = digits.images[:1]
    maps = image[0].double().numpy()
    for convolution in (network[0], network[3]):
        weights, biases = (values.detach().double().numpy() for values in (convolution.weight, convolution.bias))
        maps = np.stack(
            [
                bias + sum(correlate2d(a, b, mode="same") for a, b in zip(maps, filters, strict=True))
                for filters, bias in zip(weights, biases, strict=True)
            ]
        )
        side = maps.shape[-1] // 2
        maps = np.maximum(maps.reshape(len(maps), side, 2, side, 2).max(axis=(2, 4)), 0)
    expected = network[-1].weight.detach().double().numpy() @ maps.ravel()
    np.testing.assert_allclose(network(image)[0].detach().numpy(), expected, atol=1e-5)


def test_training_lowers_the_error_and_repeats_to_the_bit(digits):
    images, labels = digits.images[digits.train], digits.labels[digits.train]
    before = misclassified(cnn((2,), (3,), seed=1), images, labels).mean()
    first, second = (train(cnn((2,), (3,), seed=1), images, labels, epochs=5, seed=1) for _ in range(2))
    assert misclassified(first, images, labels).mean() < before - 0.3
    for a, b in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(a, b)


def test_an_image_is_misclassified_if_another_class_has_the_largest_output():
    network = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(784, 10))
    with torch.no_grad():
        network[1].weight.zero_()
        network[1].bias.copy_(torch.arange(10.0))
    inputs = to_inputs(np.zeros((3, 28, 28), np.uint8))
    assert misclassified(network, inputs, torch.tensor([9, 0, 9])).tolist() == [False, True, False]
