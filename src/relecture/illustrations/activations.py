"""Activation functions and their slopes (ISL section 10.1; Figure 10.2 has the sigmoid and ReLU)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.special import expit

from relecture import plotting
from relecture.illustrations.illustration import Illustration

Function = Callable[[np.ndarray], np.ndarray]


def sigmoid_slope(z: np.ndarray) -> np.ndarray:
    """Derivative of the sigmoid; at most 1/4."""
    return expit(z) * expit(-z)


def tanh_slope(z: np.ndarray) -> np.ndarray:
    """Derivative of tanh; at most 1."""
    return 1 - np.tanh(z) ** 2


def relu(z: np.ndarray) -> np.ndarray:
    """max(0, z)."""
    return np.maximum(z, 0.0)


def relu_slope(z: np.ndarray) -> np.ndarray:
    """1 above zero, 0 elsewhere."""
    return (z > 0).astype(float)


#: Name -> the function and its derivative.
ACTIVATIONS: dict[str, tuple[Function, Function]] = {
    "linear": (lambda z: z, np.ones_like),
    "sigmoid": (expit, sigmoid_slope),
    "tanh": (np.tanh, tanh_slope),
    "ReLU": (relu, relu_slope),
}


def values(at: np.ndarray) -> pd.DataFrame:
    """Columns activation, z, value, slope, at every z of `at`, (n,)."""
    tables = [
        pd.DataFrame({"activation": name, "z": at, "value": function(at), "slope": slope(at)})
        for name, (function, slope) in ACTIVATIONS.items()
    ]
    return pd.concat(tables, ignore_index=True)


def draw(config: dict[str, Any], data: Path | None = None) -> Illustration:
    """A panel for each function."""
    curves = values(np.linspace(-4, 4, 802))  # an even number: zero, where ReLU has a kink, is none of them
    figure, grid = plt.subplots(1, 4, figsize=(13, 4.2), sharey=True)
    for axes, (name, curve) in zip(grid, curves.groupby("activation", sort=False), strict=True):
        axes.axhline(0, color=plotting.GREY, linewidth=0.8)
        axes.plot(curve.z, curve.value, color=plotting.BLUE, linewidth=3, label="g(z)")
        axes.plot(curve.z, curve.slope, color=plotting.RED, linewidth=2, linestyle="--", label="slope of g")
        axes.set(
            title=name if name in ("tanh", "ReLU") else name.capitalize(),
            xlabel="z",
            ylim=(-1.3, 2.3),
            xticks=range(-4, 5, 2),
        )
    grid[0].set_ylabel("value")
    figure.legend(*grid[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return Illustration(figure, values(np.arange(-4.0, 5.0)))
