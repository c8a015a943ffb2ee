"""Distinctive features of the clusters, members, pictures, digits."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from sklearn.metrics import adjusted_rand_score

from relecture.clusters import record_access
from relecture.clusters.data import unscaled
from relecture.clusters.interpretation import distinctive_features, simultaneous_intervals
from relecture.clusters.kmeans_trace import cluster_means
from relecture.clusters.record_access import member_metrics, member_names, model_arrays


def test_the_music_tastes_are_recovered(fitted):
    assert member_metrics(fitted["music/interpretation"], "all").ari > 0.95


def test_clusters_of_images_agree_with_the_digits_better_than_chance_but_not_perfectly(fitted):
    record = fitted["images/interpretation"]
    ari = member_metrics(record, "all").ari
    assert 0.2 < ari < 0.6
    assert ari == pytest.approx(adjusted_rand_score(record.predictions.group, record.predictions.cluster))


def test_without_known_groups_there_is_no_rand_index(fitted):
    assert "ari" not in member_metrics(fitted["statecrime/interpretation"], "all")


def test_poor_states_are_in_another_cluster_than_rich_ones_and_dc_is_alone(fitted):
    record = fitted["statecrime/interpretation"]
    alone = record.predictions.groupby("cluster").filter(lambda rows: len(rows) == 1)
    assert list(alone.name) == ["District of Columbia"]
    poor = record_access.distinctive_features(record).query("feature == 'poor, %'").set_index("cluster").difference
    states = record.predictions.set_index("name").cluster
    assert poor[states["Mississippi"]] > 0.5
    assert poor[states["New Hampshire"]] < -0.5


def test_features_of_a_cluster_are_listed_by_the_size_of_their_difference(fitted):
    for _, rows in record_access.distinctive_features(fitted["statecrime/interpretation"]).groupby("cluster"):
        assert (rows.difference.abs().diff().dropna() <= 0).all()


def test_a_difference_is_the_mean_inside_minus_the_mean_outside_in_standard_deviations(datasets, fitted):
    states, record = datasets["statecrime"], fitted["statecrime/interpretation"]
    inside = record.predictions.sort_values("row").cluster.to_numpy() == 1
    by_hand = (states.x[inside].mean(0) - states.x[~inside].mean(0)) / states.x.std(0)
    table = record_access.distinctive_features(record).query("cluster == 1").set_index("feature").loc[states.features]
    assert table.difference.to_numpy() == pytest.approx(by_hand)
    values_inside = (states.x * states.scale + states.center)[inside].mean(0)
    assert table.inside.to_numpy() == pytest.approx(values_inside)


def test_intervals_hold_the_difference_and_shrink_with_more_data():
    random = np.random.default_rng(0)
    widths = {}
    for n in (40, 640):
        labels = np.repeat([0, 1], n // 2)
        x = random.normal(size=(n, 2)) + 6 * labels[:, None] * (1, 0)
        table = distinctive_features(
            unscaled("two", x, "made up", ["apart", "alike"]), labels, 200, np.random.default_rng(1)
        )
        assert ((table.low <= table.difference) & (table.difference <= table.high)).all()
        apart, alike = (table[(table.cluster == 1) & (table.feature == name)].iloc[0] for name in ("apart", "alike"))
        assert apart.high < 0
        assert alike.low < 0 < alike.high
        widths[n] = alike.high - alike.low
    assert widths[40] == pytest.approx(4 * widths[640], rel=0.5)


def test_a_constant_pixel_has_no_difference(fitted):
    table = record_access.distinctive_features(fitted["images/interpretation"])
    assert (table[table.feature == "pixel 0,0"].difference == 0).all()
    assert table.difference.notna().all()


def test_the_nearest_members_are_nearest_and_the_sampled_ones_are_members(fitted):
    record = fitted["statecrime/interpretation"]
    for cluster, rows in record.predictions.groupby("cluster"):
        nearest, sampled = member_names(record, cluster)
        assert nearest[0] == rows.name[rows.distance.idxmin()]
        assert len(sampled) == min(5, len(rows))
        assert set(sampled) <= set(rows.name)


def test_centroids_are_the_means_of_their_members_and_the_largest_cluster_is_the_first(datasets, fitted):
    record = fitted["images/interpretation"]
    labels = record.predictions.sort_values("row").cluster.to_numpy() - 1
    centroids = model_arrays(record, "centroids.npz")["centroids"]
    assert centroids == pytest.approx(cluster_means(datasets["images"].x, labels, 10))
    assert pd.Series(labels).value_counts().sort_index().is_monotonic_decreasing


def test_an_interval_allows_for_all_features_that_are_looked_at():
    # Of 20 independent normal features the largest deviation is below z with probability (2 Φ(z) - 1)^20.
    resampled = np.random.default_rng(0).normal(scale=3.0, size=(5000, 20))
    low, high, adjusted_p = simultaneous_intervals(np.zeros(20), resampled)
    z = norm.ppf((1 + 0.95 ** (1 / 20)) / 2)
    assert (high - low) / 2 == pytest.approx(np.full(20, 3 * z), rel=0.06)
    assert (adjusted_p > 0.9).all()


def test_a_large_difference_among_many_is_significant_and_a_constant_feature_is_not():
    resampled = np.random.default_rng(0).normal(size=(999, 20))
    resampled[:, 1] = 0
    differences = np.zeros(20)
    differences[0] = 10
    low, high, adjusted_p = simultaneous_intervals(differences, resampled + differences)
    assert low[0] > 0
    assert adjusted_p[0] == pytest.approx(1 / 1000)
    assert (low[1], high[1], adjusted_p[1]) == (0, 0, 1)


def test_the_shares_of_the_largest_features_sum_to_one(fitted):
    table = record_access.distinctive_features(fitted["statecrime/interpretation"])
    assert table.share_largest.sum() == pytest.approx(1)
    sizes = fitted["statecrime/interpretation"].predictions.cluster.value_counts()
    assert (table.share_largest[table.cluster.map(sizes) == 1] == 0).all()
