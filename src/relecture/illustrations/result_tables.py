"""The numbers that the lecture prints, taken from those behind the figures."""

from pathlib import Path

import pandas as pd

from relecture.scorecard.reproduced_values import ReproducedValues

#: Printed values of the feature map and where in it (row, column, from 0) the exact ones stand.
FEATURE_MAP = {"0.6": (1, 4), "1": (1, 5), "1.5": (6, 7), "2.2": (10, 7), "0.3": (13, 6)}


def quantities(numbers: dict[str, Path]) -> ReproducedValues:
    """Every printed number; `numbers` are the CSV files of `parameters`, `squares` and `convolution` by name."""
    collected = ReproducedValues()
    count = pd.read_csv(numbers["parameters"]).set_index(["model", "counted"])["count"]
    collected.add("illustrations.linear.weights", count["linear", "weights"])
    collected.add("illustrations.network.weights", count["network", "hidden_weights"])
    collected.add("illustrations.mnist_network.thousand_weights", count["mnist_network", "weights"] / 1000)
    collected.add("illustrations.mnist_network.parameters", count["mnist_network", "parameters"])
    found = pd.read_csv(numbers["squares"]).set_index(["activation", "term"]).from_outputs
    for activation, term in (("linear", "x1"), ("linear", "x2"), ("square", "x1^2"), ("square", "x1 x2"),
                             ("square", "x2^2")):  # fmt: skip
        collected.add(f"illustrations.{activation}.{term.replace('^', '_').replace(' ', '_')}", found[activation, term])
    cells = pd.read_csv(numbers["convolution"]).set_index(["stage", "row", "column"]).value
    for printed, (row, column) in FEATURE_MAP.items():
        collected.add(f"illustrations.feature_map.{printed}", cells["feature_map", row, column])
    return collected
