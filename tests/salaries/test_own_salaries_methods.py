"""Every method on a table of one's own: awkward columns, another scale of the target, and its own words everywhere."""

from pathlib import Path
from pkgutil import resolve_name

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

from relecture import records, tables
from relecture.plotting import style
from relecture.salaries import METHODS, PROTOCOLS, figures, lasso, linear, network, result_tables
from relecture.salaries.data import draw, splits
from relecture.salaries.scoring import named
from relecture.salaries.table_labels import HITTERS, Subject, of
from relecture.scorecard import verdicts

pytestmark = pytest.mark.filterwarnings("ignore:.*(rank-deficient|degenerate)")

WORDS = Subject(name="rents.csv", target="rent", rows="flats", unit="euros")


@pytest.fixture(scope="module")
def rents() -> pd.DataFrame:
    """120 made-up flats as `coded` leaves them; one is a castle, and size stands there in two units."""
    random = np.random.default_rng(6)
    size, centre = random.uniform(20, 150, 120), random.integers(0, 2, 120)
    castle = (np.arange(120) == 17).astype(int)
    rent = 90_000 * size + 1_000_000 * centre + random.normal(0, 500_000, 120)
    return pd.DataFrame(
        {"size": size, "size_in_feet": size * 10.764, "in_centre": centre, "castle": castle, "rent": rent}
    )


@pytest.fixture(scope="module")
def some(rents) -> list:
    return list(splits(draw([1, 2, 3], len(rents), 40, 5)))


@pytest.fixture(scope="module")
def config(standard) -> dict[str, dict]:
    """By method, with a short training."""
    training = {**standard.salaries.network.training.model_dump(), "epochs": 60, "log_every_n_epochs": 20}
    return {
        "linear": {"predictors": None},
        "relaxed_lasso": {"predictors": ["size", "in_centre"]},
        "lasso": standard.salaries.method("book", "lasso"),
        "network": {"hidden": 64, "dropout": 0.1, "seeds": 1, "training": training, "standardise_target": True},
    }


@pytest.fixture(scope="module")
def found(rents, some, config, tmp_path_factory):
    """The records of every method on one split and on three."""
    top, folders = tmp_path_factory.mktemp("rents"), []
    for protocol, drawn in zip(PROTOCOLS, (some[:1], some), strict=True):
        for method, function in METHODS.items():
            fit = resolve_name(function)(rents, drawn, config[method], top / "scratch")
            folder, source = top / protocol / method, WORDS.source("0123456789abcdef")
            named(fit, WORDS).save(folder, f"salaries/{protocol}/{method}", config[method], source, "a", WORDS.question)
            folders.append(folder)
    return result_tables.read(folders)


def mae(fit) -> float:
    return np.mean([row["value"] for row in fit.metrics if row["metric"] == "mae"])


def test_least_squares_takes_columns_that_say_the_same_or_are_constant_in_training(rents, some, config, tmp_path):
    fit = linear.fit(rents, some, config["linear"], tmp_path)
    x, y = rents[["size", "in_centre"]], rents.rent
    for split, table in zip(some, fit.predictions, strict=True):
        if 17 in split.test:  # the castle is in no training row, so it has no effect
            expected = LinearRegression().fit(x.loc[split.train], y[split.train]).predict(x.loc[split.test])
            np.testing.assert_allclose(table.predicted, expected, rtol=1e-6)
            return
    pytest.fail("no split tests it")


def test_the_lasso_leaves_out_a_column_that_is_constant_in_training(rents, some, config, tmp_path):
    fit = lasso.fit(rents, some, config["lasso"], tmp_path)
    fit.save_model(tmp_path)
    models = pd.read_json(tmp_path / "coefficients.json")
    for split in some:
        assert (models.loc["castle", split.name] == 0) == (17 in split.test)
    assert np.isfinite(models.to_numpy()).all()


def test_the_path_of_300_columns_satisfies_the_lasso_s_conditions_to_its_end():
    random = np.random.default_rng(0)
    x = 0.5 * random.normal(size=(400, 1)) + 0.5 * random.normal(size=(400, 300))
    y = x[:, :5].sum(1) + random.normal(size=400)
    lambdas = lasso.path_values(x, y, 100, 1e-4)
    intercepts, slopes = lasso.solve(x, y, lambdas)
    correlations = ((x - x.mean(0)) / x.std(0)).T @ (y[:, None] - intercepts - x @ slopes) / len(y)
    np.testing.assert_allclose(np.abs(correlations).max(0), lambdas, rtol=1e-6)


