"""Large tables: a random sample of rows for the methods with many starts, batches for the one that uses all rows."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from relecture.clusters import elbow, interpretation, kmeans_batched, restarts, steps
from relecture.clusters.cli import app
from relecture.clusters.config import ElbowFitConfig, InterpretationFitConfig, RestartsFitConfig, StepsFitConfig
from relecture.clusters.data import Dataset, save, unscaled
from relecture.clusters.figures.overview import overview
from relecture.clusters.row_sample import record_sample, sample_rows
from relecture.records import read

CONFIGS = {
    "steps": StepsFitConfig(n_clusters=3, n_runs=2, first_seed=1, max_rows=100),
    "restarts": RestartsFitConfig(n_clusters=3, n_init=20, n_shown_restarts=5, seed=1, max_rows=100),
    "elbow": ElbowFitConfig(k_max=4, n_init=2, n_references=2, n_resamples=20, seed=1, max_rows=100),
}
FITS = {"steps": steps.fit, "restarts": restarts.fit, "elbow": elbow.fit}


@pytest.fixture(scope="module")
def large() -> Dataset:
    """Three groups of 200 rows, far apart; the name of each row is its number."""
    random = np.random.default_rng(5)
    groups = np.repeat(["a", "b", "c"], 200)
    x = random.normal(size=(600, 2)) + 20 * (groups[:, None] == np.array(["b", "c"]))
    return unscaled("large", x, "made up", ["x", "y"], rows=np.arange(600).astype(str), groups=groups)


def test_the_sample_is_of_that_size_and_the_same_for_all_methods(large):
    samples = [sample_rows(large, config) for config in CONFIGS.values()]
    for sample, rows in samples:
        assert len(sample.x) == len(np.unique(rows)) == 100
        assert np.array_equal(rows, samples[0][1])
        assert sample.rows.tolist() == [str(row) for row in rows]
        assert np.array_equal(sample.x, large.x[rows])
        assert np.array_equal(sample.groups, large.groups[rows])


def test_every_part_of_the_table_is_in_the_sample(large):
    _, rows = sample_rows(large, CONFIGS["elbow"])
    assert np.histogram(rows, bins=6, range=(0, 600))[0].min() > 5


@pytest.mark.parametrize(
    "config",
    [
        CONFIGS["elbow"].model_copy(update={"max_rows": 600}),
        InterpretationFitConfig(n_clusters=3, n_init=2, n_resamples=20, n_members=2, seed=1),
    ],
    ids=["as many rows as allowed", "interpretation"],
)
def test_otherwise_all_rows_are_used(large, config, capsys):
    used, rows = sample_rows(large, config)
    assert used is large
    assert rows.tolist() == list(range(600))
    assert not capsys.readouterr().err


@pytest.mark.parametrize("method", CONFIGS)
def test_a_record_from_a_sample_says_so_and_has_the_row_numbers_of_the_table(large, method, capsys):
    used, rows = sample_rows(large, CONFIGS[method])
    assert "large: a random sample of 100 of 600 rows (clusters.max_rows)" in capsys.readouterr().err
    result = FITS[method](used, CONFIGS[method])
    record_sample(result, rows, 600)
    metrics = pd.DataFrame(result.metrics)
    assert set(metrics[metrics.metric == "n_rows"].member) == set(metrics.member)
    assert set(metrics[metrics.metric == "n_rows"].value) == {100}
    for table in result.predictions:
        if "row" in table:
            assert set(table.row) == set(rows)


def test_a_record_of_all_rows_does_not_mention_a_sample(large):
    result = FITS["steps"](large, CONFIGS["steps"])
    record_sample(result, np.arange(600), 600)
    assert "n_rows" not in {row["metric"] for row in result.metrics}


def test_the_command_samples_and_the_overview_says_so(large, tmp_path):
    save(large, tmp_path / "large.npz")
    config = CONFIGS["elbow"].model_dump_json()
    data, out = tmp_path / "large.npz", tmp_path / "clusters/large/elbow"
    app(
        ["fit", "--method", "elbow", "--config-json", config, "--data", f"{data}", "--out", f"{out}", "--rule", "a"],
        standalone_mode=False,
    )
    record = read(out)
    assert record.params["data"]["digest"] == large.digest
    assert record.metrics.set_index("metric").value[["silhouette", "true_k", "n_rows"]].tolist() == [3, 3, 100]
    assert "a random sample of 100 rows" in overview(record)._suptitle.get_text()


def test_batches_of_bootstrap_samples_change_no_interval(large, monkeypatch):
    labels = np.repeat([0, 1, 2], 200)

    def features() -> pd.DataFrame:
        return interpretation.distinctive_features(large, labels, 20, np.random.default_rng(3))

    at_once = features()
    monkeypatch.setattr(interpretation, "_BATCH_ELEMENTS", 7 * 600)
    pd.testing.assert_frame_equal(features(), at_once, rtol=1e-9)


def test_starts_in_batches_reach_the_same_lowest_sum_of_squares(large, monkeypatch):
    monkeypatch.setattr(kmeans_batched, "_INIT_ELEMENTS", 3 * 600)
    runs = kmeans_batched.kmeans(large.x, 3, 20, np.random.default_rng(1))
    assert len(runs.wss) == 20
    within = sum(((rows - rows.mean(0)) ** 2).sum() for rows in np.split(large.x, 3))
    assert runs.wss.min() == pytest.approx(within)


def test_a_table_of_equal_groups_gives_the_same_choice_from_a_sample(large):
    chosen = [elbow.fit(data, CONFIGS["elbow"]) for data in (large, sample_rows(large, CONFIGS["elbow"])[0])]
    assert [result.metrics[1] for result in chosen] == [{"member": "data", "metric": "silhouette", "value": 3.0}] * 2


def test_a_data_set_without_groups_has_a_sample_without_groups(large):
    sample, _ = sample_rows(replace(large, groups=np.array([], str)), CONFIGS["steps"])
    assert len(sample.groups) == 0
