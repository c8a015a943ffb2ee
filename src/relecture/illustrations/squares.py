"""The lecture's network of two units: straight lines with a linear activation, curves and an interaction with squares.

(X1 + X2) + (X1 + 2 X2) = 2 X1 + 3 X2, but (X1 + X2)^2 + (X1 + 2 X2)^2 = 2 X1^2 + 6 X1 X2 + 5 X2^2.
"""

from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from relecture.illustrations.illustration import Illustration

HIDDEN = np.array([[1.0, 1.0], [1.0, 2.0]])  # a row a unit: X1 + X2 and X1 + 2 X2
OUTPUT = np.array([1.0, 1.0])
ACTIVATIONS = {"linear": lambda z: z, "square": np.square}
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


def draw(spec: dict[str, Any], data: Path | None = None) -> Illustration:
    """Lines of equal output of the same network with each activation."""
    x1, x2 = np.meshgrid(np.linspace(-2, 2, 201), np.linspace(-2, 2, 201))
    figure, grid = plt.subplots(1, 2, figsize=(10.5, 5.2), sharey=True)
    for axes, (name, levels, title) in zip(
        grid,
        (
            ("linear", np.arange(-8, 9, 2), "g(z) = z:  2X₁ + 3X₂"),
            ("square", [1, 3, 6, 10, 15, 21], "g(z) = z²:  2X₁² + 6X₁X₂ + 5X₂²"),
        ),
        strict=True,
    ):
        z = outputs(np.stack([x1, x2], -1), name)
        axes.contourf(x1, x2, z, levels=40, cmap="cividis")
        lines = axes.contour(x1, x2, z, levels=levels, colors="white", linewidths=1.5)
        axes.clabel(lines, fmt="%g", fontsize=11)
        axes.set(title=title, xlabel="X₁", aspect="equal", xticks=range(-2, 3), yticks=range(-2, 3))
        axes.grid(False)
    grid[0].set_ylabel("X₂")
    return Illustration(figure, coefficients(**spec))
