"""A network whose activation is linear is one linear map, however many layers it has (ISL section 10.1)."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from relecture import plotting
from relecture.illustrations.activations import ACTIVATIONS
from relecture.illustrations.illustration import Illustration

SIZES = (4, 6, 5, 1)  # inputs, two hidden layers, one output
ROWS = 200
COMPARED = ("linear", "ReLU")
Layer = tuple[np.ndarray, np.ndarray]  # weights (outputs, inputs), biases (outputs,)


def network(random: np.random.RandomState, sizes: Sequence[int] = SIZES) -> list[Layer]:
    """Layers with standard normal weights and biases."""
    return [
        (random.standard_normal((outputs, inputs)), random.standard_normal(outputs))
        for inputs, outputs in pairwise(sizes)
    ]


def forward(layers: Sequence[Layer], x: np.ndarray, activation: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Outputs (rows, outputs) for inputs (rows, inputs); no activation after the last layer."""
    for weights, biases in layers[:-1]:
        x = activation(x @ weights.T + biases)
    weights, biases = layers[-1]
    return x @ weights.T + biases


def collapsed(layers: Sequence[Layer]) -> Layer:
    """The one linear map that the layers are together, if nothing stands between them."""
    weights, biases = layers[0]
    for above, more in layers[1:]:
        weights, biases = above @ weights, above @ biases + more
    return weights, biases


def regression(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Least squares with intercept: coefficients (1 + inputs,) of the map from x (rows, inputs) to y (rows,)."""
    return np.linalg.lstsq(np.column_stack([np.ones(len(x)), x]), y, rcond=None)[0]


def compared(seed: int) -> tuple[pd.DataFrame, dict[str, tuple[np.ndarray, np.ndarray]]]:
    """Coefficients of the collapsed map beside those of a regression on the network's outputs, per activation.

    Returns the columns activation, coefficient, product (of the matrices), regression, r2 (of the regression);
    and per activation the network's outputs and the regression's, (ROWS,) each.
    """
    random = np.random.RandomState(seed)
    layers, x = network(random), random.standard_normal((ROWS, SIZES[0]))
    weights, biases = collapsed(layers)
    product, rows, outputs = np.append(biases, weights), [], {}
    for name in COMPARED:
        y = forward(layers, x, ACTIVATIONS[name][0])[:, 0]
        fitted = regression(x, y)
        outputs[name] = y, fitted[0] + x @ fitted[1:]
        r2 = 1 - ((y - outputs[name][1]) ** 2).sum() / ((y - y.mean()) ** 2).sum()
        rows += [(name, f"b{i}", a, b, r2) for i, (a, b) in enumerate(zip(product, fitted, strict=True))]
    return pd.DataFrame(rows, columns=["activation", "coefficient", "product", "regression", "r2"]), outputs


def draw(config: dict[str, Any], data: Path | None = None) -> Illustration:
    """Coefficients on the left, outputs against the best linear map on the right."""
    found, outputs = compared(**config)
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(13, 4.6))
    linear = found[found.activation == "linear"]
    left.plot(linear["product"], "o", color=plotting.SKY, markersize=14, label="product of the three weight matrices")
    left.plot(
        linear.regression,
        "x",
        color="black",
        markersize=8,
        markeredgewidth=2,
        label="regression on the outputs of the network",
    )
    left.set(title="Linear activation: one map", xlabel="coefficient", ylabel="value")
    left.set_xticks(range(len(linear)), ["intercept", "X₁", "X₂", "X₃", "X₄"])
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    for axes, name in ((middle, "linear"), (right, "ReLU")):
        y, straight = outputs[name]
        r2 = found[found.activation == name].r2.iloc[0]
        axes.axline((0, 0), slope=1, color=plotting.GREY, linewidth=1)
        axes.plot(straight, y, "o", color=plotting.BLUE, markersize=4, alpha=0.7)
        axes.set(title=f"{name[0].upper()}{name[1:]} activation: R² = {r2:.2f}", xlabel="best linear map",
                 ylabel="output of the network")  # fmt: skip
    return Illustration(figure, found)
