"""The networks are the paper's; freezing, computing below once, and varying images do what they say."""

import numpy as np
import pytest
import small
import torch
from torch import nn

from relecture.tallies.networks.cnn import Above, below, cnn, count_trained, freeze
from relecture.tallies.networks.cnn_training import logits, tensor

SELECTED = {"filters": [64, 96, 112], "dropout": 0.1, "fc1": 150, "fc2": 70}


@pytest.fixture(scope="module")
def some() -> torch.Tensor:
    """Forty real digits."""
    return tensor(small.images().train_images[:40])


def test_the_selected_network_has_three_blocks_and_three_fully_connected_layers():
    network = cnn(SELECTED, seed=0)
    kinds = [type(layer) for block in network.blocks for layer in block]
    assert kinds == [nn.Conv2d, nn.MaxPool2d, nn.ReLU] * 3
    linear = [layer for layer in network.head if isinstance(layer, nn.Linear)]
    assert [(layer.in_features, layer.out_features) for layer in linear] == [(1008, 150), (150, 70), (70, 10)]
    assert [layer.p for layer in network.head if isinstance(layer, nn.Dropout)] == [0.1, 0.1]
    assert count_trained(network) == 640 + 55_392 + 96_880 + 151_350 + 10_570 + 710


def test_pooling_before_the_positive_part_is_the_same_as_after(some):
    network = cnn(SELECTED, seed=3)
    x = some
    for convolution, pool, positive in network.blocks:
        x = pool(positive(convolution(x)))
    torch.testing.assert_close(network.blocks(some), x, rtol=0, atol=1e-6)


def test_weights_start_glorot_uniform_and_biases_at_zero():
    for block in cnn(SELECTED, seed=1).blocks:
        weight = block[0].weight
        bound = (6 / (9 * (weight.shape[0] + weight.shape[1]))) ** 0.5
        assert 0.97 * bound < weight.abs().max() <= bound
        assert torch.count_nonzero(block[0].bias) == 0


def test_the_seed_alone_decides_the_first_weights():
    states = [cnn(small.ARCHITECTURE, seed=seed).state_dict() for seed in (1, 1, 2)]
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])
    assert not torch.equal(states[0]["blocks.0.0.weight"], states[2]["blocks.0.0.weight"])


@pytest.mark.parametrize(("blocks", "expected"), [(0, 0), (1, 1), ("all", 2), (3, 2)])
def test_freezing_keeps_the_first_blocks_and_nothing_else(blocks, expected):
    network = cnn(small.ARCHITECTURE, seed=0)
    assert freeze(network, blocks) == expected
    frozen = {name for name, parameter in network.named_parameters() if not parameter.requires_grad}
    assert frozen == {f"blocks.{i}.0.{kind}" for i in range(expected) for kind in ("weight", "bias")}


@pytest.mark.parametrize("blocks", [1, 2])
def test_a_network_is_what_is_above_on_what_is_below(some, blocks):
    network = cnn(small.ARCHITECTURE, seed=0).eval()
    features = below(network, blocks, some, at_once=16)
    assert features.shape == (40, 28 // 2**blocks, 28 // 2**blocks, 8)
    torch.testing.assert_close(Above(network, blocks).eval()(features), network(some))


def test_training_what_is_above_trains_the_network_itself(some):
    network = cnn(small.ARCHITECTURE, seed=0)
    above = Above(network, 1)
    names = {id(parameter): name for name, parameter in network.named_parameters()}
    own = {names[id(parameter)] for parameter in above.parameters()}
    assert own == {name for name in names.values() if not name.startswith("blocks.0.")}


def test_images_are_varied_in_training_only(some):
    network = cnn({**small.ARCHITECTURE, "dropout": 0.0}, seed=0, augment=True)
    plain = cnn({**small.ARCHITECTURE, "dropout": 0.0}, seed=0)
    assert network.state_dict().keys() == plain.state_dict().keys()
    torch.manual_seed(1)
    first, second = network.train()(some), network(some)
    assert not torch.equal(first, second)
    assert not torch.equal(first, plain(some))
    assert torch.equal(network.eval()(some), plain.eval()(some))
    torch.manual_seed(1)
    assert torch.equal(network.train()(some), first)


def test_varied_images_are_still_images(some):
    seen = []
    network = cnn(small.ARCHITECTURE, seed=0, augment=True).train()
    network.blocks.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    torch.manual_seed(0)
    for _ in range(3):
        network(some)
    varied = torch.cat(seen)
    assert varied.min() >= 0
    assert varied.max() <= 1
    ink = varied.mean() / some.mean()
    assert 0.7 < ink < 1.5  # moved and dotted, not wiped out


def test_a_checkpoint_of_a_varying_network_is_told_from_that_of_a_plain_one():
    assert repr(cnn(small.ARCHITECTURE, 0)) != repr(cnn(small.ARCHITECTURE, 0, augment=True))


def test_logits_do_not_depend_on_how_many_images_are_asked_at_once():
    network, images = cnn(small.ARCHITECTURE, seed=0).eval(), small.images().train_images[:700]
    np.testing.assert_allclose(logits(network, images)[:100], logits(network, images[:100]), atol=1e-5)
