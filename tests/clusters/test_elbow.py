"""The criteria find known numbers of clusters, and no groups in uniform data."""

import numpy as np
import pytest

from relecture.clusters.config import ElbowFitConfig, Music
from relecture.clusters.data import unscaled
from relecture.clusters.datasets import music
from relecture.clusters.elbow import fit, gap_k, kneedle_elbow
from relecture.clusters.record_access import curve, member_metrics

BRIEF = ElbowFitConfig(k_max=10, n_init=10, n_references=10, seed=1)


def choices(dataset) -> dict[str, float]:
    return {row["metric"]: row["value"] for row in fit(dataset, BRIEF).metrics}


@pytest.mark.parametrize("groups", [2, 3, 5])
def test_elbow_and_silhouette_find_the_known_number_of_groups(groups):
    random = np.random.default_rng(groups)
    corners = 12 * np.array([[0, 0], [1, 0], [0, 1], [1, 1], [0.5, 2]])[:groups]
    x = np.vstack([corner + random.normal(size=(30, 2)) for corner in corners])
    chosen = choices(unscaled("blobs", x, "made up", ["a", "b"], groups=np.repeat(np.arange(groups), 30).astype(str)))
    assert chosen["elbow"] == chosen["silhouette"] == chosen["true_k"] == groups
    if groups < 4:  # with more, two clusters can be worse than one, and the gap statistic stops there
        assert chosen["gap"] == groups


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_elbow_and_gap_find_the_three_music_tastes(seed):
    chosen = choices(music(Music(seed=seed, n_people=50, spread=1.0, n_clusters=3)))
    assert chosen["elbow"] == chosen["gap"] == chosen["true_k"] == 3


def test_the_gap_statistic_sees_that_uniform_data_have_no_groups():
    x = np.random.default_rng(0).uniform(size=(100, 2))
    assert choices(unscaled("uniform", x, "made up", ["a", "b"]))["gap"] == 1


def test_on_the_states_the_criteria_disagree(fitted):
    row = member_metrics(fitted["statecrime/elbow"], "data")
    assert len({row.elbow, row.silhouette, row.gap}) > 1
    assert "true_k" not in row


def test_the_sum_of_squares_falls_with_every_further_cluster(fitted):
    for name in ("book_r", "book_python", "music", "statecrime", "images"):
        assert (curve(fitted[f"{name}/elbow"], "wss").diff().dropna() < 0).all()


def test_one_cluster_has_no_silhouette(fitted):
    assert curve(fitted["music/elbow"], "silhouette").index.min() == 2
    assert curve(fitted["music/elbow"], "gap").index.min() == 1


def test_a_straight_line_has_no_elbow():
    assert np.isnan(kneedle_elbow(np.arange(1, 8), np.arange(7.0, 0, -1)))


def test_the_gap_rule_takes_the_first_k_that_the_next_does_not_beat_by_a_standard_error():
    assert gap_k(np.array([0.1, 0.5, 0.55, 0.9]), np.array([0.1, 0.1, 0.1, 0.1])) == 2
    assert gap_k(np.array([0.1, 0.5, 0.9]), np.array([0.01, 0.01, 0.01])) == 3


@pytest.mark.parametrize("n_groups", [3, 5])
def test_the_number_of_distinct_rows_can_be_the_number_of_clusters(n_groups, capsys):
    rows = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [3.0, 4.0], [-2.0, 5.0]])[:n_groups]
    dataset = unscaled("repeated", np.repeat(rows, 4, axis=0), "made up", ["a", "b"])
    result = fit(dataset, BRIEF)
    chosen = {row["metric"]: row["value"] for row in result.metrics}
    assert chosen["silhouette"] == n_groups
    curves = result.histories[0].pivot(index="step", columns="metric", values="value")
    assert curves.index.tolist() == list(range(1, n_groups + 1))
    assert curves.silhouette[n_groups] == pytest.approx(1)
    assert curves.gap.idxmax() == n_groups
    assert np.isfinite(curves.gap).all()
    assert f"K ends at {n_groups}, the number of distinct rows, before k_max = 10" in capsys.readouterr().err


def test_a_cluster_per_row_has_no_silhouette():
    dataset = unscaled("few", np.array([[0.0], [1.0], [5.0], [6.0]]), "made up", ["a"])
    (history,) = fit(dataset, BRIEF).histories
    curves = history.pivot(index="step", columns="metric", values="value")
    assert curves.index.tolist() == [1, 2, 3, 4]
    assert curves.silhouette.dropna().index.tolist() == [2, 3]
    assert curves.silhouette.idxmax() == 2
    assert np.isfinite(curves.gap).all()


def test_enough_distinct_rows_are_no_message(capsys):
    choices(music(Music(seed=1, n_people=10, spread=1.0, n_clusters=3)))
    assert "distinct rows" not in capsys.readouterr().err
