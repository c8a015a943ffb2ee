"""Sizes and parameters in the diagrams, against the formulas of the layers."""

import numpy as np
import torch
from torch import nn

from relecture.illustrations.network_diagram import Layer, layer_table, trace_layers, traced_networks


def test_fully_connected_networks_have_a_weight_per_line_and_a_bias_per_unit():
    networks = traced_networks()
    assert [layer.shape for layer in networks["two_hidden"]] == [(784,), (256,), (128,), (10,)]
    assert [layer.n_parameters for layer in networks["two_hidden"]] == [0, 785 * 256, 257 * 128, 129 * 10]
    totals = layer_table(networks).groupby("network").n_parameters.sum()
    assert totals["linear"] == 4 + 1
    assert totals["one_hidden"] == 5 * 5 + 6
    assert totals["two_hidden"] == 235_146  # ISL section 10.2


def test_the_selected_cnn_has_the_sizes_of_the_paper():
    layers = traced_networks()["cnn"]
    maps = [layer.shape for layer in layers if layer.kind == "MaxPool2d"]
    assert maps == [(64, 14, 14), (96, 7, 7), (112, 3, 3)]  # Table A.2; a side of 7 is pooled to 3
    assert [layer.shape for layer in layers[-4:]] == [(1008,), (150,), (70,), (10,)]
    convolutions = [layer.n_parameters for layer in layers if layer.kind == "Conv2d"]
    assert convolutions == [64 * (9 + 1), 96 * (64 * 9 + 1), 112 * (96 * 9 + 1)]
    assert sum(layer.n_parameters for layer in layers) == sum(convolutions) + 150 * 1009 + 70 * 151 + 10 * 71


def test_a_layer_that_changes_neither_shape_nor_parameters_is_not_drawn():
    network = nn.Sequential(nn.Linear(3, 2), nn.ReLU(), nn.Dropout(0.5), nn.Linear(2, 1))
    assert trace_layers(network, (3,)) == [
        Layer("input", (3,), 0), Layer("Linear", (2,), 8), Layer("Linear", (1,), 3)
    ]  # fmt: skip
    assert not network[0]._forward_hooks


def test_the_numbers_of_the_figure_are_those_of_the_layers(draw_by_command, tmp_path):
    numbers = draw_by_command("network_diagram", {}, tmp_path)
    first = numbers[(numbers.network == "cnn") & (numbers.layer == 1)].iloc[0]
    weights = nn.Conv2d(1, 64, 3, padding=1)
    side = weights(torch.zeros(1, 1, 28, 28)).shape[-1]
    assert first["shape"] == f"64 x {side} x {side}"
    assert first.n_parameters == sum(np.prod(values.shape) for values in weights.parameters())
