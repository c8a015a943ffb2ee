"""Polynomials against a small network where the effect of one variable depends on another.

A polynomial can have only the terms it is given; a network makes its own. Where the truth is the product itself,
the polynomial with that product cannot be beaten; where it is not, the network comes closer.
"""

from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.base import RegressorMixin
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, PolynomialFeatures

from relecture.illustrations.illustration import Illustration

NOISE = 0.2  # standard deviation
TEST_ROWS = 2000
DECAY = 0.01  # the network's penalty on squared weights, scikit-learn's alpha

#: Name -> the mean of y given x (rows, 2), inputs between -1 and 1.
TRUTHS = {
    "product": lambda x: x[:, 0] * x[:, 1],
    "switch": lambda x: x[:, 0] * np.tanh(4 * x[:, 1]),
}
TITLES = {"product": "X₁X₂", "switch": "X₁ tanh(4X₂)"}
NAMES = {
    "linear": "linear",
    "curves": "squares and cubes",
    "products": "… with products",
    "network": "small network",
}


def powers(x: np.ndarray) -> np.ndarray:
    """x, x^2 and x^3 of each variable by itself, (rows, 6): curves, but no products."""
    return np.hstack([x, x**2, x**3])


def models(units: int, seed: int) -> dict[str, RegressorMixin]:
    """The competitors, not yet fitted; `products` has every term up to the third degree."""
    return {
        "linear": LinearRegression(),
        "curves": make_pipeline(FunctionTransformer(powers), LinearRegression()),
        "products": make_pipeline(PolynomialFeatures(3, include_bias=False), LinearRegression()),
        "network": MLPRegressor(
            hidden_layer_sizes=(units,),
            activation="tanh",
            solver="lbfgs",
            alpha=DECAY,
            max_iter=2000,
            random_state=seed,
        ),
    }


def sample(truth: str, rows: int, random: np.random.RandomState) -> tuple[np.ndarray, np.ndarray]:
    """Inputs (rows, 2), uniform between -1 and 1, and answers (rows,) with noise."""
    x = random.uniform(-1, 1, (rows, 2))
    return x, TRUTHS[truth](x) + NOISE * random.standard_normal(rows)


def fitted(truth: str, rows: int, units: int, seed: int) -> tuple[dict[str, RegressorMixin], dict[str, float]]:
    """Every model on the same rows, and its R2 on new ones; that of the truth is below 1 for the noise."""
    random = np.random.RandomState(seed)
    (x, y), (new, answers) = sample(truth, rows, random), sample(truth, TEST_ROWS, random)
    found = {name: model.fit(x, y) for name, model in models(units, seed).items()}
    r2 = {name: r2_score(answers, model.predict(new)) for name, model in found.items()}
    return found, {"truth": r2_score(answers, TRUTHS[truth](new)), **r2}


def scores(rows: int, units: int, seeds: int, seed: int) -> pd.DataFrame:
    """Columns truth, member, model, r2: test R2 of every model, and of the truth itself, over `seeds` draws."""
    table = [
        (truth, f"seed-{seed + i}", name, r2)
        for truth in TRUTHS
        for i in range(seeds)
        for name, r2 in fitted(truth, rows, units, seed + i)[1].items()
    ]
    return pd.DataFrame(table, columns=["truth", "member", "model", "r2"])


def draw(config: dict[str, Any], data: Path | None = None) -> Illustration:
    """The truth and what each model makes of it, a row for each truth."""
    found = scores(**config)
    summary = found.groupby(["truth", "model"]).r2.agg(["mean", "std"])
    x1, x2 = np.meshgrid(np.linspace(-1, 1, 101), np.linspace(-1, 1, 101))
    points = np.column_stack([x1.ravel(), x2.ravel()])
    figure, grid = plt.subplots(len(TRUTHS), 1 + len(NAMES), figsize=(13, 6), sharex=True, sharey=True)
    shades = plt.get_cmap("cividis", 20)
    for line, truth in zip(grid, TRUTHS, strict=True):
        first, _ = fitted(truth, config["rows"], config["units"], config["seed"])
        surfaces = [TRUTHS[truth](points), *(first[name].predict(points) for name in NAMES)]
        titles = []
        for name, title in {"truth": f"truth: {TITLES[truth]}", **NAMES}.items():
            mean, sd = summary.loc[truth, name]
            titles.append(f"{title}\nR² = {mean:.2f} ± {sd:.2f}".replace("-", "−"))
        for axes, surface, title in zip(line, surfaces, titles, strict=True):
            shown = {"extent": (-1, 1, -1, 1), "origin": "lower", "cmap": shades, "vmin": -1, "vmax": 1}
            filled = axes.imshow(surface.reshape(x1.shape), **shown)
            axes.set_title(title, fontsize=12)
            axes.set(aspect="equal", xticks=[-1, 0, 1], yticks=[-1, 0, 1])
            axes.grid(False)
        line[0].set_ylabel("X₂")
    for axes in grid[-1]:
        axes.set_xlabel("X₁")
    figure.colorbar(
        filled, ax=grid, extend="both", label="expected answer", ticks=[-1, -0.5, 0, 0.5, 1], aspect=30, pad=0.01
    )
    return Illustration(figure, found)
