"""The hyperparameter search: networks trained on MNIST, ranked by accuracy on the target's validation cells.

Hyperband in rungs. A rung trains the best trials of the previous rung, each from its own weights and optimiser state.
Its trials are divided among shards that may run in parallel; a shard writes

============== =====================================================================================
`scores.csv`   a row per trial: hyperparameters, shard, parameters, epochs, accuracy on validation cells
`history.csv`  its curves from its first epoch on: trial, step (epoch), metric, value
`states/`      a checkpoint per trial, to resume from: `trial-07.ckpt`
============== =====================================================================================

and hyperband_results.py ranks the scores.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from relecture.data.mnist import Mnist
from relecture.data_files import read_csv, write_csv
from relecture.errors import UserError
from relecture.provenance import rerun_command
from relecture.tallies.config import SearchJob
from relecture.tallies.networks import hyperband, search_space
from relecture.tallies.networks.cell_dataset import CellDataset
from relecture.tallies.networks.cnn import cnn, count_trainable
from relecture.tallies.networks.cnn_training import to_training_data, train
from relecture.tallies.networks.hyperband_results import trial_name, with_integers
from relecture.tallies.segmentation.cell_normalization import normalize_images
from relecture.training.callbacks import is_readable_checkpoint


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
        trials = read_csv(ranking).head(n_trials)
    architectures = [search_space.architecture(trial) for trial in trials.to_dict("records")]
    work = [search_space.epoch_seconds(architecture) for architecture in architectures]
    states = _find_checkpoints(checkpoints)
    images, labels = normalize_images(mnist.train_images[: config.n_images]), mnist.train_labels[: config.n_images]
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
    write_csv(out / "history.csv", pd.concat(histories)[["trial", "step", "metric", "value"]])
    write_csv(out / "scores.csv", with_integers(pd.DataFrame(scores)))


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
