"""The hyperparameter search: networks trained on MNIST, ranked by accuracy on the target's validation cells.

Hyperband in rungs. A rung trains the best trials of the previous rung, each from its own weights and optimiser state.
Its trials are divided among shards that may run in parallel; a shard writes

============== =====================================================================================
`scores.csv`   a row per trial: hyperparameters, shard, parameters, epochs, accuracy on validation cells
`history.csv`  its curves from its first epoch on: trial, step (epoch), metric, value
`states/`      a checkpoint per trial, to resume from: `trial-07.ckpt`
============== =====================================================================================

and the rung a `ranking.csv`: all scores, the best first.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from relecture.atomic_files import atomic_write
from relecture.data.mnist import Mnist
from relecture.errors import UserError
from relecture.provenance import rerun_command
from relecture.records import FitResult
from relecture.tallies.config import SearchJob
from relecture.tallies.networks import hyperband, search_space
from relecture.tallies.networks.cell_dataset import CellDataset
from relecture.tallies.networks.cnn import cnn, count_trainable
from relecture.tallies.networks.cnn_training import to_training_data, train
from relecture.training.callbacks import is_readable_checkpoint

#: The columns of the paper's Table A.3.
PRINTED = ("blocks", *search_space.FILTERS, "dropout", "fc1", "fc2", "epochs", "accuracy")


def train_shard(
    config: SearchJob,
    mnist: Mnist,
    cells: CellDataset,
    *,
    bracket: int,
    rung: int,
    shard: int,
    n_shards: int,
    ranking: Path | None,
    checkpoints: Sequence[Path],
    checkpoint_dir: Path,
    out: Path,
) -> None:
    """Train the trials of one shard and write its files to the folder `out`.

    Args:
        config: Settings of the search.
        mnist: Training images and labels.
        cells: The target's cells; trials are ranked on the validation cells.
        bracket: The bracket.
        rung: The rung of the bracket, from 0.
        shard: The shard of the rung, from 0.
        n_shards: Number of shards of the rung.
        ranking: The ranking of the previous rung; None for the first rung.
        checkpoints: The folders with the checkpoints of the previous rung.
        checkpoint_dir: Folder for unfinished training. A shard that was killed resumes: finished trials are not
            trained again, and an unfinished trial resumes from its last checkpoint.
        out: Folder of the results.

    Raises:
        UserError: A checkpoint of the previous rung is missing or damaged, or two folders hold a checkpoint of the
            same trial: they are of two searches, and one of them is outdated.
    """
    n_trials, epochs = hyperband.rungs(config.max_epochs, config.eta, bracket)[rung]
    if ranking is None:
        trials = search_space.sample_trials(config.seed, bracket, n_trials)
    else:
        trials = pd.read_csv(ranking).head(n_trials)
    architectures = [search_space.architecture(trial) for trial in trials.to_dict("records")]
    work = [search_space.epoch_seconds(architecture) for architecture in architectures]
    states = _find_checkpoints(checkpoints)
    images, labels = mnist.train_images[: config.n_images], mnist.train_labels[: config.n_images]
    data = to_training_data((images, labels), cells.part("validation"))
    scores, histories = [], []
    for index in hyperband.assign_to_shards(work, n_shards)[shard]:
        trial = trials.iloc[index]
        number = int(trial.trial)
        checkpoint = f"trial-{number:02d}.ckpt"
        seed = _seed(config.seed, bracket, number)
        network = cnn(architectures[index], seed)
        parameters = count_trainable(network)
        trained = train(
            network,
            data,
            config,
            epochs=epochs,
            learning_rate=float(trial.learning_rate),
            member=trial_name(bracket, number),
            seed=seed,
            checkpoint_dir=checkpoint_dir,
            precision="bf16",
            initial_checkpoint=None if ranking is None else _checkpoint(states, checkpoint, ranking, int(trial.shard)),
            final_checkpoint=out / "states" / checkpoint,
        )
        accuracy = trained.history[trained.history.metric == "validation_accuracy"].value.iloc[-1]
        results = {"shard": shard, "parameters": parameters, "epochs": epochs, "accuracy": round(accuracy, 6)}
        scores.append({"bracket": bracket, "rung": rung, **trial[["trial", *search_space.NAMES]], **results})
        histories.append(trained.history.drop(columns="member").assign(trial=number))
    _write_csv(pd.concat(histories)[["trial", "step", "metric", "value"]], out / "history.csv")
    _write_csv(_with_integers(pd.DataFrame(scores)), out / "scores.csv")


def rank(scores: Sequence[Path], out: Path) -> None:
    """Merge the scores of a rung's shards into `out`, the best accuracy first; ties in the order of the trials."""
    trials = pd.concat([pd.read_csv(path) for path in scores])
    _write_csv(_with_integers(trials.sort_values(["accuracy", "trial"], ascending=[False, True])), out)


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
        history = pd.read_csv(trial["folder"] / f"shard-{trial['shard']}" / "history.csv")
        curve = history[history.trial == trial["trial"]].assign(member=name)
        result.histories.append(curve[["member", "step", "metric", "value"]])
    return result


