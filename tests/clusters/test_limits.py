"""Limits of k-means: soft membership, unequal spread, outliers; and the music tastes, which it recovers."""

import pytest

from relecture.clusters.config import Limits
from relecture.clusters.limits import fit
from relecture.clusters.record_access import curve
from relecture.records import summarize


@pytest.fixture(scope="module")
def mean(fitted):
    return summarize(fitted["limits"])["mean"]


def test_k_means_recovers_the_music_tastes(mean):
    assert mean["music.kmeans_ari"] > 0.95


def test_k_means_errs_where_the_mixture_is_uncertain_and_rarely_where_it_is_certain(mean):
    assert mean["soft.kmeans_error_uncertain"] > 4 * mean["soft.kmeans_error_certain"]


def test_the_mixture_is_more_certain_the_further_the_groups_are_apart(fitted):
    entropy = curve(fitted["limits"], "soft.entropy")
    assert entropy.iloc[0] > 5 * entropy.iloc[-1]


def test_unequal_spread_costs_k_means_more_than_the_mixture(fitted):
    k_means, mixture = (curve(fitted["limits"], f"spread.{name}_ari") for name in ("kmeans", "mixture"))
    assert abs(k_means[1] - mixture[1]) < 0.05
    assert k_means[3] < mixture[3] - 0.05


def test_outliers_harm_k_means_more_than_a_mixture_with_an_extra_component(fitted):
    k_means, extra = (curve(fitted["limits"], f"outliers.{name}_ari") for name in ("kmeans", "mixture_extra"))
    assert k_means[0] > 0.9
    assert k_means[20] < 0.5
    assert extra[20] > k_means[20] + 0.2


def test_a_mixture_without_an_extra_component_is_no_better_than_k_means_with_few_outliers(fitted):
    assert curve(fitted["limits"], "outliers.mixture_ari")[2] < curve(fitted["limits"], "outliers.kmeans_ari")[2]


def test_the_same_seeds_give_the_same_numbers(fitted):
    config = Limits(**fitted["limits"].params["config"]).model_copy(update={"n_replications": 1})
    again = {row["metric"]: row["value"] for row in fit(config).metrics}
    first = fitted["limits"].metrics[fitted["limits"].metrics.member == "seed-1"].set_index("metric").value
    assert again == pytest.approx(first.to_dict(), nan_ok=True)
