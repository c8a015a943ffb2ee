"""The conclusions follow the numbers of the tables."""

import json

import pandas as pd
import pytest

from relecture.clusters import QUESTION
from relecture.clusters.conclusions import conclusions, question
from relecture.findings import Choice, write_choices

ELBOW = {"book_r": (2, 3, 2, 2), "music": (3, 3, 3, 3), "statecrime": (None, 4, 3, 1)}
SHARES = {"book_r": (0.13, 22, 1000), "music": (0.54, 4, 1000), "statecrime": (0.04, 74, 1000)}
FEATURES = [
    ("statecrime", "single parents", 7.5, 3.8, 10.0, 0.001, 0.0, 1),
    ("statecrime", "murders", 5.5, 3.8, 10.0, 0.001, 0.7, 12),
    ("statecrime", "white", -2.9, -4.0, -1.0, 0.002, 0.3, 2),
    ("music", "jazz", 9, 8, 10, 0.001, 1.0, 50),
]
#: Elbow by data set and largest K.
K_MAX = {"book_r": {6: 2, 10: 2, 20: 4}, "music": {6: 3, 10: 3, 20: 3}, "images": {6: None, 10: 4, 20: 7}}
CHOICES = {"book_r elbow": 0.54, "book_r gap": 0.95, "music elbow": 1.0, "images gap": None}
SIX_RUNS = {("lloyd", "random_partition"): 0.027, ("hartigan_wong", "random_points"): 0.23}
WARD = {"statecrime": 0.55, "users_by_artists": 1.0}


@pytest.fixture
def results(tmp_path):
    """Writes the tables of a comparison: `results(elbow=..., shares=...)` is the folder of all results."""

    def write(
        elbow=ELBOW, shares=SHARES, features=tuple(FEATURES), sample="", k_max=K_MAX, chosen=CHOICES, six_runs=SIX_RUNS,
        ward=WARD,
    ):  # fmt: skip
        folder = tmp_path / "clusters"
        (folder / "images" / "elbow").mkdir(parents=True, exist_ok=True)
        params = {"data": {"name": sample or "MNIST", "sample": bool(sample)}}
        (folder / "images" / "elbow" / "params.json").write_text(json.dumps(params))

        def table(name, columns, rows):
            pd.DataFrame(rows, columns=columns).to_csv(folder / f"{name}.csv", index=False)

        table(
            "elbow", ["dataset", "true_k", "elbow", "silhouette", "gap"], [(name, *row) for name, row in elbow.items()]
        )
        rows = [(name, "lloyd", "random_partition", *row) for name, row in shares.items()]
        rows += [
            ("music", "lloyd", "kmeans_plusplus", 0.99, 1, 99),
            ("music", "hartigan_wong", "random_partition", 1, 1, 9),
        ]
        table("restarts", ["dataset", "algorithm", "init", "best_share", "n_starts_for_95", "n_starts"], rows)
        columns = ["dataset", "feature", "difference", "low", "high", "adjusted_p", "share_largest", "members"]
        table("features", columns, features)
        rows = [(name, k, chosen) for name, by_k in k_max.items() for k, chosen in by_k.items()]
        table("k_max", ["dataset", "k_max", "elbow"], rows)
        rows = [("book_r", *start, probability) for start, probability in six_runs.items()]
        table("six_runs", ["dataset", "algorithm", "init", "six_runs_three_best"], rows)
        rows = [(name, member, ari) for name, ari in ward.items() for member in ("kmeans", "ward")]
        table("agreement", ["dataset", "member", "ari_kmeans"], rows)
        no_number = Choice("statecrime most distinctive feature", "murders", 0.1, False, "murders")
        made = [
            Choice(name, "4", float("nan") if share is None else share, False, "4") for name, share in chosen.items()
        ]
        write_choices(folder / "choices.csv", [*made, no_number])
        return tmp_path

    return write


def test_the_first_sentence_counts_where_the_criteria_agree_and_are_right(results):
    first, *_ = conclusions(results())
    assert first == (
        "On the number of clusters the elbow, the silhouette and the gap statistic agree in one of three data sets; "
        "where it is known, the elbow finds it in one, the silhouette in two and the gap statistic in two of two."
    )


def test_the_second_sentence_says_that_the_elbow_moves_and_how_firm_the_choices_are(results):
    _, second, *_ = conclusions(results())
    assert second == (
        "The elbow depends on the largest K that is tried, on two of three data sets: with K up to 20 instead of 6 it "
        "moves from 2 to 4 for the book's R lab and none to 7 for handwritten digits; in resamples of the rows two of "
        "three choices of K recur in at least 90 %, and the least firm, the elbow for the book's R lab, in "
        "54 %."
    )


