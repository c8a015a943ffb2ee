"""How the answers of a classifying network are scored, row by row."""

import torch
import torch.nn.functional as F


def cross_entropy(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """(rows, classes) and (rows,) -> (rows,), in nats."""
    return F.cross_entropy(output, target, reduction="none")


def zero_one_loss(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """(rows, classes) and (rows,) -> (rows,): 1 where the most probable class is wrong."""
    return (output.argmax(-1) != target).float()


def accuracy(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """(rows, classes) and (rows,) -> (rows,): 1 where the most probable class is right."""
    return (output.argmax(-1) == target).float()
