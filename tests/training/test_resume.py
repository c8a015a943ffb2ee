"""A resumed fit ends with the history and the weights of an uninterrupted one, bit by bit."""

import dataclasses
import runpy
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch.nn.functional import cross_entropy

from relecture.training.fit import TrainedNetwork
from relecture.training.mlp import mlp, stack

VARIANTS = {
    "plain": {},
    "dropout": {"dropout": [0.4]},
    "penalty": {"hidden_l2": 1e-3},
    "L1 penalty": {"hidden_l1": 1e-3},
    "early stopping": {"patience": 5},
    "early stopping and dropout": {"patience": 6, "dropout": [0.4]},
    "thin history": {"every": 2},
}

# Trains on the sample; slowly if asked to, so that a kill comes before the end.
SCRIPT = """
import sys
import time
from pathlib import Path

import torch

from relecture.digits.data import load
from relecture.digits.networks import arrays, cross_entropy
from relecture.training.config import TrainingConfig
from relecture.training.fit import fit
from relecture.training.mlp import mlp


def train(images, checkpoint_dir, pause):
    def loss(output, target):
        if not torch.is_grad_enabled():
            time.sleep(pause)
        return cross_entropy(output, target)

    return fit(
        mlp([784, 64, 32, 10], [0.1, 0.1], seed=5),
        arrays(load(images, 800)),
        loss=cross_entropy,
        scores={"loss": loss},
        training=TrainingConfig(
            epochs=20, batch_size=64, learning_rate=0.005, rho=0.9, epsilon=1e-7, log_every_n_epochs=1
        ),
        members=["seed-05"],
        seeds=[5],
        checkpoint_dir=checkpoint_dir,
        progress_metric="validation_loss",
        patience=5,
        checkpoint_seconds=0,
        accelerator="cpu",
    )


if __name__ == "__main__":
    images, checkpoint_dir, out = map(Path, sys.argv[1:])
    torch.save(vars(train(images, checkpoint_dir, pause=0.05)), out)
"""


class Interrupted(Exception):
    """Stands for whatever ends a process early."""


def interrupting(after: int):
    """A loss that ends the fit in the middle of the epoch that follows `after` epochs of five batches."""
    steps = 0

    def loss(output, target):
        nonlocal steps
        steps += torch.is_grad_enabled()
        if steps > 5 * after + 2:
            raise Interrupted
        return cross_entropy(output, target, reduction="none")

    return loss


def assert_same(a: TrainedNetwork, b: TrainedNetwork) -> None:
    """Bit by bit: history, epochs, weights."""
    assert a.history.equals(b.history)
    assert (a.epochs, a.best_epoch) == (b.epochs, b.best_epoch)
    ours, others = a.network.state_dict(), b.network.state_dict()
    assert ours.keys() == others.keys()
    assert all(torch.equal(ours[name], others[name]) for name in ours)


@pytest.mark.parametrize("after", [1, 4])
@pytest.mark.parametrize("settings", VARIANTS.values(), ids=VARIANTS)
def test_an_interrupted_fit_ends_as_if_it_had_not_been(train, capsys, settings, after):
    uninterrupted = train("elsewhere", epochs=20, **settings)
    with pytest.raises(Interrupted):
        train(epochs=20, loss=interrupting(after), **settings)
    capsys.readouterr()
    assert_same(train(epochs=20, **settings), uninterrupted)
    assert f"seed-1: resumes after epoch {after}" in capsys.readouterr().err


def test_a_fit_may_be_interrupted_again_and_again(train):
    uninterrupted = train("elsewhere", epochs=9, dropout=[0.4], patience=20)
    for _ in range(4):
        with pytest.raises(Interrupted):
            train(epochs=9, dropout=[0.4], patience=20, loss=interrupting(2))
    assert_same(train(epochs=9, dropout=[0.4], patience=20), uninterrupted)


@pytest.mark.parametrize(
    "settings",
    [{"epochs": 6}, {"epochs": 60, "patience": 4}, {"epochs": 6, "patience": 4}],
    ids=["epochs ran out", "stopped early", "epochs ran out before patience did"],
)
def test_a_finished_fit_that_is_asked_for_again_is_what_it_was(train, settings):
    # A job that is killed during its third seed asks for the first two again.
    assert_same(train(**settings), train(**settings))


