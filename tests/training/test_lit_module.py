"""A gradient step is the textbook's, and the order of rows depends on seed and epoch alone."""

import dataclasses

import pytest
import torch
from torch.nn.functional import cross_entropy

from relecture.training.config import TrainingConfig
from relecture.training.fit import fit
from relecture.training.lit_module import TrainingData
from relecture.training.mlp import linear_layers, mlp, stack

RATE, RHO, EPSILON = 0.01, 0.9, 1.0  # a large epsilon, so that a step grows with its gradient


def by_hand(arrays, epochs: int, penalty: float, penalised: slice, size=torch.square) -> list[torch.Tensor]:
    """RMSprop on all rows at once, written out; the penalty is on the weights of the layers `penalised`."""
    network = mlp([8, 16, 12, 2], seed=1)
    weights = list(network.parameters())
    squares = [torch.zeros_like(weight) for weight in weights]
    x, y = arrays.inputs[arrays.train], arrays.targets[arrays.train]
    for _ in range(epochs):
        loss = cross_entropy(network(x), y)
        loss = loss + penalty * sum(size(layer.weight).sum() for layer in linear_layers(network)[penalised])
        gradients = torch.autograd.grad(loss, weights)
        with torch.no_grad():
            for weight, square, gradient in zip(weights, squares, gradients, strict=True):
                square.mul_(RHO).add_((1 - RHO) * gradient**2)
                weight -= RATE * gradient / (square.sqrt() + EPSILON)
    return [weight.detach() for weight in weights]


def by_the_project(arrays, epochs: int, penalty: float, checkpoint_dir, name="hidden_l2") -> list[torch.Tensor]:
    fitted = fit(
        mlp([8, 16, 12, 2], seed=1),
        arrays,
        loss=lambda output, target: cross_entropy(output, target, reduction="none"),
        scores={},
        training=TrainingConfig(
            epochs=epochs,
            batch_size=len(arrays.train),
            learning_rate=RATE,
            rho=RHO,
            epsilon=EPSILON,
            log_every_n_epochs=1,
        ),
        members=["all"],
        seeds=[1],
        checkpoint_dir=checkpoint_dir,
        progress_metric="",
        accelerator="cpu",
        **{name: penalty},
    )
    return [weight.detach() for weight in fitted.network.parameters()]


def close(a: list[torch.Tensor], b: list[torch.Tensor]) -> bool:
    return all(torch.allclose(one, other, rtol=1e-4, atol=1e-6) for one, other in zip(a, b, strict=True))


@pytest.mark.parametrize("penalty", [0.0, 0.3])
def test_training_is_rmsprop_on_the_loss_plus_lambda_times_the_squared_hidden_weights(toy, tmp_path, penalty):
    assert close(by_the_project(toy, 3, penalty, tmp_path), by_hand(toy, 3, penalty, slice(0, -1)))


def test_l1_is_lambda_times_the_absolute_hidden_weights_and_on_no_other_layers(toy, tmp_path):
    trained = by_the_project(toy, 3, 0.3, tmp_path, "hidden_l1")
    assert close(trained, by_hand(toy, 3, 0.3, slice(0, -1), torch.abs))
    assert not close(trained, by_hand(toy, 3, 0.3, slice(0, None), torch.abs))


@pytest.mark.parametrize("penalised", [slice(0, None), slice(0, 1), slice(0, 0)], ids=["all", "first", "none"])
def test_the_penalty_is_on_no_other_layers(toy, tmp_path, penalised):
    assert not close(by_the_project(toy, 3, 0.3, tmp_path), by_hand(toy, 3, 0.3, penalised))


def orders(seeds: list[int], epochs: int, checkpoint_dir, train: torch.Tensor, hidden: int = 3) -> list[torch.Tensor]:
    """The training rows in the order in which each epoch met them: (rows,), or (members, rows)."""
    met = []

    def loss(output, target):
        if torch.is_grad_enabled():
            met.append(target)
        return output.squeeze(-1) ** 2

    networks = [mlp([1, hidden, 1], seed=seed) for seed in seeds]
    fit(
        networks[0] if train.ndim == 1 else stack(networks),
        TrainingData(torch.zeros(50, 1), torch.arange(50), train, {}),
        loss=loss,
        scores={},
        training=TrainingConfig(
            epochs=epochs, batch_size=16, learning_rate=1e-3, rho=RHO, epsilon=1e-7, log_every_n_epochs=1
        ),
        members=[str(seed) for seed in seeds],
        seeds=seeds,
        checkpoint_dir=checkpoint_dir,
        progress_metric="",
        accelerator="cpu",
    )
    batches = -(-train.shape[-1] // 16)
    return [torch.cat(met[i : i + batches], -1) for i in range(0, len(met), batches)]


def test_every_epoch_meets_every_training_row_once_and_no_other(tmp_path):
    train = torch.arange(7, 47)
    epoch_orders = orders([3], 4, tmp_path, train)
    assert len(epoch_orders) == 4
    assert all(torch.equal(order.sort().values, train) for order in epoch_orders)


def test_the_order_of_an_epoch_depends_on_the_seed_and_the_epoch_alone(tmp_path):
    train = torch.arange(40)
    torch.manual_seed(1)
    first = orders([3], 4, tmp_path, train)
    torch.manual_seed(2)
    again = orders([3], 6, tmp_path, train, hidden=9)
    assert all(torch.equal(a, b) for a, b in zip(first, again[:4], strict=True))
    assert len({tuple(order.tolist()) for order in [*again, *orders([4], 6, tmp_path, train)]}) == 12


def test_each_member_of_a_stack_meets_its_own_rows_in_the_order_of_its_own_seed(tmp_path):
    rows = torch.stack([torch.arange(40), torch.arange(10, 50)])
    together = orders([3, 4], 3, tmp_path, rows)
    for member, seed in enumerate([3, 4]):
        alone = orders([seed], 3, tmp_path, rows[member])
        assert all(torch.equal(order[member], own) for order, own in zip(together, alone, strict=True))


def test_evaluating_more_rows_changes_nothing_that_is_learned(toy, train):
    blind = dataclasses.replace(toy, eval_sets={"validation": toy.eval_sets["validation"][:1]})
    watching, not_watching = train("a", dropout=[0.5]), train("b", dropout=[0.5], arrays=blind)
    for a, b in zip(watching.network.parameters(), not_watching.network.parameters(), strict=True):
        assert torch.equal(a, b)
