"""Flipping as an augmentation: a mirrored digit is another sign, so digits are not flipped."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure

from relecture import plotting
from relecture.data import mnist
from relecture.illustrations.classifiers import DigitSubset, cnn, draw_subset, misclassified, train
from relecture.illustrations.config import FlippingFigureConfig
from relecture.illustrations.error_bars import percentage_intervals
from relecture.illustrations.figure_findings import error_rates, gaps
from relecture.illustrations.illustration import Illustration

FILTERS, KERNEL_SIZES = (8, 16), (3, 3)
#: Name -> the dimensions of images (n, 1, 28, 28) that are reversed.
FLIPS: dict[str, tuple[int, ...]] = {"as written": (), "left-right": (3,), "upside down": (2,)}
TRAINING = ("as written", "left-right")  # the second half of the training images
STYLES = {
    "as written": (plotting.BLUE, "o"),
    "left-right": (plotting.ORANGE, "s"),
    "upside down": (plotting.RED, "^"),
}


def flip(images: torch.Tensor, name: str) -> torch.Tensor:
    """Return images (n, 1, 28, 28), mirrored as FLIPS says."""
    return images.flip(FLIPS[name])


def training_images(digits: DigitSubset, name: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Return training images and labels: the digits twice, the second time as they are or flipped.

    Both have as many images, so that the networks make as many gradient steps.
    """
    images, labels = digits.images[digits.train], digits.labels[digits.train]
    return torch.cat([images, flip(images, name)]), torch.cat([labels, labels])


def count_errors(config: FlippingFigureConfig, images: mnist.Mnist) -> pd.DataFrame:
    """Return the columns member, training, test (names of FLIPS), digit, n_images, n_misclassified."""
    rows = []
    for seed in range(config.seed, config.seed + config.n_seeds):
        digits = draw_subset(images, seed, n_train=config.n_images, n_test=config.n_test)
        labels = digits.labels[digits.test]
        for training in TRAINING:
            network = train(
                cnn(FILTERS, KERNEL_SIZES, seed=seed),
                *training_images(digits, training),
                epochs=config.epochs,
                seed=seed,
            )
            for test in FLIPS:
                wrong = misclassified(network, flip(digits.images[digits.test], test), labels)
                for digit in range(10):
                    of_digit = (labels == digit).numpy()
                    rows.append((f"seed-{seed}", training, test, digit, of_digit.sum(), wrong[of_digit].sum()))
    return pd.DataFrame(rows, columns=["member", "training", "test", "digit", "n_images", "n_misclassified"])


def draw(config: FlippingFigureConfig, data: Path) -> Illustration:
    """Draw flipped digits above, errors below; `data` is the manifest of MNIST."""
    images = mnist.load(data)
    counts = count_errors(config, images)
    figure = plt.figure(figsize=(13.5, 8.8))
    above, below = figure.subfigures(2, 1, height_ratios=(1, 1.35), squeeze=False).ravel()
    _draw_digits(above, images)
    left, right = below.subplots(1, 2, width_ratios=(2.1, 1))
    _draw_errors_by_digit(left, counts[counts.training == "as written"])
    _draw_effect_of_training(right, counts)
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower left", ncols=3)
    return Illustration(figure, counts, images.name if images.sample else "")


def _draw_digits(part: SubFigure, images: mnist.Mnist) -> None:
    first = [int(np.flatnonzero(images.train_labels == digit)[0]) for digit in range(10)]
    inputs = torch.from_numpy(images.train_images[first][:, None].astype(np.float32))
    grid = part.subplots(len(FLIPS), 1)
    for axes, name in zip(grid, FLIPS, strict=True):
        axes.imshow(np.hstack(list(flip(inputs, name)[:, 0].numpy())), cmap="gray_r")
        axes.set(xticks=[], yticks=[])
        axes.grid(False)
        axes.spines[:].set_visible(False)
        axes.set_ylabel(name, rotation=0, ha="right", va="center", fontsize=13)
    grid[0].set_title("Most flipped digits are another sign, or none")


def _draw_errors_by_digit(axes: Axes, counts: pd.DataFrame) -> None:
    errors = 100 * error_rates(counts, ["test", "digit"])
    for shift, (name, (colour, marker)) in zip((-0.22, 0, 0.22), STYLES.items(), strict=True):
        by_digit = errors.xs(name, level="test").unstack("digit")
        mean, reach = percentage_intervals(by_digit)
        axes.errorbar(
            mean.index + shift, mean, reach, fmt=marker, color=colour, capsize=3, markersize=8,
            label=f"test digits {name}",
        )  # fmt: skip
    overall = 100 * error_rates(counts, ["test"]).groupby("test").mean()
    axes.set(xlabel="digit", ylabel="test error (%)", ylim=(-3, 103))
    axes.set_title(
        f"Trained on digits as written: {overall['as written']:.0f} % are misclassified as written,\n"
        f"{overall['left-right']:.0f} % flipped left-right, {overall['upside down']:.0f} % upside down"
    )
    axes.set_xticks(range(10))
    axes.grid(axis="x", visible=False)


def _draw_effect_of_training(axes: Axes, counts: pd.DataFrame) -> None:
    """Draw the error on digits as written of every pair of networks, and means with their 95 % intervals."""
    errors = 100 * error_rates(counts[counts.test == "as written"], ["training"]).unstack("training")[list(TRAINING)]
    axes.plot([0, 1], errors.T.to_numpy(), color=plotting.GREY, linewidth=0.8, alpha=0.6)
    mean, reach = percentage_intervals(errors)
    axes.errorbar([0, 1], mean, reach, fmt="o", color=plotting.BLUE, capsize=6, markersize=10, linewidth=2.5)
    axes.set(xlim=(-0.5, 1.5), ylim=(0, None), ylabel="test error on digits as written (%)")
    effect = gaps("flipping", counts)["trained left-right - as written"]
    verb = ("raises" if effect.mean > 0 else "lowers") if effect.finding == "significant" else "does not change"
    axes.set_title(f"Flipping in training\n{verb} the error{'' if verb != 'does not change' else ' significantly'}")
    axes.set_xticks([0, 1], ["without\nflipped digits", "with digits\nflipped left-right"])
    axes.grid(axis="x", visible=False)
