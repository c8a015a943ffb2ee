"""Every method on the sample: its record, the table, the differences, and a scorecard that judges nothing."""

import json

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.stats import ttest_rel

from relecture import records
from relecture.digits import METHODS, figures, result_tables
from relecture.plotting import style
from relecture.scorecard import verdicts
from relecture.training.mlp import mlp

NETWORKS = ["plain", "ridge", "dropout", "early_stopping", "logistic"]


@pytest.fixture(scope="module")
def found(digits_records) -> dict[str, records.Record]:
    return result_tables.read([digits_records[method] for method in METHODS])


@pytest.fixture(scope="module")
def real(found) -> dict[str, records.Record]:
    """The same records as if they were of all of MNIST."""
    data = {"name": "MNIST", "digest": "0" * 16, "sample": False}
    return {name: records.Record(**{**vars(r), "params": {**r.params, "data": data}}) for name, r in found.items()}


@pytest.mark.parametrize("method", METHODS)
def test_every_method_leaves_its_answer_to_every_test_image(found, sample_digits, method):
    record = found[method]
    assert list(record.predictions.columns) == ["member", "image", "label", "predicted", "probability"]
    for _, cases in record.predictions.groupby("member"):
        assert cases.image.tolist() == list(range(1000))
        assert cases.label.tolist() == sample_digits.test_labels.tolist()
        assert cases.probability.between(0.1, 1).all()


@pytest.mark.parametrize("method", METHODS)
def test_the_test_error_in_a_record_is_that_of_its_answers(found, method):
    answers = found[method].predictions
    wrong = (answers.label != answers.predicted).groupby(answers.member).mean()
    kept = found[method].metrics.query("metric == 'test_error'").set_index("member").value
    np.testing.assert_allclose(wrong[kept.index], kept)
    assert (kept < 0.35).all()  # read better than by chance, even after two epochs


@pytest.mark.parametrize("method", NETWORKS)
def test_a_network_s_record_has_its_curves(found, method):
    record = found[method]
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


def test_the_solved_methods_have_one_member_and_no_curves(found):
    for method in ("sklearn_logistic", "lda"):
        assert len(found[method].history) == 0
        assert found[method].metrics.member.unique().tolist() == ["fit"]
    assert "test_error_with_validation" in found["lda"].metrics.metric.tolist()


def test_the_records_count_the_parameters_of_the_fitted_models(found):
    expected = dict.fromkeys(["plain", "ridge", "dropout", "early_stopping"], 235_146)
    expected |= dict.fromkeys(["logistic", "sklearn_logistic", "lda"], 7_850)
    assert {method: record.params["parameters"] for method, record in found.items()} == expected


def test_the_regularisers_of_one_seed_differ_and_the_seeds_too(found):
    errors = [tuple(found[method].history.value) for method in NETWORKS[:3]]
    assert len(set(errors)) == 3
    first, second = (found["plain"].history.query(f"member == 'seed-0{seed}'").value.tolist() for seed in (0, 1))
    assert first != second


def test_the_table_says_that_it_is_of_the_sample(found, printed, tmp_path):
    result_tables.table(found, printed, tmp_path / "table")
    for form in ("md", "tex", "html"):
        assert "MNIST-5k sample" in (tmp_path / f"table.{form}").read_text()
    table = pd.read_csv(tmp_path / "table.csv").set_index("model")
    assert table.test_error_printed.dropna().to_dict() == {
        "Network with ridge": 2.3,
        "Network with dropout": 1.8,
        "Multinomial logistic regression": 7.2,
        "Linear discriminant analysis": 12.7,
    }
    assert table.parameters["Network with dropout"] == 235_146
    assert table.n.tolist() == [2, 2, 2, 2, 2, 1, 1]
    errors = found["dropout"].metrics.query("metric == 'test_error'").value
    assert table.test_error["Network with dropout"] == pytest.approx(100 * errors.mean())
    assert table.test_error_sd["Network with dropout"] == pytest.approx(100 * errors.std(ddof=1))


