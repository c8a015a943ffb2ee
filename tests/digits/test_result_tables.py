"""Every method on the sample: its record, the table, the differences, and a scorecard that judges nothing."""

import json
from dataclasses import replace

import matplotlib.pyplot as plt
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
from relecture.uncertainty import Difference

NETWORKS = ["plain", "ridge", "dropout", "early_stopping", "early_stopping_error", "one_hidden_layer", "logistic"]
#: Metrics of a network that trains for all epochs; one that stops early has those before the last ten.
METRICS = ["test_error", "validation_error", "epochs", "best_epoch", "test_error_last_ten", "test_error_within_run_sd",
           "validation_error_last_ten", "validation_error_within_run_sd"]  # fmt: skip


@pytest.fixture(scope="module")
def results(digits_records, published, sample_digits) -> DigitsResults:
    folders = [digits_records[method] for method in (*METHODS, *SEARCH)]
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


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


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
    assert (errors < 0.5).all()  # better than chance, even after two epochs


@pytest.mark.parametrize("method", NETWORKS)
def test_the_record_of_a_network_has_its_curves(by_method, method):
    record = by_method[method]
    is_stopped = method in result_tables.EARLY_STOPPING
    assert record.metrics.metric.unique().tolist() == (METRICS[:4] if is_stopped else METRICS)
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
    for method in ("sklearn_logistic", "lda", "knn"):
        assert len(by_method[method].history) == 0
        assert by_method[method].metrics.member.unique().tolist() == ["fit"]
    assert "test_error_with_validation" in by_method["lda"].metrics.metric.tolist()


def test_the_records_count_the_parameters_of_the_fitted_models(by_method):
    expected = dict.fromkeys([*result_tables.NETWORKS, "l1", "ridge_search"], 235_146)
    expected |= dict.fromkeys(["logistic", "sklearn_logistic", "lda"], 7_850)
    expected |= {"one_hidden_layer": 235_330}  # 784 x 296 + 296 + 296 x 10 + 10
    expected |= dict.fromkeys(["knn", "random_forest"])
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
    assert table.n.tolist() == [2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2]
    metrics = by_method["dropout"].metrics
    for metric in ("test_error", "test_error_last_ten"):
        errors = metrics[metrics.metric == metric].value
        assert table[metric]["Network with dropout"] == pytest.approx(100 * errors.mean())
        assert table[f"{metric}_sd"]["Network with dropout"] == pytest.approx(100 * errors.std(ddof=1))
    assert table.test_error_last_ten.isna().tolist() == [0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 1, 1]


def test_of_l1_the_networks_with_the_chosen_lambda_are_in_the_table(results, by_method):
    metrics = by_method["l1"].metrics.pivot(index="member", columns="metric", values="value")
    assert len(metrics) == 4
    by_lambda = metrics.groupby("lambda").validation_error_last_ten
    least_se = by_lambda.sem()[by_lambda.mean().idxmin()]
    lambda_ = max(by_lambda.mean().index[by_lambda.mean() <= by_lambda.mean().min() + least_se])
    expected = 100 * metrics[metrics["lambda"] == lambda_].test_error
    assert results.errors("l1").tolist() == expected.tolist()


def test_the_differences_are_paired_over_seeds(results, by_method, tmp_path):
    result_tables.differences(results, tmp_path / "differences")
    table = pd.read_csv(tmp_path / "differences.csv").set_index(["error", "a", "b"])
    assert table.groupby("error").size().to_dict() == {
        "test_error": 6,
        "test_error_last_ten": 5,
        "validation_error": 1,
    }
    for metric in ("test_error", "test_error_last_ten"):
        ridge, dropout = (100 * values(by_method[method], metric) for method in ("ridge", "dropout"))
        interval = ttest_rel(ridge, dropout).confidence_interval()
        row = table.loc[metric, "ridge", "dropout"]
        assert (row["mean"], row.low, row.high) == pytest.approx(
            ((ridge - dropout).mean(), interval.low, interval.high)
        )
    assert "MNIST-5k sample" in (tmp_path / "differences.md").read_text()


