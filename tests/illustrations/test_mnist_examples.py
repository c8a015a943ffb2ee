"""The MNIST examples in the figure."""

import numpy as np

from relecture.illustrations.mnist_examples import example_indices


def test_examples_show_each_digit_in_its_column(images, mnist_sample_manifest, draw_by_command, tmp_path):
    labels = images.train_labels
    indices = example_indices(labels)
    assert (labels[indices] == np.arange(10)).all()
    assert (np.diff(indices, axis=0) > 0).all()
    numbers = draw_by_command("mnist_examples", {}, tmp_path, "--data", str(mnist_sample_manifest))
    assert (labels[numbers.training_image] == numbers.label).all()
