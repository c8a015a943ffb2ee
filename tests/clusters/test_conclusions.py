"""The conclusions follow the numbers of the tables."""

import json

import pandas as pd
import pytest

from relecture.clusters import QUESTION
from relecture.clusters.conclusions import conclusions, question

ELBOW = {"book_r": (2, 3, 2, 2), "music": (3, 3, 3, 3), "statecrime": (None, 4, 3, 1)}
SHARES = {"book_r": (0.13, 22, 1000), "music": (0.54, 4, 1000), "statecrime": (0.04, 74, 1000)}
FEATURES = [
    ("statecrime", "single parents", 7.5, 3.8, 10.0, 1),
    ("statecrime", "murders", 5.5, 3.8, 10.0, 12),
    ("statecrime", "white", -2.9, -4.0, -1.0, 2),
    ("music", "jazz", 9, 8, 10, 50),
]


@pytest.fixture
def results(tmp_path):
    """Writes the tables of a comparison: `results(elbow=..., shares=...)` is the folder of all results."""

    def write(elbow=ELBOW, shares=SHARES, features=tuple(FEATURES), sample=""):
        folder = tmp_path / "clusters"
        (folder / "images" / "elbow").mkdir(parents=True, exist_ok=True)
        params = {"data": {"name": sample or "MNIST", "sample": bool(sample)}}
        (folder / "images" / "elbow" / "params.json").write_text(json.dumps(params))
        rows = [(name, *answers) for name, answers in elbow.items()]
        columns = ["dataset", "true_k", "elbow", "silhouette", "gap"]
        pd.DataFrame(rows, columns=columns).to_csv(folder / "elbow.csv", index=False)
        rows = [(name, "random_partition", *row) for name, row in shares.items()] + [
            ("music", "kmeans_plusplus", 0.99, 1, 99)
        ]
        columns = ["dataset", "init", "best_share", "n_starts_for_95", "n_starts"]
        pd.DataFrame(rows, columns=columns).to_csv(folder / "restarts.csv", index=False)
        columns = ["dataset", "feature", "difference", "low", "high", "members"]
        pd.DataFrame(features, columns=columns).to_csv(folder / "features.csv", index=False)
        return tmp_path

    return write


def test_the_first_sentence_counts_where_the_criteria_agree_and_are_right(results):
    first, _ = conclusions(results())
    assert first == (
        "On the number of clusters the elbow, the silhouette and the gap statistic agree in one of three data sets; "
        "where it is known, the elbow finds it in one, the silhouette in two and the gap statistic in two of two."
    )


def test_the_second_sentence_has_the_success_probability_from_the_hardest_data_to_the_easiest_and_a_distinctive_feature(
    results,
):
    _, second = conclusions(results())
    assert second == (
        "A start from a random partition ends in the best known optimum with a probability of 4 % (US states) to 54 % "
        "(music tastes), so that 4 to 74 starts find it with 95 % certainty; the most distinctive feature of a cluster "
        "of several US states is murders, 5.5 standard deviations above the others (95 % interval 3.8 to 10.0)."
    )


def test_other_numbers_give_other_sentences(results):
    elbow = {**ELBOW, "mine": (None, 2, 2, 2)}
    shares = {**SHARES, "statecrime": (0.0, None, 1000), "images": (0.0, None, 200), "mine": (0.02, 149, 500)}
    features = [("statecrime", "white, %", -2.9, -4.0, -1.0, 5)]
    first, second = conclusions(results(elbow, shares, features))
    assert "agree in two of four data sets" in first
    assert "2 % (mine) to 54 % (music tastes), so that 4 to 149 starts find it with 95 % certainty; for US" in second
    assert "; for US states none of 1,000 and for handwritten digits none of 200 starts did; the most" in second
    assert "is white (%), 2.9 standard deviations below the others (95 % interval 1.0 to 4.0)" in second


def test_an_optimum_that_no_random_partition_reaches_is_reported(results):
    _, second = conclusions(results(shares={"music": (0.0, None, 1000)}))
    assert second.startswith("No start from a random partition ends in the best known optimum; the most distinctive")


def test_a_criterion_that_is_never_right_is_right_in_none(results):
    first, _ = conclusions(results({"book_r": (2, 3, 4, 5), "music": (3, 2, 4, 5)}))
    assert "agree in none of two data sets" in first
    assert "the elbow finds it in none, the silhouette in none and the gap statistic in none of two" in first


def test_a_cluster_of_one_state_is_skipped(results):
    _, second = conclusions(results())
    assert "single parents" not in second
    assert "is murders, 5.5 standard deviations above" in second


def test_the_sample_that_replaces_mnist_is_named(results):
    first, _ = conclusions(results(sample="MNIST-5k sample"))
    assert first.startswith("With digits of the MNIST-5k sample, which is not all of MNIST, on the number of clusters")


def test_the_question_is_that_of_the_comparison(tmp_path):
    assert question(tmp_path) == QUESTION
