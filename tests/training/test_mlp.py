"""Fully connected networks: how many numbers they have, where they start, and that a stack is its members."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from relecture.training.mlp import StackedLinear, count_parameters, linear_layers, mlp, stack


@pytest.mark.parametrize(
    ("sizes", "parameters"),
    [([784, 256, 128, 10], 235_146), ([784, 10], 7_850), ([19, 64, 1], 1_345)],
    ids=["digits", "logistic", "salaries"],
)
def test_the_networks_have_the_printed_numbers_of_parameters(sizes, parameters):
    assert count_parameters(mlp(sizes, seed=0)) == parameters


def test_a_stack_counts_the_parameters_of_one_member():
    assert count_parameters(stack([mlp([19, 64, 1], [0.1], seed=seed) for seed in range(3)])) == 1_345


def test_weights_start_glorot_uniform_and_biases_at_zero():
    for layer in linear_layers(mlp([784, 256, 128, 10], seed=4)):
        bound = math.sqrt(6 / (layer.in_features + layer.out_features))
        assert layer.weight.abs().max() <= bound
        assert layer.weight.abs().max() > 0.99 * bound
        assert layer.weight.var().item() == pytest.approx(bound**2 / 3, rel=0.06)
        assert torch.count_nonzero(layer.bias) == 0


def test_the_seed_alone_decides_the_first_weights():
    torch.manual_seed(1)
    first = mlp([8, 5, 2], seed=7).state_dict()
    torch.manual_seed(2)
    again, other = mlp([8, 5, 2], seed=7).state_dict(), mlp([8, 5, 2], seed=8).state_dict()
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["0.weight"], other["0.weight"])


def test_dropout_follows_each_hidden_layer_and_never_the_output():
    network = mlp([784, 256, 128, 10], [0.4, 0.3], seed=0)
    kinds = [nn.Linear, nn.ReLU, nn.Dropout, nn.Linear, nn.ReLU, nn.Dropout, nn.Linear]
    assert [type(layer) for layer in network] == kinds
    assert [layer.p for layer in network if isinstance(layer, nn.Dropout)] == [0.4, 0.3]


def test_without_hidden_layers_it_is_one_linear_layer():
    assert [type(layer) for layer in mlp([784, 10], seed=0)] == [nn.Linear]


@settings(max_examples=25, deadline=None)
@given(members=st.integers(1, 5), rows=st.integers(1, 7), inputs=st.integers(1, 6), predict=st.integers(1, 4))
def test_a_stacked_layer_answers_as_its_layers_do(members, rows, inputs, predict):
    layers = [nn.Linear(inputs, predict) for _ in range(members)]
    x = torch.randn(members, rows, inputs)
    expected = torch.stack([layer(block) for layer, block in zip(layers, x, strict=True)])
    torch.testing.assert_close(StackedLinear(layers)(x), expected)


def test_a_stacked_layer_gives_the_same_rows_to_every_member():
    layers = [nn.Linear(4, 2) for _ in range(3)]
    x = torch.randn(6, 4)
    torch.testing.assert_close(StackedLinear(layers)(x), torch.stack([layer(x) for layer in layers]))


def test_the_gradient_of_a_stack_s_summed_loss_is_each_member_s_own():
    networks = [mlp([4, 6, 1], seed=seed) for seed in range(3)]
    stacked, x = stack(networks), torch.randn(3, 9, 4)
    stacked(x).square().mean((-2, -1)).sum().backward()
    for member, (network, rows) in enumerate(zip(networks, x, strict=True)):
        network(rows).square().mean().backward()
        for together, alone in zip(linear_layers(stacked), linear_layers(network), strict=True):
            torch.testing.assert_close(together.weight.grad[member], alone.weight.grad.T)
            torch.testing.assert_close(together.bias.grad[member, 0], alone.bias.grad)
