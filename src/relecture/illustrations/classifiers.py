"""Small classifiers of handwritten digits for the figures: a subset of MNIST, a CNN, and how they are trained."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from torch import nn

from relecture.data.mnist import Mnist
from relecture.training.config import TrainingConfig
from relecture.training.fit import fit, predict
from relecture.training.lit_module import TrainingData
from relecture.training.losses import cross_entropy
from relecture.training.mlp import mlp

IMAGE_SIZE, N_CLASSES = 28, 10
BATCH_SIZE, LEARNING_RATE, RHO, EPSILON = 64, 0.002, 0.9, 1e-7  # of RMSprop
_EVAL_BATCH_SIZE = 500
_TEST_SEED = 0  # of the choice of test images, the same for every network


@dataclass(frozen=True)
class DigitSubset:
    """Images (n, 1, 28, 28) from 0 to 1, labels (n,), and the rows for training, validation and test."""

    images: torch.Tensor
    labels: torch.Tensor
    train: torch.Tensor
    validation: torch.Tensor
    test: torch.Tensor


def draw_subset(mnist: Mnist, seed: int, *, n_train: int, n_test: int, n_validation: int = 0) -> DigitSubset:
    """Draw training and validation images by `seed`; the test images are the same for every seed.

    A number that is larger than MNIST, or than its sample, becomes as large as possible; validation images come first.
    """
    order = np.random.RandomState(seed).permutation(len(mnist.train_images))[: n_validation + n_train]
    test_order = np.random.RandomState(_TEST_SEED).permutation(len(mnist.test_images))[:n_test]
    pixels = np.concatenate([mnist.train_images[order], mnist.test_images[test_order]])
    labels = np.concatenate([mnist.train_labels[order], mnist.test_labels[test_order]])
    rows = torch.arange(len(pixels))
    return DigitSubset(
        to_inputs(pixels),
        torch.from_numpy(labels.astype(np.int64)),
        train=rows[n_validation : len(order)],
        validation=rows[:n_validation],
        test=rows[len(order) :],
    )


def to_inputs(pixels: np.ndarray) -> torch.Tensor:
    """Return images (n, 28, 28) of bytes as inputs (n, 1, 28, 28) from 0 to 1."""
    return torch.from_numpy(pixels[:, None].astype(np.float32) / 255)


def cnn(filters: Sequence[int], kernel_sizes: Sequence[int], units: Sequence[int] = (), *, seed: int) -> nn.Sequential:
    """Return a CNN: blocks of convolution, 2 x 2 max-pooling and ReLU, then fully connected layers to ten classes.

    Weights start Glorot-uniform and biases at zero.

    Args:
        filters: Filters of each block.
        kernel_sizes: Width of the filters of each block, odd; the feature map is as large as the block's input.
        units: Units of the fully connected hidden layers.
        seed: Seed of the initial weights.
    """
    generator = torch.Generator().manual_seed(seed + 2**32)  # another stream than the fully connected layers'
    layers: list[nn.Module] = []
    side = IMAGE_SIZE
    for (inputs, outputs), size in zip(pairwise([1, *filters]), kernel_sizes, strict=True):
        convolution = nn.Conv2d(inputs, outputs, size, padding=size // 2)
        with torch.no_grad():
            nn.init.xavier_uniform_(convolution.weight, generator=generator)
            convolution.bias.zero_()  # type: ignore[union-attr]  # it has a bias
        layers += [convolution, nn.MaxPool2d(2), nn.ReLU()]
        side //= 2
    head = mlp([filters[-1] * side**2, *units, N_CLASSES], seed=seed)
    network = nn.Sequential(*layers, nn.Flatten(), *head)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # faster; PyTorch's types leave it out
    return network


def train(
    network: nn.Module,
    images: torch.Tensor,
    labels: torch.Tensor,
    *,
    epochs: int,
    seed: int,
    learning_rate: float = LEARNING_RATE,
) -> nn.Module:
    """Train a network on images (n, 1, 28, 28) and labels (n,), and return it in evaluation mode.

    It runs on the CPU, so that the numbers in a figure do not depend on the devices of a machine.
    """
    training = TrainingConfig(
        epochs=epochs,
        batch_size=BATCH_SIZE,
        learning_rate=learning_rate,
        rho=RHO,
        epsilon=EPSILON,
        log_every_n_epochs=epochs,
    )
    with TemporaryDirectory() as folder:  # a fit takes seconds, so no later job resumes it
        return fit(
            network,
            TrainingData(images, labels, torch.arange(len(images)), {}),
            loss=cross_entropy,
            scores={},
            training=training,
            members=[f"seed-{seed}"],
            seeds=[seed],
            checkpoint_dir=Path(folder) / "digits",
            progress_metric="",
            checkpoint_seconds=float("inf"),
            accelerator="cpu",
        ).network


def misclassified(network: nn.Module, images: torch.Tensor, labels: torch.Tensor) -> np.ndarray:
    """Return for each image (n, 1, 28, 28) whether its most probable class is wrong, (n,)."""
    outputs = predict(network, images, torch.arange(len(images)), _EVAL_BATCH_SIZE)
    wrong: np.ndarray = (outputs.argmax(-1) != labels).numpy()
    return wrong
