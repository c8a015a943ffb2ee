"""The search for a network: trained on MNIST, ranked by what it reads of the target's validation cells.

Hyperband in rungs. A rung trains the best trials of the rung before, each on from its own weights and optimiser
state. Its trials are shared out to shards that may run side by side; a shard leaves

============== =====================================================================================
`scores.csv`   a row per trial: what was drawn, shard, parameters, epochs, accuracy on validation cells
`history.csv`  its curves from its first epoch on: trial, step (epoch), metric, value
`states/`      a checkpoint per trial, to go on from: `trial-07.ckpt`
============== =====================================================================================

and the rung a `ranking.csv`: all scores, the best first.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from relecture.data.mnist import Mnist
from relecture.errors import UserError
from relecture.provenance import rerun_command
from relecture.records import FitResult
from relecture.tallies.networks import hyperband, search_space
from relecture.tallies.networks.cell_dataset import Cells
from relecture.tallies.networks.cnn import cnn, count_trained
from relecture.tallies.networks.cnn_training import arrays, train
from relecture.training.callbacks import is_readable_checkpoint

#: MNIST images from the training set on which the learning itself is watched, with dropout off.
WATCHED = 500
#: The columns of the paper's Table A.3.
PRINTED = ("blocks", *search_space.FILTERS, "dropout", "fc1", "fc2", "epochs", "accuracy")


def train_shard(
    config: dict[str, Any],
    mnist: Mnist,
    cells: Cells,
    *,
    bracket: int,
    rung: int,
    shard: int,
    shards: int,
    ranking: Path | None,
    before: Sequence[Path],
    checkpoint_dir: Path,
    out: Path,
) -> None:
    """Train the trials of one shard (0 is the first of `shards`) and write what it leaves to the folder `out`.

    Args:
        spec: seed, max_epochs, factor, images, batch_size, rho, epsilon.
        ranking: that of the rung before, None for the first. before: the folders of its checkpoints. Two that hold
            the same trial's are a UserError: they are of two searches, and one of them is old.
        scratch: a shard that was killed and is asked for again goes on from there: a finished trial is not trained
            again, an unfinished one goes on where it was.
    """
    size, epochs = hyperband.rungs(config["max_epochs"], config["factor"], bracket)[rung]
    drawn = search_space.draw(config["seed"], bracket, size) if ranking is None else pd.read_csv(ranking).head(size)
    trials = [search_space.architecture(trial) for trial in drawn.to_dict("records")]
    own = hyperband.share([search_space.work(architecture) for architecture in trials], shards)[shard]
    states = _states(before)
    images, labels = mnist.train_images[: config["images"]], mnist.train_labels[: config["images"]]
    data = arrays((images, labels), {"train": (images[:WATCHED], labels[:WATCHED]),
                                     "validation": cells.part("validation")})  # fmt: skip
    scores, histories = [], []
    for place in own:
        trial = drawn.iloc[place]
        number = int(trial.trial)
        name = f"trial-{number:02d}"
        seed = _seed(config["seed"], bracket, number)
        network = cnn(trials[place], seed)
        parameters = count_trained(network)
        fitted = train(
            network,
            data,
            config,
            epochs=epochs,
            learning_rate=float(trial.learning_rate),
            member=member(bracket, number),
            seed=seed,
            checkpoint_dir=checkpoint_dir,
            precision="bf16",
            initial_checkpoint=None if ranking is None else _state(states, f"{name}.ckpt", ranking, int(trial.shard)),
            final_checkpoint=out / "states" / f"{name}.ckpt",
        )
        reached = fitted.history[fitted.history.metric == "validation_accuracy"].value.iloc[-1]
        found = {"shard": shard, "parameters": parameters, "epochs": epochs, "accuracy": round(reached, 6)}
        scores.append({"bracket": bracket, "rung": rung, **trial[["trial", *search_space.NAMES]], **found})
        histories.append(fitted.history.drop(columns="member").assign(trial=number))
    pd.concat(histories)[["trial", "step", "metric", "value"]].to_csv(out / "history.csv", index=False)
    _whole_numbers(pd.DataFrame(scores)).to_csv(out / "scores.csv", index=False)


def rank(scores: Sequence[Path], out: Path) -> None:
    """Merge the scores of a rung's shards into `out`: the best accuracy first, of equal ones the first trial."""
    found = pd.concat([pd.read_csv(path) for path in scores])
    _whole_numbers(found.sort_values(["accuracy", "trial"], ascending=[False, True])).to_csv(out, index=False)


