"""Fully connected networks, single or stacked so that several train in one pass."""

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import nn


class StackedLinear(nn.Module):
    """K linear layers in one: (K, rows, inputs) or (rows, inputs) -> (K, rows, outputs).

    Member k uses only row block k and its own weights, so the gradient of the sum of the members' losses is, for each
    member, the gradient of its own loss.
    """

    def __init__(self, layers: Sequence[nn.Linear]):
        super().__init__()
        self.weight = nn.Parameter(torch.stack([layer.weight.detach().T for layer in layers]))
        self.bias = nn.Parameter(torch.stack([layer.bias.detach()[None, :] for layer in layers]))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Apply every member's layer: see the class."""
        return torch.baddbmm(self.bias, x.expand(len(self.weight), -1, -1), self.weight)


def mlp(sizes: Sequence[int], dropout: Sequence[float] = (), *, seed: int) -> nn.Sequential:
    """Return a network with ReLU hidden layers.

    Weights start Glorot-uniform and biases at zero, as in Keras, which trained the published networks. Without hidden
    layers it is a linear (with softmax: logistic) regression.

    Args:
        sizes: Numbers of inputs, of units of each hidden layer, and of outputs.
        dropout: Dropout rate after each hidden layer.
        seed: Seed of the initial weights.
    """
    generator = torch.Generator().manual_seed(seed)
    layers: list[nn.Module] = []
    for i, (inputs, outputs) in enumerate(pairwise(sizes)):
        linear = nn.Linear(inputs, outputs)
        bound = math.sqrt(6 / (inputs + outputs))
        with torch.no_grad():
            linear.weight.uniform_(-bound, bound, generator=generator)
            linear.bias.zero_()
        layers.append(linear)
        if i < len(sizes) - 2:
            layers.append(nn.ReLU())
            if any(dropout):
                layers.append(nn.Dropout(dropout[i]))
    return nn.Sequential(*layers)


def stack(networks: Sequence[nn.Sequential]) -> nn.Sequential:
    """Combine networks of one shape into one whose output has a leading dimension of members."""
    return nn.Sequential(
        *(
            StackedLinear(layers) if isinstance(layers[0], nn.Linear) else layers[0]
            for layers in zip(*networks, strict=True)
        )
    )


def linear_layers(network: nn.Module) -> list[nn.Linear | StackedLinear]:
    """Return the layers with weights, from the input to the output."""
    return [layer for layer in network.modules() if isinstance(layer, nn.Linear | StackedLinear)]


def count_parameters(network: nn.Module) -> int:
    """Count the trainable parameters of one network (of one member of a stack)."""
    total = sum(parameter.numel() for parameter in network.parameters())
    first = linear_layers(network)[0]
    return total // len(first.weight) if isinstance(first, StackedLinear) else total
