"""A regression tree with cost-complexity pruning, its strength chosen by cross-validated absolute error."""

from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.tree import DecisionTreeRegressor

from relecture.prediction.estimators import Arrays, trees
from relecture.records import FitResult
from relecture.salaries.config import TreeConfig
from relecture.salaries.data import Split, predictors
from relecture.salaries.tuning import Scaling, fit_tuned


def fit(table: pd.DataFrame, splits: list[Split], config: TreeConfig, checkpoint_dir: Path) -> FitResult:
    """Fit a tree pruned with the complexity chosen on each split's training rows; a member per split."""
    columns = list(predictors(table))

    def predict(x_train: np.ndarray, y_train: np.ndarray, x_test: np.ndarray) -> np.ndarray:
        scaling = Scaling.of(x_train, y_train)
        x, y, z = scaling.x(x_train), scaling.y(y_train), scaling.x(x_test)
        return scaling.original(np.array([pruned(x, y, cp).predict(z) for cp in config.cp]))

    def describe(x: np.ndarray, y: np.ndarray, chosen: float) -> list[dict[str, object]]:
        scaling = Scaling.of(x, y)
        return _nodes(pruned(scaling.x(x), scaling.y(y), chosen), scaling, columns)

    def estimate(x: np.ndarray, y: np.ndarray, chosen: float) -> tuple[str, Arrays]:
        scaling = Scaling.of(x, y)
        return "trees", {**trees([pruned(scaling.x(x), scaling.y(y), chosen)]), **scaling.arrays()}

    return fit_tuned(table, splits, "cp", config.cp, predict, describe, estimate)


def pruned(x: np.ndarray, y: np.ndarray, cp: float) -> DecisionTreeRegressor:
    """Return a tree whose splits each explain at least a share `cp` of the variance of `y`, as rpart prunes.

    Splits that are equally good are drawn from a fixed seed.
    """
    return DecisionTreeRegressor(ccp_alpha=cp * y.var(), random_state=0).fit(x, y)


def _nodes(model: DecisionTreeRegressor, scaling: Scaling, columns: list[str]) -> list[dict[str, object]]:
    """Return the nodes from the root on, in the table's units; `left` and `right` are indices into the list."""
    tree = model.tree_
    values = scaling.original(tree.value[:, 0, 0])
    nodes: list[dict[str, object]] = []
    for index in range(tree.node_count):
        node: dict[str, object] = {"n": int(tree.n_node_samples[index]), "mean": float(values[index])}
        if (feature := tree.feature[index]) >= 0:  # not a leaf
            threshold = tree.threshold[index] * scaling.scaler.scale_[feature] + scaling.scaler.mean_[feature]
            node |= {"predictor": columns[feature], "at_most": float(threshold)}
            node |= {"left": int(tree.children_left[index]), "right": int(tree.children_right[index])}
        nodes.append(node)
    return nodes