def collect(rankings: Sequence[Path]) -> FitResult:
    """All trials as one record: each with the accuracy and the curve of the last rung it came to.

    The numbers of a member `b2-trial-07` are its epochs, accuracy and parameters; what was drawn for it is among the
    record's `members`.
    """
    result, last = FitResult(), trainings(rankings).groupby(["bracket", "trial"], sort=True).tail(1)
    for trial in last.sort_values(["bracket", "trial"]).to_dict("records"):
        name = member(trial["bracket"], trial["trial"])
        result.add(name, {metric: trial[metric] for metric in ("accuracy", "epochs", "parameters")})
        names = [key for key in search_space.NAMES if not np.isnan(trial[key])]
        result.members[name] = {key: _number(trial[key]) for key in names}
        history = pd.read_csv(trial["folder"] / f"shard-{trial['shard']}" / "history.csv")
        own = history[history.trial == trial["trial"]].assign(member=name)
        result.histories.append(own[["member", "step", "metric", "value"]])
    return result


def trainings(rankings: Sequence[Path]) -> pd.DataFrame:
    """A row per training, by bracket, rung and rank: the columns of `ranking.csv`, and `folder`, the rung's own."""
    tables = [pd.read_csv(path).assign(folder=path.parent) for path in rankings]
    return pd.concat(tables).sort_values(["bracket", "rung"], kind="stable", ignore_index=True)


def tables(rankings: Sequence[Path], out: Path) -> None:
    """Write `trials.csv` (Table A.3: a row per training) and `selected.json` (Table A.2) into the folder `out`."""
    found = trainings(rankings)
    _whole_numbers(found)[[*PRINTED, "bracket", "trial"]].to_csv(out / "trials.csv", index=False)
    (out / "selected.json").write_text(json.dumps(selected(found), indent=2) + "\n")


def selected(found: pd.DataFrame) -> dict[str, Any]:
    """The training that read most of the validation cells; of equal ones the shorter, then the first.

    `architecture` and `learning_rate` are what `base` needs; `rows` are those of Table A.2; `values` what was
    selected, by name.
    """
    order = found.sort_values(["accuracy", "epochs", "bracket", "trial"], ascending=[False, True, True, True])
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
        "trial": member(best["bracket"], best["trial"]),
        "accuracy": float(best["accuracy"]),
        "values": values,
        "rows": rows,
    }


def member(bracket: int, trial: int) -> str:
    """The name of a trial."""
    return f"b{bracket}-trial-{trial:02d}"


def _states(folders: Sequence[Path]) -> dict[str, Path]:
    """The checkpoints in all folders, by their names."""
    found: dict[str, Path] = {}
    for path in (path for folder in folders for path in sorted(folder.glob("*.ckpt"))):
        if path.name in found:
            raise UserError(
                f"{found[path.name].parent} and {path.parent} both hold the checkpoint {path.name}: "
                "name only folders of one search, split into the same number of shards"
            )
        found[path.name] = path
    return found


def _state(states: dict[str, Path], name: str, ranking: Path, shard: int) -> Path:
    """Where the checkpoint of a trial is, which a shard of the rung before has left."""
    if name not in states or not is_readable_checkpoint(states[name]):
        scores = ranking.parent / f"shard-{shard}" / "scores.csv"
        raise UserError(
            f"the checkpoint {name} that {ranking} speaks of is missing or damaged. "
            f"Make its shard again: {rerun_command(scores)}"
        )
    return states[name]


def _seed(*parts: int) -> int:
    return int(np.random.SeedSequence(parts).generate_state(1)[0])


def _whole_numbers(table: pd.DataFrame) -> pd.DataFrame:
    """Counts without a decimal point, also where some are missing."""
    floats = {"dropout", "learning_rate", "accuracy", "folder"}
    return table.astype({name: "Int64" for name in table if name not in floats})


def _number(value: float) -> float | int:
    return int(value) if float(value).is_integer() else float(value)
