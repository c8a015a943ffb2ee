"""Polynomials against a small network where the effect of one variable depends on another.

A polynomial has only the terms it is given; a network learns its own. Where the truth is the product itself, the
polynomial with that product is best; where it is not, the network comes closer.
"""

from collections.abc import Callable
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.base import RegressorMixin
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, PolynomialFeatures

from relecture.illustrations.config import InteractionFigureConfig
from relecture.illustrations.illustration import Illustration
from relecture.text_format import spread

NOISE = 0.2  # standard deviation
N_TEST = 2000
WEIGHT_DECAY = 0.01  # the network's penalty on squared weights, scikit-learn's alpha

#: Name -> the mean of y given x (rows, 2), inputs between -1 and 1.
TRUTHS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
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
    """Return x, x^2 and x^3 of each variable, (rows, 6), without products of variables."""
    return np.hstack([x, x**2, x**3])


def unfitted_models(n_units: int, seed: int) -> dict[str, RegressorMixin]:
    """Return the models to compare; `products` has every term up to the third degree."""
    return {
        "linear": LinearRegression(),
        "curves": make_pipeline(FunctionTransformer(powers), LinearRegression()),
        "products": make_pipeline(PolynomialFeatures(3, include_bias=False), LinearRegression()),
        "network": MLPRegressor(
            hidden_layer_sizes=(n_units,),
            activation="tanh",
            solver="lbfgs",
            alpha=WEIGHT_DECAY,
            max_iter=2000,
            random_state=seed,
        ),
    }


def sample(truth: str, n_rows: int, random: np.random.RandomState) -> tuple[np.ndarray, np.ndarray]:
    """Draw inputs (rows, 2), uniform between -1 and 1, and outputs (rows,) with noise."""
    x = random.uniform(-1, 1, (n_rows, 2))
    return x, TRUTHS[truth](x) + NOISE * random.standard_normal(n_rows)


def fit_models(
    truth: str, config: InteractionFigureConfig, seed: int
) -> tuple[dict[str, RegressorMixin], dict[str, float]]:
    """Fit every model on the same rows; return the models, and the test R2 of each and of the truth."""
    random = np.random.RandomState(seed)
    (x, y), (x_test, y_test) = sample(truth, config.n_rows, random), sample(truth, N_TEST, random)
    models = {name: model.fit(x, y) for name, model in unfitted_models(config.n_units, seed).items()}
    r2 = {name: r2_score(y_test, model.predict(x_test)) for name, model in models.items()}
    return models, {"truth": r2_score(y_test, TRUTHS[truth](x_test)), **r2}


def r2_scores(config: InteractionFigureConfig) -> pd.DataFrame:
    """Return the columns truth, member, model, r2: test R2 of every model, and of the truth, for each draw."""
    rows = [
        (truth, f"seed-{config.seed + i}", name, r2)
        for truth in TRUTHS
        for i in range(config.n_seeds)
        for name, r2 in fit_models(truth, config, config.seed + i)[1].items()
    ]
    return pd.DataFrame(rows, columns=["truth", "member", "model", "r2"])


def draw(config: InteractionFigureConfig, data: Path | None = None) -> Illustration:
    """Draw the truth and the predictions of each model, a row per truth."""
    numbers = r2_scores(config)
    summary = numbers.groupby(["truth", "model"]).r2.agg(["mean", "std"])
    x1, x2 = np.meshgrid(np.linspace(-1, 1, 101), np.linspace(-1, 1, 101))
    points = np.column_stack([x1.ravel(), x2.ravel()])
    figure, grid = plt.subplots(len(TRUTHS), 1 + len(NAMES), figsize=(13, 6), sharex=True, sharey=True)
    cmap = plt.get_cmap("cividis", 20)
    for line, truth in zip(grid, TRUTHS, strict=True):
        models, _ = fit_models(truth, config, config.seed)
        surfaces = [TRUTHS[truth](points), *(models[name].predict(points) for name in NAMES)]
        titles = {"truth": f"truth: {TITLES[truth]}", **NAMES}
        for axes, surface, (name, title) in zip(line, surfaces, titles.items(), strict=True):
            image = axes.imshow(
                surface.reshape(x1.shape), extent=(-1, 1, -1, 1), origin="lower", cmap=cmap, vmin=-1, vmax=1
            )
            mean, sd = summary.loc[truth, name]
            axes.set_title(f"{title}\nR² = {spread(mean, sd, 2)}", fontsize=12)
            axes.set(aspect="equal", xticks=[-1, 0, 1], yticks=[-1, 0, 1])
            axes.grid(False)
        line[0].set_ylabel("X₂")
    for axes in grid[-1]:
        axes.set_xlabel("X₁")
    figure.colorbar(
        image, ax=grid, extend="both", label="expected output", ticks=[-1, -0.5, 0, 0.5, 1], aspect=30, pad=0.01
    )
    return Illustration(figure, numbers)
