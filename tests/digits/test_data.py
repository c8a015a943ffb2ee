"""The images as arrays: scaled, and divided into training, validation and test."""

import re

import numpy as np
import pytest

from relecture.data import mnist
from relecture.digits.data import load, save
from relecture.digits.networks import arrays


def test_pixels_are_scaled_to_numbers_from_0_to_1(sample_digits, sample_npz):
    assert sample_digits.train_images.dtype == np.float32
    assert (sample_digits.train_images.min(), sample_digits.train_images.max()) == (0.0, 1.0)
    with np.load(sample_npz) as raw:
        assert raw["test_images"].dtype == np.uint8
        np.testing.assert_array_equal(sample_digits.test_images, raw["test_images"] / np.float32(255))


def test_the_sample_has_3200_training_images_and_800_for_validation(sample_digits):
    assert (len(sample_digits.train_labels), sample_digits.n_train) == (4000, 3200)
    assert sample_digits.test_images.shape == (1000, 784)
    assert np.bincount(sample_digits.test_labels).tolist() == [100] * 10


def test_the_sample_carries_its_name(sample_digits):
    assert (sample_digits.name, sample_digits.sample) == ("MNIST-5k sample", True)
    assert re.fullmatch("[0-9a-f]{16}", sample_digits.digest)


@pytest.mark.parametrize("n_validation", [100, 700])
def test_n_validation_images_are_held_out(sample_npz, n_validation):
    digits = load(sample_npz, n_validation)
    assert len(digits.train_labels) - digits.n_train == n_validation


@pytest.mark.parametrize("n_validation", [10_000, 20_000])
def test_of_all_of_mnist_n_validation_images_are_held_out(tmp_path, n_validation):
    blank = np.zeros((60_000, 28, 28), np.uint8)
    labels = np.zeros(60_000, np.uint8)
    save(mnist.Mnist(blank, labels, blank[:10], labels[:10], "MNIST", False, "0" * 16), tmp_path / "mnist.npz")
    assert load(tmp_path / "mnist.npz", n_validation).n_train == 60_000 - n_validation


def test_the_networks_are_neither_trained_nor_evaluated_on_a_test_image(sample_digits):
    data = arrays(sample_digits)
    assert len(data.inputs) == len(sample_digits.train_labels)
    np.testing.assert_array_equal(data.inputs.numpy(), sample_digits.train_images)
    np.testing.assert_array_equal(data.targets.numpy(), sample_digits.train_labels)
    assert set(data.eval_sets) == {"train", "validation"}


def test_the_networks_are_not_trained_on_validation_images(sample_digits):
    data = arrays(sample_digits)
    assert data.train.tolist() == list(range(3200))
    assert data.eval_sets["validation"].tolist() == list(range(3200, 4000))
    assert set(data.eval_sets["train"].tolist()) <= set(data.train.tolist())


def test_all_of_mnist_is_divided_into_50000_10000_and_10000(mnist_digits):
    sizes = (mnist_digits.n_train, len(mnist_digits.train_labels), len(mnist_digits.test_labels))
    assert sizes == (50_000, 60_000, 10_000)
    assert (mnist_digits.name, mnist_digits.sample) == ("MNIST", False)
    assert mnist_digits.test_labels[:5].tolist() == [7, 2, 1, 0, 4]
    assert mnist_digits.train_labels[:5].tolist() == [5, 0, 4, 1, 9]
