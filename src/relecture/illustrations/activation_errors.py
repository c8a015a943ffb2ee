"""Test error of networks with sigmoid, tanh and ReLU, each with the learning rate that suits it best."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from torch import nn

from relecture import plotting
from relecture.data import mnist
from relecture.illustrations.classifiers import IMAGE_SIZE, N_CLASSES, draw_subset, misclassified, train
from relecture.illustrations.config import ActivationErrorsFigureConfig
from relecture.illustrations.error_bars import percentage_intervals
from relecture.illustrations.figure_findings import best_learning_rates, errors_at_best_rate, gaps
from relecture.illustrations.illustration import Illustration
from relecture.text_format import listed
from relecture.training.mlp import mlp

HIDDEN = (64, 64, 64)
ACTIVATIONS: dict[str, type[nn.Module]] = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "ReLU": nn.ReLU}
STYLES = {"sigmoid": (plotting.ORANGE, "s"), "tanh": (plotting.GREEN, "^"), "ReLU": (plotting.BLUE, "o")}


def network(activation: str, seed: int) -> nn.Sequential:
    """Return an untrained network; with the same seed the weights are the same for every activation function."""
    layers = mlp((IMAGE_SIZE**2, *HIDDEN, N_CLASSES), seed=seed)
    replaced = [ACTIVATIONS[activation]() if isinstance(layer, nn.ReLU) else layer for layer in layers]
    return nn.Sequential(nn.Flatten(), *replaced)


def errors_by_activation(config: ActivationErrorsFigureConfig, images: mnist.Mnist) -> pd.DataFrame:
    """Return the columns activation, learning_rate, member, validation_error, test_error (shares).

    All networks of a member have the same images and initial weights.
    """
    rows = []
    for seed in range(config.seed, config.seed + config.n_seeds):
        digits = draw_subset(
            images, seed, n_train=config.n_images, n_test=config.n_test, n_validation=config.n_validation
        )
        for name in ACTIVATIONS:
            for rate in config.learning_rates:
                trained = train(
                    network(name, seed),
                    digits.images[digits.train],
                    digits.labels[digits.train],
                    epochs=config.epochs,
                    seed=seed,
                    learning_rate=rate,
                )
                errors = [
                    misclassified(trained, digits.images[rows_of_set], digits.labels[rows_of_set]).mean()
                    for rows_of_set in (digits.validation, digits.test)
                ]
                rows.append((name, rate, f"seed-{seed}", *errors))
    return pd.DataFrame(rows, columns=["activation", "learning_rate", "member", "validation_error", "test_error"])


def draw(config: ActivationErrorsFigureConfig, data: Path) -> Illustration:
    """Draw the choice of learning rates on the left, test errors on the right; `data` is the manifest of MNIST."""
    images = mnist.load(data)
    numbers = errors_by_activation(config, images)
    figure, (left, right) = plt.subplots(1, 2, figsize=(12.5, 5.2), width_ratios=(1.25, 1))
    _draw_rates(left, numbers)
    _draw_test_errors(right, numbers)
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return Illustration(figure, numbers, images.name if images.sample else "")


def _draw_rates(axes: Axes, numbers: pd.DataFrame) -> None:
    best = best_learning_rates(numbers)
    for shift, (name, (colour, marker)) in zip((0.94, 1, 1.06), STYLES.items(), strict=True):  # beside each other
        errors = 100 * numbers[numbers.activation == name].pivot(
            index="member", columns="learning_rate", values="validation_error"
        )
        mean, reach = percentage_intervals(errors)
        axes.errorbar(
            shift * mean.index,
            mean,
            reach,
            fmt="-",
            marker=marker,
            color=colour,
            capsize=4,
            linewidth=2.5,
            markersize=8,
            label=name,
        )
        chosen = shift * best[name], mean[best[name]]
        axes.plot(*chosen, "o", markersize=18, markerfacecolor="none", markeredgecolor="black")
    axes.plot([], [], "o", markersize=13, markerfacecolor="none", markeredgecolor="black", label="chosen")
    axes.set(
        title="The learning rate is chosen for each",
        xlabel="learning rate (log scale)",
        ylabel="validation error (%)",
        xscale="log",
        ylim=(0, None),
    )
    rates = sorted(numbers.learning_rate.unique())
    axes.set_xticks(rates, [f"{rate:g}" for rate in rates])
    axes.minorticks_off()


def _draw_test_errors(axes: Axes, numbers: pd.DataFrame) -> None:
    """Draw the networks of a member as a thin line, and means with their 95 % intervals."""
    errors = 100 * errors_at_best_rate(numbers)[list(ACTIVATIONS)]
    positions = np.arange(len(ACTIVATIONS))
    axes.plot(positions, errors.T.to_numpy(), color=plotting.GREY, linewidth=0.8, alpha=0.5)
    mean, reach = percentage_intervals(errors)
    for position, (name, (colour, marker)) in zip(positions, STYLES.items(), strict=True):
        half = reach[:, [position]]
        axes.errorbar(position, mean[name], half, fmt=marker, color=colour, capsize=6, markersize=11, linewidth=2.5)
    axes.set(title=_title(numbers), ylabel="test error at the chosen learning rate (%)", ylim=(0, None))
    axes.set_xlim(-0.4, len(ACTIVATIONS) - 0.6)
    axes.set_xticks(positions, list(ACTIVATIONS))


def _title(numbers: pd.DataFrame) -> str:
    """Return what differs significantly from ReLU."""
    differences = gaps("activation_errors", numbers)
    significant = {name: gap for name in ("tanh", "sigmoid") if (gap := differences[f"{name} - ReLU"]).significant}
    if not significant:
        return "Neither differs significantly from ReLU"
    higher = [name for name, gap in significant.items() if gap.mean > 0]
    if len(higher) == len(significant):
        return f"ReLU has a lower error than {listed(higher)}"
    return f"{listed([name for name in significant if name not in higher])} has a lower error than ReLU"
