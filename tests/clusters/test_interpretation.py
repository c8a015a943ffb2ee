"""What clusters mean: features that set them apart, members, pictures, digits."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from relecture.clusters.interpretation import distinctive
from relecture.clusters.kmeans_trace import means
from relecture.clusters.record_access import features, members, model, values


def test_the_music_tastes_are_recovered(found):
    assert values(found["music/interpretation"], "all").ari > 0.95


def test_clusters_of_images_meet_the_digits_far_better_than_chance_and_far_from_perfectly(found):
    record = found["images/interpretation"]
    ari = values(record, "all").ari
    assert 0.2 < ari < 0.6
    assert ari == pytest.approx(adjusted_rand_score(record.predictions.group, record.predictions.cluster))


def test_where_no_groups_are_known_no_agreement_is_claimed(found):
    assert "ari" not in values(found["statecrime/interpretation"], "all")


def test_the_states_with_much_crime_are_a_cluster_and_dc_is_alone(found):
    record = found["statecrime/interpretation"]
    alone = record.predictions.groupby("cluster").filter(lambda own: len(own) == 1)
    assert list(alone.name) == ["District of Columbia"]
    poor = features(record).query("feature == 'poor, %'").set_index("cluster").difference
    states = record.predictions.set_index("name").cluster
    assert poor[states["Mississippi"]] > 0.5
    assert poor[states["New Hampshire"]] < -0.5


def test_features_of_a_cluster_are_listed_by_the_size_of_their_difference(found):
    for _, rows in features(found["statecrime/interpretation"]).groupby("cluster"):
        assert (rows.difference.abs().diff().dropna() <= 0).all()


def test_a_difference_is_the_mean_inside_minus_the_mean_outside_in_standard_deviations(datasets, found):
    states, record = datasets["statecrime"], found["statecrime/interpretation"]
    inside = record.predictions.sort_values("row").cluster.to_numpy() == 1
    by_hand = (states.x[inside].mean(0) - states.x[~inside].mean(0)) / states.x.std(0)
    table = features(record).query("cluster == 1").set_index("feature").loc[states.features]
    assert table.difference.to_numpy() == pytest.approx(by_hand)
    values_inside = (states.x * states.scale + states.center)[inside].mean(0)
    assert table.inside.to_numpy() == pytest.approx(values_inside)


def test_intervals_hold_the_difference_and_shrink_with_more_data():
    from relecture.clusters.data import made

    random = np.random.default_rng(0)
    widths = {}
    for n in (40, 640):
        labels = np.repeat([0, 1], n // 2)
        x = random.normal(size=(n, 2)) + 6 * labels[:, None] * (1, 0)
        table = distinctive(made("two", x, "made up", ["apart", "alike"]), labels, 200, np.random.default_rng(1))
        assert ((table.low <= table.difference) & (table.difference <= table.high)).all()
        apart, alike = (table[(table.cluster == 1) & (table.feature == name)].iloc[0] for name in ("apart", "alike"))
        assert apart.high < 0
        assert alike.low < 0 < alike.high
        widths[n] = alike.high - alike.low
    assert widths[40] == pytest.approx(4 * widths[640], rel=0.35)


def test_a_pixel_that_is_always_white_sets_nothing_apart(found):
    table = features(found["images/interpretation"])
    assert (table[table.feature == "pixel 0,0"].difference == 0).all()
    assert table.difference.notna().all()


def test_the_nearest_members_are_nearest_and_the_drawn_ones_are_members(found):
    record = found["statecrime/interpretation"]
    for cluster, own in record.predictions.groupby("cluster"):
        nearest, drawn = members(record, cluster)
        assert nearest[0] == own.name[own.distance.idxmin()]
        assert len(drawn) == min(5, len(own))
        assert set(drawn) <= set(own.name)


def test_centroids_are_the_means_of_their_members_and_the_largest_cluster_is_the_first(datasets, found):
    record = found["images/interpretation"]
    labels = record.predictions.sort_values("row").cluster.to_numpy() - 1
    centroids = model(record, "centroids.npz")["centroids"]
    assert centroids == pytest.approx(means(datasets["images"].x, labels, 10))
    assert pd.Series(labels).value_counts().sort_index().is_monotonic_decreasing
