"""The criteria find known numbers of clusters, and no groups in uniform data."""

import numpy as np
import pandas as pd
import pytest

from relecture.clusters.config import ElbowFitConfig, Music
from relecture.clusters.data import unscaled
from relecture.clusters.datasets import music
from relecture.clusters.elbow import fit, n_starts
from relecture.clusters.hartigan_wong import hartigan_wong
from relecture.clusters.k_criteria import choices_by_k_max, gap_k, kneedle_elbow
from relecture.clusters.kmeans_batched import kmeans_plusplus
from relecture.clusters.record_access import criterion_curves, curve, k_resamples, member_metrics

BRIEF = ElbowFitConfig(k_max=10, n_init=10, n_references=10, n_resamples=0, seed=1)


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
    assert np.isnan(kneedle_elbow(np.arange(7.0, 0, -1)))


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


def test_the_curve_is_within_one_percent_of_the_best_of_many_starts(datasets):
    x, config = datasets["statecrime"].x, BRIEF.model_copy(update={"k_max": 20, "n_init": 20, "n_references": 2})
    history = fit(datasets["statecrime"], config).histories[0]
    wss = history[history.metric == "wss"].set_index("step").value
    for k in (10, 20):
        starts = kmeans_plusplus(x, k, 1000, np.random.default_rng(9))
        assert wss[k] < 1.01 * np.nanmin(hartigan_wong(x, starts).wss)


def test_more_clusters_get_more_starts():
    assert [n_starts(k, 20) for k in (1, 8, 12, 20)] == [20, 20, 30, 50]
    assert n_starts(20, 1) == 3


def test_the_elbow_moves_with_the_largest_k_on_a_curve_without_a_kink():
    # 1 / K has no kink: the longer the curve, the later the point that is furthest below the line between its ends.
    silhouette = [np.nan, 0.5, *np.linspace(0.4, 0.1, 38)]
    curves = pd.DataFrame({"wss": 1 / np.arange(1, 41), "silhouette": silhouette})
    curves["gap"], curves["gap_se"] = [0.1, 0.5, *[0.2] * 38], 0.1
    choices = choices_by_k_max(curves, [6, 20, 40])
    assert choices.elbow[6] < choices.elbow[20] < choices.elbow[40]
    assert (choices.silhouette == 2).all()
    assert (choices.gap == 2).all()


def test_a_kink_is_the_elbow_whatever_the_largest_k():
    wss = [100.0, 60, 20, *np.linspace(19, 10, 17)]
    curves = pd.DataFrame({"wss": wss, "silhouette": 0.5, "gap": 0.1, "gap_se": 0.1})
    assert (choices_by_k_max(curves, [6, 10, 20]).elbow == 3).all()


def test_the_last_row_of_the_choices_by_k_max_is_the_choice_itself(fitted):
    for name in ("book_r", "images"):
        curves = criterion_curves(fitted[f"{name}/elbow"])
        last = choices_by_k_max(curves, [len(curves)]).iloc[0]
        metrics = member_metrics(fitted[f"{name}/elbow"], "data")
        assert last.to_dict() == metrics[list(last.index)].to_dict()


def test_small_data_sets_are_resampled(fitted):
    assert len(k_resamples(fitted["music/elbow"])) == 10


def test_with_more_rows_than_the_limit_nothing_is_resampled_and_the_silhouette_is_that_of_a_sample(
    monkeypatch, tmp_path
):
    monkeypatch.setattr("relecture.clusters.elbow.MAX_REFINED_ROWS", 100)
    monkeypatch.setattr("relecture.clusters.elbow.MAX_PAIRWISE_ROWS", 60)
    data = music(Music(seed=1, n_people=50, spread=1.0, n_clusters=3))
    result = fit(data, BRIEF.model_copy(update={"n_resamples": 5}))
    result.save_model(tmp_path)
    assert pd.read_csv(tmp_path / "resamples.csv").empty
    assert {row["metric"]: row["value"] for row in result.metrics}["silhouette"] == 3
