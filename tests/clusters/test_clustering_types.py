"""Types of clustering on the same data: hierarchies, and a mixture, beside k-means."""

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import AgglomerativeClustering
from sklearn.metrics import adjusted_rand_score

from relecture.clusters.clustering_types import LINKAGES, fit
from relecture.clusters.config import TypesFitConfig
from relecture.clusters.data import unscaled
from relecture.clusters.record_access import member_metrics, model_arrays

CONFIG = TypesFitConfig(n_clusters=3, n_init=3, seed=1)


def test_the_lectures_users_are_two_groups(fitted):
    # The slide: A, C, E, H listen to artists 4 to 6, and B, D, F, G to artists 1 to 3.
    clusters = fitted["users_by_artists/types"].predictions
    for _, rows in clusters.groupby("member"):
        groups = rows.groupby("cluster").name.agg("".join)
        assert set(groups) == {"ACEH", "BDFG"}


@pytest.mark.parametrize("method", LINKAGES)
def test_a_hierarchy_is_cut_as_scikit_learn_does(datasets, fitted, method):
    record = fitted["statecrime/types"]
    ours = record.predictions[record.predictions.member == method].sort_values("row").cluster
    sklearn = AgglomerativeClustering(4, linkage=method).fit_predict(datasets["statecrime"].x)
    assert adjusted_rand_score(sklearn, ours) == 1
    assert len(model_arrays(record, "merges.npz")[method]) == 50


def test_agreement_is_the_adjusted_rand_index_with_k_means(fitted):
    record = fitted["statecrime/types"]
    labels = record.predictions.pivot(index="row", columns="member", values="cluster")
    for member in labels:
        assert member_metrics(record, member).ari_kmeans == pytest.approx(
            adjusted_rand_score(labels["kmeans"], labels[member])
        )


def test_only_the_mixture_is_uncertain(fitted):
    predictions = fitted["statecrime/types"].predictions
    hard = predictions[predictions.member != "mixture"]
    assert (hard.probability == 1).all()
    assert predictions[predictions.member == "mixture"].probability.between(1 / 4, 1).all()


def test_more_rows_than_the_limit_have_no_hierarchy(monkeypatch):
    monkeypatch.setattr("relecture.clusters.clustering_types.MAX_PAIRWISE_ROWS", 29)
    x = np.random.default_rng(0).normal(size=(30, 2))
    members = {row["member"] for row in fit(unscaled("many", x, "made up", ["a", "b"]), CONFIG).metrics}
    assert members == {"kmeans", "mixture"}


def test_the_table_says_where_no_hierarchy_was_fitted(fitted, tmp_path, datasets):
    from dataclasses import replace

    from relecture.clusters.record_access import ClustersResults
    from relecture.clusters.type_tables import agreement

    record = fitted["statecrime/types"]
    flat = record.metrics[record.metrics.member.isin(["kmeans", "mixture"])]
    agreement(ClustersResults({"mine/types": replace(record, metrics=flat)}), tmp_path / "agreement")
    assert "Ward's linkage: not fitted, too many rows" in (tmp_path / "agreement.md").read_text()
    assert set(pd.read_csv(tmp_path / "agreement.csv").member) == {"kmeans", "mixture"}
