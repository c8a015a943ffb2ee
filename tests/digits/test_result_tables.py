"""Every method on the sample: its record, the table, the differences, and a scorecard that judges nothing."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.stats import ttest_rel

from relecture import records
from relecture.digits import METHODS, SEARCH, figures, result_tables
from relecture.digits.result_tables import DigitsResults
from relecture.plotting import style
from relecture.scorecard import verdicts
from relecture.training.mlp import mlp

NETWORKS = ["plain", "ridge", "dropout", "early_stopping", "logistic"]


@pytest.fixture(scope="module")
def results(digits_records, published, sample_digits) -> DigitsResults:
    folders = [digits_records[method] for method in METHODS]
    n_images = result_tables.count_images(sample_digits)
    return result_tables.load(folders, published, sample_digits.test_images, n_images)


@pytest.fixture(scope="module")
def by_method(results) -> dict[str, records.Record]:
    return results.records


@pytest.fixture(scope="module")
def real(results) -> DigitsResults:
    """The same records as if they were of all of MNIST."""
    data = {"name": "MNIST", "digest": "0" * 16, "sample": False}
    relabelled = {name: replace(r, params={**r.params, "data": data}) for name, r in results.records.items()}
    return replace(results, records=relabelled)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_saves_its_prediction_for_every_test_image(by_method, sample_digits, method):
    record = by_method[method]
    assert list(record.predictions.columns) == ["member", "image", "label", "predicted", "probability"]
    for _, cases in record.predictions.groupby("member"):
        assert cases.image.tolist() == list(range(1000))
        assert cases.label.tolist() == sample_digits.test_labels.tolist()
        assert cases.probability.between(0.1, 1).all()


@pytest.mark.parametrize("method", METHODS)
def test_the_test_error_in_a_record_is_that_of_its_predictions(by_method, method):
    predictions = by_method[method].predictions
    wrong = (predictions.label != predictions.predicted).groupby(predictions.member).mean()
    errors = by_method[method].metrics.query("metric == 'test_error'").set_index("member").value
    np.testing.assert_allclose(wrong[errors.index], errors)
    assert (errors < 0.35).all()  # better than chance, even after two epochs


@pytest.mark.parametrize("method", NETWORKS)
def test_the_record_of_a_network_has_its_curves(by_method, method):
    record = by_method[method]
    assert record.metrics.metric.unique().tolist() == ["test_error", "validation_error", "epochs", "best_epoch"]
    assert record.metrics.member.unique().tolist() == ["seed-00", "seed-01"]
    steps = record.history.groupby(["member", "metric"]).step.apply(list)
    assert steps.index.get_level_values("metric").unique().tolist() == [
        "train_error",
        "train_loss",
        "validation_error",
        "validation_loss",
    ]
    assert all(curve == [1, 2] for curve in steps)


def test_the_methods_without_a_network_have_one_member_and_no_curves(by_method):
    for method in ("sklearn_logistic", "lda"):
        assert len(by_method[method].history) == 0
        assert by_method[method].metrics.member.unique().tolist() == ["fit"]
    assert "test_error_with_validation" in by_method["lda"].metrics.metric.tolist()


def test_the_records_count_the_parameters_of_the_fitted_models(by_method):
    expected = dict.fromkeys(["plain", "ridge", "dropout", "early_stopping"], 235_146)
    expected |= dict.fromkeys(["logistic", "sklearn_logistic", "lda"], 7_850)
    assert {method: record.params["parameters"] for method, record in by_method.items()} == expected


def test_the_regularisers_of_one_seed_differ_and_the_seeds_too(by_method):
    errors = [tuple(by_method[method].history.value) for method in NETWORKS[:3]]
    assert len(set(errors)) == 3
    first, second = (by_method["plain"].history.query(f"member == 'seed-0{seed}'").value.tolist() for seed in (0, 1))
    assert first != second


def test_the_table_says_that_it_is_of_the_sample(results, by_method, tmp_path):
    result_tables.table(results, tmp_path / "table")
    for form in ("json", "md", "tex", "html"):
        assert "MNIST-5k sample" in (tmp_path / f"table.{form}").read_text()
    table = pd.read_csv(tmp_path / "table.csv").set_index("model")
    assert table.test_error_published.dropna().to_dict() == {
        "Network with ridge": 2.3,
        "Network with dropout": 1.8,
        "Multinomial logistic regression": 7.2,
        "Linear discriminant analysis": 12.7,
    }
    assert table.parameters["Network with dropout"] == 235_146
    assert table.n.tolist() == [2, 2, 2, 2, 2, 1, 1]
    errors = by_method["dropout"].metrics.query("metric == 'test_error'").value
    assert table.test_error["Network with dropout"] == pytest.approx(100 * errors.mean())
    assert table.test_error_sd["Network with dropout"] == pytest.approx(100 * errors.std(ddof=1))


def test_the_differences_are_paired_over_seeds(results, by_method, tmp_path):
    result_tables.differences(results, tmp_path / "differences")
    table = pd.read_csv(tmp_path / "differences.csv").set_index(["a", "b"])
    assert len(table) == 6
    errors = {m: 100 * by_method[m].metrics.query("metric == 'test_error'").value.to_numpy() for m in NETWORKS}
    interval = ttest_rel(errors["ridge"], errors["dropout"]).confidence_interval()
    row = table.loc["ridge", "dropout"]
    assert (row["mean"], row.low, row.high) == pytest.approx(
        ((errors["ridge"] - errors["dropout"]).mean(), interval.low, interval.high)
    )
    assert "MNIST-5k sample" in (tmp_path / "differences.md").read_text()


def test_of_the_sample_every_value_is_shown_and_none_is_judged(results, published, tmp_path):
    result_tables.reproduced_values(results, tmp_path / "reproduced_values.csv")
    values = pd.read_csv(tmp_path / "reproduced_values.csv")
    assert set(values.data) == {"MNIST-5k sample"}
    card = verdicts.build(published, values)
    assert len(card) == 11
    assert set(card.verdict) == {"not judged"}
    assert card.reproduced.notna().all()
    assert card.note.str.contains("other data (MNIST-5k sample).", regex=False).all()
    counts = card.set_index("id").reproduced
    sizes = [counts[f"digits.images.{name}"] for name in ("train", "fit", "test", "pixels")]
    assert sizes == [4000, 3200, 1000, 784]


def test_of_all_of_mnist_every_value_is_judged(real, published, tmp_path):
    result_tables.reproduced_values(real, tmp_path / "reproduced_values.csv")
    card = verdicts.build(published, pd.read_csv(tmp_path / "reproduced_values.csv")).set_index("id")
    assert card.verdict[card.kind != "random"].isin(["exact", "differs"]).all()
    assert card.verdict["digits.dropout.test_error"] in ("consistent", "inconclusive", "better", "worse")
    assert card.verdict["digits.network.accuracy"] == "not judged"
    assert card.reproduced["digits.network.accuracy"] == pytest.approx(
        100 - card.reproduced["digits.dropout.test_error"]
    )
    assert card.verdict["digits.network.parameters"] == card.verdict["digits.logistic.parameters"] == "exact"
    assert card.reproduced["digits.logistic.parameters"] == 7_065
    errors = 100 * real.records["dropout"].metrics.query("metric == 'test_error'").value
    assert card.reproduced["digits.dropout.test_error"] == pytest.approx(errors.mean())
    assert card.n["digits.dropout.test_error"] == 2
    assert card.n["digits.lda.test_error"] == 1


def test_a_record_says_which_data_it_is_of(by_method, sample_digits):
    for record in by_method.values():
        assert record.params["data"] == {"name": "MNIST-5k sample", "digest": sample_digits.digest, "sample": True}
        assert record.sample_name == "MNIST-5k sample"
    params = json.loads((by_method["ridge"].folder / "params.json").read_text())
    assert params["config"]["hidden_l2"] == 1e-4


def test_the_figure_of_test_errors_marks_every_published_one(results):
    with style():
        low, _ = figures.test_error(results).axes
    marked = [float(line.get_xdata()[0]) for line in low.lines if line.get_marker() == "D" and len(line.get_xdata())]
    assert sorted(marked) == [1.8, 2.3, 7.2, 12.7]
    assert low.get_xlabel() == "test error (%)"


def test_the_figure_of_confident_errors_shows_misclassified_images(results):
    with style():
        figure = figures.confidently_wrong(results)
    titles = [axes.get_title() for axes in figure.axes]
    pairs = [(title[0], title.split()[3]) for title in titles if title]
    assert len(pairs) == 24
    assert all(label != predicted for label, predicted in pairs)


@pytest.mark.parametrize("hidden", [[8], [8, 6], [8, 6, 4]])
def test_the_figure_of_weights_has_a_panel_for_each_layer(hidden, tmp_path):
    by_method = {}
    for method in result_tables.NETWORKS:
        states = {f"seed-{seed}": mlp([20, *hidden, 10], seed=seed).state_dict() for seed in (0, 1)}
        (tmp_path / method / "model").mkdir(parents=True)
        torch.save(states, tmp_path / method / "model/weights.pt")
        params = {"config": {"hidden": hidden}}
        by_method[method] = records.Record(pd.DataFrame(), pd.DataFrame(), pd.DataFrame(), params, tmp_path / method)
    with style():
        axes = figures.weights(DigitsResults(by_method, [])).axes
    names = [f"hidden layer {layer}" for layer in range(1, len(hidden) + 1)]
    assert [panel.get_title(loc="left") for panel in axes] == [*names, "output layer (not penalised)"]


@pytest.mark.parametrize("method", [*METHODS, *SEARCH])
def test_every_record_has_an_overview(digits_records, method):
    with style():
        left, right = figures.overview(records.read(digits_records[method])).axes
    assert right.get_title(loc="left") == (
        "Choice of lambda" if method in SEARCH else "Errors per 1,000 images of a digit"
    )
    assert left.get_title(loc="left") == ("" if method in ("lda", "sklearn_logistic") else "Learning")