def test_an_interrupted_stack_ends_as_if_it_had_not_been(train, toy):
    def networks():
        return stack([mlp([8, 6, 2], [0.3], seed=seed) for seed in (1, 2)])

    def loss(output, target):
        return cross_entropy(output.transpose(-1, -2), target, reduction="none")

    def broken(output, target):
        if output.shape[1] == 80 and next(calls) == 3:
            raise Interrupted
        return loss(output, target)

    rows = {name: torch.stack([rows, rows.flip(0)]) for name, rows in [("train", toy.train), *toy.eval_sets.items()]}
    arrays = dataclasses.replace(toy, train=rows["train"], eval_sets={"validation": rows["validation"]})
    settings = {"arrays": arrays, "seeds": [1, 2], "members": ["seed-1", "seed-2"], "loss": loss}
    uninterrupted = train("elsewhere", network=networks(), scores={"loss": loss}, **settings)
    calls = iter(range(100))
    with pytest.raises(Interrupted):
        train(network=networks(), scores={"loss": broken}, **settings)
    assert_same(train(network=networks(), scores={"loss": loss}, **settings), uninterrupted)


@pytest.mark.slow
def test_a_killed_fit_resumes_where_it_was(sample_npz, tmp_path):
    script, out = tmp_path / "script.py", tmp_path / "out.pt"
    script.write_text(SCRIPT)
    command = [sys.executable, str(script), str(sample_npz), str(tmp_path / "checkpoints"), str(out)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        said = next((line for line in process.stderr if "epoch 4 of 20" in line), "nothing about epoch 4")
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL, said
    assert not out.exists()

    again = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=True)
    (after,) = [line for line in again.stderr.splitlines() if "resumes after epoch" in line]
    assert 3 <= int(after.rpartition(" ")[2]) < 20
    resumed = TrainedNetwork(**torch.load(out, weights_only=False))
    assert resumed.best_epoch < resumed.epochs
    uninterrupted = runpy.run_path(str(script))["train"](sample_npz, Path(tmp_path, "elsewhere"), pause=0)
    assert_same(resumed, uninterrupted)


def changed(toy, what: str):
    """The toy rows with one of them changed."""
    if what == "inputs":
        inputs = toy.inputs.clone()
        inputs[3, 1] += 1e-3
        return dataclasses.replace(toy, inputs=inputs)
    if what == "targets":
        targets = toy.targets.clone()
        targets[3] = 1 - targets[3]
        return dataclasses.replace(toy, targets=targets)
    return dataclasses.replace(toy, train=toy.train[1:])


@pytest.mark.parametrize(
    "other",
    [
        {"epochs": 7},
        {"rate": 0.02},
        {"seed": 2},
        {"weights": 2},
        {"patience": 3},
        {"hidden_l2": 1e-2},
        {"hidden_l1": 1e-2},
        {"dropout": [0.2]},
        {"every": 2},
        {"arrays": "inputs"},
        {"arrays": "targets"},
        {"arrays": "rows"},
    ],
    ids=lambda other: "-".join(f"{key}_{value}" for key, value in other.items()),
)
def test_a_checkpoint_of_other_settings_or_data_is_not_used(train, toy, capsys, other):
    if "arrays" in other:
        other = {"arrays": changed(toy, other["arrays"])}
    settings = {"epochs": 5, "dropout": [0.4]}
    with pytest.raises(Interrupted):
        train(**settings, loss=interrupting(3))
    capsys.readouterr()
    resumed = train(**{**settings, **other})
    assert "resumes" not in capsys.readouterr().err
    assert_same(resumed, train("elsewhere", **{**settings, **other}))


def test_a_checkpoint_of_other_code_is_not_used(train, capsys, monkeypatch):
    with pytest.raises(Interrupted):
        train(loss=interrupting(3))
    capsys.readouterr()
    monkeypatch.setattr("relecture.training.fit.code_digest", lambda: "edited since then")
    train()
    assert "resumes" not in capsys.readouterr().err


@pytest.mark.parametrize("damage", [lambda whole: whole[: len(whole) // 2], lambda whole: b"", lambda whole: b"?" * 9])
def test_a_checkpoint_that_cannot_be_read_is_ignored(train, tmp_path, capsys, damage):
    with pytest.raises(Interrupted):
        train(loss=interrupting(3))
    (checkpoint,) = (tmp_path / "checkpoints").glob("*.ckpt")
    checkpoint.write_bytes(damage(checkpoint.read_bytes()))
    capsys.readouterr()
    assert_same(train(), train("elsewhere"))
    assert "resumes" not in capsys.readouterr().err
