"""Dropout: the units that take part in two training steps, and all of them at test time (ISL Figure 10.19)."""

from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import torch
from torch import nn

from relecture.illustrations.config import SeededFigureConfig
from relecture.illustrations.illustration import Illustration
from relecture.illustrations.network_diagram import draw_units
from relecture.text_format import percent
from relecture.training.mlp import mlp

SIZES = (5, 8, 8, 3)
RATES = (0.4, 0.3)  # after the first and the second hidden layer, as in the network for MNIST
N_STEPS = 2


def unit_factors(network: nn.Module, sizes: tuple[int, ...]) -> list[torch.Tensor]:
    """Return by what every unit of each layer is multiplied in one pass: 0 if it is dropped, by the model's layers."""
    layers = [module for module in network.modules() if isinstance(module, nn.Dropout)]
    hidden = [layer(torch.ones(size)) for layer, size in zip(layers, sizes[1:-1], strict=True)]
    return [torch.ones(sizes[0]), *hidden, torch.ones(sizes[-1])]


def passes(seed: int) -> dict[str, list[torch.Tensor]]:
    """Return the factors of N_STEPS training steps and of the test, for one network with the rates of RATES."""
    network = mlp(SIZES, RATES, seed=seed)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        steps = {f"training step {i}": unit_factors(network.train(), SIZES) for i in range(1, N_STEPS + 1)}
    return {**steps, "test": unit_factors(network.eval(), SIZES)}


def draw(config: SeededFigureConfig, data: Path | None = None) -> Illustration:
    """Draw the network in two training steps, where dropped units are crossed out, and at test time."""
    figure, grid = plt.subplots(1, N_STEPS + 1, figsize=(13.5, 5.6))
    rows = []
    for axes, (name, factors) in zip(grid, passes(config.seed).items(), strict=True):
        kept = [factor.numpy() > 0 for factor in factors]
        draw_units(axes, SIZES, kept, with_sizes=False)
        n_dropped = sum(int((~layer).sum()) for layer in kept)
        axes.set_title(f"{name.capitalize()}: {f'{n_dropped} units are dropped' if n_dropped else 'all units'}")
        for i, rate in enumerate(RATES, start=1):
            factor = float(factors[i].max())
            text = f"rate {percent(rate)}\nkept ones\n× {factor:.2f}" if n_dropped else f"× {factor:.2f}"
            axes.text(i, -4.4, text, ha="center", va="top", fontsize=12)
        axes.set_ylim(-6.1, 4.2)
        rows += [
            (name, layer, unit, float(factor))
            for layer, units in enumerate(factors)
            for unit, factor in enumerate(units)
        ]
    return Illustration(figure, pd.DataFrame(rows, columns=["pass", "layer", "unit", "factor"]))
