"""The comparison's table, differences and numbers for the scorecard, from real fits with few epochs."""

import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_rel
from statsmodels.stats.multitest import multipletests

from relecture import records, salaries
from relecture.plotting import style
from relecture.salaries import METHODS, PROTOCOLS, figures, linear, result_tables
from relecture.salaries.config import LinearFitConfig
from relecture.salaries.result_tables import SalariesResults
from relecture.scorecard import verdicts


@pytest.fixture(scope="module")
def by_method(salaries_records):
    return result_tables.load(list(salaries_records.values()), []).records


@pytest.fixture(scope="module")
def quantities(by_method, published, tmp_path_factory) -> pd.DataFrame:
    path = tmp_path_factory.mktemp("quantities") / "reproduced_values.csv"
    result_tables.reproduced_values(SalariesResults(by_method, published), path)
    return pd.read_csv(path)


def test_records_are_read_by_protocol_and_method(by_method):
    assert set(by_method) == {(protocol, method) for protocol in PROTOCOLS for method in METHODS}


def test_all_methods_are_scored_on_the_same_players_of_the_same_splits(by_method, book, some_splits):
    expected = {"book": [book.test], "resampled": [split.test for split in some_splits]}
    for (protocol, _), record in by_method.items():
        cases = record.predictions.groupby("member").player.apply(list)
        allowed = [rows.tolist() for rows in expected[protocol]]
        assert all(players in allowed for players in cases)
        if protocol == "resampled":
            assert cases.tolist() == allowed
            assert cases.index.tolist() == [split.name for split in some_splits]


def test_the_scores_in_a_record_are_those_of_its_predictions(by_method):
    for record in by_method.values():
        errors = (record.predictions.salary - record.predictions.predicted).abs()
        mae = errors.groupby(record.predictions.member).mean()
        recorded = record.metrics[record.metrics.metric == "mae"].set_index("member").value
        np.testing.assert_allclose(mae[recorded.index], recorded, rtol=1e-9)


def test_a_record_has_its_configuration_and_its_data(by_method, standard):
    record = by_method["book", "lasso"]
    assert record.name == "salaries/book/lasso"
    assert record.params["config"] == standard.salaries.method("book", "lasso").as_dict()
    assert record.params["data"] == {"name": "Hitters", "digest": "0123456789abcdef", "sample": False}
    assert record.params["rerun"] == f"snakemake {record.folder}/metrics.csv --force"
    assert record.sample_name == ""


def test_the_table_has_the_printed_and_the_reproduced_numbers(by_method, published, tmp_path):
    result_tables.table(SalariesResults(by_method, published), tmp_path / "table")
    table = pd.read_csv(tmp_path / "table.csv", dtype=str).set_index("model")
    assert table.method.tolist() == list(METHODS)
    assert table.n_random.tolist() == ["5"] * len(METHODS)
    assert table.mae_sd.notna().tolist() == [method.startswith("network") for method in METHODS]
    with_value = table.set_index("method").loc[["linear", "lasso", "relaxed_lasso", "network"]]
    assert with_value.parameters_published.tolist() == ["20", "12", "5", "1,345"]
    assert with_value.mae_published.tolist() == ["254.7", "252.3", "224.8", "257.4"]
    assert with_value.r2_published.fillna("").tolist() == ["0.56", "0.51", "", "0.54"]
    assert with_value.n.tolist() == ["1", "1", "1", "3"]
    others = table.set_index("method").drop(index=with_value.index)
    assert others[["parameters_published", "mae_published", "r2_published"]].isna().all(axis=None)
    text = (tmp_path / "table.md").read_text()
    assert "| Linear regression " in text
    for number in ("254.7", "252.3", "234.7", "1,345", "0.56", "0.51"):
        assert f" {number} " in text


