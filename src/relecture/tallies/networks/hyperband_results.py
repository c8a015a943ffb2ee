"""The results of the hyperparameter search: rankings, its record, and the selected network.

A rung leaves `ranking.csv`: the scores of all its shards, the best first. Nothing here imports PyTorch, so that ranking
takes a second.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from relecture.atomic_files import write_text
from relecture.data_files import read_csv, write_csv
from relecture.findings import choose, win_shares
from relecture.records import FitResult
from relecture.tallies.networks import search_space

#: The columns of the paper's Table A.3.
PRINTED = (*search_space.PRINTED_COLUMNS, "accuracy")

N_RESAMPLES = 1000


def rank(scores: Sequence[Path], out: Path) -> None:
    """Merge the scores of a rung's shards into `out`, the best accuracy first; ties in the order of the trials."""
    trials = pd.concat([read_csv(path) for path in scores])
    write_csv(out, with_integers(trials.sort_values(["accuracy", "trial"], ascending=[False, True])))


def collect(rankings: Sequence[Path]) -> FitResult:
    """Return all trials as one result: each with the accuracy and the curve of the last rung that it reached.

    The metrics of a member `b2-trial-07` are its epochs, accuracy and parameters; its hyperparameters are among the
    result's `members`.
    """
    result = FitResult(objective={"metric": "accuracy", "best": "highest"})
    last = read_rankings(rankings).groupby(["bracket", "trial"], sort=True).tail(1)
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


def write_trials(rankings: Sequence[Path], out: Path) -> None:
    """Write the table of all trainings, as the paper's Table A.3."""
    write_csv(out, with_integers(read_rankings(rankings))[[*PRINTED, "bracket", "trial"]])


def write_selected(rankings: Sequence[Path], predictions: pd.DataFrame, out: Path) -> None:
    """Write the selected network, as the paper's Table A.2; `predictions` are those of the finalists."""
    selected = select_network(read_rankings(rankings), predictions)
    write_text(out, json.dumps(selected, indent=2) + "\n")  # the rows keep the order of their columns


def best_trainings(trainings: pd.DataFrame) -> pd.DataFrame:
    """Return the best training of each trial, the highest validation accuracy first; column `name` is the trial's.

    Of equal ones the shorter comes first, then the first of the search.
    """
    order = trainings.sort_values(["accuracy", "epochs", "bracket", "trial"], ascending=[False, True, True, True])
    named = order.assign(name=[trial_name(*one) for one in zip(order.bracket, order.trial, strict=True)])
    return named.drop_duplicates("name")


def select_network(trainings: pd.DataFrame, predictions: pd.DataFrame) -> dict[str, Any]:
    """Select a network among the finalists: the smallest of those within one standard error of the lowest mean error.

    Args:
        trainings: The rows of all rankings.
        predictions: Of the finalists for the validation cells: member (`b2-trial-07-seed-00`), cell, label, predicted.

    Returns:
        `architecture` and `learning_rate` are the arguments of the pretraining; `accuracy` is the highest of the
        search; `choice` is how firm the choice is; `finalists` has a row per finalist; `rows` are those of Table A.2;
        `values` are the selected hyperparameters by name, `lowest_values` those of the trial with the lowest error.
    """
    trials = best_trainings(trainings).set_index("name", drop=False)
    wrong = wrong_cells(predictions)
    smallest_first = sorted(wrong, key=lambda name: (trials.parameters[name], name))
    errors = pd.DataFrame({name: wrong[name].mean(axis=1) for name in smallest_first})
    resamples = _resampled_errors({name: wrong[name] for name in smallest_first})
    choice = choose("search/trial", errors, resamples, has_border=False)
    shares = win_shares(errors, resamples)
    best = trials.loc[choice.value].to_dict()
    values, lowest = (_values(trials.loc[name]) for name in (choice.value, choice.lowest))
    columns = ("default", "min", "max", "step", "published")
    rows = [
        {"hyperparameter": row.label, **{key: getattr(row, key) for key in columns}, "selected": values[row.name]}
        for row in search_space.SPACE
    ]
    return {
        "architecture": search_space.architecture(best),
        "learning_rate": float(best["learning_rate"]),
        "trial": choice.value,
        "accuracy": float(trainings.accuracy.max()),
        "choice": asdict(choice) | {"share_of_wins": choice.share_of_wins if len(wrong) > 1 else None},
        "lowest_values": lowest,
        "finalists": [
            {
                "trial": name,
                "network": describe_network(trials.loc[name].to_dict()),
                "accuracy_in_search": float(trials.accuracy[name]),
                "accuracy": float(1 - errors[name].mean()),
                "accuracy_sd": float(errors[name].std(ddof=1)) if len(errors) > 1 else None,
                "n": len(errors),
                "share_of_wins": float(shares[name]),
            }
            for name in trials.index
            if name in wrong
        ],
        "values": values,
        "rows": rows,
    }


def _values(trial: pd.Series) -> dict[str, float | int | None]:
    """Return the hyperparameters of a trial by name; None for the filters of a block that it does not have."""
    return {row.name: None if np.isnan(trial[row.name]) else _number(trial[row.name]) for row in search_space.SPACE}


def wrong_cells(predictions: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return which validation cells the networks of each trial misclassify: bool (seeds, cells), by trial."""
    wrong = (predictions.label != predictions.predicted).astype(float)
    wide = predictions.assign(wrong=wrong).pivot(index="member", columns="cell", values="wrong")
    trials = wide.index.str.rpartition("-seed-").get_level_values(0)
    return {str(name): rows.to_numpy() for name, rows in wide.groupby(trials)}


def _resampled_errors(wrong: dict[str, np.ndarray]) -> pd.DataFrame:
    """Return the mean errors of trials in bootstrap samples of the cells, the same for all, and of each one's seeds."""
    random = np.random.default_rng(0)
    n_cells = next(iter(wrong.values())).shape[1]
    weights = random.multinomial(n_cells, np.full(n_cells, 1 / n_cells), N_RESAMPLES) / n_cells
    means = {}
    for name, cells in wrong.items():
        seeds = random.integers(len(cells), size=(N_RESAMPLES, len(cells)))
        means[name] = np.take_along_axis(weights @ cells.T, seeds, axis=1).mean(axis=1)
    return pd.DataFrame(means)


def describe_network(trial: Mapping[str, Any]) -> str:
    """Return a trial as the tables write it: `32-32-80, dropout 0.2, FC 190-90, learning rate 0.0005, 45 epochs`."""
    network = search_space.architecture(trial)
    return (
        f"{'-'.join(map(str, network['filters']))}, dropout {network['dropout']:g}, "
        f"FC {network['fc1']}-{network['fc2']}, learning rate {trial['learning_rate']:g}, {int(trial['epochs'])} epochs"
    )


def trial_name(bracket: int, trial: int) -> str:
    """Return the name of a trial: `b2-trial-07`."""
    return f"b{bracket}-trial-{trial:02d}"


def with_integers(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with nullable integers for counts, which are written without a decimal point."""
    floats = {"dropout", "learning_rate", "accuracy", "folder"}
    return table.astype({name: "Int64" for name in table if name not in floats})


def _number(value: float) -> float | int:
    return int(value) if float(value).is_integer() else float(value)
