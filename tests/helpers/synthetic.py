"""Small records, made up but shaped like those of the comparisons."""

from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from relecture import records
from relecture.records import Record

SPEC = {"hidden": [256, 128], "dropout": [0.4, 0.3], "training": {"epochs": 6, "learning_rate": 0.001}}


def network(comparison: str = "digits", method: str = "dropout", seeds: int = 3, shift: float = 0.0) -> Record:
    """A method with one member per seed and its curves: four epochs for the first, one more for each other."""
    metrics, history = [], []
    for seed in range(seeds):
        member = f"seed-{seed}"
        losses = 0.5 / np.arange(1, 5 + seed)
        metrics += records.rows(member, {"test_error": 0.018 + shift + 0.001 * seed, "test_loss": losses[-1]})
        for epoch, loss in enumerate(losses, start=1):
            history += records.rows(member, {"training_loss": loss, "test_loss": loss + 0.05}, step=epoch)
    return _record(comparison, method, SPEC, 235146, metrics, history)


def regression(comparison: str = "salaries", method: str = "resampled/linear", splits: int = 4) -> Record:
    """A method with one member per split and no curves."""
    metrics = []
    for split in range(splits):
        metrics += records.rows(f"split-{split:03d}", {"mae": 247.6 + split, "r2": 0.5 + split / 100})
    return _record(comparison, method, {"test_size": 87}, None, metrics, [])


def sampled(record: Record) -> Record:
    """The same, but made from the embedded sample."""
    data = {"name": "MNIST-5k sample", "digest": "a5a5a5a5a5a5a5a5", "sample": True}
    return replace(record, params={**record.params, "data": data})


def save(record: Record, results: Path) -> Path:
    """Write `record` below `results` as a fit would, with its model and a overview; its folder."""
    folder = results / record.name
    records.write(record, folder, lambda model: np.savez(model / "weights.npz", weights=np.arange(4.0)))
    draw(folder / "overview.png")
    return folder


def draw(path: Path, title: str = "") -> None:
    """Write a small figure as PNG."""
    path.write_bytes(_drawn(title))


@cache
def _drawn(title: str) -> bytes:
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
