"""Losses and accuracy of classifiers, one value per row."""

import torch
import torch.nn.functional as F


def cross_entropy(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Return the cross-entropy in nats: (rows, classes) and (rows,) -> (rows,)."""
    return F.cross_entropy(output, target, reduction="none")


def zero_one_loss(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Return 1 where the most probable class is wrong, else 0: (rows, classes) and (rows,) -> (rows,)."""
    return (output.argmax(-1) != target).float()


def accuracy(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Return 1 where the most probable class is right, else 0: (rows, classes) and (rows,) -> (rows,)."""
    return (output.argmax(-1) == target).float()
