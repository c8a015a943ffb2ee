"""Activation functions and their derivatives against torch's."""

import numpy as np
import torch

from relecture.illustrations.activations import ACTIVATIONS, evaluate


def test_activation_functions_and_their_derivatives_are_those_of_torch():
    z = torch.linspace(-4, 4, 40, dtype=torch.float64, requires_grad=True)
    expected = {"linear": lambda z: z * 1, "sigmoid": torch.sigmoid, "tanh": torch.tanh, "ReLU": torch.relu}
    assert set(expected) == set(ACTIVATIONS)
    actual = evaluate(z.detach().numpy()).set_index("activation")
    for name, function in expected.items():
        (derivative,) = torch.autograd.grad(function(z).sum(), z)
        np.testing.assert_allclose(actual.value[name], function(z).detach(), atol=1e-12)
        np.testing.assert_allclose(actual.derivative[name], derivative, atol=1e-12)