def test_parameters_are_counted_by_one_convention_with_intercepts_and_without(by_method, published, tmp_path):
    result_tables.table(SalariesResults(by_method, published), tmp_path / "table")
    table = pd.read_csv(tmp_path / "table.csv").set_index("method")
    # 19 predictors, 12 of them in the lasso, four in the relaxed lasso; 19 x 64 + 64 weights and 65 intercepts.
    counts = {"linear": 19, "lasso": 12, "relaxed_lasso": 4, "ridge": 19, "network": 1280, "network_standardised": 1280}
    for method, without in counts.items():
        intercepts = 65 if method.startswith("network") else 1
        row = table.loc[method]
        assert (row.parameters, row.parameters_without_intercepts) == (without + intercepts, without)
    assert table.parameters.drop(index=list(counts)).isna().all()
    text = (tmp_path / "table.md").read_text()
    assert re.search(r"\| Lasso +\| +12 \| +13 \| +12 \|", text)  # as published, with intercept, without
    assert re.search(r"\| Linear regression +\| +20 \| +20 \| +19 \|", text)


def test_the_differences_are_paired_over_the_random_splits(by_method, tmp_path):
    result_tables.differences(SalariesResults(by_method, n_train=176, n_test=87), tmp_path / "differences")
    table = pd.read_csv(tmp_path / "differences.csv").set_index(["a", "b"])
    assert len(table) == 13
    assert (table.n == 5).all()
    assert set(METHODS) - {"linear"} == set(table.loc["linear"].index)
    assert ("network", "network_standardised") in table.index
    mae = {
        method: by_method["resampled", method].metrics.query("metric == 'mae'").set_index("member").value
        for method in METHODS
    }
    row, test = table.loc["linear", "lasso"], ttest_rel(mae["linear"], mae["lasso"])
    interval = test.confidence_interval()
    assert row["mean"] == pytest.approx((mae["linear"] - mae["lasso"]).mean())
    # Splits share rows: Nadeau and Bengio's interval is wider by the root of 1 + n x test/train.
    assert row.high - row.low == pytest.approx((interval.high - interval.low) * np.sqrt(1 + 5 * 87 / 176))
    assert row.a_wins == (mae["linear"] < mae["lasso"]).mean()
    expected = multipletests(table.p, method="holm")[1]
    np.testing.assert_allclose(table.adjusted_p, expected)
    rows = (tmp_path / "differences.md").read_text().splitlines()[4:17]
    assert ["not significant" in line for line in rows] == (table.adjusted_p >= 0.05).tolist()


def test_the_quantities_are_the_means_over_members(quantities, by_method):
    rows = quantities.set_index("id")
    assert rows.loc["salaries.linear.mae", "reproduced"] == pytest.approx(254.66865, abs=5e-6)
    assert rows.loc["salaries.linear.parameters", "reproduced"] == 20
    network = by_method["book", "network"].metrics.query("metric == 'mae'").value
    row = rows.loc["salaries.network.mae"]
    assert (row.reproduced, row.sd, row.n) == (
        pytest.approx(network.mean()),
        pytest.approx(network.std(ddof=1)),
        3,
    )
    assert rows.loc["salaries.linear.mae", ["sd"]].isna().all()
    assert quantities.data.isna().all()


def test_the_scorecard_of_the_solved_methods_is_exact_but_for_the_known_224_8(quantities, published):
    card = verdicts.build(published, quantities).set_index("id")
    outcomes = card[~card.index.str.contains("network|players")].verdict.to_dict()
    assert outcomes.pop("salaries.relaxed_lasso.mae") == "differs"
    assert outcomes.pop("salaries.lasso.mae_in_r") == "differs"
    assert outcomes.pop("salaries.linear.predictors") == "differs"
    assert set(outcomes.values()) == {"exact"}
    assert len(outcomes) == 12
    assert card.reproduced["salaries.linear.predictors"] == 19
    assert "19 are inputs" in card.note["salaries.linear.predictors"]
    assert "234.70 on the 87 test players" in card.note["salaries.relaxed_lasso.mae"]
    assert "thresh = 1e-14" in card.note["salaries.lasso.mae_in_r"]
    assert card.verdict["salaries.network.parameters"] == "exact"


