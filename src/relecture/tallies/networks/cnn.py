"""Convolutional networks as in the paper: blocks of convolution and max-pooling, three fully connected layers."""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import nn

from relecture.tallies import IMAGE_SIZE
from relecture.tallies.config import Architecture
from relecture.training.mlp import mlp

N_CLASSES = 10


class Cnn(nn.Module):
    """Images (n, 1, 28, 28) from 0 to 1 -> logits (n, classes).

    `augmentation` changes the images in training only; it has no part in the weights.
    """

    def __init__(self, blocks: nn.Sequential, head: nn.Sequential, augmentation: nn.Module | None = None):
        super().__init__()
        self.blocks, self.head = blocks, head
        self._augmentation = (augmentation,)  # in a tuple, so that it is not a submodule

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the logits (n, classes)."""
        (augmentation,) = self._augmentation
        if augmentation is not None and self.training:
            with torch.no_grad():
                x = augmentation(x).clamp(0, 1)
        logits: torch.Tensor = self.head(self.blocks(x).flatten(1))
        return logits

    def extra_repr(self) -> str:
        """Return the augmentation: checkpoints are identified by the text of the network."""
        return f"augmentation={self._augmentation[0]}"


class Head(nn.Module):
    """A network without its first blocks: output of `frozen_features` (n, side, side, filters) -> logits (n, classes).

    It shares the network's layers, so training it trains the network.
    """

    def __init__(self, network: Cnn, blocks: int):
        super().__init__()
        self.blocks, self.head = network.blocks[blocks:], network.head

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the logits (n, classes)."""
        logits: torch.Tensor = self.head(self.blocks(x.permute(0, 3, 1, 2)).flatten(1))
        return logits


def cnn(architecture: Architecture, seed: int, augment: bool = False, n_classes: int = N_CLASSES) -> Cnn:
    """Return a new network with Glorot-uniform weights and zero biases.

    Args:
        architecture: Filters per block, dropout rate, and units of the fully connected layers.
        seed: Seed of the weights.
        augment: Whether training images are rotated, shifted, sheared and scaled at random, and some get noise or
            are partly erased.
        n_classes: Number of logits; the counting classifier has one more than the ten digits.
    """
    random = torch.Generator().manual_seed(seed + 2**32)  # another stream than the fully connected layers'
    blocks, channels, side = [], 1, IMAGE_SIZE
    for filters in architecture["filters"]:
        blocks.append(_block(channels, filters, random))
        channels, side = filters, side // 2
    sizes = [channels * side**2, architecture["fc1"], architecture["fc2"], n_classes]
    head = mlp(sizes, [architecture["dropout"]] * 2, seed=seed)
    network = Cnn(nn.Sequential(*blocks), head, _augmentation() if augment else None)
    # Filters last in memory: the same sums, and on a CPU about a third faster (the benchmark `cnn` measures it).
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # PyTorch's own types leave memory_format out
    return network


def freeze(network: Cnn, blocks: int | Literal["all"]) -> int:
    """Exclude the first `blocks` of convolutions, or all, from training; return their number."""
    count = len(network.blocks) if blocks == "all" else min(blocks, len(network.blocks))
    network.blocks[:count].requires_grad_(False)
    return count


def frozen_features(network: Cnn, blocks: int, images: torch.Tensor, batch_size: int) -> torch.Tensor:
    """Return the output of the first `blocks` for images (n, 1, 28, 28): (n, side, side, filters), filters last."""
    with torch.no_grad():
        parts = [
            network.blocks[:blocks](batch).permute(0, 2, 3, 1).contiguous() for batch in torch.split(images, batch_size)
        ]
    return torch.cat(parts)


def count_trainable(network: nn.Module) -> int:
    """Return the number of parameters that training changes."""
    return sum(parameter.numel() for parameter in network.parameters() if parameter.requires_grad)


def _block(channels: int, filters: int, random: torch.Generator) -> nn.Sequential:
    convolution = nn.Conv2d(channels, filters, 3, padding=1)
    nn.init.xavier_uniform_(convolution.weight, generator=random)
    if convolution.bias is not None:
        nn.init.zeros_(convolution.bias)
    # ReLU and max-pooling commute, and ReLU after pooling has a quarter of the work.
    return nn.Sequential(convolution, nn.MaxPool2d(2), nn.ReLU())


def _augmentation() -> nn.Sequential:
    from kornia.augmentation import RandomAffine, RandomErasing, RandomGaussianNoise

    steps: Sequence[nn.Module] = (
        RandomAffine(degrees=8, translate=(0.08, 0.08), scale=(0.85, 1.15), shear=8, p=0.9),
        RandomGaussianNoise(std=0.05, p=0.5),
        RandomErasing(scale=(0.02, 0.06), p=0.25),
    )
    return nn.Sequential(*steps)
