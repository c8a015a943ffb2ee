"""Diagrams of networks, drawn from the model objects: a linear model, one and two hidden layers, and a CNN.

The sizes are those of a forward pass, the numbers of parameters those of the modules.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Rectangle
from torch import nn

from relecture import plotting
from relecture.illustrations.classifiers import IMAGE_SIZE, cnn
from relecture.illustrations.config import UnseededFigureConfig
from relecture.illustrations.illustration import Illustration
from relecture.training.mlp import mlp

#: Units of the fully connected networks, from the inputs to the outputs; the second is that of ISL Figure 10.1.
SIZES = {"linear": (4, 1), "one_hidden": (4, 5, 1), "two_hidden": (784, 256, 128, 10)}
#: Blocks and fully connected layers of the network that the paper's search selected (Torres and Cantú, Table A.2).
FILTERS, KERNEL_SIZE, UNITS = (64, 96, 112), 3, (150, 70)

NAMES = {
    "linear": "The simplest: a linear model",
    "one_hidden": "One hidden layer",
    "two_hidden": "Two hidden layers, for MNIST",
    "cnn": "The CNN that the paper's search selected: three convolutions, three fully connected layers",
}
N_DRAWN = 8  # units of a layer; a larger layer has an ellipsis
SLOT = 1.95  # width of the place of a layer in the drawing of the CNN
UNIT_COLOURS = {"input": plotting.ORANGE, "hidden": plotting.SKY, "output": plotting.RED}


@dataclass(frozen=True)
class Layer:
    """A layer as drawn: its `kind`, the shape of its output for one row, and its number of parameters.

    A `kind` is `input`, or the name of a module of torch.
    """

    kind: str
    shape: tuple[int, ...]
    n_parameters: int


def trace_layers(network: nn.Module, input_shape: Sequence[int]) -> list[Layer]:
    """Return the input and every layer of a network that changes the shape or has parameters, by a forward pass."""
    layers = [Layer("input", tuple(input_shape), 0)]

    def add(module: nn.Module, _: object, output: torch.Tensor) -> None:
        n_parameters = sum(parameter.numel() for parameter in module.parameters())
        layer = Layer(type(module).__name__, tuple(output.shape[1:]), n_parameters)
        if n_parameters or layer.shape != layers[-1].shape:
            layers.append(layer)

    leaves = [module for module in network.modules() if not list(module.children())]
    hooks = [module.register_forward_hook(add) for module in leaves]
    try:
        with torch.inference_mode():
            network.eval()(torch.zeros(1, *input_shape))
    finally:
        for hook in hooks:
            hook.remove()
    return layers


def traced_networks() -> dict[str, list[Layer]]:
    """Return the layers of every network in the figure, by the names of NAMES."""
    traced = {name: trace_layers(mlp(sizes, seed=0), sizes[:1]) for name, sizes in SIZES.items()}
    selected = cnn(FILTERS, [KERNEL_SIZE] * len(FILTERS), UNITS, seed=0)
    return {**traced, "cnn": trace_layers(selected, (1, IMAGE_SIZE, IMAGE_SIZE))}


def layer_table(networks: dict[str, list[Layer]]) -> pd.DataFrame:
    """Return the columns network, layer (from 0), kind, shape (`64 x 14 x 14`), n_parameters."""
    rows = [
        {"network": name, "layer": i, **asdict(layer), "shape": " x ".join(map(str, layer.shape))}
        for name, layers in networks.items()
        for i, layer in enumerate(layers)
    ]
    return pd.DataFrame(rows)


def draw(config: UnseededFigureConfig, data: Path | None = None) -> Illustration:
    """Draw the fully connected networks above, the CNN below."""
    networks = traced_networks()
    figure = plt.figure(figsize=(14, 8.4))
    above, below = figure.subfigures(2, 1, height_ratios=(10, 9), squeeze=False).ravel()
    grid = above.subplots(1, 3, width_ratios=(3, 4, 5.5))
    for axes, name in zip(grid, SIZES, strict=True):
        draw_units(axes, [layer.shape[0] for layer in networks[name]])
        axes.set_title(_title(name, networks[name]))
    axes = below.subplots()
    _draw_cnn(axes, networks["cnn"])
    axes.set_title(_title("cnn", networks["cnn"]))
    return Illustration(figure, layer_table(networks))


def draw_units(
    axes: Axes,
    sizes: Sequence[int],
    kept: Sequence[np.ndarray] | None = None,
    *,
    n_drawn: int = N_DRAWN,
    with_sizes: bool = True,
) -> None:
    """Draw a fully connected network as columns of units, and a line per weight.

    Args:
        axes: Where to draw.
        sizes: Units of each layer, from the inputs to the outputs.
        kept: Whether each unit takes part, an array per layer; by default all do. The others are crossed out and have
            no lines.
        n_drawn: Units drawn of a layer; of a larger one as many, with an ellipsis in the middle.
        with_sizes: Whether to write the number of units below each layer.
    """
    heights = [_heights(size, n_drawn) for size in sizes]
    kept = kept or [np.ones(len(column), bool) for column in heights]
    lines = [
        [(i, a), (i + 1, b)]
        for i, (left, right) in enumerate(pairwise(heights))
        for a, a_kept in zip(left, kept[i], strict=True)
        for b, b_kept in zip(right, kept[i + 1], strict=True)
        if a_kept and b_kept
    ]
    axes.add_collection(LineCollection(lines, colors="#9A9A9A", linewidths=0.9, zorder=1))
    lowest = -(n_drawn + 1) / 2
    for i, (size, column) in enumerate(zip(sizes, heights, strict=True)):
        role = "input" if i == 0 else "output" if i == len(sizes) - 1 else "hidden"
        for height, is_kept in zip(column, kept[i], strict=True):
            _draw_unit(axes, i, height, UNIT_COLOURS[role] if is_kept else "white", crossed_out=not is_kept)
        if size > n_drawn:
            axes.text(i, 0, "⋮", ha="center", va="center", fontsize=20)
        if with_sizes:
            noun = {"input": "inputs", "output": "outputs", "hidden": "units"}[role]
            text = f"{size:,} {noun if size > 1 else noun.removesuffix('s')}"
            axes.text(i, lowest, text, ha="center", va="top", fontsize=12)
    axes.set(xlim=(-0.45, len(sizes) - 0.55), ylim=(lowest - (0.9 if with_sizes else 0), -lowest))
    axes.axis("off")


def _heights(size: int, n_drawn: int) -> np.ndarray:
    """Return the heights of the units drawn; an ellipsis takes the place of two in the middle."""
    if size <= n_drawn:
        return (size - 1) / 2 - np.arange(size)
    half = np.arange(n_drawn // 2 - 1)
    return np.concatenate([(n_drawn - 1) / 2 - half, -(n_drawn - 1) / 2 + half[::-1]])


def _draw_unit(axes: Axes, x: float, y: float, colour: str, *, crossed_out: bool = False) -> None:
    """Draw a unit as a marker, which stays round whatever the limits of the axes are."""
    edge = plotting.GREY if crossed_out else "black"
    axes.plot(x, y, "o", markersize=17, markerfacecolor=colour, markeredgecolor=edge, markeredgewidth=1.2, zorder=2)
    if crossed_out:
        axes.plot(x, y, "x", markersize=11, color=plotting.GREY, markeredgewidth=2, zorder=3)


def _title(name: str, layers: Sequence[Layer]) -> str:
    total = sum(layer.n_parameters for layer in layers)
    return f"{NAMES[name]}\n{total:,} parameters"


def _draw_cnn(axes: Axes, layers: Sequence[Layer]) -> None:
    """Draw feature maps as a stack of squares, layers of units as bars; below them what each layer is."""
    lowest, last_edge = -1.85, 0.0
    for index, layer in enumerate(layers):
        middle = SLOT * index
        if len(layer.shape) == 3:
            half_width = _draw_stack(axes, middle, *layer.shape) / 2
        else:
            half_width = _draw_bar(axes, middle, layer.shape[0], is_output=layer is layers[-1]) / 2
        shape = "×".join(f"{size:,}" for size in layer.shape)
        axes.text(middle, lowest, shape, ha="center", va="top", fontsize=11.5, fontweight="bold")
        axes.text(middle, lowest - 0.5, _description(layer), ha="center", va="top", fontsize=11)
        if index:
            axes.annotate(
                "",
                (middle - half_width - 0.05, 0),
                (last_edge + 0.05, 0),
                arrowprops={"arrowstyle": "->", "color": plotting.GREY, "shrinkA": 0, "shrinkB": 0},
            )
        last_edge = middle + half_width
    axes.set(xlim=(-1, SLOT * (len(layers) - 1) + 0.9), ylim=(-4.6, 1.65), aspect="equal")
    axes.axis("off")


def _description(layer: Layer) -> str:
    """Return what a layer of the CNN is, and the number of its parameters."""
    kinds = {
        "input": "input",
        "Conv2d": f"convolution\n{KERNEL_SIZE} × {KERNEL_SIZE}",
        "MaxPool2d": "2 × 2\nmax-pooling",
        "Flatten": "flattened",
        "Linear": "fully\nconnected",
    }
    return kinds[layer.kind] + (f"\n{layer.n_parameters:,}\nparameters" if layer.n_parameters else "")


def _draw_stack(axes: Axes, middle: float, n_maps: int, height: int, width: int) -> float:
    """Draw maps as squares behind each other, one for about 16; return the width of the drawing."""
    side, n_squares = 0.3 + 1.05 * np.sqrt(height * width) / IMAGE_SIZE, 1 + n_maps // 16
    step = 0.06
    extent = side + step * (n_squares - 1)
    colour = UNIT_COLOURS["input"] if n_maps == 1 else UNIT_COLOURS["hidden"]
    for i in reversed(range(n_squares)):
        corner = (middle - extent / 2 + step * i, -extent / 2 + step * i)
        axes.add_patch(Rectangle(corner, side, side, facecolor=colour, edgecolor="black", linewidth=0.8))
    return float(extent)


def _draw_bar(axes: Axes, middle: float, n_units: int, *, is_output: bool) -> float:
    """Draw a layer of units as a bar whose height grows with the logarithm of their number; return its width."""
    height, width = 0.3 * np.log2(n_units), 0.3
    colour = UNIT_COLOURS["output"] if is_output else UNIT_COLOURS["hidden"]
    corner = (middle - width / 2, -height / 2)
    axes.add_patch(Rectangle(corner, width, height, facecolor=colour, edgecolor="black", linewidth=0.8))
    return width
