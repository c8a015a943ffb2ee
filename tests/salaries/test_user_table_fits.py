"""Every method on a user's table: collinear columns, another scale of the target, and the user's labels."""

import re
from pkgutil import resolve_name

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

from relecture import records, tables
from relecture.config_model import ConfigModel
from relecture.plotting import style
from relecture.salaries import (
    ISL_TABLE_ONLY,
    METHODS,
    PROTOCOLS,
    figures,
    findings,
    knn,
    lasso,
    learning_curve,
    learning_tables,
    linear,
    network,
    result_tables,
    ridge,
    tuning_tables,
)
from relecture.salaries.config import (
    ForestConfig,
    KnnConfig,
    LearningCurveFitConfig,
    LinearFitConfig,
    NetworkFitConfig,
    RidgeConfig,
    SplitsConfig,
    TreeConfig,
)
from relecture.salaries.data import draw_splits, encode, iter_splits
from relecture.salaries.result_tables import SalariesResults
from relecture.salaries.scoring import rename_prediction_columns
from relecture.salaries.table_labels import HITTERS, TableLabels
from relecture.scorecard import verdicts

pytestmark = pytest.mark.filterwarnings("ignore:.*(rank-deficient|degenerate)")

LABELS = TableLabels(name="rents.csv", target="rent", rows="flats", unit="euros")


@pytest.fixture(scope="module")
def rents() -> pd.DataFrame:
    """120 made-up flats as `encode` returns them; one is a castle, and size is given in two units."""
    random = np.random.default_rng(6)
    size, centre = random.uniform(20, 150, 120), random.integers(0, 2, 120)
    castle = (np.arange(120) == 17).astype(int)
    rent = 90_000 * size + 1_000_000 * centre + random.normal(0, 500_000, 120)
    return pd.DataFrame(
        {"size": size, "size_in_feet": size * 10.764, "in_centre": centre, "castle": castle, "rent": rent}
    )


@pytest.fixture(scope="module")
def some(rents) -> list:
    return list(
        iter_splits(
            draw_splits(len(rents), SplitsConfig(seeds=[1, 2, 3], test_size=40, n_folds=5, max_training_rows=5_000))
        )
    )


@pytest.fixture(scope="module")
def config(standard) -> dict[str, ConfigModel]:
    """The configuration of each method, with few epochs."""
    training = standard.salaries.network.training.model_copy(update={"epochs": 60, "log_every_n_epochs": 20})
    return {
        "linear": LinearFitConfig(),
        "relaxed_lasso": LinearFitConfig(predictors=["size", "in_centre"]),
        "lasso": standard.salaries.method("book", "lasso"),
        "ridge": RidgeConfig(lambdas=[0.01, 0.1]),
        "knn": KnnConfig(n_neighbors=[3, 9, 500]),
        "tree": TreeConfig(cp=[0.1, 0.01]),
        "bagging": ForestConfig(n_trees=50, max_features=[1.0], min_samples_leaf=[1]),
        "random_forest": ForestConfig(n_trees=50, max_features=[0.5], min_samples_leaf=[1, 5]),
        "network_standardised": NetworkFitConfig(
            n_seeds=1, hidden=64, dropout=0.1, training=training, standardise_target=True
        ),
    }


@pytest.fixture(scope="module")
def by_method(rents, some, config, tmp_path_factory):
    """The records of every method on one split and on three."""
    top, folders = tmp_path_factory.mktemp("rents"), []
    for protocol, drawn in zip(PROTOCOLS, (some[:1], some), strict=True):
        for method in config:
            fit = resolve_name(METHODS[method])(rents, drawn, config[method], top / "scratch")
            folder, source = top / protocol / method, LABELS.source("0123456789abcdef")
            rename_prediction_columns(fit, LABELS)
            fit.save(folder, f"salaries/{protocol}/{method}", config[method], source, "a", LABELS.question)
            folders.append(folder)
    return result_tables.load(folders, []).records


@pytest.fixture(scope="module")
def curve(rents, some, config, tmp_path_factory):
    """The record of all methods on two sizes of the training set."""
    top = tmp_path_factory.mktemp("curve")
    curve_config = LearningCurveFitConfig(n_splits=2, train_sizes=[0.2, 0.5], **config)
    fit = learning_curve.fit(rents, rents, some, curve_config, top / "scratch")
    fit.save(top / "record", "salaries/learning_curve", curve_config, LABELS.source("0"), "a", LABELS.question)
    return records.read(top / "record")


def mae(fit) -> float:
    return np.mean([row["value"] for row in fit.metrics if row["metric"] == "mae"])


