"""Activation functions and their derivatives (ISL section 10.1; Figure 10.2 has the sigmoid and ReLU)."""

from collections.abc import Callable
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.special import expit

from relecture import plotting
from relecture.illustrations.config import UnseededFigureConfig
from relecture.illustrations.illustration import Illustration

Function = Callable[[np.ndarray], np.ndarray]


def sigmoid_derivative(z: np.ndarray) -> np.ndarray:
    """Return the derivative of the sigmoid, at most 1/4."""
    derivative: np.ndarray = expit(z) * expit(-z)
    return derivative


def tanh_derivative(z: np.ndarray) -> np.ndarray:
    """Return the derivative of tanh, at most 1."""
    derivative: np.ndarray = 1 - np.tanh(z) ** 2
    return derivative


def relu(z: np.ndarray) -> np.ndarray:
    """Return max(0, z)."""
    value: np.ndarray = np.maximum(z, 0.0)
    return value


def relu_derivative(z: np.ndarray) -> np.ndarray:
    """Return 1 above zero, 0 elsewhere."""
    return (z > 0).astype(float)


#: Name -> the function and its derivative.
ACTIVATIONS: dict[str, tuple[Function, Function]] = {
    "linear": (lambda z: z, np.ones_like),
    "sigmoid": (expit, sigmoid_derivative),
    "tanh": (np.tanh, tanh_derivative),
    "ReLU": (relu, relu_derivative),
}


def evaluate(z: np.ndarray) -> pd.DataFrame:
    """Return the columns activation, z, value, derivative at every z, (n,)."""
    tables = [
        pd.DataFrame({"activation": name, "z": z, "value": function(z), "derivative": derivative(z)})
        for name, (function, derivative) in ACTIVATIONS.items()
    ]
    return pd.concat(tables, ignore_index=True)


def draw(config: UnseededFigureConfig, data: Path | None = None) -> Illustration:
    """Draw a panel per function."""
    curves = evaluate(np.linspace(-4, 4, 802))  # an even number excludes zero, where ReLU has a kink
    figure, grid = plt.subplots(1, 4, figsize=(13, 4.2), sharey=True)
    for axes, (name, curve) in zip(grid, curves.groupby("activation", sort=False), strict=True):
        axes.axhline(0, color=plotting.GREY, linewidth=0.8)
        axes.plot(curve.z, curve.value, color=plotting.BLUE, linewidth=3, label="g(z)")
        axes.plot(curve.z, curve.derivative, color=plotting.RED, linewidth=2, linestyle="--", label="derivative of g")
        axes.set(
            title=name if name in ("tanh", "ReLU") else name.capitalize(),
            xlabel="z",
            ylim=(-1.3, 2.3),
            xticks=range(-4, 5, 2),
        )
    grid[0].set_ylabel("value")
    figure.legend(*grid[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return Illustration(figure, evaluate(np.arange(-4.0, 5.0)))
