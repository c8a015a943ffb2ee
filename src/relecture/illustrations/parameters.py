"""Parameter counts: a linear model, the lecture's network on 100 variables, and the network on MNIST."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.patches import Rectangle

from relecture import plotting
from relecture.illustrations.config import UnseededFigureConfig
from relecture.illustrations.illustration import Illustration

#: Name -> inputs, hidden layers, outputs. The last is ISL's network of section 10.2.
SIZES = {
    "linear": (100, 1),
    "network": (100, 50, 50, 1),
    "mnist_network": (784, 256, 128, 10),
}
NAMES = {
    "linear": "Linear model\n100 variables",
    "network": "Network\n100–50–50–1",
    "mnist_network": "Network for MNIST\n784–256–128–10",
}
COUNTED = {
    "hidden_weights": "weights into hidden layers",
    "weights": "all weights, including the output's",
    "parameters": "weights and biases (intercepts)",
}


def count_hidden_weights(sizes: Sequence[int]) -> int:
    """Count the weights into hidden layers, as the lecture does: 100 x 50 + 50 x 50 = 7,500."""
    return count_weights(sizes[:-1])


def count_weights(sizes: Sequence[int]) -> int:
    """Count the weights of all layers, without biases."""
    return sum(inputs * outputs for inputs, outputs in pairwise(sizes))


def count_parameters(sizes: Sequence[int]) -> int:
    """Count the weights and biases of all layers."""
    return count_weights(sizes) + sum(sizes[1:])


def parameter_counts() -> pd.DataFrame:
    """Return the columns model, counted, count; without the hidden weights of a linear model, which has none."""
    functions = {"hidden_weights": count_hidden_weights, "weights": count_weights, "parameters": count_parameters}
    rows = [(model, name, count(sizes)) for model, sizes in SIZES.items() for name, count in functions.items()]
    table = pd.DataFrame(rows, columns=["model", "counted", "count"])
    return table[table["count"] > 0].reset_index(drop=True)


def draw(config: UnseededFigureConfig, data: Path | None = None) -> Illustration:
    """Draw a bar per count."""
    counts = parameter_counts()
    figure, axes = plt.subplots(figsize=(11, 5.2))
    height = 0.26
    shades = dict(zip(COUNTED, (plotting.SKY, plotting.BLUE, "#003A5D"), strict=True))
    for centre, model in enumerate(reversed(SIZES)):
        rows = counts[counts.model == model]
        for i, row in enumerate(rows.itertuples()):
            y = centre + height * ((len(rows) - 1) / 2 - i)
            axes.barh(y, row.count, height * 0.92, color=shades[row.counted])
            axes.annotate(
                f"{row.count:,}",
                (row.count, y),
                xytext=(6, 0),
                textcoords="offset points",
                va="center",
                bbox={"color": "white", "pad": 1},
            )
    axes.set(xscale="log", xlim=(1, 2e6), xlabel="count (log scale)", title="Networks have many more parameters")
    axes.set_yticks(range(len(SIZES)), [NAMES[model] for model in reversed(SIZES)])
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", visible=False)
    handles = [Rectangle((0, 0), 1, 1, color=shades[name]) for name in COUNTED]
    figure.legend(handles, COUNTED.values(), loc="outside lower center", ncols=3)
    return Illustration(figure, counts)
