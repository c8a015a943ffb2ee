"""The methods of `clusters` that leave a model put the rows that they were fitted to into the same clusters."""

import numpy as np
import pandas as pd
import pytest
from sklearn.mixture import GaussianMixture

from relecture.clusters import clustering_types, interpretation, restarts, steps
from relecture.clusters.config import InterpretationFitConfig, RestartsFitConfig, StepsFitConfig, TypesFitConfig
from relecture.clusters.data import load, save, standardised
from relecture.prediction.model import PredictionModel, _load_pyfunc, add_model


@pytest.fixture(scope="module")
def values() -> pd.DataFrame:
    """Three groups of 12 points, in units of very different size."""
    random = np.random.default_rng(3)
    centres = np.repeat([[0, 0], [4, 0], [0, 5]], [10, 12, 14], axis=0)
    return pd.DataFrame(centres + random.normal(0, 1, (36, 2)), columns=["income", "age"]) * [10_000, 1]


@pytest.fixture(scope="module")
def dataset(values, tmp_path_factory):
    made = standardised("mine", values.to_numpy(), "mine.csv", list(values), [str(i) for i in range(36)])
    path = tmp_path_factory.mktemp("data") / "mine.npz"
    save(made, path)
    return load(path)


def saved(result, dataset, folder) -> PredictionModel:
    add_model(result, dataset.inputs).save_model(folder)
    return _load_pyfunc(str(folder))


def test_interpretation(values, dataset, tmp_path):
    result = interpretation.fit(
        dataset, InterpretationFitConfig(n_clusters=3, n_init=5, n_resamples=20, n_members=2, seed=1)
    )
    members = pd.concat(result.predictions).sort_values("row")
    predicted = saved(result, dataset, tmp_path).predict(values)
    assert predicted.cluster.tolist() == members.cluster.tolist()
    np.testing.assert_allclose(predicted.distance, members.distance)


def test_steps_and_restarts_have_their_best_run(values, dataset, tmp_path):
    results = {
        "steps": steps.fit(dataset, StepsFitConfig(n_clusters=3, n_runs=4, first_seed=1)),
        "restarts": restarts.fit(dataset, RestartsFitConfig(n_clusters=3, n_init=30, n_shown_restarts=5, seed=1)),
    }
    for name, result in results.items():
        (tmp_path / name).mkdir()
        distance = saved(result, dataset, tmp_path / name).predict(values).distance
        wss = {"steps": "wss", "restarts": "best_wss"}[name]
        lowest = min(row["value"] for row in result.metrics if row["metric"] == wss)
        np.testing.assert_allclose((distance**2).sum(), lowest)


def test_types_has_the_mixture(values, dataset, tmp_path):
    result = clustering_types.fit(dataset, TypesFitConfig(n_clusters=3, n_init=5, seed=1))
    rows = pd.concat(result.predictions).query("member == 'mixture'")
    predicted = saved(result, dataset, tmp_path).predict(values)
    assert predicted.cluster.tolist() == rows.cluster.tolist()
    plain = GaussianMixture(3, covariance_type="spherical", n_init=20, max_iter=500, random_state=0).fit(dataset.x)
    np.testing.assert_allclose(predicted.probability, plain.predict_proba(dataset.x).max(1), atol=0.02)
    np.testing.assert_allclose(predicted.probability, rows.probability)
