"""Every method on a user's table: collinear columns, another scale of the target, and the user's labels."""

from pkgutil import resolve_name

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

from relecture import records, tables
from relecture.config_model import ConfigModel
from relecture.plotting import style
from relecture.salaries import METHODS, PROTOCOLS, figures, lasso, linear, network, result_tables
from relecture.salaries.config import LinearFitConfig, NetworkFitConfig, SplitsConfig
from relecture.salaries.data import draw_splits, iter_splits
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
    return list(iter_splits(draw_splits(len(rents), SplitsConfig(seeds=[1, 2, 3], test_size=40, n_folds=5))))


@pytest.fixture(scope="module")
def config(standard) -> dict[str, ConfigModel]:
    """The configuration of each method, with few epochs."""
    training = standard.salaries.network.training.model_copy(update={"epochs": 60, "log_every_n_epochs": 20})
    return {
        "linear": LinearFitConfig(),
        "relaxed_lasso": LinearFitConfig(predictors=["size", "in_centre"]),
        "lasso": standard.salaries.method("book", "lasso"),
        "network": NetworkFitConfig(n_seeds=1, hidden=64, dropout=0.1, training=training, standardise_target=True),
    }


@pytest.fixture(scope="module")
def by_method(rents, some, config, tmp_path_factory):
    """The records of every method on one split and on three."""
    top, folders = tmp_path_factory.mktemp("rents"), []
    for protocol, drawn in zip(PROTOCOLS, (some[:1], some), strict=True):
        for method, function in METHODS.items():
            fit = resolve_name(function)(rents, drawn, config[method], top / "scratch")
            folder, source = top / protocol / method, LABELS.source("0123456789abcdef")
            rename_prediction_columns(fit, LABELS)
            fit.save(folder, f"salaries/{protocol}/{method}", config[method], source, "a", LABELS.question)
            folders.append(folder)
    return result_tables.load(folders, []).records


def mae(fit) -> float:
    return np.mean([row["value"] for row in fit.metrics if row["metric"] == "mae"])


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
    unscaled = config["network"].model_copy(update={"standardise_target": None})
    fit = network.fit(rents, some, config["network"], tmp_path / "a")
    assert mae(fit) < 0.6 * mean_error
    assert mae(network.fit(rents, some, unscaled, tmp_path / "b")) > mean_error  # as the book's network learns
    last = fit.histories[0].query("metric == 'test_mae' and step == 60").set_index("member").value
    errors = {row["member"]: row["value"] for row in fit.metrics if row["metric"] == "mae"}
    for member, value in errors.items():
        assert last[member] == pytest.approx(value, rel=1e-4)  # in the target's unit, as the final numbers


def test_the_network_s_errors_do_not_depend_on_the_unit(rents, some, config, tmp_path):
    small = rents.assign(rent=rents.rent / 1000)
    error = mae(network.fit(rents, some, config["network"], tmp_path / "a"))
    assert mae(network.fit(small, some, config["network"], tmp_path / "b")) == pytest.approx(error / 1000, rel=0.02)


def test_a_record_has_the_labels_of_its_table(by_method, players, book, tmp_path):
    record = by_method["book", "lasso"]
    assert result_tables.record_labels(record) == LABELS
    assert record.params["question"] == "Linear regression, lasso, relaxed lasso or a network for rent in rents.csv?"
    assert list(record.predictions.columns) == ["member", "row", "observed", "predicted"]
    assert HITTERS.source("0") == {"name": "Hitters", "digest": "0", "sample": False}


def test_the_tables_have_the_user_s_labels_and_no_printed_values(by_method, published, tmp_path):
    result_tables.table(SalariesResults(by_method, published), tmp_path / "table")
    result_tables.differences(SalariesResults(by_method, test_to_train=0.5), tmp_path / "differences")
    assert not [name for name in pd.read_csv(tmp_path / "table.csv") if "published" in name]
    for name in ("table.md", "differences.md"):
        text = (tmp_path / name).read_text()
        assert "rent in rents.csv" in text
        assert "in euros" in text
        assert not [word for word in ("dollars", "player", "Hitters", "book", "published") if word in text.lower()]


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


def test_the_figures_have_the_user_s_labels_and_no_printed_values(by_method, published):
    with style():
        drawn = [
            figures.splits(SalariesResults(by_method, published)),
            figures.lasso_path(SalariesResults(by_method)),
            figures.residuals(SalariesResults(by_method)),
        ]
        drawn += [figures.overview(record) for record in by_method.values()]
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
