"""Flipped digits."""

import numpy as np
import pandas as pd
import pytest
import torch

from relecture.data import mnist
from relecture.illustrations.classifiers import draw_subset
from relecture.illustrations.figure_findings import error_rates
from relecture.illustrations.flipping import flip, training_images


def test_left_right_is_mirrored_and_upside_down_is_not_rotated(images):
    inputs = torch.from_numpy(images.train_images[:2, None].astype(np.float32))
    for name, flipped in {"as written": np.asarray, "left-right": np.fliplr, "upside down": np.flipud}.items():
        np.testing.assert_array_equal(flip(inputs, name)[1, 0].numpy(), flipped(images.train_images[1]))


def test_both_ways_of_training_have_as_many_images_with_their_labels(images):
    digits = draw_subset(images, seed=1, n_train=20, n_test=20)
    written, flipped = (training_images(digits, name) for name in ("as written", "left-right"))
    assert torch.equal(written[1], flipped[1])
    assert torch.equal(written[0][:20], flipped[0][:20])
    assert torch.equal(written[0][20:], written[0][:20])
    assert torch.equal(flipped[0][20:], torch.fliplr(written[0][:20].permute(2, 3, 0, 1)).permute(2, 3, 0, 1))


def test_every_test_image_is_counted_once_for_each_network_and_flip(
    mnist_sample_manifest, draw_by_command, drawn_sample_names, tmp_path
):
    config = {"seed": 2, "n_seeds": 2, "n_images": 40, "n_test": 50, "epochs": 1}
    counts = draw_by_command("flipping", config, tmp_path, "--data", str(mnist_sample_manifest))
    assert drawn_sample_names == [mnist.SAMPLE_NAME]
    assert (counts.groupby(["member", "training", "test"]).n_images.sum() == 50).all()
    assert (counts.n_misclassified <= counts.n_images).all()


def test_error_rates_weigh_every_image_the_same():
    counts = pd.DataFrame(
        {"member": "a", "test": "x", "digit": [0, 1], "n_images": [10, 30], "n_misclassified": [10, 0]}
    )
    assert error_rates(counts, ["test"])["a", "x"] == pytest.approx(0.25)