def test_an_elbow_that_stays_is_said_to_stay_and_without_resamples_nothing_is_called_firm(results):
    _, second, *_ = conclusions(results(k_max={"music": {6: 3, 20: 3}}, chosen={"music elbow": None}))
    assert second == "The elbow is the same whether K is tried up to 6 or up to 20."


def test_the_third_sentence_has_the_success_probability_from_the_hardest_data_to_the_easiest(results):
    assert conclusions(results())[2] == (
        "A start of Lloyd's algorithm from a random partition ends in the best known optimum with a probability of 4 % "
        "(US states) to 54 % (music tastes), so that 4 to 74 starts find it with 95 % certainty."
    )


def test_the_fourth_sentence_compares_the_lectures_algorithm_with_the_one_of_r(results):
    assert conclusions(results())[3] == (
        "Three of six runs in the best optimum, as the lecture shows, are rare on the R lab's data with the algorithm "
        "that it describes, Lloyd's from random partitions (3 %), but plausible with R's default, Hartigan and Wong's "
        "from random points (23 %)."
    )


def test_without_a_difference_between_the_algorithms_none_is_claimed(results):
    same = dict.fromkeys(SIX_RUNS, 0.2)
    assert "are plausible on" in (sentence := conclusions(results(six_runs=same))[3])
    assert "(20 %), and plausible with R's default" in sentence
    assert "(1 %), and rare with R's default" in conclusions(results(six_runs=dict.fromkeys(SIX_RUNS, 0.01)))[3]


def test_the_most_distinctive_feature_has_an_interval_that_allows_for_all_of_them(results):
    assert conclusions(results())[4] == (
        "The most distinctive feature of a cluster of several US states is murders, 5.5 standard deviations above the "
        "others (95 % interval 3.8 to 10.0, which allows for all 3 differences looked at), and it is the largest of "
        "all in 70 % of the resamples."
    )


def test_without_a_significant_difference_no_feature_is_called_distinctive(results):
    features = [
        ("statecrime", "murders", 1.5, -0.8, 3.8, 0.2, 0.4, 12),
        ("statecrime", "white", 0.5, -1.0, 2.0, 0.9, 0.1, 5),
    ]
    assert conclusions(results(features=features))[4] == (
        "No feature of a cluster of several US states differs significantly; the largest difference is murders, 1.5 "
        "standard deviations above the others (95 % interval −0.8 to 3.8, which allows for all 2 differences looked "
        "at)."
    )


def test_the_last_sentence_compares_the_hierarchy_with_k_means(results):
    assert conclusions(results())[5] == (
        "Ward's hierarchy, cut into as many clusters, agrees with k-means with an adjusted Rand index of 0.55 for US "
        "states and 1.00 for users by artists."
    )


def test_other_numbers_give_other_sentences(results):
    elbow = {**ELBOW, "mine": (None, 2, 2, 2)}
    shares = {**SHARES, "statecrime": (0.0, None, 1000), "images": (0.0, None, 200), "mine": (0.02, 149, 500)}
    features = [("statecrime", "white, %", -2.9, -4.0, -1.0, 0.01, 0.3, 5)]
    first, _, third, _, fifth, _ = conclusions(results(elbow, shares, features))
    assert "agree in two of four data sets" in first
    assert "2 % (mine) to 54 % (music tastes), so that 4 to 149 starts find it with 95 % certainty; for US" in third
    assert "; for US states none of 1,000 and for handwritten digits none of 200 starts did." in third
    assert "is white (%), 2.9 standard deviations below the others (95 % interval 1.0 to 4.0" in fifth
    assert "the largest of all in only 30 % of the resamples" in fifth


def test_an_optimum_that_no_random_partition_reaches_is_reported(results):
    third = conclusions(results(shares={"music": (0.0, None, 1000)}))[2]
    assert third == "No start of Lloyd's algorithm from a random partition ends in the best known optimum."


def test_a_criterion_that_is_never_right_is_right_in_none(results):
    first, *_ = conclusions(results({"book_r": (2, 3, 4, 5), "music": (3, 2, 4, 5)}))
    assert "agree in none of two data sets" in first
    assert "the elbow finds it in none, the silhouette in none and the gap statistic in none of two" in first


def test_a_cluster_of_one_state_is_skipped(results):
    fifth = conclusions(results())[4]
    assert "single parents" not in fifth
    assert "is murders, 5.5 standard deviations above" in fifth


def test_the_sample_that_replaces_mnist_is_named(results):
    first, *_ = conclusions(results(sample="MNIST-5k sample"))
    assert first.startswith("With digits of the MNIST-5k sample, which is not all of MNIST, on the number of clusters")


def test_the_question_is_that_of_the_comparison(tmp_path):
    assert question(tmp_path) == QUESTION
