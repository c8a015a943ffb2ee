"""Small synthetic records, shaped like those of the comparisons, and a model for the registry."""

from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from relecture import records
from relecture.records import Record
from relecture.registered_model import RegisteredModel

CONFIG = {"hidden": [256, 128], "dropout": [0.4, 0.3], "training": {"epochs": 6, "learning_rate": 0.001}}


def network(comparison: str = "digits", method: str = "dropout", seeds: int = 3, shift: float = 0.0) -> Record:
    """Return a method with one member per seed and its curves: four epochs for the first, one more for each other."""
    metrics, history = [], []
    for seed in range(seeds):
        member = f"seed-{seed}"
        losses = 0.5 / np.arange(1, 5 + seed)
        metrics += records.rows(member, {"test_error": 0.018 + shift + 0.001 * seed, "test_loss": losses[-1]})
        for epoch, loss in enumerate(losses, start=1):
            history += records.rows(member, {"training_loss": loss, "test_loss": loss + 0.05}, step=epoch)
    return _record(comparison, method, CONFIG, 235146, metrics, history)


def regression(comparison: str = "salaries", method: str = "resampled/linear", splits: int = 4) -> Record:
    """Return a method with one member per split and no curves."""
    metrics = []
    for split in range(splits):
        metrics += records.rows(f"split-{split:03d}", {"mae": 247.6 + split, "r2": 0.5 + split / 100})
    return _record(comparison, method, {"test_size": 87}, None, metrics, [])


def sampled(record: Record) -> Record:
    """Return the record as if it came from the embedded sample."""
    data = {"name": "MNIST-5k sample", "digest": "a5a5a5a5a5a5a5a5", "sample": True}
    return replace(record, params={**record.params, "data": data})


def save(record: Record, results: Path) -> Path:
    """Write `record` below `results` as a fit does, with a model and an overview, and return its folder."""
    folder = results / record.name
    records.write(record, folder, lambda model: np.savez(model / "weights.npz", weights=np.arange(4.0)))
    draw(folder / "overview.png")
    return folder


def draw(path: Path, title: str = "") -> None:
    """Write a small figure as PNG."""
    path.write_bytes(_png(title))


@cache
def _png(title: str) -> bytes:
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(3, 2))
    axes.plot([1, 2, 3], [3, 1, 2])
    axes.set(title=title, xlabel="epoch", ylabel="loss")
    memory = BytesIO()
    figure.savefig(memory, format="png")
    pyplot.close(figure)
    return memory.getvalue()


class _Scorer:
    """Scores images (n, 28, 28) with one weight per class: `scores` (n, 4) and `label` (n,)."""

    def __init__(self, weights: np.ndarray):
        self._weights = weights

    def predict(self, images: np.ndarray, params: dict[str, Any] | None = None) -> dict[str, np.ndarray]:
        scores = np.asarray(images, np.float32).mean(axis=(1, 2))[:, None] * self._weights.astype(np.float32)
        return {"label": scores.argmax(-1), "scores": scores}


def _load_pyfunc(path: str) -> _Scorer:
    """Load what a RegisteredModel with this module as its loader has as its file."""
    return _Scorer(np.load(path))


def registered_model(name: str, record: Path) -> RegisteredModel:
    """Return a model whose file is `model.npy` of a results folder."""
    return RegisteredModel(
        name=name,
        alias="champion",
        description="Scores images.",
        file=Path("model.npy"),
        record=record,
        example=lambda results: np.load(results / "images.npy")[:3],
        loader_module="synthetic",
        inputs=[(None, "uint8", (-1, 28, 28))],
        outputs=[("label", "int64", (-1,)), ("scores", "float32", (-1, 4))],
        packages=("mlflow", "numpy"),
    )


def _record(comparison: str, method: str, config: dict, parameters: int | None, metrics: list, history: list) -> Record:
    table = pd.DataFrame(metrics)
    params: dict[str, Any] = {
        "comparison": comparison,
        "method": method,
        "config": config,
        "parameters": parameters,
        "data": {"name": "MNIST", "digest": "0123456789abcdef", "sample": False},
        "code": "c0dec0dec0dec0de",
        "rerun": f"snakemake results/{comparison}/{method}/metrics.csv --force",
    }
    return Record(
        metrics=table,
        history=pd.DataFrame(history, columns=list(records.HISTORY)),
        predictions=pd.DataFrame({"member": table["member"].unique(), "case": 0, "predicted": 7}),
        params=params,
    )
