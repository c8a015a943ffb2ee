"""Findings and choices from made-up numbers of the figures, against SciPy's paired test and Holm's steps by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_rel

from relecture.illustrations.figure_findings import DIFFERENCES, choices, elbows, gaps

RANDOM = np.random.RandomState(1)
MEMBERS = [f"seed-{i}" for i in range(6)]


def made_up(names: dict[tuple, float], columns: list[str], value: str) -> pd.DataFrame:
    """A row per name and member: the mean of the name, and noise."""
    rows = [
        (*name, member, mean + 0.01 * RANDOM.standard_normal()) for name, mean in names.items() for member in MEMBERS
    ]
    return pd.DataFrame(rows, columns=[*columns, "member", value])


def test_differences_are_paired_and_adjusted_over_their_figure():
    names = {("kernel_size", 1): 0.30, ("kernel_size", 3): 0.10, ("kernel_size", 5): 0.095}
    names |= {("n_filters", 2): 0.20, ("n_filters", 4): 0.15}
    numbers = made_up(names, ["varied", "value"], "test_error")
    columns = {name: rows.test_error.to_numpy() for name, rows in numbers.groupby(["varied", "value"])}
    size, count = "kernel_size", "n_filters"
    pairs = [((size, 1), (size, 5)), ((size, 3), (size, 5)), ((count, 2), (count, 4))]
    p = [ttest_rel(columns[a], columns[b]).pvalue for a, b in pairs]
    adjusted, largest = {}, 0.0
    for step, i in enumerate(np.argsort(p)):
        largest = max(largest, min(1, p[i] * (len(p) - step)))
        adjusted[i] = largest
    found = gaps("filters", numbers)
    assert list(found) == ["kernel_size 1 - 5", "kernel_size 3 - 5", "n_filters 2 - 4"]
    for i, ((a, b), gap) in enumerate(zip(pairs, found.values(), strict=True)):
        assert gap.mean == pytest.approx(100 * (columns[a] - columns[b]).mean())
        assert gap.adjusted_p == pytest.approx(adjusted[i])
    assert found["kernel_size 1 - 5"].significant
    assert not found["kernel_size 3 - 5"].significant


def test_sizes_are_compared_with_the_best_and_the_peak_with_what_matters():
    numbers = made_up({(1,): 0.5, (4,): 0.1, (16,): 0.3}, ["units"], "test")
    assert list(gaps("flexibility", numbers)) == ["1 - 4 units", "16 - 4 units"]
    numbers = made_up({(2,): 3.0, (5,): 1.0, (50,): 100.0, (200,): 10.0}, ["predictors"], "test").assign(
        rows=50, relevant=5
    )
    found = gaps("linear_overfit", numbers)
    assert list(found) == ["50 - 5 predictors", "50 - 200 predictors", "200 - 5 predictors"]
    assert [gap.mean for gap in found.values()] == pytest.approx([2, 1, 1], abs=0.02)  # powers of ten


def test_the_networks_with_the_best_validation_errors_are_compared():
    names = {("sigmoid", 0.1): 0.2, ("sigmoid", 1.0): 0.4, ("tanh", 0.1): 0.3, ("tanh", 1.0): 0.1,
             ("ReLU", 0.1): 0.1, ("ReLU", 1.0): 0.5}  # fmt: skip
    numbers = made_up(names, ["activation", "learning_rate"], "validation_error")
    numbers["test_error"] = numbers.learning_rate + numbers.activation.map({"sigmoid": 0.3, "tanh": 0.2, "ReLU": 0.1})
    found = gaps("activation_errors", numbers)
    assert found["tanh - ReLU"].mean == pytest.approx(100 * (1.2 - 0.2))
    assert found["sigmoid - ReLU"].mean == pytest.approx(100 * (0.4 - 0.2))


@pytest.fixture
def elbow_numbers():
    """The elbow is at 3 in two of three draws, and one has none."""
    elbow = {"seed-1": 3, "seed-2": 3, "seed-3": 0}
    rows = [(member, k, 10 - k, k == at) for member, at in elbow.items() for k in range(1, 6)]
    return pd.DataFrame(rows, columns=["member", "n_clusters", "wss", "is_elbow"])


def test_choices_name_what_was_chosen_how_often_and_whether_it_is_on_the_border(tmp_path, elbow_numbers):
    assert elbows(elbow_numbers).to_dict() == {"seed-1": 3, "seed-2": 3}
    errors = {("sigmoid", 0.1): 0.9, ("sigmoid", 1.0): 0.1, ("ReLU", 0.1): 0.5, ("ReLU", 1.0): 0.5}
    rates = made_up({**errors, ("sigmoid", 0.3): 0.8, ("ReLU", 0.3): 0.1}, ["activation", "learning_rate"],
                    "validation_error")  # fmt: skip
    paths = {"elbow": tmp_path / "elbow.csv", "activation_errors": tmp_path / "activation_errors.csv"}
    elbow_numbers.to_csv(paths["elbow"], index=False)
    rates.to_csv(paths["activation_errors"], index=False)
    made = {choice.id: choice for choice in choices(paths)}
    assert (made["learning rate, sigmoid"].value, made["learning rate, sigmoid"].on_border) == ("1", True)
    assert (made["learning rate, ReLU"].value, made["learning rate, ReLU"].on_border) == ("0.3", False)
    assert made["learning rate, ReLU"].share_of_wins == 1
    assert made["number of clusters, elbow"].value == "3"
    assert made["number of clusters, elbow"].share_of_wins == pytest.approx(2 / 3)


def test_every_figure_with_differences_is_tested():
    from relecture.illustrations import TESTED_FIGURES

    assert [*DIFFERENCES, "elbow"] == list(TESTED_FIGURES)