def test_the_network_learns_a_target_of_any_scale(rents, some, config, tmp_path):
    mean_error = np.mean([np.abs(rents.rent[s.test] - rents.rent[s.train].mean()).mean() for s in some])
    raw = {key: value for key, value in config["network"].items() if key != "standardise_target"}
    fit = network.fit(rents, some, config["network"], tmp_path / "a")
    assert mae(fit) < 0.6 * mean_error
    assert mae(network.fit(rents, some, raw, tmp_path / "b")) > mean_error  # as the book's does it, it cannot
    last = fit.histories[0].query("metric == 'test_mae' and step == 60").set_index("member").value
    kept = {row["member"]: row["value"] for row in fit.metrics if row["metric"] == "mae"}
    for member, value in kept.items():
        assert last[member] == pytest.approx(value, rel=1e-4)  # in the target's unit, as the final numbers


def test_in_other_units_the_network_makes_the_same_mistakes(rents, some, config, tmp_path):
    small = rents.assign(rent=rents.rent / 1000)
    error = mae(network.fit(rents, some, config["network"], tmp_path / "a"))
    assert mae(network.fit(small, some, config["network"], tmp_path / "b")) == pytest.approx(error / 1000, rel=0.02)


def test_a_record_says_what_it_is_about(found, players, book, tmp_path):
    record = found["book", "lasso"]
    assert of(record) == WORDS
    assert record.params["question"] == "Linear regression, lasso, relaxed lasso or a network for rent in rents.csv?"
    assert list(record.predictions.columns) == ["member", "row", "observed", "predicted"]
    assert HITTERS.source("0") == {"name": "Hitters", "digest": "0", "sample": False}


def test_its_tables_have_nothing_printed_and_its_own_words(found, printed, tmp_path):
    result_tables.table(found, printed, tmp_path / "table")
    result_tables.differences(found, 0.5, tmp_path / "differences")
    assert not [name for name in pd.read_csv(tmp_path / "table.csv") if "printed" in name]
    for name in ("table.md", "differences.md"):
        text = (tmp_path / name).read_text()
        assert "rent in rents.csv" in text
        assert "in euros" in text
        assert not [word for word in ("dollars", "player", "Hitters", "book", "printed") if word in text.lower()]


@pytest.mark.parametrize(("error", "shown"), [(0.8868, "0.887"), (25.04, "25.0"), (254.7, "255"), (98765.4, "98,765")])
def test_errors_have_three_digits_whatever_their_size(found, error, shown):
    metrics = found["book", "linear"].metrics.assign(value=error)
    other = {**found, ("book", "linear"): records.Record(metrics, *[None] * 2, found["book", "linear"].params)}
    assert tables.number(error, result_tables.decimals(other)) == shown


def test_its_numbers_are_not_judged_by_those_of_the_book(found, printed, tmp_path):
    result_tables.quantities(found, printed, tmp_path / "quantities.csv")
    card = verdicts.build(printed, pd.read_csv(tmp_path / "quantities.csv"))
    assert set(card.comparison) == {"salaries"}
    assert len(card) == len([entry for entry in printed if entry.comparison == "salaries"])
    assert card.reproduced.isna().all()
    assert (card.verdict == "").all()
    assert card.note.str.endswith("rents.csv: not judged.").all()
    assert set(verdicts.shown(card).reproduced) == {"–"}


def test_its_figures_use_its_own_words_and_mark_nothing_printed(found, printed):
    with style():
        drawn = [figures.splits(found, printed), figures.lasso_path(found), figures.residuals(found)]
        drawn += [figures.overview(record) for record in found.values()]
    for figure in drawn:
        texts = [text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))]
        said = " ".join(texts).lower()
        assert "euros" in said
        assert not [word for word in ("dollars", "player", "salary", "paid", "book's", "printed") if word in said]
    (axes,) = drawn[0].axes
    assert axes.get_xlabel() == "mean absolute error on the test flats (euros)"


def test_without_a_unit_errors_are_in_that_of_the_target():
    plain = Subject(name="rents.csv", target="rent", rows="rows", unit="")
    assert (plain.scale, plain.in_unit, plain.predicted) == ("unit of rent", "in the unit of rent", "predicted rent")


def test_the_settings_of_a_table_of_one_s_own_reach_the_steps(standard):
    from relecture.salaries.config import SalariesConfig

    data = {"path": "flats/rents.csv", "target": "rent", "rows": "flats", "unit": "euros"}
    settings = SalariesConfig(**{**standard.salaries.model_dump(), "data": data, "relaxed_lasso": ["size"]})
    assert Subject(**settings.subject()) == WORDS
    assert settings.source() == "flats/rents.csv"
    assert settings.table() == {
        **{"path": "flats/rents.csv", "target": "rent", "leave_out": []},
        **{"test_size": 87, "folds": 10, "relaxed_lasso": ["size"]},
    }
    assert settings.method("book", "network")["standardise_target"]
    assert Path(standard.salaries.source()) == Path("resources/hitters.json")
    assert standard.salaries.subject() is None
    assert "standardise_target" not in standard.salaries.method("book", "network")
