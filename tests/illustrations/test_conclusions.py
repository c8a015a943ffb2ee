"""The conclusions follow the numbers of the figures."""

import pandas as pd
import pytest

from relecture.illustrations import QUESTION
from relecture.illustrations.conclusions import conclusions, question


@pytest.fixture
def results(tmp_path):
    """Write the numbers of the figures; `results(verdicts=...)` returns the folder of all results."""

    def write(verdicts=("exact", "exact", "exact", "exact"), polar=(1.0, 1.0), network=0.7, best=16):
        folder = tmp_path / "illustrations"
        folder.mkdir(exist_ok=True)
        kinds = ["deterministic", *["arithmetic"] * (len(verdicts) - 1)]
        names = [f"number {i}" for i in range(len(verdicts))]
        card = [("illustrations", *row) for row in zip(kinds, names, verdicts, strict=True)]
        card.append(("digits", "arithmetic", "another", "differs"))
        columns = ["comparison", "kind", "quantity", "verdict"]
        pd.DataFrame(card, columns=columns).to_csv(tmp_path / "scorecard.csv", index=False)
        right = {"cartesian": (0.48, 0.52), "polar": polar}
        rows = [(name, accuracy) for name, both in right.items() for accuracy in both]
        pd.DataFrame(rows, columns=["representation", "accuracy"]).to_csv(folder / "representation.csv", index=False)
        r2 = {"curves": -0.05, "products": 0.73, "network": network}
        rows = [("product", name, value + move) for name, value in r2.items() for move in (-0.01, 0.01)]
        rows.append(("switch", "network", 0.9))
        pd.DataFrame(rows, columns=["truth", "model", "r2"]).to_csv(folder / "interaction.csv", index=False)
        draws = [("seed-1", 0.0), ("seed-2", 0.02), ("seed-3", 0.04)]  # a draw moves the error of every size alike
        rows = [(seed, n, (0.2 if n == best else 0.4) + move) for seed, move in draws for n in (1, 4, 16, 128)]
        pd.DataFrame(rows, columns=["member", "units", "test"]).to_csv(folder / "flexibility.csv", index=False)
        return tmp_path

    return write


def test_the_first_sentence_counts_arithmetic_apart(results):
    first, _ = conclusions(results())
    assert first == (
        "Of the numbers on the slides, all 3 counts and identities and the one other result are reproduced exactly."
    )


def test_numbers_that_are_not_exact_are_named(results):
    first, _ = conclusions(results(verdicts=("not judged", "exact", "differs")))
    assert first == (
        "Of the numbers on the slides, 1 of 2 counts and identities and 0 of 1 other results are reproduced exactly; "
        "the exceptions are number 0, number 2."
    )


def test_the_second_sentence_has_the_results_of_three_figures(results):
    _, second = conclusions(results())
    assert second == (
        "A straight line classifies 50.0 ± 2.8 % of the points in two rings correctly by their x and y, and "
        "100.0 ± 0.0 % by distance and angle; where two variables interact, a small network has an R² of "
        "0.70 ± 0.01, squares and cubes alone −0.05 ± 0.01, and with the product as a term 0.73 ± 0.01; of 1 to 128 "
        "hidden units, 16 have the lowest test error."
    )


def test_other_numbers_give_other_conclusions(results):
    _, second = conclusions(results(polar=(0.9, 0.92), network=0.5, best=4))
    assert "91.0 ± 1.4 % by distance and angle" in second
    assert "an R² of 0.50" in second
    assert "of 1 to 128 hidden units, 4 have" in second
    assert "of 1 to 128 hidden units, 1 has" in conclusions(results(best=1))[1]


def test_sizes_that_do_not_differ_significantly_from_the_best_are_named(results):
    path = results() / "illustrations" / "flexibility.csv"
    draws = pd.read_csv(path).pivot(index="member", columns="units", values="test")
    for units in (4, 128):  # better in one of three draws
        draws[units] = draws[16] + pd.Series([0.01, -0.02, 0.03], index=draws.index)
    draws.stack().rename("test").reset_index().to_csv(path, index=False)
    _, second = conclusions(path.parents[1])
    assert second.endswith("16 have the lowest test error, not significantly different from 4 and 128.")


def test_the_question_is_that_of_the_comparison(tmp_path):
    assert question(tmp_path) == QUESTION
