"""Learned filters and feature maps of a CNN, layer by layer: from strokes to parts of digits.

How far the layers have come towards the digits is measured by a linear classifier on the output of each (Alain and
Bengio 2016, "Understanding intermediate layers using linear classifier probes").
"""

from dataclasses import dataclass
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure
from sklearn.linear_model import RidgeClassifier
from torch import nn

from relecture import plotting
from relecture.data import mnist
from relecture.illustrations.classifiers import DigitSubset, cnn, draw_subset, to_inputs, train
from relecture.illustrations.config import FeatureMapsFigureConfig
from relecture.illustrations.error_bars import percentage_intervals
from relecture.illustrations.figure_findings import gaps
from relecture.illustrations.illustration import Illustration
from relecture.text_format import listed

FILTERS, KERNEL_SIZES = (8, 16, 32), (5, 3, 3)
LAYERS = range(len(FILTERS) + 1)  # 0 is the image
SHOWN_DIGIT = 5
N_SHOWN, N_PATCHES = 6, 3  # filters of a layer; images per filter
_BLOCK = 3  # modules of a block: convolution, pooling, ReLU
_PROBE_PENALTY = 10.0  # of the linear classifier; features are scaled to a standard deviation of at most 1


@dataclass(frozen=True)
class Window:
    """What one cell of a layer's output sees: `size` pixels, moving by `step` pixels, first at `start` (from 0)."""

    size: int
    step: int
    start: int


def receptive_field(layer: int) -> Window:
    """Return the window of a cell of the convolution of a layer, 1, 2, ..., before its pooling."""
    size, step, start = 1, 1, 0
    for i, kernel_size in enumerate(KERNEL_SIZES[:layer], start=1):
        size += (kernel_size - 1) * step
        start -= kernel_size // 2 * step
        if i < layer:  # 2 x 2 pooling
            size, step = size + step, 2 * step
    return Window(size, step, start)


def layer_outputs(network: nn.Sequential, images: torch.Tensor) -> list[torch.Tensor]:
    """Return the images (n, 1, 28, 28) and the output of every block, (n, filters, side, side)."""
    outputs = [images]
    with torch.inference_mode():
        for layer in LAYERS[:-1]:
            outputs.append(network[_BLOCK * layer : _BLOCK * (layer + 1)](outputs[-1]))
    return outputs


def convolutions(network: nn.Sequential, images: torch.Tensor, layer: int) -> torch.Tensor:
    """Return the feature maps of one layer with ReLU and without pooling, (n, filters, side, side)."""
    with torch.inference_mode():
        maps: torch.Tensor = network[: _BLOCK * (layer - 1) + 1](images).relu()
    return maps


def train_network(digits: DigitSubset, config: FeatureMapsFigureConfig, seed: int) -> nn.Sequential:
    """Train one CNN on the training images."""
    network = cnn(FILTERS, KERNEL_SIZES, seed=seed)
    train(network, digits.images[digits.train], digits.labels[digits.train], epochs=config.epochs, seed=seed)
    return network


def probe_errors(network: nn.Sequential, digits: DigitSubset) -> list[float]:
    """Return the share of test images that a linear classifier on each layer's output misclassifies; layer 0 first.

    Every classifier is fitted on the training images.
    """
    train_outputs = layer_outputs(network, digits.images[digits.train])
    test_outputs = layer_outputs(network, digits.images[digits.test])
    errors = []
    for a, b in zip(train_outputs, test_outputs, strict=True):
        features, test_features = a.flatten(1).double().numpy(), b.flatten(1).double().numpy()
        largest_sd = features.std(axis=0).max()
        probe = RidgeClassifier(alpha=_PROBE_PENALTY).fit(features / largest_sd, digits.labels[digits.train].numpy())
        errors.append(1 - float(probe.score(test_features / largest_sd, digits.labels[digits.test].numpy())))
    return errors


def draw(config: FeatureMapsFigureConfig, data: Path) -> Illustration:
    """Draw filters, maps and strongest patches of the first network, and the probes of all; `data` is the manifest."""
    images = mnist.load(data)
    rows = []
    for seed in range(config.seed, config.seed + config.n_seeds):
        digits = draw_subset(images, seed, n_train=config.n_images, n_test=config.n_test)
        network = train_network(digits, config, seed)
        rows += [(f"seed-{seed}", layer, error) for layer, error in enumerate(probe_errors(network, digits))]
        if seed == config.seed:
            first, first_digits = network, digits
    numbers = pd.DataFrame(rows, columns=["member", "layer", "test_error"])
    figure = plt.figure(figsize=(14, 6.4))
    left, *layers = figure.subfigures(1, 1 + len(FILTERS), width_ratios=(4.2, 5, 4, 4), squeeze=False).ravel()
    test_images = first_digits.images[first_digits.test]
    shown = typical_image(images, SHOWN_DIGIT)
    above, below = left.subplots(2, 1, height_ratios=(1, 1.25))
    _draw_picture(above, shown[0, 0].numpy())
    above.set_title("A typical test image")
    _draw_probes(below, numbers)
    for layer, part in enumerate(layers, start=1):
        _draw_layer(part, first, layer, shown, test_images)
    return Illustration(figure, numbers, images.name if images.sample else "")