def values(record: records.Record, metric: str) -> np.ndarray:
    """Return a metric of each member."""
    return record.metrics[record.metrics.metric == metric].value.to_numpy()


def test_over_the_last_epochs_early_stopping_has_the_error_of_the_epoch_that_it_keeps(results, by_method, tmp_path):
    result_tables.differences(results, tmp_path / "differences")
    table = pd.read_csv(tmp_path / "differences.csv").set_index(["error", "a", "b"])
    plain = 100 * values(by_method["plain"], "test_error_last_ten")
    kept = 100 * values(by_method["early_stopping"], "test_error")
    row = table.loc["test_error_last_ten", "plain", "early_stopping"]
    assert row["mean"] == pytest.approx((plain - kept).mean())


def test_p_values_are_adjusted_over_exactly_the_rows_of_the_table(results, tmp_path):
    result_tables.differences(results, tmp_path / "differences")
    table = pd.read_csv(tmp_path / "differences.csv").sort_values("p")
    n = len(table)
    by_hand = np.minimum(1, np.maximum.accumulate(table.p.to_numpy() * np.arange(n, 0, -1)))
    np.testing.assert_allclose(table.adjusted_p, by_hand)
    findings = result_tables.findings(results)
    assert len({finding.id for finding in findings}) == len(findings) == n
    assert sorted(finding.adjusted_p for finding in findings) == sorted(table.adjusted_p)


def curve(losses: list[float], errors: list[float]) -> pd.DataFrame:
    """Return the history of `seed-00`."""
    rows = [
        ("seed-00", step, metric, value)
        for metric, points in (("validation_loss", losses), ("validation_error", errors))
        for step, value in enumerate(points, start=1)
    ]
    return pd.DataFrame(rows, columns=list(records.HISTORY))


def test_the_error_at_the_lowest_loss_is_that_of_its_epoch(results, by_method):
    plain = replace(by_method["plain"], history=curve([0.3, 0.1, 0.2, 0.4], [0.05, 0.03, 0.01, 0.02]))
    changed = replace(results, records={**by_method, "plain": plain})
    assert result_tables.error_at_lowest_loss(changed).to_dict() == {"seed-00": 3.0}
    assert result_tables.lowest_epochs(changed, "validation_error").to_dict() == {"seed-00": 3}


def test_the_table_of_lambdas_marks_the_chosen_one_of_each_penalty(results, tmp_path):
    result_tables.lambda_choice(results, tmp_path / "lambda_choice")
    table = pd.read_csv(tmp_path / "lambda_choice.csv")
    assert table.groupby("penalty", sort=False)["lambda"].apply(list).to_dict() == {
        "ridge": [1e-3, 1e-5],
        "L1": [1e-3, 1e-5],
    }
    assert table.groupby("penalty").chosen.sum().tolist() == [1, 1]
    assert table.groupby("penalty").lowest.sum().tolist() == [1, 1]
    assert table.groupby("penalty").share_of_wins.sum().tolist() == pytest.approx([1, 1])
    chosen = {choice.id: choice for choice in result_tables.choices(results)}
    assert float(chosen["ridge.lambda"].value) == table["lambda"][table.chosen & (table.penalty == "ridge")].item()
    # Both ends of a grid of two are its border.
    assert (
        "The choice of ridge is on the border of its grid"
        in json.loads((tmp_path / "lambda_choice.json").read_text())["note"]
    )


