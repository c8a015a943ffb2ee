"""What k-means cannot do, and what it can."""

import numpy as np
import pytest

from relecture.clusters.limits import fit, matched
from relecture.clusters.record_access import curve
from relecture.records import summary


@pytest.fixture(scope="module")
def mean(found):
    return summary(found["limits"])["mean"]


def test_k_means_recovers_the_music_tastes(mean):
    assert mean["music.kmeans_ari"] > 0.95


def test_k_means_is_wrong_where_the_mixture_is_in_doubt_and_hardly_where_it_is_sure(mean):
    assert mean["soft.wrong_in_doubt"] > 4 * mean["soft.wrong_when_sure"]


def test_the_mixture_doubts_less_the_further_the_groups_are_apart(found):
    doubt = curve(found["limits"], "soft.entropy")
    assert doubt.iloc[0] > 5 * doubt.iloc[-1]


def test_unequal_spread_costs_k_means_more_than_the_mixture(found):
    k_means, mixture = (curve(found["limits"], f"spread.{name}_ari") for name in ("kmeans", "mixture"))
    assert abs(k_means[1] - mixture[1]) < 0.05
    assert k_means[3] < mixture[3] - 0.05


def test_outliers_destroy_k_means_and_less_so_a_mixture_with_a_group_to_spare(found):
    k_means, spare = (curve(found["limits"], f"outliers.{name}_ari") for name in ("kmeans", "mixture_spare"))
    assert k_means[0] > 0.9
    assert k_means[20] < 0.5
    assert spare[20] > k_means[20] + 0.2


def test_a_mixture_without_a_group_to_spare_is_no_better_than_k_means_with_few_outliers(found):
    assert curve(found["limits"], "outliers.mixture_ari")[2] < curve(found["limits"], "outliers.kmeans_ari")[2]


def test_the_same_seeds_give_the_same_numbers(found):
    config = found["limits"].params["config"]
    again = {row["metric"]: row["value"] for row in fit({**config, "replications": 1}).metrics}
    first = found["limits"].metrics[found["limits"].metrics.member == "seed-1"].set_index("metric").value
    assert again == pytest.approx(first.to_dict(), nan_ok=True)


def test_labels_are_renamed_to_agree_as_far_as_they_can():
    assert list(matched(np.array([1, 1, 0, 0, 2]), np.array([0, 0, 1, 1, 1]))[:4]) == [0, 0, 1, 1]