def typical_image(images: mnist.Mnist, digit: int) -> torch.Tensor:
    """Return the test image of a digit that is closest to the mean of all of them, (1, 1, 28, 28)."""
    inputs = to_inputs(images.test_images[images.test_labels == digit])
    distances = (inputs - inputs.mean(0)).square().sum((1, 2, 3))
    return inputs[int(distances.argmin())][None]


def strongest_patches(maps: torch.Tensor, images: torch.Tensor, window: Window, count: int) -> list[np.ndarray]:
    """Return the patches of the `count` images to which one filter responds most, (size, size) each, at its maximum.

    Args:
        maps: The filter's feature map for every image, (n, side, side).
        images: The images, (n, 1, 28, 28); outside of them there is paper, 0.
        window: What a cell of the map sees.
        count: Number of patches, each of another image.
    """
    side = maps.shape[-1]
    largest, cells = maps.flatten(1).max(dim=1)
    padded = np.pad(images[:, 0].numpy(), ((0, 0), (window.size, window.size), (window.size, window.size)))
    patches = []
    for image in largest.argsort(descending=True, stable=True)[:count].tolist():
        top, left = (window.size + window.start + window.step * index for index in divmod(int(cells[image]), side))
        patches.append(padded[image, top : top + window.size, left : left + window.size])
    return patches


def _draw_probes(axes: Axes, numbers: pd.DataFrame) -> None:
    mean, reach = percentage_intervals(100 * numbers.pivot(index="member", columns="layer", values="test_error"))
    axes.errorbar(LAYERS, mean, reach, fmt="o-", color=plotting.BLUE, capsize=4, linewidth=2.5, markersize=8)
    axes.set(xlabel="output of layer", ylabel="test error (%)", ylim=(0, None))
    steps = zip(LAYERS[1:], gaps("feature_maps", numbers).values(), strict=True)
    lower = [str(layer) for layer, gap in steps if gap.finding == "significant" and gap.mean > 0]
    axes.set_title(f"A linear classifier gains\nby {f'layer {listed(lower)}' if lower else 'no layer significantly'}")
    axes.set_xticks(LAYERS, ["image", *map(str, LAYERS[1:])])


def _draw_layer(part: SubFigure, network: nn.Sequential, layer: int, shown: torch.Tensor, images: torch.Tensor) -> None:
    """Draw the filters of a layer that respond most to the shown image: weights (first layer), map, patches."""
    window = receptive_field(layer)
    shown_maps, maps = convolutions(network, shown, layer)[0], convolutions(network, images, layer)
    most_active = shown_maps.mean((1, 2)).argsort(descending=True, stable=True)[:N_SHOWN].tolist()
    weights = network.state_dict()[f"{_BLOCK * (layer - 1)}.weight"].numpy()
    has_weights = layer == 1  # later filters have a slice for every map of the layer below
    headings = [*(["filter"] if has_weights else []), "map", "strongest responses", *[""] * (N_PATCHES - 1)]
    grid = part.subplots(N_SHOWN, len(headings))
    for line, index in zip(grid, most_active, strict=True):
        pictures = [shown_maps[index].numpy(), *strongest_patches(maps[:, index], images, window, N_PATCHES)]
        if has_weights:
            limit = np.abs(weights[:, 0]).max()
            _draw_picture(line[0], weights[index, 0], cmap="RdBu_r", limits=(-limit, limit))
        for i, (axes, picture) in enumerate(zip(line[has_weights:], pictures, strict=True)):
            limits = (0.0, float(shown_maps.max())) if i == 0 else (0.0, 1.0)
            _draw_picture(axes, picture, cmap="Blues" if i == 0 else "gray_r", limits=limits)
    for axes, heading in zip(grid[0], headings, strict=True):
        axes.set_title(heading, fontsize=11, fontweight="normal", loc="left")
    part.suptitle(
        f"Layer {layer}: sees {window.size} × {window.size} pixels", x=0.01, ha="left", fontweight="bold", fontsize=13
    )


def _draw_picture(
    axes: Axes, picture: np.ndarray, cmap: str = "gray_r", limits: tuple[float, float] = (0.0, 1.0)
) -> None:
    axes.imshow(picture, cmap=cmap, vmin=limits[0], vmax=limits[1])
    axes.set(xticks=[], yticks=[])
    axes.grid(False)
    axes.spines[:].set(visible=True, color="#BDBDBD")