def read_rankings(rankings: Sequence[Path]) -> pd.DataFrame:
    """Return a row per training, by bracket, rung and rank: the columns of `ranking.csv`, and the rung's `folder`."""
    tables = [pd.read_csv(path).assign(folder=path.parent) for path in rankings]
    return pd.concat(tables).sort_values(["bracket", "rung"], kind="stable", ignore_index=True)


def write_tables(rankings: Sequence[Path], out: Path) -> None:
    """Write `trials.csv` (Table A.3: a row per training) and `selected.json` (Table A.2) into the folder `out`."""
    trainings = read_rankings(rankings)
    _write_csv(_with_integers(trainings)[[*PRINTED, "bracket", "trial"]], out / "trials.csv")
    with atomic_write(out / "selected.json") as draft:  # the rows keep the order of their columns
        draft.write_text(json.dumps(select_network(trainings), indent=2) + "\n")


def select_network(trainings: pd.DataFrame) -> dict[str, Any]:
    """Return the training with the highest validation accuracy; of equal ones the shorter, then the first.

    `architecture` and `learning_rate` are the arguments of the pretraining; `rows` are those of Table A.2; `values`
    are the selected hyperparameters by name.
    """
    order = trainings.sort_values(["accuracy", "epochs", "bracket", "trial"], ascending=[False, True, True, True])
    best = order.iloc[0].to_dict()
    values = {row.name: None if np.isnan(best[row.name]) else _number(best[row.name]) for row in search_space.SPACE}
    printed = ("default", "min", "max", "step", "printed")
    rows = [
        {"hyperparameter": row.label, **{key: getattr(row, key) for key in printed}, "selected": values[row.name]}
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


def _find_checkpoints(folders: Sequence[Path]) -> dict[str, Path]:
    """Return the checkpoints in all folders by file name."""
    paths: dict[str, Path] = {}
    for path in (path for folder in folders for path in sorted(folder.glob("*.ckpt"))):
        if path.name in paths:
            raise UserError(
                f"{paths[path.name].parent} and {path.parent} both hold the checkpoint {path.name}: "
                "name only folders of one search, split into the same number of shards"
            )
        paths[path.name] = path
    return paths


def _checkpoint(states: dict[str, Path], name: str, ranking: Path, shard: int) -> Path:
    """Return the checkpoint of a trial that `shard` of the previous rung wrote."""
    if name not in states or not is_readable_checkpoint(states[name]):
        scores = ranking.parent / f"shard-{shard}" / "scores.csv"
        raise UserError(
            f"the checkpoint {name} of a trial in {ranking} is missing or damaged. "
            f"Rerun its shard: {rerun_command(scores)}"
        )
    return states[name]


def _seed(*parts: int) -> int:
    return int(np.random.SeedSequence(parts).generate_state(1)[0])


def _with_integers(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with nullable integers for counts, which are written without a decimal point."""
    floats = {"dropout", "learning_rate", "accuracy", "folder"}
    return table.astype({name: "Int64" for name in table if name not in floats})


def _write_csv(table: pd.DataFrame, path: Path) -> None:
    with atomic_write(path) as draft:
        table.to_csv(draft, index=False)


def _number(value: float) -> float | int:
    return int(value) if float(value).is_integer() else float(value)
