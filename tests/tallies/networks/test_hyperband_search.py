"""A search resumes from rung to rung, gives the same when it is killed, and its best trials are trained again."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import pytorch_lightning as pl
import small
import torch

from relecture.errors import UserError
from relecture.records import read
from relecture.tallies.config import FinalistsJob, SearchJob
from relecture.tallies.networks import hyperband, hyperband_results, hyperband_search, search_space
from relecture.tallies.networks.cnn import cnn
from relecture.tallies.networks.repeated_trials import train_finalists

FINALISTS = FinalistsJob(n_trials=2, n_seeds=2, n_images=400, **small.TRAINING)
CONFIG = SearchJob(seed=4, max_epochs=6, eta=3, n_images=400, **small.TRAINING)
BRACKET, N_SHARDS = 1, 2  # five trials for 2 epochs, two of them for 6


class Killed(Exception):
    """Stands for any early end of a process."""


@pytest.fixture(autouse=True, scope="module")
def small_networks():
    """The search space with networks that train in a moment."""
    narrow = {"filters_1": (4, 12, 4), "filters_2": (4, 12, 4), "filters_3": (4, 12, 4), "fc1": (10, 30, 10)}
    rows = tuple(
        row._replace(**dict(zip(("min", "max", "step"), narrow[row.name], strict=True))) if row.name in narrow else row
        for row in search_space.SAMPLED
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search_space, "SAMPLED", rows)
        yield


def train_shard(folder: Path, rung: int, shard: int) -> Path:
    """Train one shard below `folder` and return its folder."""
    previous = folder / f"rung-{rung - 1}"
    out = folder / f"rung-{rung}" / f"shard-{shard}"
    out.mkdir(parents=True, exist_ok=True)
    hyperband_search.train_shard(
        CONFIG,
        small.images(),
        small.cells(),
        bracket=BRACKET,
        rung=rung,
        shard=shard,
        n_shards=N_SHARDS,
        ranking=previous / "ranking.csv" if rung else None,
        checkpoints=[previous / f"shard-{number}" / "states" for number in range(N_SHARDS)] if rung else [],
        checkpoint_dir=folder / "scratch" / f"{rung}-{shard}",
        out=out,
    )
    return out


def train_rung(folder: Path, number: int) -> Path:
    """Train and rank all trials of a rung and return its ranking."""
    scores = [train_shard(folder, number, shard) / "scores.csv" for shard in range(N_SHARDS)]
    out = folder / f"rung-{number}" / "ranking.csv"
    hyperband_results.rank(scores, out)
    return out


@pytest.fixture(scope="module")
def searched(small_networks, tmp_path_factory) -> Path:
    """The folder of a complete bracket with its record."""
    folder = tmp_path_factory.mktemp("search")
    rankings = [train_rung(folder, number) for number in range(2)]
    source = {"name": "MNIST", "digest": "0123456789abcdef", "sample": True}
    hyperband_results.collect(rankings).save(folder, "tallies/search", CONFIG, source, "tallies_search")
    hyperband_results.write_trials(rankings, folder / "trials.csv")
    finalists = train_finalists(FINALISTS, small.images(), small.cells(), rankings, folder / "checkpoints")
    finalists.save(folder / "finalists", "tallies/finalists", FINALISTS, source, "tallies_finalists")
    hyperband_results.write_selected(rankings, read(folder / "finalists").predictions, folder / "selected.json")
    return folder


def ranking(folder: Path, number: int) -> pd.DataFrame:
    return pd.read_csv(folder / f"rung-{number}" / "ranking.csv")


def states(folder: Path) -> dict[str, Path]:
    return {path.name: path for path in folder.glob("shard-*/states/*.ckpt")}


def test_every_trial_is_trained_once_and_the_best_are_continued(searched):
    steps = hyperband.rungs(6, 3, BRACKET)
    first, second = ranking(searched, 0), ranking(searched, 1)
    assert (len(first), len(second)) == tuple(step.trials for step in steps) == (5, 2)
    assert sorted(first.trial) == list(range(5))
    assert set(second.trial) == set(first.trial.head(2))
    assert first.epochs.unique().tolist() == [2]
    assert second.epochs.unique().tolist() == [6]


def test_a_ranking_has_the_best_first_and_the_sampled_hyperparameters(searched):
    ranked = ranking(searched, 0)
    assert ranked.accuracy.is_monotonic_decreasing
    sampled = search_space.sample_trials(CONFIG.seed, BRACKET, 5)
    by_number = ranked.sort_values("trial")[sampled.columns].reset_index(drop=True)
    assert by_number.equals(sampled.astype(by_number.dtypes))


def test_ties_are_ranked_by_the_number_of_the_trial(tmp_path):
    scores = pd.DataFrame({"trial": [3, 1, 2], "accuracy": [0.5, 0.5, 0.7]})
    scores.to_csv(tmp_path / "scores.csv", index=False)
    hyperband_results.rank([tmp_path / "scores.csv"], tmp_path / "ranking.csv")
    assert pd.read_csv(tmp_path / "ranking.csv").trial.tolist() == [2, 1, 3]


def test_a_continued_trial_resumes_from_its_weights_and_optimiser_state(searched):
    for name, path in states(searched / "rung-1").items():
        before, after = (torch.load(one, weights_only=True) for one in (states(searched / "rung-0")[name], path))
        assert (before["epoch"], after["epoch"]) == (1, 5)
        [old], [new] = before["optimizer_states"], after["optimizer_states"]
        steps = 400 // 64 + 1
        assert [int(state["step"]) for state in old["state"].values()] == [2 * steps] * len(old["state"])
        assert [int(state["step"]) for state in new["state"].values()] == [6 * steps] * len(new["state"])


def test_the_curve_of_a_continued_trial_is_complete_and_begins_as_before(searched):
    record = read(searched)
    for trial in ranking(searched, 1).itertuples():
        name = hyperband_results.trial_name(BRACKET, trial.trial)
        curve = record.history[(record.history.member == name) & (record.history.metric == "validation_accuracy")]
        assert curve.step.tolist() == [1, 2, 3, 4, 5, 6]
        assert curve.value.iloc[-1] == pytest.approx(trial.accuracy, abs=1e-6)
        before = ranking(searched, 0).set_index("trial").accuracy[trial.trial]
        assert curve.value.iloc[1] == pytest.approx(before, abs=1e-6)


def test_trials_are_ranked_by_the_target_s_validation_cells_and_by_no_others(searched, monkeypatch, tmp_path):
    cells = small.cells()
    dark = cells.images.copy()
    dark[cells.parts != "validation"] = 0
    monkeypatch.setattr(small, "cells", lambda: type(cells)(**{**vars(cells), "images": dark}))
    assert train_rung(tmp_path, 0).read_bytes() == (searched / "rung-0/ranking.csv").read_bytes()


def test_a_killed_shard_resumes_and_trains_no_finished_trial_again(searched, monkeypatch, tmp_path, capsys):
    whole = searched / "rung-0" / "shard-0"
    order = pd.read_csv(whole / "scores.csv").trial.tolist()
    trained = []

    def watched(network, data, config, *, member, **options):
        class Watch(pl.Callback):
            def on_train_epoch_start(self, trainer, pl_module):
                trained.append((member, trainer.current_epoch + 1))
                if len(trained) == 4 and not (tmp_path / "killed").exists():  # in the second trial's second epoch
                    (tmp_path / "killed").touch()
                    raise Killed

        return original(network, data, config, member=member, callbacks=[Watch()], checkpoint_seconds=0, **options)

    original = hyperband_search.train
    monkeypatch.setattr(hyperband_search, "train", watched)
    with pytest.raises(Killed):
        train_shard(tmp_path, 0, 0)
    shutil.rmtree(tmp_path / "rung-0")  # as Snakemake removes the outputs of a failed job
    first = [*trained]
    trained.clear()
    capsys.readouterr()
    resumed = train_shard(tmp_path, 0, 0)
    names = [hyperband_results.trial_name(BRACKET, trial) for trial in order]
    assert first == [(names[0], 1), (names[0], 2), (names[1], 1), (names[1], 2)]
    assert trained[0] == (names[1], 2)
    assert names[0] not in {name for name, _ in trained}
    assert "resumes after epoch 1" in capsys.readouterr().err
    for name in ("scores.csv", "history.csv"):
        assert (resumed / name).read_bytes() == (whole / name).read_bytes()
    for path in (whole / "states").iterdir():
        a, b = (torch.load(folder / path.name, weights_only=True) for folder in (whole / "states", resumed / "states"))
        assert all(torch.equal(a["state_dict"][name], b["state_dict"][name]) for name in a["state_dict"])


def test_a_shard_resumes_from_the_given_folders_only(searched, tmp_path):
    shutil.copytree(searched / "rung-0", tmp_path / "rung-0")
    shutil.copytree(searched / "rung-0/shard-0", tmp_path / "rung-0/shard-7")  # of a search in eight shards
    for path in (tmp_path / "rung-0/shard-7/states").iterdir():
        path.write_bytes(b"of other weights")
    assert (train_shard(tmp_path, 1, 0) / "scores.csv").read_bytes() == (
        searched / "rung-1/shard-0/scores.csv"
    ).read_bytes()


def test_an_error_about_two_checkpoints_of_a_trial_names_both(searched, tmp_path):
    shutil.copytree(searched / "rung-0", tmp_path / "rung-0")
    first, second = (tmp_path / f"rung-0/shard-{number}/states" for number in range(N_SHARDS))
    name = min(path.name for path in first.iterdir())
    shutil.copy(first / name, second / name)
    with pytest.raises(UserError, match=rf"shard-0/states and .*shard-1/states both hold the checkpoint {name}"):
        train_shard(tmp_path, 1, 0)


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(path.read_bytes()[:500])])
def test_an_error_about_a_missing_or_damaged_checkpoint_names_the_command_that_makes_it(searched, tmp_path, damage):
    shutil.copytree(searched / "rung-0", tmp_path / "rung-0")
    lost = states(tmp_path / "rung-0")
    for path in lost.values():
        damage(path)
    with pytest.raises(UserError) as caught:
        train_shard(tmp_path, 1, 0)
    name, command = re.fullmatch(
        r"the checkpoint (\S+) of a trial in .* is missing or damaged\. .*: (.*)", str(caught.value)
    ).groups()
    shard = lost[name].parent.parent
    assert command == f"snakemake {shard}/scores.csv --force"


def test_the_record_has_a_member_per_trial_with_its_hyperparameters_and_its_last_rung(searched):
    record = read(searched)
    wide = record.metrics.pivot(index="member", columns="metric", values="value")
    assert list(wide.index) == [f"b1-trial-{trial:02d}" for trial in range(5)] == list(record.params["members"])
    continued = {hyperband_results.trial_name(BRACKET, trial) for trial in ranking(searched, 1).trial}
    assert set(wide.index[wide.epochs == 6]) == continued
    for trial in search_space.sample_trials(CONFIG.seed, BRACKET, 5).to_dict("records"):
        hyperparameters = record.params["members"][hyperband_results.trial_name(BRACKET, trial["trial"])]
        assert hyperparameters == {name: trial[name] for name in search_space.NAMES if not pd.isna(trial[name])}
        assert wide.parameters[hyperband_results.trial_name(BRACKET, trial["trial"])] == sum(
            parameter.numel() for parameter in cnn(search_space.architecture(trial), 0).parameters()
        )


def test_the_trials_have_the_columns_of_the_printed_table_and_a_row_per_training(searched):
    text = (searched / "trials.csv").read_text()
    assert text.startswith("blocks,filters_1,filters_2,filters_3,dropout,fc1,fc2,epochs,accuracy,")
    trials = pd.read_csv(searched / "trials.csv")
    assert len(trials) == 7
    assert ".0," not in text.partition("\n")[2]  # counts are whole numbers


def test_the_finalists_are_the_best_trials_each_with_the_epochs_of_its_best_training(searched):
    trials = pd.read_csv(searched / "trials.csv").sort_values(
        ["accuracy", "epochs", "trial"], ascending=[False, True, True]
    )
    best = trials.drop_duplicates("trial").head(2)
    epochs = read(searched / "finalists").metrics.query("metric == 'epochs'").set_index("member").value
    assert epochs.to_dict() == {
        f"b1-trial-{int(row.trial):02d}-seed-{seed:02d}": row.epochs for row in best.itertuples() for seed in range(2)
    }


def test_the_selected_network_is_a_finalist_with_its_hyperparameters(searched):
    trials, selected = pd.read_csv(searched / "trials.csv"), json.loads((searched / "selected.json").read_text())
    assert selected["accuracy"] == trials.accuracy.max()
    assert selected["trial"] in {finalist["trial"] for finalist in selected["finalists"]}
    [of_trial] = trials[trials.trial == int(selected["trial"][-2:])].blocks.unique()
    assert len(selected["architecture"]["filters"]) == of_trial == selected["values"]["blocks"]
    assert selected["learning_rate"] == selected["values"]["learning_rate"]
    cnn(selected["architecture"], seed=0)  # as the pretraining does
    assert [row["hyperparameter"] for row in selected["rows"]] == [row.label for row in search_space.SPACE]
    assert list(selected["rows"][0]) == ["hyperparameter", "default", "min", "max", "step", "published", "selected"]


def test_a_trial_that_had_luck_once_is_not_selected():
    columns = ["bracket", "trial", *search_space.NAMES, "epochs", "parameters", "accuracy"]
    network = [1, 16, np.nan, np.nan, 0.1, 50, 10, 0.001]
    trainings = pd.DataFrame([[2, 0, *network, 5, 900, 0.9], [2, 1, *network, 5, 800, 0.8]], columns=columns)
    wrong = {"b2-trial-00-seed-00": 40, "b2-trial-00-seed-01": 42, "b2-trial-01-seed-00": 20, "b2-trial-01-seed-01": 22}
    predictions = pd.DataFrame(
        [(member, cell, 0, int(cell < n)) for member, n in wrong.items() for cell in range(200)],
        columns=["member", "cell", "label", "predicted"],
    )
    selected = hyperband_results.select_network(trainings, predictions)
    assert selected["trial"] == "b2-trial-01"
    shares = {finalist["trial"]: finalist["share_of_wins"] for finalist in selected["finalists"]}
    assert shares["b2-trial-01"] == selected["choice"]["share_of_wins"] > 0.95
    accuracies = [finalist["accuracy"] for finalist in selected["finalists"]]
    assert accuracies == pytest.approx([1 - 41 / 200, 1 - 21 / 200])
    one = hyperband_results.select_network(trainings, predictions[predictions.member == "b2-trial-00-seed-00"])
    assert (one["trial"], one["choice"]["share_of_wins"]) == ("b2-trial-00", None)
    assert one["finalists"][0]["accuracy_sd"] is None
