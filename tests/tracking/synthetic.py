"""Small records, made up but shaped like those of the comparisons."""

from pathlib import Path

import numpy as np
import pandas as pd

from relecture import records
from relecture.records import Record

SPEC = {
    "hidden": [256, 128],
    "dropout": [0.4, 0.3],
    "training": {"epochs": 6, "batch_size": 128, "learning_rate": 0.001},
}


def digits(
    method: str = "dropout", seeds: int = 3, epochs: int = 6, shift: float = 0.0, sample: bool = False
) -> Record:
    """A method of `digits`: one member per seed, curves per epoch."""
    random = np.random.default_rng(1)
    metrics, history = [], []
    for seed in range(seeds):
        member = f"seed-{seed}"
        falling = 0.5 / np.arange(1, epochs + 1) + 0.02 + random.normal(0, 0.002, epochs)
        final = {"test_error": 0.018 + shift + 0.001 * seed, "validation_error": float(falling[-1])}
        metrics += records.rows(member, final)
        for epoch, loss in enumerate(falling, start=1):
            values = {"training_loss": float(loss), "validation_loss": float(loss) + 0.05, "validation_error": loss}
            history += records.rows(member, values, step=epoch)
    data = {"name": "MNIST-5k sample" if sample else "MNIST", "digest": "0123456789abcdef", "sample": sample}
    return _record(
        "digits", method, SPEC, 235146, data | {"rows": 60000}, metrics, history, [f"seed-{s}" for s in range(seeds)]
    )


def salaries(method: str = "resampled/linear", splits: int = 4) -> Record:
    """A method of `salaries` without curves: one member per split."""
    names = [f"split-{split:03d}" for split in range(splits)]
    metrics = [
        row for i, name in enumerate(names) for row in records.rows(name, {"mae": 247.6 + i, "r2": 0.5 + i / 100})
    ]
    data = {"name": "Hitters", "digest": "fedcba9876543210", "sample": False}
    return _record("salaries", method, {"test_size": 87}, 20, data, metrics, [], names)


def write(record: Record, results: Path, figure: bool = True) -> Path:
    """Write `record` as a fit would, with a model and a portrait; its folder."""
    folder = results / record.name
    records.write(record, folder, lambda path: np.savez(path / "model.npz", weights=np.arange(4.0)))
    if figure:
        portrait(folder / "portrait.png")
    return folder


def portrait(path: Path, title: str = "") -> None:
    """A small figure."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    drawing, axes = pyplot.subplots(figsize=(3, 2))
    axes.plot([1, 2, 3], [3, 1, 2])
    axes.set(title=title, xlabel="epoch", ylabel="loss")
    drawing.savefig(path)
    pyplot.close(drawing)


def _record(comparison, method, spec, parameters, data, metrics, history, members) -> Record:
    return Record(
        metrics=pd.DataFrame(metrics),
        history=pd.DataFrame(history, columns=list(records.HISTORY)),
        predictions=pd.DataFrame({"member": members, "case": 0, "predicted": 7}),
        params={
            "comparison": comparison,
            "method": method,
            "spec": spec,
            "parameters": parameters,
            "data": data,
            "rerun": f"snakemake results/{comparison}/{method}/metrics.csv --force",
        },
    )
