"""The lecture's network of two units: a linear map with a linear activation, an interaction with a quadratic one.

(X1 + X2) + (X1 + 2 X2) = 2 X1 + 3 X2, but (X1 + X2)^2 + (X1 + 2 X2)^2 = 2 X1^2 + 6 X1 X2 + 5 X2^2.
"""

from collections.abc import Callable
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import Normalize, PowerNorm
from numpy.typing import ArrayLike

from relecture.illustrations.config import SeededFigureConfig
from relecture.illustrations.illustration import Illustration
from relecture.text_format import minus

HIDDEN = np.array([[1.0, 1.0], [1.0, 2.0]])  # a row per unit: X1 + X2 and X1 + 2 X2
OUTPUT = np.array([1.0, 1.0])
ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {"linear": lambda z: z, "square": np.square}
TERMS = ("1", "x1", "x2", "x1^2", "x1 x2", "x2^2")
N_POINTS = 50


def forward(x: np.ndarray, activation: str) -> np.ndarray:
    """Return the network's outputs, (rows,), for x (rows, 2)."""
    outputs: np.ndarray = ACTIVATIONS[activation](x @ HIDDEN.T) @ OUTPUT
    return outputs


def coefficients_by_algebra(activation: str) -> np.ndarray:
    """Return the coefficients of TERMS computed from the weights.

    With squares the output is the quadratic form x' (H' diag(o) H) x of hidden weights H and output weights o.
    """
    if activation == "linear":
        return np.array([0, *(OUTPUT @ HIDDEN), 0, 0, 0])
    (a, b), (_, c) = HIDDEN.T @ np.diag(OUTPUT) @ HIDDEN
    return np.array([0, 0, 0, a, 2 * b, c])


def coefficients_from_outputs(activation: str, random: np.random.RandomState) -> np.ndarray:
    """Return the coefficients of TERMS by least squares on the network's outputs at N_POINTS random inputs."""
    x = random.uniform(-1, 1, (N_POINTS, 2))
    terms = np.column_stack([np.ones(N_POINTS), x, x[:, 0] ** 2, x[:, 0] * x[:, 1], x[:, 1] ** 2])
    estimates: np.ndarray = np.linalg.lstsq(terms, forward(x, activation), rcond=None)[0]
    return estimates


def coefficients(seed: int) -> pd.DataFrame:
    """Return the columns activation, term, by_algebra, from_outputs."""
    random = np.random.RandomState(seed)
    tables = [
        pd.DataFrame(
            {
                "activation": name,
                "term": TERMS,
                "by_algebra": coefficients_by_algebra(name),
                "from_outputs": coefficients_from_outputs(name, random).round(9) + 0.0,
            }
        )
        for name in ACTIVATIONS
    ]
    return pd.concat(tables, ignore_index=True)


def draw(config: SeededFigureConfig, data: Path | None = None) -> Illustration:
    """Draw contours of the output of the same network with each activation."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10.5, 5.2), sharey=True)
    gradient, levels = OUTPUT @ HIDDEN, np.arange(-9, 10, 3)
    label_positions = np.outer(levels, gradient) / (gradient @ gradient)
    _contours(left, "linear", levels, Normalize(-15, 22), label_positions)
    _contours(right, "square", [1, 4, 10, 20, 40], PowerNorm(0.5, 0, 180), label_positions=False)
    left.set(title="g(z) = z:  2X₁ + 3X₂", ylabel="X₂")
    right.set(title="g(z) = z²:  2X₁² + 6X₁X₂ + 5X₂²")
    return Illustration(figure, coefficients(config.seed))


def _contours(
    axes: Axes, activation: str, levels: ArrayLike, norm: Normalize, label_positions: np.ndarray | bool
) -> None:
    line = np.linspace(-3, 3, 301)
    x1, x2 = np.meshgrid(line, line)
    z = forward(np.stack([x1, x2], -1), activation)
    axes.imshow(z, extent=(-3, 3, -3, 3), origin="lower", cmap="cividis", norm=norm)
    contours = axes.contour(x1, x2, z, levels=levels, colors="white", linewidths=1.5)
    axes.clabel(contours, fmt=lambda value: minus(f"{value:g}"), fontsize=12, manual=label_positions)
    axes.set(xlabel="X₁", aspect="equal", xticks=range(-3, 4), yticks=range(-3, 4))
    axes.grid(False)
