"""The tables, and the numbers for the scorecard."""

import re

import numpy as np
import pandas as pd
import pytest

from relecture.clusters import RESTARTS, result_tables
from relecture.clusters.exhibits import EXHIBITS
from relecture.clusters.findings import choices, findings
from relecture.clusters.record_access import ClustersResults
from relecture.config import load
from relecture.config.yaml_files import merge
from relecture.scorecard import reproduced_values, verdicts


@pytest.fixture(scope="module")
def tables(results, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    EXHIBITS.write_tables(results, folder)
    result_tables.reproduced_values(results, folder / "reproduced_values.csv")
    return folder


def test_every_printed_number_of_the_labs_is_reproduced_exactly(tables, published):
    card = verdicts.build(published, pd.read_csv(tables / "reproduced_values.csv")).set_index("id")
    assert len(card) == 9
    assert (card.verdict[list(result_tables.LABS)] == "exact").all()
    others = card.verdict.drop(list(result_tables.LABS))
    assert others.pop("clusters.objective.factor") == "exact"
    assert set(others) == {"not judged"}  # the data of the figures are not published


def test_the_objective_of_the_slide_is_twice_the_sum_of_squares(tables):
    values = pd.read_csv(tables / "reproduced_values.csv").set_index("id").reproduced
    assert values["clusters.objective.factor"] == pytest.approx(2, abs=1e-12)


def test_the_ids_of_the_scorecard_are_those_of_the_comparison(tables, published):
    quantities = pd.read_csv(tables / "reproduced_values.csv")
    assert list(quantities.columns) == list(reproduced_values.COLUMNS)
    listed = {entry.id for entry in published if entry.comparison == "clusters"}
    assert set(quantities.id) == listed - {"clusters.six_runs.objective"}  # of data that nobody has published


def test_the_lecture_s_six_runs_have_a_mean_and_a_spread_and_a_reason_why_they_are_not_judged(tables, published):
    card = verdicts.build(published, pd.read_csv(tables / "reproduced_values.csv")).set_index("id")
    six = card.loc[["clusters.steps.iterations", "clusters.six_runs.optima", "clusters.six_runs.best"]]
    assert (six.sd > 0).all()
    assert (six.n > 1).all()
    assert six.note.str.contains("Not judged: the data of the figure are not published; these are the R lab's.").all()


def test_with_another_seed_than_the_lab_s_nothing_is_compared(standard, fitted, published, tmp_path):
    config = load(merge(standard.model_dump(), {"clusters": {"book_r": {"seed": 5}}}))
    assert config.clusters.method("restarts", "book_r").lab is None
    assert config.clusters.method("restarts", "book_python").lab == "book_python"
    record = fitted["book_r/restarts"]
    metrics = record.metrics[record.metrics.member != "lab"]
    changed = {**fitted, "book_r/restarts": type(record)(metrics, record.history, record.predictions, record.params)}
    result_tables.reproduced_values(ClustersResults(changed, published), tmp_path / "reproduced_values.csv")
    ids = pd.read_csv(tmp_path / "reproduced_values.csv").id
    assert all(id.startswith("clusters.python_lab") for id in ids)
    assert len(ids) == 2


def test_with_both_labs_changed_the_table_of_printed_numbers_is_one_the_report_can_read(fitted, published, tmp_path):
    from relecture.tables import read

    changed = dict(fitted)
    for name in ("book_r", "book_python"):
        record = fitted[f"{name}/restarts"]
        metrics = record.metrics[record.metrics.member != "lab"]
        changed[f"{name}/restarts"] = type(record)(metrics, record.history, record.predictions, record.params)
    result_tables.table(ClustersResults(changed, published), tmp_path / "table")
    assert read(tmp_path / "table").rows == [["No rows with these settings."]]


def test_shares_of_the_optima_sum_to_one(tables):
    for _, rows in pd.read_csv(tables / "optima.csv").groupby("dataset"):
        assert rows[list(RESTARTS)].sum().to_numpy() == pytest.approx(np.ones(len(RESTARTS)))


def test_the_table_of_six_runs_holds_probabilities(tables):
    table = pd.read_csv(tables / "six_runs.csv")
    both, three = table.six_runs_as_in_lecture, table.six_runs_three_optima
    assert ((both >= 0) & (both <= three) & (three <= 1)).all()


def test_the_elbow_table_says_where_the_criteria_disagree(tables):
    assert re.search(r"US states.*they disagree", (tables / "elbow.md").read_text())


def test_the_crosstab_counts_every_image_once(tables):
    assert pd.read_csv(tables / "crosstab.csv").drop(columns="cluster").to_numpy().sum() == 300


def test_hartigan_wong_reaches_the_best_optimum_more_often_from_the_same_starts(tables, results):
    table = pd.read_csv(tables / "algorithms.csv").set_index(["dataset", "init"])
    points = table.loc[("book_r", "random_points")]
    ends = results.records["book_r/restarts"].predictions.pivot(index="start", columns="member", values="optimum")
    by_hand = 100 * ((ends.hartigan_wong_random_points == 1).mean() - (ends.random_points == 1).mean())
    assert points["mean"] == pytest.approx(by_hand)
    assert points.adjusted_p < 0.05
    assert (table.adjusted_p >= table.p).all()


def test_the_states_are_an_example_of_every_type(tables):
    table = pd.read_csv(tables / "types.csv")
    assert set(table.structure) == {"flat", "hierarchical"}
    assert set(table.assignment) == {"hard", "soft"}
    assert set(table.basis) == {"algorithm", "model"}
    assert "50 merges" in (tables / "types.md").read_text()


def test_every_type_finds_the_two_groups_of_the_lectures_users(tables):
    users = pd.read_csv(tables / "agreement.csv").query("dataset == 'users_by_artists'")
    assert set(users.member) == {"kmeans", "ward", "average", "complete", "mixture"}
    assert (users.ari_groups == 1).all()


def test_findings_have_adjusted_p_values_and_intervals_that_agree_with_them(results):
    all_findings = findings(results)
    assert len({finding.id for finding in all_findings}) == len(all_findings)
    for finding in all_findings:
        assert finding.finding == ("significant" if finding.adjusted_p < 0.05 else "not significant")
    features = [finding for finding in all_findings if finding.id.startswith("statecrime, cluster")]
    assert len(features) == 4 * 7
    for finding in features:
        if not 0.02 < finding.adjusted_p < 0.08:
            assert (finding.adjusted_p < 0.05) == (finding.low > 0 or finding.high < 0)


def test_choices_have_a_share_of_resamples_and_say_where_they_are_on_the_border(results):
    by_id = {choice.id: choice for choice in choices(results)}
    music = by_id["music gap"]
    assert (music.value, music.on_border) == ("3", False)
    assert music.share_of_wins > 0.8
    assert by_id["book_r silhouette"].on_border  # K = 2, the smallest that has a silhouette
    for id, choice in by_id.items():  # images are not resampled
        assert np.isnan(choice.share_of_wins) if id.startswith("images") else 0 <= choice.share_of_wins <= 1
    assert "statecrime most distinctive feature" in by_id
