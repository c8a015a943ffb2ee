"""`fit` learns, stops early, returns the best weights, and gives the same result twice."""

import math
import os

import numpy as np
import pandas as pd
import pytest
import torch

from relecture.digits.networks import arrays, cross_entropy, zero_one_loss
from relecture.errors import UserError
from relecture.training.config import TrainingConfig
from relecture.training.fit import fit, predict
from relecture.training.lit_module import TrainingData
from relecture.training.mlp import mlp, stack


def curve(fitted, metric: str = "validation_loss") -> pd.Series:
    """A score by epoch."""
    return fitted.history[fitted.history.metric == metric].set_index("step").value


def validation_loss(fitted, toy) -> float:
    """Return the validation loss of the final weights."""
    rows = toy.eval_sets["validation"]
    return cross_entropy(predict(fitted.network, toy.inputs, rows), toy.targets[rows]).mean().item()


def same(a, b) -> bool:
    """Bit by bit: history, weights, epochs."""
    pairs = zip(a.network.state_dict().values(), b.network.state_dict().values(), strict=True)
    return (
        a.history.equals(b.history) and (a.epochs, a.best_epoch) == (b.epochs, b.best_epoch) and all(map(_equal, pairs))
    )


def _equal(pair) -> bool:
    return torch.equal(*pair)


def test_a_network_learns_to_read_the_sample(sample_digits, tmp_path):
    fitted = fit(
        mlp([784, 32, 10], seed=0),
        arrays(sample_digits),
        loss=cross_entropy,
        scores={"loss": cross_entropy, "error": zero_one_loss},
        training=TrainingConfig(
            epochs=6, batch_size=128, learning_rate=1e-3, rho=0.9, epsilon=1e-7, log_every_n_epochs=1
        ),
        members=["seed-00"],
        seeds=[0],
        checkpoint_dir=tmp_path,
        progress_metric="validation_error",
        accelerator="cpu",
    )
    assert (np.diff(curve(fitted, "train_loss")) < 0).all()
    assert curve(fitted)[6] < 0.5 * curve(fitted)[1]
    assert curve(fitted, "validation_error")[6] < 0.13
    assert not fitted.network.training


def test_the_history_has_every_metric_of_every_evaluation_set_at_every_epoch(train):
    fitted = train(epochs=4)
    assert list(fitted.history.columns) == ["member", "step", "metric", "value"]
    assert fitted.history.groupby("metric").step.apply(list).to_dict() == {
        "train_loss": [1, 2, 3, 4],
        "validation_loss": [1, 2, 3, 4],
    }
    assert set(fitted.history.member) == {"seed-1"}
    assert (fitted.epochs, fitted.best_epoch) == (4, 4)


def test_the_scores_of_an_epoch_are_those_of_the_weights_after_it(train, toy):
    fitted = train(epochs=5, dropout=[0.5])
    assert validation_loss(fitted, toy) == pytest.approx(curve(fitted)[5], rel=1e-6)


def test_two_fits_are_the_same_bit_by_bit(train):
    settings = {"epochs": 6, "dropout": [0.4], "patience": 3, "hidden_l2": 1e-3}
    torch.manual_seed(1)
    first = train("first", **settings)
    torch.manual_seed(2)
    assert same(first, train("second", **settings))


def test_another_seed_is_another_fit(train):
    assert not curve(train("first", seed=1)).equals(curve(train("second", seed=2)))


def test_early_stopping_ends_after_that_many_epochs_without_a_lower_validation_loss(train):
    fitted = train(epochs=60, patience=4)
    losses = curve(fitted)
    assert fitted.epochs == len(losses) == fitted.best_epoch + 4 < 60
    assert losses.idxmin() == fitted.best_epoch


def test_early_stopping_follows_the_metric_that_it_monitors(train):
    scores = {"loss": cross_entropy, "error": zero_one_loss}
    by_loss, by_error = (
        train(monitor, epochs=60, patience=4, monitor=monitor, scores=scores)
        for monitor in ("validation_loss", "validation_error")
    )
    assert by_error.best_epoch == curve(by_error, "validation_error").idxmin() != by_loss.best_epoch
    assert by_error.epochs == by_error.best_epoch + 4


def test_early_stopping_keeps_the_weights_of_the_best_epoch(train, toy):
    fitted = train(epochs=60, patience=4)
    assert validation_loss(fitted, toy) == pytest.approx(curve(fitted).min(), rel=1e-6)
    shorter = train("shorter", epochs=fitted.best_epoch)
    assert all(_equal(p) for p in zip(fitted.network.parameters(), shorter.network.parameters(), strict=True))


def test_early_stopping_keeps_the_best_weights_when_the_epochs_run_out_before_patience_does(train, toy):
    fitted = train(epochs=6, patience=50)
    assert fitted.epochs == 6
    assert fitted.best_epoch == curve(fitted).idxmin() < 6
    assert validation_loss(fitted, toy) == pytest.approx(curve(fitted).min(), rel=1e-6)


