"""The search space, every row of the paper's Table A.2, and random trials from it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from relecture.tallies import IMAGE_SIZE
from relecture.tallies.config import Architecture


class Hyperparameter(NamedTuple):
    """A row of Table A.2; None where the paper prints a dash. `step` None: sampled on a logarithmic scale."""

    name: str
    label: str
    default: float | None
    min: float | None
    max: float
    step: float | None
    published: float


#: `published` is what the paper's search selected. The epochs are set by the bracket and not sampled.
SPACE = (
    Hyperparameter("blocks", "CONV blocks", 2, 1, 3, 1, 3),
    Hyperparameter("filters_1", "filters, layer 1", None, 16, 128, 16, 64),
    Hyperparameter("filters_2", "filters, layer 2", None, 16, 128, 16, 96),
    Hyperparameter("filters_3", "filters, layer 3", None, 16, 128, 16, 112),
    Hyperparameter("dropout", "dropout", 0.5, 0.1, 0.5, 0.1, 0.1),
    Hyperparameter("fc1", "size FC 1", 128, 50, 200, 20, 150),
    Hyperparameter("fc2", "size FC 2", 50, 10, 100, 10, 70),
    Hyperparameter("learning_rate", "learning rate", 1e-4, 1e-4, 1e-2, None, 1e-4),
    Hyperparameter("epochs", "epochs", None, None, 45, None, 20),
)
#: The columns of the paper's Table A.3, without the accuracy.
PRINTED_COLUMNS = ("blocks", "filters_1", "filters_2", "filters_3", "dropout", "fc1", "fc2", "epochs")
#: The trials of Table A.3 in its order, with the learning rate of Table A.2, as the table has none.
PRINTED_TRIALS: dict[str, dict[str, Any]] = {
    f"trial-{number}": dict(zip((*PRINTED_COLUMNS, "learning_rate"), (3, *row, 1e-4), strict=True))
    for number, row in enumerate(
        (
            (64, 32, 32, 0.2, 110, 20, 45),
            (96, 32, 112, 0.3, 70, 50, 5),
            (112, 80, 80, 0.2, 70, 50, 45),
            (80, 64, 96, 0.2, 50, 20, 5),
            (96, 112, 48, 0.3, 130, 50, 45),
            (80, 112, 112, 0.5, 170, 30, 15),
            (32, 32, 112, 0.2, 110, 30, 5),
            (96, 32, 112, 0.3, 70, 50, 15),
            (32, 32, 112, 0.2, 110, 30, 15),
        ),
        start=1,
    )
}
SAMPLED = tuple(row for row in SPACE if row.min is not None)
NAMES = tuple(row.name for row in SAMPLED)
FILTERS = tuple(name for name in NAMES if name.startswith("filters"))


def sample_trials(seed: int, bracket: int, n_trials: int) -> pd.DataFrame:
    """Return random trials of a bracket: the columns trial (from 0) and NAMES; NaN for filters of missing blocks.

    Steps are equally likely, the learning rate is log-uniform (four digits). The first trials of a longer sample are
    those of a shorter one. FC 1 has steps of 20 from 50, so it ends at 190, as in Keras Tuner.
    """
    random = np.random.default_rng((seed, bracket))
    trials = pd.DataFrame([[_sample(row, random) for row in SAMPLED] for _ in range(n_trials)], columns=list(NAMES))
    for block, name in enumerate(FILTERS, start=1):
        trials[name] = trials[name].where(trials.blocks >= block)
    trials.insert(0, "trial", range(n_trials))
    return trials


def grid(row: Hyperparameter) -> list[float]:
    """Return the values of a hyperparameter that is sampled in steps; nothing for a range."""
    if row.min is None or row.step is None:
        return []
    steps = int((row.max - row.min) / row.step + 1e-9)
    return [round(row.min + row.step * step, 6) for step in range(steps + 1)]


def architecture(trial: Mapping[str, Any]) -> Architecture:
    """Return the architecture of one trial, for `cnn`."""
    filters = [int(trial[name]) for name in FILTERS[: int(trial["blocks"])]]
    return Architecture(filters=filters, dropout=float(trial["dropout"]), fc1=int(trial["fc1"]), fc2=int(trial["fc2"]))


def epoch_seconds(architecture: Architecture) -> float:
    """Return the approximate time of an epoch of 12,000 images on one processor core, to balance the shards.

    Fitted to 16 networks in bfloat16 on one machine, within 30 %. Multiplications take little of the time; the large
    images of the first block do, and, where few blocks leave many inputs for FC 1, the steps of its weights.
    """
    side, channels, products, values = IMAGE_SIZE, 1, 0, 0
    for filters in architecture["filters"]:
        products += side**2 * 9 * channels * filters
        values += side**2 * filters
        side, channels = side // 2, filters
    return 12e-9 * products + 43e-6 * values + 410e-9 * side**2 * channels * architecture["fc1"]


def _sample(row: Hyperparameter, random: np.random.Generator) -> float:
    if row.min is None or row.max is None:
        raise ValueError(f"{row.name} is not sampled")
    if row.step is None:
        return float(f"{10 ** random.uniform(np.log10(row.min), np.log10(row.max)):.3e}")
    values = grid(row)
    return values[random.integers(len(values))]
