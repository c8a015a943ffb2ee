"""Checkpoints to continue from; frozen layers, bfloat16, evaluation in batches."""

import json
import os

import pytest
import torch
from torch.nn.functional import cross_entropy

from relecture.errors import UserError
from relecture.training.lit_module import TrainingData
from relecture.training.mlp import mlp


def weights(fitted) -> list[torch.Tensor]:
    return list(fitted.network.state_dict().values())


def same(a, b) -> bool:
    """Bit by bit."""
    return all(torch.equal(one, other) for one, other in zip(weights(a), weights(b), strict=True))


class Killed(Exception):
    """Stands for whatever ends a process early."""


def killing(step: int):
    """A loss that ends the fit at a gradient step; an epoch has five."""
    steps = 0

    def loss(output, target):
        nonlocal steps
        steps += torch.is_grad_enabled()
        if steps > step:
            raise Killed
        return cross_entropy(output, target, reduction="none")

    return loss


@pytest.mark.parametrize(
    "settings",
    [{}, {"dropout": [0.4]}, {"hidden_l2": 1e-3}, {"precision": "bf16"}],
    ids=["plain", "dropout", "penalty", "bfloat16"],
)
def test_five_epochs_and_then_ten_more_are_fifteen_at_once(train, tmp_path, settings):
    checkpoint = tmp_path / "states/five.ckpt"
    train("first", epochs=5, final_checkpoint=checkpoint, **settings)
    continued = train("second", epochs=15, initial_checkpoint=checkpoint, **settings)
    at_once = train("third", epochs=15, **settings)
    assert same(continued, at_once)
    assert continued.history.equals(at_once.history)
    assert (continued.epochs, continued.history.step.max()) == (15, 15)


def test_the_first_weights_are_those_of_the_checkpoint_whatever_the_network_was(train, tmp_path):
    train("first", epochs=3, final_checkpoint=tmp_path / "three.ckpt")
    assert same(
        train("second", epochs=6, initial_checkpoint=tmp_path / "three.ckpt", network=mlp([8, 32, 2], seed=99)),
        train("third", epochs=6, initial_checkpoint=tmp_path / "three.ckpt"),
    )


def test_a_continued_fit_writes_a_checkpoint_too(train, tmp_path):
    train("first", epochs=2, final_checkpoint=tmp_path / "2.ckpt")
    train("second", epochs=4, initial_checkpoint=tmp_path / "2.ckpt", final_checkpoint=tmp_path / "4.ckpt")
    assert same(train("third", epochs=6, initial_checkpoint=tmp_path / "4.ckpt"), train("fourth", epochs=6))


def test_a_final_checkpoint_holds_no_code(train, tmp_path):
    train(epochs=2, final_checkpoint=tmp_path / "two.ckpt")
    assert torch.load(tmp_path / "two.ckpt", weights_only=True)["epoch"] == 1  # Lightning counts from zero


def test_a_continued_fit_that_is_killed_resumes(train, tmp_path, capsys):
    train("first", epochs=3, final_checkpoint=tmp_path / "three.ckpt")
    with pytest.raises(Killed):
        train("second", epochs=9, initial_checkpoint=tmp_path / "three.ckpt", loss=killing(5 * 3 + 2))
    capsys.readouterr()
    again = train(
        "second", epochs=9, initial_checkpoint=tmp_path / "three.ckpt", final_checkpoint=tmp_path / "nine.ckpt"
    )
    assert "resumes after epoch 6" in capsys.readouterr().err
    assert same(again, train("third", epochs=9))


def test_a_finished_fit_is_not_trained_again_but_writes_its_final_checkpoint(train, tmp_path):
    first = train(epochs=4, checkpoint_seconds=1e9, final_checkpoint=tmp_path / "a.ckpt")
    again = train(epochs=4, checkpoint_seconds=1e9, final_checkpoint=tmp_path / "b.ckpt", loss=killing(0))
    assert same(first, again)
    assert (tmp_path / "a.ckpt").read_bytes() == (tmp_path / "b.ckpt").read_bytes()


@pytest.mark.parametrize("damage", ["missing", "cut short"])
def test_an_initial_checkpoint_that_cannot_be_read_is_named(train, tmp_path, damage):
    checkpoint = tmp_path / "two.ckpt"
    train("first", epochs=2, final_checkpoint=checkpoint)
    checkpoint.unlink() if damage == "missing" else checkpoint.write_bytes(checkpoint.read_bytes()[:500])
    with pytest.raises(UserError, match=r"two\.ckpt is missing or damaged, .* Rerun the job"):
        train("second", epochs=4, initial_checkpoint=checkpoint)