def test_with_other_predictors_the_scorecard_says_what_was_not_computed(by_method, published, players, book, tmp_path):
    config = LinearFitConfig(predictors=["Hits", "RBI"])
    fit = linear.fit(players, [book], config, tmp_path)
    fit.save(
        tmp_path / "changed",
        "salaries/book/relaxed_lasso",
        config,
        by_method["book", "linear"].params["data"],
        "a_rule",
    )
    changed = {**by_method, ("book", "relaxed_lasso"): records.read(tmp_path / "changed")}
    result_tables.reproduced_values(SalariesResults(changed, published), tmp_path / "reproduced_values.csv")
    card = verdicts.build(published, pd.read_csv(tmp_path / "reproduced_values.csv")).set_index("id")
    assert card.n["salaries.table_10_3.CRuns"] == 0
    assert card.note["salaries.table_10_3.CRuns"] == "Not judged: not computed with these settings."
    relaxed = card[card.index.str.contains(r"relaxed_lasso|table_10_3")]
    assert len(relaxed) == 7
    assert set(relaxed.verdict) == {"not judged"}  # not even Hits, whose coefficient beside RBI is another
    assert card.verdict["salaries.lasso.mae"] == "exact"
    result_tables.table(SalariesResults(changed, published), tmp_path / "table")
    table = pd.read_csv(tmp_path / "table.csv", dtype=str).set_index("method")
    assert table.mae_published.dropna().to_dict() == {"linear": "254.7", "lasso": "252.3", "network": "257.4"}
    assert marked_as_published(changed, published) == [252.3, 254.7, 257.4]


def test_nothing_is_compared_on_another_split(by_method, published, tmp_path):
    def renamed(table):
        return table.assign(member=table.member.str.replace("split-0013", "split-0014"))

    other = {
        name: replace(record, metrics=renamed(record.metrics), predictions=renamed(record.predictions))
        for name, record in by_method.items()
    }
    fewer = {name: replace(record, predictions=record.predictions.iloc[1:]) for name, record in by_method.items()}
    for at, drawn in enumerate((other, fewer)):
        result_tables.reproduced_values(SalariesResults(drawn, published), tmp_path / f"{at}.csv")
        card = verdicts.build(published, pd.read_csv(tmp_path / f"{at}.csv"))
        assert set(card.verdict) == {"not judged"}
        computed = card[~card.id.str.contains("players")]  # which are counted in other files than the records
        assert computed.note.str.contains("other data (Hitters, with another split than the book's)", regex=False).all()
        assert computed.reproduced.notna().all()
        result_tables.table(SalariesResults(drawn, published), tmp_path / f"table-{at}")
        assert "published" not in " ".join(pd.read_csv(tmp_path / f"table-{at}.csv"))
        text = (tmp_path / f"table-{at}.md").read_text()
        assert "The first split;" in text
        assert "in thousands of dollars" in text
        assert marked_as_published(drawn, published) == []


def test_the_standard_configuration_is_that_of_the_printed_numbers(standard):
    assert standard.salaries.book_seed == salaries.BOOK_SPLIT["seed"]
    assert standard.salaries.test_size == salaries.BOOK_SPLIT["test_size"]
    assert tuple(standard.salaries.relaxed_lasso) == salaries.BOOK_PREDICTORS


def test_the_saved_model_of_least_squares_has_the_fit_on_both_parts(by_method):
    for method, terms in (("linear", 20), ("relaxed_lasso", 5)):
        path = by_method["book", method].folder / "model/coefficients.json"
        (split,) = json.loads(path.read_text()).values()
        assert {part: len(values) for part, values in split.items()} == {"train": terms, "test": terms}


def marked_as_published(by_method, published) -> list[float]:
    """Return the errors that the figure of splits marks as published."""
    with style():
        (axes,) = figures.splits(SalariesResults(by_method, published)).axes
    return sorted(
        float(line.get_xdata()[0]) for line in axes.lines if line.get_marker() == "D" and len(line.get_xdata())
    )


def test_the_figure_of_splits_marks_every_printed_error(by_method, published):
    assert marked_as_published(by_method, published) == [224.8, 252.3, 254.7, 257.4]
    with style():
        (axes,) = figures.splits(SalariesResults(by_method, published)).axes
    assert axes.get_xlabel() == "mean absolute error on the test players (thousands of dollars)"


def test_the_figure_of_the_path_names_the_chosen_lambda(by_method):
    with style():
        top, bottom = figures.lasso_path(SalariesResults(by_method)).axes
    texts = [text.get_text() for text in bottom.get_legend().get_texts()]
    assert "chosen: λ = 6.25, 12 predictors" in texts
    assert len(top.get_legend().get_texts()) == 6
