"""A network with a linear activation is one linear map, however many layers it has (ISL section 10.1)."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from relecture import plotting
from relecture.illustrations.activations import ACTIVATIONS
from relecture.illustrations.config import SeededFigureConfig
from relecture.illustrations.illustration import Illustration

SIZES = (4, 6, 5, 1)  # inputs, two hidden layers, one output
N_ROWS = 200
COMPARED = ("linear", "ReLU")
Layer = tuple[np.ndarray, np.ndarray]  # weights (outputs, inputs), biases (outputs,)


def random_layers(random: np.random.RandomState, sizes: Sequence[int] = SIZES) -> list[Layer]:
    """Draw layers with standard normal weights and biases."""
    return [
        (random.standard_normal((outputs, inputs)), random.standard_normal(outputs))
        for inputs, outputs in pairwise(sizes)
    ]


def forward(layers: Sequence[Layer], x: np.ndarray, activation: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Return outputs (rows, outputs) for inputs (rows, inputs); the last layer has no activation."""
    for weights, biases in layers[:-1]:
        x = activation(x @ weights.T + biases)
    weights, biases = layers[-1]
    return x @ weights.T + biases


def collapse(layers: Sequence[Layer]) -> Layer:
    """Return the linear map that equals the layers without activations."""
    weights, biases = layers[0]
    for next_weights, next_biases in layers[1:]:
        weights, biases = next_weights @ weights, next_weights @ biases + next_biases
    return weights, biases


def least_squares(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return intercept and slopes (1 + inputs,) of the regression of y (rows,) on x (rows, inputs)."""
    coefficients: np.ndarray = np.linalg.lstsq(np.column_stack([np.ones(len(x)), x]), y, rcond=None)[0]
    return coefficients


def compare_coefficients(seed: int) -> tuple[pd.DataFrame, dict[str, tuple[np.ndarray, np.ndarray]]]:
    """Compare the collapsed map with a regression on the network's outputs, per activation.

    Returns:
        A table with the columns activation, coefficient, product (of the matrices), regression, r2 (of the regression);
        and per activation the network's outputs and the regression's, (N_ROWS,) each.
    """
    random = np.random.RandomState(seed)
    layers, x = random_layers(random), random.standard_normal((N_ROWS, SIZES[0]))
    weights, biases = collapse(layers)
    product = np.append(biases, weights)
    rows: list[tuple[str, str, float, float, float]] = []
    outputs = {}
    for name in COMPARED:
        y = forward(layers, x, ACTIVATIONS[name][0])[:, 0]
        coefficients = least_squares(x, y)
        fitted = coefficients[0] + x @ coefficients[1:]
        outputs[name] = y, fitted
        r2 = 1 - ((y - fitted) ** 2).sum() / ((y - y.mean()) ** 2).sum()
        rows += [(name, f"b{i}", a, b, r2) for i, (a, b) in enumerate(zip(product, coefficients, strict=True))]
    return pd.DataFrame(rows, columns=["activation", "coefficient", "product", "regression", "r2"]), outputs


def draw(config: SeededFigureConfig, data: Path | None = None) -> Illustration:
    """Draw coefficients on the left, outputs against the best linear map on the right."""
    numbers, outputs = compare_coefficients(config.seed)
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(13, 4.6))
    linear = numbers[numbers.activation == "linear"]
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
        y, fitted = outputs[name]
        r2 = numbers[numbers.activation == name].r2.iloc[0]
        axes.axline((0, 0), slope=1, color=plotting.GREY, linewidth=1)
        axes.plot(fitted, y, "o", color=plotting.BLUE, markersize=4, alpha=0.7)
        axes.set(title=f"{name[0].upper()}{name[1:]} activation: R² = {r2:.2f}", xlabel="best linear map",
                 ylabel="output of the network")  # fmt: skip
    return Illustration(figure, numbers)
