"""Fitted models as arrays, and how each kind predicts.

A pickle of scikit-learn runs what it holds and belongs to one version; arrays do neither. The model of a record is that
of one member, since a mean over members would be another method.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy.special import softmax

#: What a model predicts: a number, the class of an image, the cluster of a row.
Task = Literal["value", "class", "cluster"]
Arrays = Mapping[str, np.ndarray]
_BATCH_ELEMENTS = 10_000_000  # rows x trees in one batch


@dataclass(frozen=True)
class Estimator:
    """One fitted model.

    Attributes:
        kind: Key of KINDS.
        task: What it predicts.
        member: The member of the record that it is.
        arrays: Those that its kind takes. With `centre` and `scale` the inputs are scaled before, with
            `target_centre` and `target_scale` the predictions are scaled back.
        features: Names of the inputs that it uses; all if empty.
    """

    kind: str
    task: Task
    member: str
    arrays: Arrays
    features: tuple[str, ...] = ()

    def predict(self, x: np.ndarray) -> dict[str, np.ndarray]:
        """Predict rows (n, inputs): `predicted`, or `cluster` with its number from 1, each (n,).

        A class and a cluster of a mixture have their `probability`, a cluster around a centroid the `distance` to it.
        """
        n_batches = 1 + len(x) * len(self.arrays.get("roots", [])) // _BATCH_ELEMENTS
        batches = np.array_split(np.arange(len(x)), n_batches)
        values = np.concatenate([KINDS[self.kind](self.arrays, scaled(self.arrays, x[rows])) for rows in batches])
        if self.task == "value":
            arrays = self.arrays
            return {
                "predicted": values.reshape(len(x)) * arrays.get("target_scale", 1) + arrays.get("target_centre", 0)
            }
        if self.kind == "centroids":
            return {"cluster": values.argmin(1) + 1, "distance": values.min(1)}
        if self.task == "cluster":
            return {"cluster": values.argmax(1) + 1, "probability": values.max(1)}
        probabilities = softmax(values, axis=1) if self.kind in ("linear", "network") else values
        return {"predicted": probabilities.argmax(1), "probability": probabilities.max(1)}


def scaled(arrays: Arrays, x: np.ndarray) -> np.ndarray:
    """Return inputs (n, p) with the estimator's centre and scale, in their precision."""
    if "scale" not in arrays:
        return x
    values: np.ndarray = (x.astype(arrays["scale"].dtype) - arrays["centre"]) / arrays["scale"]
    return values


def trees(models: Sequence[Any]) -> dict[str, np.ndarray]:
    """Return the nodes of trees fitted by scikit-learn; a leaf is its own child, and only leaves have values."""
    first = np.cumsum([0, *(model.tree_.node_count for model in models)])
    columns: dict[str, list[np.ndarray]] = {name: [] for name in ("feature", "threshold", "left", "right", "value")}
    for offset, tree in zip(first, (model.tree_ for model in models), strict=False):
        is_leaf, own = tree.feature < 0, np.arange(tree.node_count)
        columns["feature"].append(np.where(is_leaf, 0, tree.feature).astype(np.int16))
        columns["threshold"].append(np.where(is_leaf, 0.0, tree.threshold))
        for name, children in (("left", tree.children_left), ("right", tree.children_right)):
            columns[name].append((np.where(is_leaf, own, children) + offset).astype(np.int32))
        columns["value"].append(np.where(is_leaf[:, None], tree.value[:, 0, :], 0.0))
    return {"roots": first[:-1], **{name: np.concatenate(parts) for name, parts in columns.items()}}


def network(parameters: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    """Return the weights (inputs, outputs) and biases of the layers, from the first to the last, by name."""
    return {f"layer_{i:02d}": np.asarray(values) for i, values in enumerate(parameters)}


def _linear(arrays: Arrays, z: np.ndarray) -> np.ndarray:
    values: np.ndarray = arrays["intercept"] + z @ arrays["slopes"]
    return values


def _network(arrays: Arrays, z: np.ndarray) -> np.ndarray:
    layers = [arrays[name] for name in sorted(arrays) if name.startswith("layer_")]
    z = z.astype(layers[0].dtype)
    for i in range(0, len(layers), 2):
        z = (np.maximum(z, 0) if i else z) @ layers[i] + layers[i + 1]
    return z.astype(float)


def _trees(arrays: Arrays, z: np.ndarray) -> np.ndarray:
    z, rows = z.astype(np.float32), np.arange(len(z))[:, None]  # the precision in which scikit-learn compares
    node = np.tile(arrays["roots"], (len(z), 1))
    while True:
        goes_left = z[rows, arrays["feature"][node]] <= arrays["threshold"][node]
        below = np.where(goes_left, arrays["left"][node], arrays["right"][node])
        if (below == node).all():
            return np.stack([arrays["value"][nodes].mean(0) for nodes in node])
        node = below


def _neighbours(arrays: Arrays, z: np.ndarray) -> np.ndarray:
    from sklearn.neighbors import NearestNeighbors

    reference, y = scaled(arrays, arrays["x"]), arrays["y"]
    k = min(int(arrays["k"]), len(y))
    n_search = int(arrays.get("n_search", k))
    search = NearestNeighbors(n_neighbors=n_search, algorithm=str(arrays["algorithm"])).fit(reference)
    nearest = y[search.kneighbors(z, return_distance=False)[:, :k]]
    if y.dtype.kind == "f":
        return np.cumsum(nearest, axis=1)[:, -1:] / k
    return np.stack([(nearest == label).mean(1) for label in range(int(y.max()) + 1)], axis=1)


def _centroids(arrays: Arrays, z: np.ndarray) -> np.ndarray:
    return np.stack([np.sqrt(((z - centroid) ** 2).sum(1)) for centroid in arrays["centroids"]], axis=1)


def _mixture(arrays: Arrays, z: np.ndarray) -> np.ndarray:
    squares = _centroids({"centroids": arrays["means"]}, z) ** 2
    variances = arrays["variances"]
    log_density = -0.5 * (squares / variances + z.shape[1] * np.log(2 * np.pi * variances))
    values: np.ndarray = softmax(np.log(arrays["weights"]) + log_density, axis=1)
    return values


#: Each kind and its function of the arrays and the scaled inputs (n, p).
KINDS: dict[str, Callable[[Arrays, np.ndarray], np.ndarray]] = {
    "linear": _linear,
    "network": _network,
    "trees": _trees,
    "neighbours": _neighbours,
    "centroids": _centroids,
    "mixture": _mixture,
}
