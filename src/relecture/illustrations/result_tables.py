"""Reproduced values of the numbers on the slides, from the numbers of the figures."""

from pathlib import Path

import numpy as np
import pandas as pd

from relecture.data_files import read_csv
from relecture.scorecard.reproduced_values import ReproducedValues

#: The numbers that the slide prints in the feature map: side by side at the top of the stroke, and further down.
TOP, BELOW = (0.6, 1.0), (1.5, 2.2, 0.3)


def reproduced_values(numbers: dict[str, Path]) -> ReproducedValues:
    """Return every number on the slides; `numbers` are the CSV files of `parameters`, `squares` and `convolution`."""
    reproduced = ReproducedValues()
    count = read_csv(numbers["parameters"]).set_index(["model", "counted"])["count"]
    reproduced.add("illustrations.linear.weights", count["linear", "weights"])
    reproduced.add("illustrations.network.weights", count["network", "hidden_weights"])
    reproduced.add("illustrations.mnist_network.thousand_weights", count["mnist_network", "weights"] / 1000)
    reproduced.add("illustrations.mnist_network.parameters", count["mnist_network", "parameters"])
    coefficients = read_csv(numbers["squares"]).set_index(["activation", "term"]).from_outputs
    for activation, term in (("linear", "x1"), ("linear", "x2"), ("square", "x1^2"), ("square", "x1 x2"),
                             ("square", "x2^2")):  # fmt: skip
        name = term.replace("^", "_").replace(" ", "_")
        reproduced.add(f"illustrations.{activation}.{name}", coefficients[activation, term])
    cells = read_csv(numbers["convolution"]).query("stage == 'feature_map'")
    reproduced.add("illustrations.feature_map", count_in_layout(cells))
    return reproduced


def count_in_layout(cells: pd.DataFrame) -> int:
    """Count the printed numbers that a feature map has in the layout of the slide.

    TOP must stand side by side in the first row that is not zero; each number of BELOW that is found stands in a lower
    row than the one found before it. The slide does not tell the rows and columns.

    Args:
        cells: The columns row, column, value of the cells that are not zero.
    """
    rows = {row: group.set_index("column").value for row, group in cells.groupby("row")}
    last = min(rows)
    top = rows[last]
    pairs = [(value, top.get(column + 1, 0.0)) for column, value in top.items()]
    count = len(TOP) if any(np.allclose(pair, TOP) for pair in pairs) else 0
    for number in BELOW:
        lower = [row for row, values in rows.items() if row > last and np.isclose(values, number).any()]
        if lower:
            count, last = count + 1, min(lower)
    return count
