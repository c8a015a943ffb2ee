"""The results of the hyperparameter search: rankings, its record, and the selected network.

A rung leaves `ranking.csv`: the scores of all its shards, the best first. Nothing here imports PyTorch, so that ranking
takes a second.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from relecture.atomic_files import atomic_write
from relecture.data_files import read_csv, write_csv
from relecture.records import FitResult
from relecture.tallies.networks import search_space

#: The columns of the paper's Table A.3.
PRINTED = ("blocks", *search_space.FILTERS, "dropout", "fc1", "fc2", "epochs", "accuracy")


def rank(scores: Sequence[Path], out: Path) -> None:
    """Merge the scores of a rung's shards into `out`, the best accuracy first; ties in the order of the trials."""
    trials = pd.concat([read_csv(path) for path in scores])
    write_csv(out, with_integers(trials.sort_values(["accuracy", "trial"], ascending=[False, True])))


def collect(rankings: Sequence[Path]) -> FitResult:
    """Return all trials as one result: each with the accuracy and the curve of the last rung that it reached.

    The metrics of a member `b2-trial-07` are its epochs, accuracy and parameters; its hyperparameters are among the
    result's `members`.
    """
    result, last = FitResult(), read_rankings(rankings).groupby(["bracket", "trial"], sort=True).tail(1)
    for trial in last.sort_values(["bracket", "trial"]).to_dict("records"):
        name = trial_name(trial["bracket"], trial["trial"])
        result.add(name, {metric: trial[metric] for metric in ("accuracy", "epochs", "parameters")})
        hyperparameters = [key for key in search_space.NAMES if not np.isnan(trial[key])]
        result.members[name] = {key: _number(trial[key]) for key in hyperparameters}
        history = read_csv(trial["folder"] / f"shard-{trial['shard']}" / "history.csv")
        curve = history[history.trial == trial["trial"]].assign(member=name)
        result.histories.append(curve[["member", "step", "metric", "value"]])
    return result


def read_rankings(rankings: Sequence[Path]) -> pd.DataFrame:
    """Return a row per training, by bracket, rung and rank: the columns of `ranking.csv`, and the rung's `folder`."""
    tables = [read_csv(path).assign(folder=path.parent) for path in rankings]
    return pd.concat(tables).sort_values(["bracket", "rung"], kind="stable", ignore_index=True)


def write_tables(rankings: Sequence[Path], out: Path) -> None:
    """Write `trials.csv` (Table A.3: a row per training) and `selected.json` (Table A.2) into the folder `out`."""
    trainings = read_rankings(rankings)
    write_csv(out / "trials.csv", with_integers(trainings)[[*PRINTED, "bracket", "trial"]])
    with atomic_write(out / "selected.json") as draft:  # the rows keep the order of their columns
        draft.write_text(json.dumps(select_network(trainings), indent=2) + "\n", encoding="utf-8")


def select_network(trainings: pd.DataFrame) -> dict[str, Any]:
    """Return the training with the highest validation accuracy; of equal ones the shorter, then the first.

    `architecture` and `learning_rate` are the arguments of the pretraining; `rows` are those of Table A.2; `values`
    are the selected hyperparameters by name.
    """
    order = trainings.sort_values(["accuracy", "epochs", "bracket", "trial"], ascending=[False, True, True, True])
    best = order.iloc[0].to_dict()
    values = {row.name: None if np.isnan(best[row.name]) else _number(best[row.name]) for row in search_space.SPACE}
    columns = ("default", "min", "max", "step", "published")
    rows = [
        {"hyperparameter": row.label, **{key: getattr(row, key) for key in columns}, "selected": values[row.name]}
        for row in search_space.SPACE
    ]
    return {
        "architecture": search_space.architecture(best),
        "learning_rate": float(best["learning_rate"]),
        "trial": trial_name(best["bracket"], best["trial"]),
        "accuracy": float(best["accuracy"]),
        "values": values,
        "rows": rows,
    }


def trial_name(bracket: int, trial: int) -> str:
    """Return the name of a trial: `b2-trial-07`."""
    return f"b{bracket}-trial-{trial:02d}"


def with_integers(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with nullable integers for counts, which are written without a decimal point."""
    floats = {"dropout", "learning_rate", "accuracy", "folder"}
    return table.astype({name: "Int64" for name in table if name not in floats})


def _number(value: float) -> float | int:
    return int(value) if float(value).is_integer() else float(value)
