"""The networks are the paper's; freezing, computing frozen features once and augmentation do what they say."""

import numpy as np
import pytest
import small
import torch
from torch import nn

from relecture.tallies.config import Architecture
from relecture.tallies.networks.cnn import Head, cnn, count_trainable, freeze, frozen_features
from relecture.tallies.networks.cnn_training import predict_logits, to_tensor

SELECTED: Architecture = {"filters": [64, 96, 112], "dropout": 0.1, "fc1": 150, "fc2": 70}


@pytest.fixture(scope="module")
def images() -> torch.Tensor:
    """Forty real digits."""
    return to_tensor(small.images().train_images[:40])


def test_the_selected_network_has_three_blocks_and_three_fully_connected_layers():
    network = cnn(SELECTED, seed=0)
    kinds = [type(layer) for block in network.blocks for layer in block]
    assert kinds == [nn.Conv2d, nn.MaxPool2d, nn.ReLU] * 3
    linear = [layer for layer in network.head if isinstance(layer, nn.Linear)]
    assert [(layer.in_features, layer.out_features) for layer in linear] == [(1008, 150), (150, 70), (70, 10)]
    assert [layer.p for layer in network.head if isinstance(layer, nn.Dropout)] == [0.1, 0.1]
    assert count_trainable(network) == 640 + 55_392 + 96_880 + 151_350 + 10_570 + 710


def test_pooling_before_relu_equals_pooling_after_relu(images):
    network = cnn(SELECTED, seed=3)
    x = images
    for convolution, pool, relu in network.blocks:
        x = pool(relu(convolution(x)))
    torch.testing.assert_close(network.blocks(images), x, rtol=0, atol=1e-6)


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
def test_freezing_freezes_the_first_blocks_and_nothing_else(blocks, expected):
    network = cnn(small.ARCHITECTURE, seed=0)
    assert freeze(network, blocks) == expected
    frozen = {name for name, parameter in network.named_parameters() if not parameter.requires_grad}
    assert frozen == {f"blocks.{i}.0.{kind}" for i in range(expected) for kind in ("weight", "bias")}


@pytest.mark.parametrize("blocks", [1, 2])
def test_the_head_on_frozen_features_equals_the_network(images, blocks):
    network = cnn(small.ARCHITECTURE, seed=0).eval()
    features = frozen_features(network, blocks, images, batch_size=16)
    assert features.shape == (40, 28 // 2**blocks, 28 // 2**blocks, 8)
    torch.testing.assert_close(Head(network, blocks).eval()(features), network(images))


def test_the_head_shares_the_parameters_of_the_network():
    network = cnn(small.ARCHITECTURE, seed=0)
    head = Head(network, 1)
    names = {id(parameter): name for name, parameter in network.named_parameters()}
    shared = {names[id(parameter)] for parameter in head.parameters()}
    assert shared == {name for name in names.values() if not name.startswith("blocks.0.")}


def test_images_are_augmented_in_training_only(images):
    network = cnn({**small.ARCHITECTURE, "dropout": 0.0}, seed=0, augment=True)
    plain = cnn({**small.ARCHITECTURE, "dropout": 0.0}, seed=0)
    assert network.state_dict().keys() == plain.state_dict().keys()
    torch.manual_seed(1)
    first, second = network.train()(images), network(images)
    assert not torch.equal(first, second)
    assert not torch.equal(first, plain(images))
    assert torch.equal(network.eval()(images), plain.eval()(images))
    torch.manual_seed(1)
    assert torch.equal(network.train()(images), first)


def test_augmented_images_are_still_images(images):
    inputs = []
    network = cnn(small.ARCHITECTURE, seed=0, augment=True).train()
    network.blocks.register_forward_pre_hook(lambda _, arguments: inputs.append(arguments[0]))
    torch.manual_seed(0)
    for _ in range(3):
        network(images)
    augmented = torch.cat(inputs)
    assert augmented.min() >= 0
    assert augmented.max() <= 1
    ink = augmented.mean() / images.mean()
    assert 0.7 < ink < 1.5  # transformed and noisy, not erased


def test_the_text_of_a_network_with_augmentation_differs_so_that_checkpoints_do():
    assert repr(cnn(small.ARCHITECTURE, 0)) != repr(cnn(small.ARCHITECTURE, 0, augment=True))


def test_logits_do_not_depend_on_the_number_of_images():
    network, images = cnn(small.ARCHITECTURE, seed=0).eval(), small.images().train_images[:700]
    np.testing.assert_allclose(predict_logits(network, images)[:100], predict_logits(network, images[:100]), atol=1e-5)