def test_a_sample_of_the_training_rows_is_recorded_and_told_in_the_table(rents, config, published, tmp_path):
    drawn = draw_splits(len(rents), SplitsConfig(seeds=[1, 2], test_size=20, n_folds=5, max_training_rows=60))
    methods, by_method = ("linear", "knn", "random_forest"), {}
    for method in methods:
        fit = resolve_name(METHODS[method])(rents, list(iter_splits(drawn)), config[method], tmp_path / "scratch")
        assert [row["value"] for row in fit.metrics if row["metric"] == "training_rows"] == [60, 60]
        rename_prediction_columns(fit, LABELS)
        for protocol in PROTOCOLS:
            folder = tmp_path / protocol / method
            fit.save(folder, f"salaries/{protocol}/{method}", config[method], LABELS.source("0"), "a", LABELS.question)
            by_method[protocol, method] = records.read(folder)
    result_tables.table(SalariesResults(by_method, published, 60, 20), tmp_path / "table")
    text = (tmp_path / "table.md").read_text()
    assert text.count("a random sample of 60 of the rows outside the test set") == 1
    assert text.count("salaries.max_training_rows") == 1


def test_without_a_sample_nothing_is_said_of_it(by_method, published, tmp_path):
    result_tables.table(SalariesResults(by_method, published, 80, 40), tmp_path / "table")
    assert "max_training_rows" not in (tmp_path / "table.md").read_text()


def test_least_squares_accepts_columns_that_are_collinear_or_constant_in_training(rents, some, config, tmp_path):
    fit = linear.fit(rents, some, config["linear"], tmp_path)
    x, y = rents[["size", "in_centre"]], rents.rent
    for split, table in zip(some, fit.predictions, strict=True):
        if 17 in split.test:  # the castle is in no training row, so it has no effect
            expected = LinearRegression().fit(x.loc[split.train], y[split.train]).predict(x.loc[split.test])
            np.testing.assert_allclose(table.predicted, expected, rtol=1e-6)
            return
    pytest.fail("no split tests it")


def test_the_lasso_excludes_a_column_that_is_constant_in_training(rents, some, config, tmp_path):
    fit = lasso.fit(rents, some, config["lasso"], tmp_path)
    fit.save_model(tmp_path)
    models = pd.read_json(tmp_path / "coefficients.json")
    for split in some:
        assert (models.loc["castle", split.name] == 0) == (17 in split.test)
    assert np.isfinite(models.to_numpy()).all()


def test_the_network_learns_a_target_of_any_scale(rents, some, config, tmp_path):
    mean_error = np.mean([np.abs(rents.rent[s.test] - rents.rent[s.train].mean()).mean() for s in some])
    unscaled = config["network_standardised"].model_copy(update={"standardise_target": None})
    fit = network.fit(rents, some, config["network_standardised"], tmp_path / "a")
    assert mae(fit) < 0.6 * mean_error
    assert mae(network.fit(rents, some, unscaled, tmp_path / "b")) > mean_error  # as the book's network learns
    last = fit.histories[0].query("metric == 'test_mae' and step == 60").set_index("member").value
    errors = {row["member"]: row["value"] for row in fit.metrics if row["metric"] == "mae"}
    for member, value in errors.items():
        assert last[member] == pytest.approx(value, rel=1e-4)  # in the target's unit, as the final numbers


def test_the_network_s_errors_do_not_depend_on_the_unit(rents, some, config, tmp_path):
    small = rents.assign(rent=rents.rent / 1000)
    error = mae(network.fit(rents, some, config["network_standardised"], tmp_path / "a"))
    assert mae(network.fit(small, some, config["network_standardised"], tmp_path / "b")) == pytest.approx(
        error / 1000, rel=0.02
    )


def test_a_record_has_the_labels_of_its_table(by_method, players, book, tmp_path):
    record = by_method["book", "lasso"]
    assert result_tables.record_labels(record) == LABELS
    assert record.params["question"] == "Linear models, nearest neighbours, trees or networks for rent in rents.csv?"
    assert list(record.predictions.columns) == ["member", "row", "observed", "predicted"]
    assert HITTERS.source("0") == {"name": "Hitters", "digest": "0", "sample": False}


def test_every_method_but_the_book_s_network_fits_a_user_s_table(by_method, curve):
    expected = set(METHODS) - set(ISL_TABLE_ONLY)
    assert {method for _, method in by_method} == expected
    assert {metric.removesuffix("_mae") for metric in curve.history.metric} == expected
    for record in by_method.values():
        assert np.isfinite(record.predictions.predicted).all()


