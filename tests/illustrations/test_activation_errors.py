"""Errors of networks that differ in their activation function."""

import numpy as np
import pytest
import torch

from relecture.data import mnist
from relecture.illustrations.activation_errors import ACTIVATIONS, network


def test_the_networks_start_with_the_same_weights_and_differ_in_their_activation_function():
    networks = {name: network(name, seed=1) for name in ACTIVATIONS}
    functions = {"sigmoid": lambda z: 1 / (1 + np.exp(-z)), "tanh": np.tanh, "ReLU": lambda z: np.maximum(z, 0)}
    pixels = torch.rand((4, 1, 28, 28), generator=torch.Generator().manual_seed(0))
    weights = [layer.weight.detach().numpy() for layer in networks["ReLU"] if isinstance(layer, torch.nn.Linear)]
    assert len(weights) == 4
    for name, function in functions.items():
        outputs = pixels.flatten(1).numpy()
        for matrix in weights[:-1]:
            outputs = function(outputs @ matrix.T)
        with torch.inference_mode():
            np.testing.assert_allclose(networks[name](pixels).numpy(), outputs @ weights[-1].T, atol=1e-5)


def test_every_activation_function_has_every_learning_rate_for_every_member(
    mnist_sample_manifest, draw_by_command, drawn_sample_names, tmp_path
):
    config = {"seed": 2, "n_seeds": 2, "n_images": 40, "n_validation": 20, "n_test": 20, "epochs": 1,
              "learning_rates": [0.001, 0.01]}  # fmt: skip
    numbers = draw_by_command("activation_errors", config, tmp_path, "--data", str(mnist_sample_manifest))
    assert drawn_sample_names == [mnist.SAMPLE_NAME]
    members = numbers.groupby(["activation", "learning_rate"]).member.unique()
    assert members.map(list).tolist() == [["seed-2", "seed-3"]] * 6
    counts = 20 * numbers[["validation_error", "test_error"]].to_numpy()
    assert counts == pytest.approx(counts.round())