def test_a_checkpoint_of_another_initial_checkpoint_is_not_used(train, tmp_path, capsys):
    for seed in (1, 2):
        train(f"first-{seed}", epochs=2, initial_checkpoint=None, seed=seed, final_checkpoint=tmp_path / f"{seed}.ckpt")
    with pytest.raises(Killed):
        train(epochs=6, initial_checkpoint=tmp_path / "1.ckpt", loss=killing(5 * 2))
    capsys.readouterr()
    train(epochs=6, initial_checkpoint=tmp_path / "2.ckpt")
    assert "resumes after epoch 2" in capsys.readouterr().err  # from the start, not from the fourth epoch


def frozen(seed: int = 1) -> torch.nn.Sequential:
    """A network whose first layer stays as it is."""
    network = mlp([8, 32, 16, 2], seed=seed)
    network[0].requires_grad_(False)
    return network


@pytest.mark.parametrize("penalty", [0.0, 0.3])
def test_a_frozen_layer_stays_as_it_is_and_the_others_learn(train, penalty):
    before, after = weights_by_name(frozen()), weights_by_name(train(network=frozen(), hidden_l2=penalty).network)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"2.weight", "2.bias", "4.weight", "4.bias"}


def weights_by_name(network) -> dict[str, bytes]:
    return {name: value.numpy().tobytes() for name, value in network.state_dict().items()}


def test_a_frozen_and_a_free_fit_do_not_share_a_checkpoint(train, capsys):
    with pytest.raises(Killed):
        train(network=frozen(), loss=killing(5 * 3))
    capsys.readouterr()
    train(network=mlp([8, 32, 16, 2], seed=1))
    assert "resumes" not in capsys.readouterr().err


def test_bfloat16_learns_as_float32_does(train):
    # Were the bfloat16 copies of the weights not renewed, every step of an epoch would see its first weights.
    exact, rough = (train(precision, epochs=6, precision=precision) for precision in ("32", "bf16"))
    assert not same(exact, rough)
    assert {tensor.dtype for tensor in weights(rough)} == {torch.float32}
    a, b = (fitted.history.set_index(["metric", "step"]).value for fitted in (exact, rough))
    assert (a - b).abs().max() < 0.01
    assert a["train_loss"][6] < a["train_loss"][1] - 0.05


def test_every_step_in_bfloat16_sees_the_weights_of_the_step_before(train, toy):
    answers = []

    def loss(output, target):
        answers.append(output.detach().clone())
        return cross_entropy(output, target, reduction="none")

    one_row = TrainingData(toy.inputs, toy.targets, toy.train[:1].repeat(96), {})
    train(epochs=1, precision="bf16", loss=loss, scores={}, arrays=one_row)
    first, second, third = (answer[0] for answer in answers)
    assert not torch.equal(first, second)
    assert not torch.equal(second, third)


def test_evaluation_in_batches_changes_no_weight_and_no_score(train):
    whole, parts = train("whole"), train("parts", eval_batch_size=32)
    assert same(whole, parts)
    assert (whole.history.value - parts.history.value).abs().max() < 1e-6


def progress(folder) -> list[dict]:
    return [json.loads(line) for line in (folder / "progress.jsonl").read_text().splitlines()]


def test_a_fit_appends_its_scores_to_its_progress_file(train, tmp_path):
    fitted = train(epochs=4, every=2)
    first, *epochs = progress(tmp_path / "checkpoints")
    assert (first["members"], first["epochs"], first["pid"]) == (["seed-1"], 4, os.getpid())
    assert [line["step"] for line in epochs] == [2, 4]
    history = fitted.history.set_index(["step", "metric"]).value
    assert {(line["step"], metric): value for line in epochs for metric, [value] in line["values"].items()} == dict(
        history
    )


def test_a_resumed_fit_announces_itself_again(train, tmp_path):
    with pytest.raises(Killed):
        train(epochs=4, loss=killing(5 * 2 + 1))
    train(epochs=4)
    lines = progress(tmp_path / "checkpoints")
    starts = [line["fit"] for line in lines if "fit" in line]
    assert len(starts) == 2
    assert len(set(starts)) == 1
    assert "Killed" in next(line["failed"] for line in lines if "failed" in line)
    assert {line["step"] for line in lines if "step" in line} == {1, 2, 3, 4}


def test_the_history_has_the_scores_in_the_units_of_each_member(train, tmp_path):
    plain, scaled = train("plain", epochs=2), train("scaled", epochs=2, score_units=[1000.0])
    assert scaled.history.value.tolist() == [1000.0 * value for value in plain.history.value]
    assert same(plain, scaled)
    [_, first, _] = progress(tmp_path / "scaled")
    assert first["values"]["validation_loss"][0] == 1000.0 * plain.history.value[2]