def test_the_tables_have_the_user_s_labels_and_no_printed_values(by_method, curve, published, tmp_path):
    results = SalariesResults(by_method, published, 80, 40, curve)
    result_tables.table(results, tmp_path / "table")
    result_tables.differences(results, tmp_path / "differences")
    learning_tables.learning_curve(results, tmp_path / "learning_curve")
    learning_tables.size_differences(results, tmp_path / "size_differences")
    learning_tables.epochs(results, tmp_path / "epochs")
    tuning_tables.tuning(results, tmp_path / "tuning")
    assert not [name for name in pd.read_csv(tmp_path / "table.csv") if "published" in name]
    for name in ("table", "differences", "learning_curve", "size_differences", "epochs", "tuning"):
        text = (tmp_path / f"{name}.md").read_text()
        assert "rent in rents.csv" in text
        assert "in euros" in text or name == "tuning"
        words = ("dollars", "player", "hitters", "book", "published", "lecture")
        assert not [word for word in words if word in text.lower()]
    names = {one.id for one in (*findings.findings(results), *findings.choices(results))}
    assert {"linear - network_standardised", "knn.n_neighbors"} <= names
    assert not [name for name in names if re.search(r"network( |$)", name)]


@pytest.mark.parametrize(("error", "shown"), [(0.8868, "0.887"), (25.04, "25.0"), (254.7, "255"), (98765.4, "98,765")])
def test_errors_have_three_digits_whatever_their_size(by_method, error, shown):
    metrics = by_method["book", "linear"].metrics.assign(value=error)
    other = {**by_method, ("book", "linear"): records.Record(metrics, *[None] * 2, by_method["book", "linear"].params)}
    assert tables.number(error, result_tables.error_decimals(other)) == shown


def test_the_numbers_are_not_compared_with_those_of_the_book(by_method, published, tmp_path):
    result_tables.reproduced_values(SalariesResults(by_method, published), tmp_path / "reproduced_values.csv")
    card = verdicts.build(published, pd.read_csv(tmp_path / "reproduced_values.csv"))
    assert set(card.comparison) == {"salaries"}
    assert len(card) == len([entry for entry in published if entry.comparison == "salaries"])
    assert card.reproduced.isna().all()
    assert (card.verdict == "not judged").all()
    assert card.note.str.endswith("other data (rents.csv).").all()
    assert set(verdicts.as_text(card).reproduced) == {"–"}


def test_the_figures_have_the_user_s_labels_and_no_printed_values(by_method, curve, published):
    results = SalariesResults(by_method, published, 80, 40, curve)
    with style():
        drawn = [
            figures.splits(results),
            figures.learning_curve(results),
            figures.epochs(results),
            figures.lasso_path(results),
            figures.residuals(results),
        ]
        drawn += [figures.overview(by_method["book", method]) for method in ("linear", "network_standardised")]
        drawn.append(figures.overview(curve))
    plt.close("all")
    for figure in drawn:
        texts = [text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))]
        words = " ".join(texts).lower()
        assert "euros" in words
        assert not [word for word in ("dollars", "player", "salary", "paid", "book's", "published") if word in words]
    (axes,) = drawn[0].axes
    assert axes.get_xlabel() == "mean absolute error on the test flats (euros)"


def test_without_a_unit_errors_are_in_the_unit_of_the_target():
    plain = TableLabels(name="rents.csv", target="rent", rows="rows", unit="")
    assert (plain.scale, plain.in_unit, plain.predicted) == ("unit of rent", "in the unit of rent", "predicted rent")


def test_ridge_and_neighbours_do_not_depend_on_which_level_is_the_first(some):
    random = np.random.default_rng(8)
    district = random.choice(["north", "south", "west"], 120)
    raw = pd.DataFrame({"size": random.uniform(20, 150, 120), "district": district})
    raw["rent"] = 9 * raw["size"] + 200 * (district == "north") + random.normal(0, 50, 120)
    renamed = raw.assign(district=raw.district.replace({"north": "z north"}))
    for module, method_config in ((ridge, RidgeConfig(lambdas=[0.1, 1.0])), (knn, KnnConfig(n_neighbors=[3, 9]))):
        ours, theirs = (
            module.fit(encode(table, "rent", one_hot=True), some, method_config, None) for table in (raw, renamed)
        )
        for a, b in zip(ours.predictions, theirs.predictions, strict=True):
            np.testing.assert_allclose(a.predicted, b.predicted, rtol=1e-9)


@pytest.mark.parametrize("method", ["ridge", "knn", "tree", "bagging", "random_forest"])
def test_a_level_that_no_training_row_has_is_no_error(rents, some, config, method):
    split = next(split for split in some if 17 in split.test)  # the only castle
    fit = resolve_name(METHODS[method])(rents, [split], config[method], None)
    assert np.isfinite(fit.predictions[0].predicted).all()
    assert fit.predictions[0].predicted.between(0, 2 * rents.rent.max()).all()
