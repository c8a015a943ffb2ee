"""The conclusions follow the numbers and findings of the figures, with and without an effect."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_up_figures import DRAWS, WOBBLE, made_up_figures

from relecture.illustrations import QUESTION
from relecture.illustrations.conclusions import conclusions, question
from relecture.illustrations.exhibits import EXHIBITS


def write(folder: Path, effect: bool) -> Path:
    """Write the scorecard, and the numbers of the figures with their findings; return the folder of all results."""
    write_scorecard(folder, ["exact"] * 4)
    (folder / "illustrations").mkdir()
    paths = {}
    for name, numbers in made_up_figures(effect).items():
        paths[name] = folder / "illustrations" / f"{name}.csv"
        numbers.to_csv(paths[name], index=False)
    EXHIBITS.write_tables(paths, folder / "illustrations")
    return folder


def write_scorecard(folder: Path, verdicts: list[str]) -> None:
    kinds = ["deterministic", *["arithmetic"] * (len(verdicts) - 1)]
    names = [f"number {i}" for i in range(len(verdicts))]
    card = [("illustrations", *row) for row in zip(kinds, names, verdicts, strict=True)]
    card.append(("digits", "arithmetic", "another", "differs"))
    columns = ["comparison", "kind", "quantity", "verdict"]
    pd.DataFrame(card, columns=columns).to_csv(folder / "scorecard.csv", index=False)


@pytest.fixture(scope="module")
def with_effect(tmp_path_factory):
    return write(tmp_path_factory.mktemp("with_effect"), effect=True)


@pytest.fixture(scope="module")
def without_effect(tmp_path_factory):
    return write(tmp_path_factory.mktemp("without_effect"), effect=False)


def test_the_first_sentence_counts_arithmetic_apart(with_effect):
    first, *_ = conclusions(with_effect)
    assert first == (
        "Of the numbers on the slides, all 3 counts and identities and the one other result are reproduced exactly."
    )


def test_numbers_that_are_not_exact_are_named(without_effect):
    write_scorecard(without_effect, ["not judged", "exact", "differs"])
    first, *_ = conclusions(without_effect)
    assert first == (
        "Of the numbers on the slides, 1 of 2 counts and identities and 0 of 1 other results are reproduced exactly; "
        "the exceptions are number 0, number 2."
    )


def test_the_next_four_sentences_have_the_results_on_made_up_data(with_effect):
    _, *made_up = conclusions(with_effect)[:5]
    logs = np.log10(
        [(79 + draw + wobble) / (1 + draw) for draw, wobble in zip(DRAWS.values(), WOBBLE.values(), strict=True)]
    )
    half = 3.182446 * logs.std(ddof=1) / 2  # t quantile with 3 degrees of freedom, four draws
    ratio, low, high = 10 ** np.array([logs.mean(), logs.mean() - half, logs.mean() + half])
    assert made_up == [
        "A straight line classifies 51.8 ± 1.7 % of the points in two rings correctly by their x and y, and "
        "91.8 ± 1.7 % by distance and angle.",
        "Where two variables interact, a small network has an R² of 0.72 ± 0.02, squares and cubes alone "
        "−0.03 ± 0.02, and with the product as a term 0.75 ± 0.02.",
        "Of 1 to 128 hidden units, 16 have the lowest test error.",
        "The test error of a linear model with 50 predictors, as many as rows, is "
        f"{ratio:.1f} times that with 5 (95 % interval {low:.1f} to {high:.1f}).",
    ]


def test_the_last_three_sentences_have_the_results_on_mnist(with_effect):
    assert conclusions(with_effect)[5:] == (
        "On a subset of MNIST, at the learning rate chosen for each, a network with ReLU misclassifies 6.8 ± 1.7 % of "
        "the test digits, with tanh 21.8 ± 1.7 %, and with the sigmoid 41.8 ± 1.7 %.",
        "On a subset of MNIST, a CNN with filters of 5 × 5 has a lower error than 1 × 1 and 3 × 3, and one with 8 "
        "filters in its first layer has a lower error than 2 and a higher error than 4.",
        "On a subset of MNIST, a CNN misclassifies 3.8 % of the digits as written and 61.8 % of those flipped "
        "left-right, and training with flipped digits raises the error on digits as written by 4.0 points.",
    )


def test_without_an_effect_every_clause_says_so(without_effect):
    clauses = conclusions(without_effect)[1:]
    assert clauses[0].endswith("by distance and angle (not significantly different).")
    assert clauses[1].count("(not significantly different)") == 2
    assert clauses[2].endswith("16 have the lowest test error, not significantly different from 128.")
    assert clauses[3] == "The test errors of a linear model with 50 and with 5 predictors do not differ significantly."
    assert clauses[4].count("(not significantly different)") == 2
    assert clauses[5] == (
        "On a subset of MNIST, a CNN with filters of 5 × 5 has an error not significantly different from that of "
        "smaller ones, and one with 8 filters in its first layer has an error not significantly different from that "
        "of fewer ones."
    )
    assert "(not significantly different), and training with flipped digits does not change" in clauses[6]


def test_the_question_is_that_of_the_comparison(tmp_path):
    assert question(tmp_path) == QUESTION
