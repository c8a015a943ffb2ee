"""Groups of the lecture's users and artists."""

import numpy as np

from relecture.illustrations.rows_and_columns import TABLE, cluster_rows, group_columns, loadings


def test_k_means_finds_the_two_groups_of_users_with_every_seed():
    for seed in range(10):
        groups = cluster_rows(TABLE, seed)
        assert "".join(groups.index[groups == 0]) == "ACEH"
        assert "".join(groups.index[groups == 1]) == "BDFG"


def test_the_first_component_finds_the_two_groups_of_artists():
    assert group_columns(TABLE).tolist() == [0, 0, 0, 1, 1, 1]
    assert loadings(TABLE).abs().min() > 0.2


def test_artists_of_one_group_share_more_listeners_than_artists_of_two():
    correlation = TABLE.corr().to_numpy()
    same = np.equal.outer(*[group_columns(TABLE).to_numpy()] * 2)
    assert correlation[same].min() > correlation[~same].max()