def test_patience_is_counted_in_epochs_whatever_the_history_leaves_out(train):
    every, third = train("every", epochs=60, patience=6), train("third", epochs=60, patience=6, every=3)
    assert every.epochs < 60
    assert third.epochs <= math.ceil(every.epochs / 3) * 3


def test_log_every_n_epochs_thins_the_history_and_changes_nothing_that_is_learned(train):
    every, third = train("every", epochs=9), train("third", epochs=9, every=3)
    assert curve(third).index.tolist() == [3, 6, 9]
    assert curve(third).equals(curve(every)[[3, 6, 9]])
    assert all(_equal(p) for p in zip(every.network.parameters(), third.network.parameters(), strict=True))


def test_the_history_ends_with_the_last_epoch(train):
    assert curve(train(epochs=10, every=3)).index[-1] == 10


def test_progress_in_a_log_is_about_ten_lines_that_name_the_member_and_the_score(train, capsys):
    train(epochs=40)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 10
    assert "seed-1: epoch 4 of 40  validation loss 0." in lines[0]
    assert "seed-1: epoch 40 of 40  validation loss" in lines[-1]


def test_numbers_too_small_to_be_computed_fast_are_zero_while_a_network_learns_and_not_after(train):
    tiny, seen = torch.tensor([1e-20]), []  # its square is below the smallest normal float32, 1.2e-38

    def squares(output, target):
        seen.append((tiny * tiny).item())
        return output.square().sum(-1)

    train(epochs=1, loss=squares)
    assert set(seen) == {0.0}
    assert (tiny * tiny).item() > 0


@pytest.mark.parametrize("rate", [1e30, 1e20])
def test_a_learning_rate_that_is_too_high_stops_training_with_its_name_and_the_epoch(train, rate):
    def squares(output, target):
        return ((output - target[..., None]) ** 2).sum(-1)

    message = r"seed-1: the training loss is not a finite number in epoch \d+ of 8: learning_rate = 1e\+\d0 is too high"
    with pytest.raises(UserError, match=message):
        train(loss=squares, scores={}, rate=rate)


@pytest.mark.parametrize("value", [float("inf"), float("nan"), 1e30])
def test_a_target_that_float32_cannot_square_stops_training_in_its_first_step(train, toy, value):
    arrays = TrainingData(toy.inputs, torch.full((240,), value), toy.train, {})
    with pytest.raises(
        UserError, match=r"seed-1: .* in epoch 1 of 8, in its first step: the target or the inputs hold"
    ):
        train(loss=lambda output, target: (output.sum(-1) - target) ** 2, scores={}, arrays=arrays)


def test_a_fit_names_the_only_one_of_its_networks_that_diverges(toy, tmp_path):
    targets = torch.stack([torch.zeros(240), torch.full((240,), torch.inf)])
    rows = toy.train.repeat(2, 1)
    with pytest.raises(UserError, match=r"^second: the training loss is not a finite number in epoch 1 of 2"):
        fit(
            stack([mlp([8, 4, 1], seed=seed) for seed in (1, 2)]),
            TrainingData(toy.inputs, torch.arange(240), rows, {}),
            loss=lambda output, index: (output.squeeze(-1) - targets.gather(1, index)) ** 2,
            scores={},
            training=TrainingConfig(
                epochs=2, batch_size=32, learning_rate=1e-3, rho=0.9, epsilon=1e-7, log_every_n_epochs=1
            ),
            members=["first", "second"],
            seeds=[1, 2],
            checkpoint_dir=tmp_path,
            progress_metric="",
            accelerator="cpu",
        )


SLURM_JOB = {"SLURM_JOB_ID": "1", "SLURM_PROCID": "0", "SLURM_LOCALID": "0", "SLURM_NODEID": "0", "SLURM_NTASKS": "4"}


@pytest.mark.parametrize(
    "variables",
    [
        {"SLURM_JOB_NAME": "study", "SLURM_NPROCS": "4", "SLURM_JOB_NODELIST": "localhost", "SLURM_NNODES": "1"},
        {"SLURM_JOB_NAME": "study", "SLURM_NTASKS_PER_NODE": "2", "SLURM_NNODES": "2", "SLURM_PROCID": "3"},
        {"SLURM_JOB_NAME": "bash", "SLURM_NTASKS_PER_NODE": "4", "SLURM_STEP_ID": "0"},
    ],
    ids=["sbatch -n 4", "srun of two nodes", "srun --pty bash"],
)
def test_a_fit_inside_a_slurm_job_of_several_tasks_is_the_same_as_outside(train, monkeypatch, variables):
    for name in [name for name in os.environ if name.startswith("SLURM")]:
        monkeypatch.delenv(name)
    outside = train("outside", epochs=2)
    for name, value in {**SLURM_JOB, **variables}.items():
        monkeypatch.setenv(name, value)
    assert same(train("inside", epochs=2), outside)
