"""k nearest neighbours, k chosen by cross-validated absolute error.

Distances are Euclidean, of the predictors standardised on the training rows.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler

from relecture.prediction.estimators import Arrays
from relecture.records import FitResult
from relecture.salaries.config import KnnConfig
from relecture.salaries.data import Split
from relecture.salaries.tuning import fit_tuned


def fit(table: pd.DataFrame, splits: list[Split], config: KnnConfig, checkpoint_dir: Path) -> FitResult:
    """Predict the mean of the k nearest training rows, k chosen on each split's training rows; a member per split."""
    n_neighbors = np.array(config.n_neighbors)

    def predict(x_train: np.ndarray, y_train: np.ndarray, x_test: np.ndarray) -> np.ndarray:
        return neighbour_means(x_train, y_train, x_test, n_neighbors)

    def reference_rows(x: np.ndarray, y: np.ndarray, chosen: float) -> int:
        return len(y)

    def estimate(x: np.ndarray, y: np.ndarray, chosen: float) -> tuple[str, Arrays]:
        scaler = StandardScaler().fit(x)
        scaling = {"centre": scaler.mean_, "scale": scaler.scale_}
        # Which of several neighbours at the same distance is found depends on how many are searched for.
        search = {"n_search": np.array(min(max(config.n_neighbors), len(x))), "algorithm": np.array("auto")}
        return "neighbours", {**scaling, "x": x, "y": y, "k": np.array(int(chosen)), **search}

    return fit_tuned(table, splits, "n_neighbors", config.n_neighbors, predict, reference_rows, estimate)


def neighbour_means(x: np.ndarray, y: np.ndarray, x_test: np.ndarray, n_neighbors: np.ndarray) -> np.ndarray:
    """Return the mean of `y` over the k nearest rows of `x`, for each k, (k, rows of x_test).

    A k above the number of rows is all rows.
    """
    scaler = StandardScaler().fit(x)
    at_most = np.minimum(n_neighbors, len(x))
    search = NearestNeighbors(n_neighbors=int(at_most.max())).fit(scaler.transform(x))
    nearest = search.kneighbors(scaler.transform(x_test), return_distance=False)
    means: np.ndarray = np.cumsum(y[nearest], axis=1)[:, at_most - 1] / at_most
    return means.T
