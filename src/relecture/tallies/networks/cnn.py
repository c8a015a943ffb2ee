"""Convolutional networks as the paper builds them: blocks of convolution and max-pooling, three fully connected layers.

`architecture` everywhere: {"filters": [64, 96, 112], "dropout": 0.1, "fc1": 150, "fc2": 70}; a block per number of
filters.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import torch
from torch import nn

from relecture.tallies.networks.cell_dataset import SIDE
from relecture.training.mlp import mlp

CLASSES = 10
Blocks = int | Literal["all"]


class Cnn(nn.Module):
    """Images (n, 1, 28, 28) from 0 to 1 -> logits (n, 10).

    `varied` changes the images before they are read, in training only; it has no part in the weights.
    """

    def __init__(self, blocks: nn.Sequential, head: nn.Sequential, varied: nn.Module | None = None):
        super().__init__()
        self.blocks, self.head = blocks, head
        self._varied = (varied,)  # in a tuple, so that it is no module of this one

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        (varied,) = self._varied
        if varied is not None and self.training:
            with torch.no_grad():
                x = varied(x).clamp(0, 1)
        return self.head(self.blocks(x).flatten(1))

    def extra_repr(self) -> str:
        return f"varied={self._varied[0]}"


class Above(nn.Module):
    """A network above its first blocks: what `below` leaves (n, side, side, filters) -> logits (n, 10).

    It shares the network's layers, so training it trains the network.
    """

    def __init__(self, network: Cnn, blocks: int):
        super().__init__()
        self.blocks, self.head = network.blocks[blocks:], network.head

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.blocks(x.permute(0, 3, 1, 2)).flatten(1))


def cnn(architecture: Mapping[str, Any], seed: int, augment: bool = False) -> Cnn:
    """A new network; its weights start Glorot-uniform and its biases at zero, by `seed`.

    `augment`: in training, every image is turned, shifted, sheared and scaled at random, some are dotted with noise
    or partly erased.
    """
    random = torch.Generator().manual_seed(seed + 2**32)  # another stream than the fully connected layers'
    blocks, channels, side = [], 1, SIDE
    for filters in architecture["filters"]:
        blocks.append(_block(channels, filters, random))
        channels, side = filters, side // 2
    sizes = [channels * side**2, architecture["fc1"], architecture["fc2"], CLASSES]
    head = mlp(sizes, [architecture["dropout"]] * 2, seed=seed)
    network = Cnn(nn.Sequential(*blocks), head, _varied() if augment else None)
    # Filters last in memory: the same sums, and on a CPU about a third faster (the benchmark `cnn` measures it).
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # PyTorch's own types leave memory_format out


def freeze(network: Cnn, blocks: Blocks) -> int:
    """Keep the weights of the first `blocks` of convolutions, or of all, as they are; how many these are."""
    count = len(network.blocks) if blocks == "all" else min(blocks, len(network.blocks))
    network.blocks[:count].requires_grad_(False)
    return count


def below(network: Cnn, blocks: int, images: torch.Tensor, at_once: int) -> torch.Tensor:
    """What the first `blocks` make of images (n, 1, 28, 28): (n, side, side, filters), filters last."""
    with torch.no_grad():
        parts = [network.blocks[:blocks](some).permute(0, 2, 3, 1).contiguous() for some in images.split(at_once)]
    return torch.cat(parts)


def count_trained(network: nn.Module) -> int:
    """Numbers that training changes."""
    return sum(parameter.numel() for parameter in network.parameters() if parameter.requires_grad)


def _block(channels: int, filters: int, random: torch.Generator) -> nn.Sequential:
    convolution = nn.Conv2d(channels, filters, 3, padding=1)
    nn.init.xavier_uniform_(convolution.weight, generator=random)
    if convolution.bias is not None:
        nn.init.zeros_(convolution.bias)
    # The largest of the positive parts is the positive part of the largest: pooling first is the same, on a quarter.
    return nn.Sequential(convolution, nn.MaxPool2d(2), nn.ReLU())


def _varied() -> nn.Sequential:
    from kornia.augmentation import RandomAffine, RandomErasing, RandomGaussianNoise

    steps: Sequence[nn.Module] = (
        RandomAffine(degrees=8, translate=(0.08, 0.08), scale=(0.85, 1.15), shear=8, p=0.9),
        RandomGaussianNoise(std=0.05, p=0.5),
        RandomErasing(scale=(0.02, 0.06), p=0.25),
    )
    return nn.Sequential(*steps)