def test_the_table_of_early_stopping_has_what_the_networks_have_at_the_kept_epoch(results, by_method, tmp_path):
    result_tables.early_stopping(results, tmp_path / "early_stopping")
    table = pd.read_csv(tmp_path / "early_stopping.csv", keep_default_na=False).set_index("monitor")
    by_loss = by_method["early_stopping"]
    history = by_loss.history.set_index(["member", "step", "metric"]).value
    kept = by_loss.metrics[by_loss.metrics.metric == "best_epoch"].set_index("member").value
    losses = [history[member, epoch, "validation_loss"] for member, epoch in kept.items()]
    assert table.validation_loss["validation loss"] == pytest.approx(np.mean(losses))
    assert table.validation_error["none"] == pytest.approx(100 * values(by_method["plain"], "validation_error").mean())
    assert (table.best_epoch_lowest["none"], table.best_epoch_highest["none"]) == (2, 2)


def test_the_choices_are_the_lambdas_and_the_epochs_of_early_stopping(results):
    assert [choice.id for choice in result_tables.choices(results)] == [
        "ridge.lambda",
        "l1.lambda",
        "early_stopping.best_epoch",
        "early_stopping_error.best_epoch",
    ]


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
        low, high = figures.test_error(results).axes
    lines = [line for line in (*low.lines, *high.lines) if line.get_marker() == "D"]
    marked = [float(line.get_xdata()[0]) for line in lines if len(line.get_xdata())]
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
        "Choice of lambda" if method in ("ridge_search", "l1") else "Errors per 1,000 images of a digit"
    )
    without_curves = ("lda", "sklearn_logistic", "knn", "random_forest")
    assert left.get_title(loc="left") == ("" if method in without_curves else "Learning")


@pytest.mark.parametrize("figure", [figures.curves, figures.early_stopping, figures.lambda_choice, figures.weights])
def test_the_figures_of_the_networks_are_drawn(results, figure):
    with style():
        assert figure(results).axes


def fall(mean: float, adjusted_p: float) -> result_tables.Gap:
    """Return the gap between the epoch of the lowest loss and the last ten."""
    difference = Difference(mean, mean - 0.1, mean + 0.1, 10, adjusted_p, adjusted_p)
    return result_tables.Gap("", "validation_error", result_tables.LOWEST_LOSS, result_tables.LAST_TEN, difference)


@pytest.mark.parametrize(
    ("gap", "title"),
    [
        (fall(0.25, 0.001), "After the lowest validation loss the validation error falls by another 0.25 points"),
        (
            fall(-0.25, 0.001),
            "After the lowest validation loss the validation error rises by 0.25 points (0.15 to 0.35)",
        ),
        (fall(0.05, 0.3), "After the lowest validation loss the error does not change significantly: 0.05 points less"),
        (
            fall(-0.05, 0.3),
            "After the lowest validation loss the error does not change significantly: 0.05 points more",
        ),
    ],
)
def test_the_title_of_early_stopping_says_what_the_difference_allows(results, monkeypatch, gap, title):
    monkeypatch.setattr(figures, "gaps", lambda results: [gap])
    with style():
        assert figures.early_stopping(results).get_suptitle().startswith(title)


def against_plain(p_ridge: float, p_dropout: float) -> list[result_tables.Gap]:
    """Return the gaps of ridge, 0.1 points better than no regularisation, and of dropout, 0.2 points."""
    return [
        result_tables.Gap("", "test_error_last_ten", "plain", method, Difference(mean, 0.0, 1.0, 10, p, p))
        for method, mean, p in (("ridge", 0.1, p_ridge), ("dropout", 0.2, p_dropout))
    ]


@pytest.mark.parametrize(
    ("gaps", "title"),
    [
        (
            against_plain(0.2, 0.01),
            "Significantly lower test error than without regularisation, over the last two epochs: dropout",
        ),
        (against_plain(0.2, 0.2), "No regulariser lowers the test error significantly over the last two epochs"),
        (against_plain(float("nan"), float("nan")), "One network per method: no difference can be tested"),
    ],
)
def test_the_title_of_test_errors_names_the_regularisers_with_an_effect_and_no_others(
    results, monkeypatch, gaps, title
):
    monkeypatch.setattr(figures, "gaps", lambda results: gaps)
    with style():
        assert figures.test_error(results).get_suptitle().replace("\n", " ") == title
