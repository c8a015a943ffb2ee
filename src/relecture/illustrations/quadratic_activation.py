"""The lecture's network of two units: straight lines with a linear activation, curves and an interaction with squares.

(X1 + X2) + (X1 + 2 X2) = 2 X1 + 3 X2, but (X1 + X2)^2 + (X1 + 2 X2)^2 = 2 X1^2 + 6 X1 X2 + 5 X2^2.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import Normalize, PowerNorm
from numpy.typing import ArrayLike

from relecture.illustrations.illustration import Illustration

HIDDEN = np.array([[1.0, 1.0], [1.0, 2.0]])  # a row a unit: X1 + X2 and X1 + 2 X2
OUTPUT = np.array([1.0, 1.0])
ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {"linear": lambda z: z, "square": np.square}
TERMS = ("1", "x1", "x2", "x1^2", "x1 x2", "x2^2")
POINTS = 50


def outputs(x: np.ndarray, activation: str) -> np.ndarray:
    """What the network answers, (rows,), to x (rows, 2)."""
    return ACTIVATIONS[activation](x @ HIDDEN.T) @ OUTPUT


def by_algebra(activation: str) -> np.ndarray:
    """Coefficients of TERMS from the weights.

    With squares the output is the quadratic form x' (H' diag(o) H) x of hidden weights H and output weights o.
    """
    if activation == "linear":
        return np.array([0, *(OUTPUT @ HIDDEN), 0, 0, 0])
    (a, b), (_, c) = HIDDEN.T @ np.diag(OUTPUT) @ HIDDEN
    return np.array([0, 0, 0, a, 2 * b, c])


def from_outputs(activation: str, random: np.random.RandomState) -> np.ndarray:
    """Coefficients of TERMS that least squares finds in what the network answers to POINTS random inputs."""
    x = random.uniform(-1, 1, (POINTS, 2))
    terms = np.column_stack([np.ones(POINTS), x, x[:, 0] ** 2, x[:, 0] * x[:, 1], x[:, 1] ** 2])
    return np.linalg.lstsq(terms, outputs(x, activation), rcond=None)[0]


def coefficients(seed: int) -> pd.DataFrame:
    """Columns activation, term, by_algebra, from_outputs."""
    random = np.random.RandomState(seed)
    tables = [
        pd.DataFrame(
            {
                "activation": name,
                "term": TERMS,
                "by_algebra": by_algebra(name),
                "from_outputs": from_outputs(name, random).round(9) + 0.0,
            }
        )
        for name in ACTIVATIONS
    ]
    return pd.concat(tables, ignore_index=True)


def draw(config: dict[str, Any], data: Path | None = None) -> Illustration:
    """Lines of equal output of the same network with each activation."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10.5, 5.2), sharey=True)
    steepest, lines = OUTPUT @ HIDDEN, np.arange(-9, 10, 3)
    _contours(left, "linear", lines, Normalize(-15, 22), labels=np.outer(lines, steepest) / (steepest @ steepest))
    _contours(right, "square", [1, 4, 10, 20, 40], PowerNorm(0.5, 0, 180), labels=False)
    left.set(title="g(z) = z:  2X₁ + 3X₂", ylabel="X₂")
    right.set(title="g(z) = z²:  2X₁² + 6X₁X₂ + 5X₂²")
    return Illustration(figure, coefficients(**config))


def _contours(axes: Axes, activation: str, levels: ArrayLike, norm: Normalize, labels: np.ndarray | bool) -> None:
    line = np.linspace(-3, 3, 301)
    x1, x2 = np.meshgrid(line, line)
    z = outputs(np.stack([x1, x2], -1), activation)
    axes.imshow(z, extent=(-3, 3, -3, 3), origin="lower", cmap="cividis", norm=norm)
    lines = axes.contour(x1, x2, z, levels=levels, colors="white", linewidths=1.5)
    axes.clabel(lines, fmt=lambda value: f"{value:g}".replace("-", "−"), fontsize=12, manual=labels)
    axes.set(xlabel="X₁", aspect="equal", xticks=range(-3, 4), yticks=range(-3, 4))
    axes.grid(False)
