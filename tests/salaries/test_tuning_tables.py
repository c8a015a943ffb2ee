"""How often each candidate is chosen, and what lies on the border of its grid."""

from collections import Counter

import pandas as pd
import pytest

from relecture.records import Record
from relecture.salaries import findings, result_tables, tuning_tables
from relecture.salaries.result_tables import SalariesResults


@pytest.fixture(scope="module")
def results(salaries_records):
    return result_tables.load(list(salaries_records.values()), [])


def made_up(by_method, method, config, book, random) -> SalariesResults:
    """Return results in which one method has other candidates and choices, {metric: values}."""
    changed = dict(by_method)
    for protocol, chosen in (("book", book), ("resampled", random)):
        rows = [
            {"member": f"split-{at:04d}", "metric": metric, "value": value}
            for metric, values in chosen.items()
            for at, value in enumerate(values)
        ]
        params = by_method[protocol, method].params | {"config": config}
        changed[protocol, method] = Record(pd.DataFrame(rows), *[pd.DataFrame()] * 2, params)
    return SalariesResults(changed)


def tuning_of(results, method):
    return {one.hyperparameter: one for one in tuning_tables.tunings(results) if one.method == method}


def test_the_shares_are_those_of_the_random_splits(results, tmp_path):
    tuning_tables.tuning(results, tmp_path / "tuning")
    table = pd.read_csv(tmp_path / "tuning.csv")
    metrics = results.records["resampled", "knn"].metrics
    counts = Counter(metrics[metrics.metric == "n_neighbors"].value)
    rows = table[table.method == "knn"].set_index("candidate")
    assert rows.index.tolist() == [1, 3, 5, 7, 9, 12, 15, 20, 30, 50]
    assert {k: share for k, share in rows.share.items() if share} == {k: n / 5 for k, n in counts.items()}
    assert rows.chosen.sum() == 1
    assert set(table.method) == {"ridge", "knn", "tree", "random_forest"}
    assert "min_samples_leaf" not in set(table.hyperparameter)  # one candidate is no choice


def test_the_first_and_the_last_candidate_are_the_border(results):
    config = {"lambdas": [10, 0.1, 1]}
    ridge = tuning_of(
        made_up(results.records, "ridge", config, {"lambda": [1.0]}, {"lambda": [1, 1, 10, 0.1]}), "ridge"
    )
    assert ridge["lambda"].border == (0.1, 10)
    assert ridge["lambda"].border_share == 0.5
    assert not ridge["lambda"].on_border
    assert ridge["lambda"].shares.to_dict() == {0.1: 0.25, 1.0: 0.5, 10.0: 0.25}


def test_an_end_beyond_which_there_is_nothing_is_no_border(results):
    config = {"n_neighbors": [1, 5, 9]}
    knn = tuning_of(made_up(results.records, "knn", config, {"n_neighbors": [1]}, {"n_neighbors": [1, 9]}), "knn")
    assert knn["n_neighbors"].border == (9,)
    assert not knn["n_neighbors"].on_border
    assert knn["n_neighbors"].border_share == 0.5


def test_the_settings_of_a_forest_are_two_choices(results):
    config = {"max_features": [0.2, 0.5, 1.0], "min_samples_leaf": [1, 5]}
    book = {"max_features": [0.2], "min_samples_leaf": [5]}
    random = {"max_features": [0.2, 0.5], "min_samples_leaf": [1, 1]}
    chosen = {one.id: one for one in findings.choices(made_up(results.records, "random_forest", config, book, random))}
    features, leaf = (chosen[f"random_forest.{name}"] for name in ("max_features", "min_samples_leaf"))
    assert (features.value, features.share_of_wins, features.on_border) == ("0.2", 0.5, True)
    assert (leaf.value, leaf.share_of_wins, leaf.on_border) == ("5", 0.0, True)


def test_the_lambda_of_the_lasso_is_a_choice_without_shares(results):
    lasso = next(one for one in findings.choices(results) if one.id == "lasso.lambda")
    assert (lasso.value, lasso.on_border) == ("6.25", False)  # as in R: 6.247366
    assert pd.isna(lasso.share_of_wins)
