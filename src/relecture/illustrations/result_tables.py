"""Reproduced values of the numbers on the slides, from the numbers of the figures."""

from pathlib import Path

import pandas as pd

from relecture.scorecard.reproduced_values import ReproducedValues

#: Published values of the feature map, each with the row and column (from 0) of a cell that has this value.
FEATURE_MAP = {"0.6": (1, 4), "1": (1, 5), "1.5": (6, 7), "2.2": (10, 7), "0.3": (13, 6)}


def reproduced_values(numbers: dict[str, Path]) -> ReproducedValues:
    """Return every number on the slides; `numbers` are the CSV files of `parameters`, `squares` and `convolution`."""
    reproduced = ReproducedValues()
    count = pd.read_csv(numbers["parameters"]).set_index(["model", "counted"])["count"]
    reproduced.add("illustrations.linear.weights", count["linear", "weights"])
    reproduced.add("illustrations.network.weights", count["network", "hidden_weights"])
    reproduced.add("illustrations.mnist_network.thousand_weights", count["mnist_network", "weights"] / 1000)
    reproduced.add("illustrations.mnist_network.parameters", count["mnist_network", "parameters"])
    coefficients = pd.read_csv(numbers["squares"]).set_index(["activation", "term"]).from_outputs
    for activation, term in (("linear", "x1"), ("linear", "x2"), ("square", "x1^2"), ("square", "x1 x2"),
                             ("square", "x2^2")):  # fmt: skip
        name = term.replace("^", "_").replace(" ", "_")
        reproduced.add(f"illustrations.{activation}.{name}", coefficients[activation, term])
    cells = pd.read_csv(numbers["convolution"]).set_index(["stage", "row", "column"]).value
    for published, (row, column) in FEATURE_MAP.items():
        reproduced.add(f"illustrations.feature_map.{published}", cells["feature_map", row, column])
    return reproduced
