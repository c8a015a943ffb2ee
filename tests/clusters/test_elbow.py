"""How many clusters: known numbers are found, and data without groups are seen to have none."""

import numpy as np
import pytest

from relecture.clusters.datasets import made, music
from relecture.clusters.elbow import elbow, fit, gap_choice
from relecture.clusters.record_access import curve, values

BRIEF = {"largest": 10, "starts": 10, "references": 10, "seed": 1}


def answers(dataset) -> dict[str, float]:
    return {row["metric"]: row["value"] for row in fit(dataset, BRIEF).metrics}


@pytest.mark.parametrize("groups", [2, 3, 5])
def test_elbow_and_silhouette_find_the_known_number_of_groups(groups):
    random = np.random.default_rng(groups)
    corners = 12 * np.array([[0, 0], [1, 0], [0, 1], [1, 1], [0.5, 2]])[:groups]
    x = np.vstack([corner + random.normal(size=(30, 2)) for corner in corners])
    found = answers(made("blobs", x, "made up", ["a", "b"], groups=np.repeat(np.arange(groups), 30).astype(str)))
    assert found["elbow"] == found["silhouette"] == found["known"] == groups
    if groups < 4:  # with more, two clusters can be worse than one, and the gap statistic stops there
        assert found["gap"] == groups


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_elbow_and_gap_find_the_three_music_tastes(seed):
    found = answers(music({"seed": seed, "people": 50, "spread": 1.0}))
    assert found["elbow"] == found["gap"] == found["known"] == 3


def test_the_gap_statistic_sees_that_uniform_data_have_no_groups():
    x = np.random.default_rng(0).uniform(size=(100, 2))
    assert answers(made("uniform", x, "made up", ["a", "b"]))["gap"] == 1


def test_on_the_states_the_criteria_disagree(found):
    row = values(found["statecrime/elbow"], "data")
    assert len({row.elbow, row.silhouette, row.gap}) > 1
    assert "known" not in row


def test_the_sum_of_squares_falls_with_every_further_cluster(found):
    for name in ("book_r", "book_python", "music", "statecrime", "images"):
        assert (curve(found[f"{name}/elbow"], "wss").diff().dropna() < 0).all()


def test_one_cluster_has_no_silhouette(found):
    assert curve(found["music/elbow"], "silhouette").index.min() == 2
    assert curve(found["music/elbow"], "gap").index.min() == 1


def test_a_straight_line_has_no_elbow():
    assert np.isnan(elbow(np.arange(1, 8), np.arange(7.0, 0, -1)))


def test_the_gap_rule_takes_the_first_k_that_the_next_does_not_beat_by_a_standard_error():
    assert gap_choice(np.array([0.1, 0.5, 0.55, 0.9]), np.array([0.1, 0.1, 0.1, 0.1])) == 2
    assert gap_choice(np.array([0.1, 0.5, 0.9]), np.array([0.01, 0.01, 0.01])) == 3