def test_the_differences_are_paired_over_seeds(found, tmp_path):
    result_tables.differences(found, tmp_path / "differences")
    table = pd.read_csv(tmp_path / "differences.csv").set_index(["a", "b"])
    assert len(table) == 6
    errors = {m: 100 * found[m].metrics.query("metric == 'test_error'").value.to_numpy() for m in NETWORKS}
    interval = ttest_rel(errors["ridge"], errors["dropout"]).confidence_interval()
    row = table.loc["ridge", "dropout"]
    assert (row["mean"], row.low, row.high) == pytest.approx(
        ((errors["ridge"] - errors["dropout"]).mean(), interval.low, interval.high)
    )
    assert "MNIST-5k sample" in (tmp_path / "differences.md").read_text()


def test_of_the_sample_every_number_is_shown_and_none_is_judged(found, printed, tmp_path):
    result_tables.quantities(found, tmp_path / "quantities.csv")
    quantities = pd.read_csv(tmp_path / "quantities.csv")
    assert set(quantities.data) == {"MNIST-5k sample"}
    card = verdicts.build(printed, quantities)
    assert len(card) == 6
    assert set(card.verdict) == {""}
    assert card.reproduced.notna().all()
    assert card.note.str.contains("MNIST-5k sample: not judged.", regex=False).all()


def test_of_all_of_mnist_every_number_is_judged(real, printed, tmp_path):
    result_tables.quantities(real, tmp_path / "quantities.csv")
    card = verdicts.build(printed, pd.read_csv(tmp_path / "quantities.csv")).set_index("id")
    assert card.verdict.isin(["exact", "within", "better", "differs"]).all()
    assert card.verdict["digits.network.parameters"] == card.verdict["digits.logistic.parameters"] == "exact"
    assert card.reproduced["digits.logistic.parameters"] == 7_065
    errors = 100 * real["dropout"].metrics.query("metric == 'test_error'").value
    assert card.reproduced["digits.dropout.test_error"] == pytest.approx(errors.mean())
    assert card.n["digits.dropout.test_error"] == 2
    assert card.n["digits.lda.test_error"] == 1


def test_a_record_says_which_data_it_is_of(found, sample_digits):
    for record in found.values():
        assert record.params["data"] == {"name": "MNIST-5k sample", "digest": sample_digits.digest, "sample": True}
        assert record.sample_name == "MNIST-5k sample"
    params = json.loads((found["ridge"].folder / "params.json").read_text())
    assert params["config"]["penalty"] == 1e-4


def test_the_figure_of_test_errors_marks_every_printed_one(found, printed):
    with style():
        low, _ = figures.test_error(found, printed).axes
    marked = [float(line.get_xdata()[0]) for line in low.lines if line.get_marker() == "D" and len(line.get_xdata())]
    assert sorted(marked) == [1.8, 2.3, 7.2, 12.7]
    assert low.get_xlabel() == "test error (%)"


def test_the_figure_of_confident_mistakes_shows_what_was_misread(found, sample_digits):
    with style():
        figure = figures.confidently_wrong(found, sample_digits.test_images)
    titles = [axes.get_title() for axes in figure.axes]
    read_as = [(title[0], title.split()[3]) for title in titles if title]
    assert len(read_as) == 24
    assert all(label != predicted for label, predicted in read_as)


@pytest.mark.parametrize("hidden", [[8], [8, 6], [8, 6, 4]])
def test_the_figure_of_weights_has_a_panel_for_each_layer(hidden, tmp_path):
    found = {}
    for method in result_tables.NETWORKS:
        states = {f"seed-{seed}": mlp([20, *hidden, 10], seed=seed).state_dict() for seed in (0, 1)}
        (tmp_path / method / "model").mkdir(parents=True)
        torch.save(states, tmp_path / method / "model/weights.pt")
        params = {"config": {"hidden": hidden}}
        found[method] = records.Record(pd.DataFrame(), pd.DataFrame(), pd.DataFrame(), params, tmp_path / method)
    with style():
        axes = figures.weights(found).axes
    names = [f"hidden layer {place}" for place in range(1, len(hidden) + 1)]
    assert [panel.get_title(loc="left") for panel in axes] == [*names, "output layer (not penalised)"]
