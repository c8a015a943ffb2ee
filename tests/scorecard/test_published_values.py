"""The published values of the project, and how their file is read."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from relecture import digits, salaries
from relecture.config import COMPARISONS
from relecture.errors import UserError
from relecture.scorecard.published_values import PublishedValue, load, rounded, setting_keys
from relecture.scorecard.verdicts import VERDICTS
from relecture.workflow import scorecard_config

ROOT = Path(__file__).parents[2]
PUBLISHED = "config/published.yaml"

BOOK = {
    **{"salaries.players.all": "322", "salaries.players.complete": "263", "salaries.linear.predictors": "20"},
    **{"salaries.players.train": "176", "salaries.players.test": "87"},
    **{"digits.images.train": "60,000", "digits.images.fit": "50,000", "digits.images.test": "10,000"},
    **{"digits.images.pixels": "784", "digits.network.accuracy": "98"},
    **{"salaries.linear.parameters": "20", "salaries.linear.mae": "254.7", "salaries.linear.r2": "0.56"},
    **{"salaries.lasso.parameters": "12", "salaries.lasso.mae": "252.3", "salaries.lasso.r2": "0.51"},
    **{"salaries.network.parameters": "1,345", "salaries.network.mae": "257.4", "salaries.network.r2": "0.54"},
    **{"salaries.relaxed_lasso.parameters": "5", "salaries.relaxed_lasso.mae": "224.8"},
    **{"salaries.table_10_3.intercept": "-226.67", "salaries.table_10_3.Hits": "3.06"},
    **{"salaries.table_10_3.Walks": "0.181", "salaries.table_10_3.CRuns": "0.859"},
    **{"salaries.table_10_3.PutOuts": "0.465", "salaries.lasso.mae_in_r": "252.2994"},
    **{"digits.ridge.test_error": "2.3", "digits.dropout.test_error": "1.8", "digits.logistic.test_error": "7.2"},
    **{"digits.lda.test_error": "12.7", "digits.network.parameters": "235,146", "digits.logistic.parameters": "7,065"},
}


#: Facts of Table A.3 (Torres and Cantú 2022): the accuracies of its trials, in order.
TABLE_A3 = ["0.332", "0.335", "0.338", "0.340", "0.352", "0.350", "0.346", "0.343", "0.342"]
#: Table A.2, column "default".
DEFAULT = {"blocks": "2", "dropout": "0.5", "fc1": "128", "fc2": "50", "learning_rate": "0.0001"}


def entry(value: str, **more: str) -> PublishedValue:
    fields = {"id": "salaries.x", "quantity": "x", "source": "a page", "value": value, "kind": "deterministic", **more}
    return PublishedValue(**fields)


@pytest.fixture
def in_tables(published) -> list[PublishedValue]:
    """The published values of the two comparisons that the book has tables of."""
    return [one for one in published if one.comparison in ("salaries", "digits")]


def test_the_numbers_of_the_book_are_listed_with_all_their_digits(in_tables):
    assert {one.id: one.value for one in in_tables} == BOOK


def test_every_id_is_listed_once_and_names_its_comparison(published):
    ids = [one.id for one in published]
    assert len(set(ids)) == len(ids)
    assert {one.comparison for one in published} == set(COMPARISONS)


def test_the_numbers_of_the_paper_are_listed_in_their_order(published):
    a3 = [one for one in published if one.source.endswith("Table A.3") and one.id != "tallies.base.accuracy"]
    assert [one.value for one in a3] == TABLE_A3
    by_id = {one.id: one.value for one in published}
    assert {name: by_id[f"tallies.default.{name}"] for name in DEFAULT} == DEFAULT
    assert by_id["tallies.quality_threshold"] == "0.9"


def test_the_numbers_of_k_means_are_listed(published):
    values = {one.id.removeprefix("clusters."): one.value for one in published if one.comparison == "clusters"}
    assert values == {
        **{"r_lab.one_start": "104.3319", "r_lab.twenty_starts": "97.9793"},
        **{"python_lab.one_start": "76.8513", "python_lab.twenty_starts": "75.0626"},
        **{"objective.factor": "2", "steps.iterations": "10", "six_runs.objective": "235.8"},
        **{"six_runs.optima": "3", "six_runs.best": "3"},
    }


def test_our_own_best_optimum_is_no_published_value(published):
    assert "75.0351" not in [one.value for one in published]
    (lab,) = [one for one in published if one.id == "clusters.python_lab.twenty_starts"]
    assert "75.0351" in lab.note


def test_parameter_counts_sizes_of_data_and_identities_are_arithmetic(published):
    arithmetic = {one.id for one in published if one.kind == "arithmetic"}
    counts = {one.id for one in published if one.id.endswith((".parameters", "weights")) or "images" in one.id}
    assert counts - arithmetic == {"salaries.lasso.parameters"}  # a result of cross-validation
    others = {one.id for one in published if one.id.startswith("illustrations.")} - {"illustrations.feature_map"}
    assert others <= arithmetic
    assert not [id for id in arithmetic if id.endswith((".mae", ".r2", "test_error", "accuracy", "start", "starts"))]


def test_a_random_error_is_better_when_lower_and_r2_and_accuracy_when_higher(published):
    directions = {"mae": "lower", "test_error": "lower", "r2": "higher", "accuracy": "higher"}
    judged = [one for one in published if one.kind == "random" and not one.not_judged]
    assert len(judged) == 5
    for one in judged:
        assert one.better == directions[one.id.rpartition(".")[2]]


def test_a_margin_is_twice_the_gap_that_its_reason_names(published):
    for one in published:
        if one.margin:
            a, b = (float(number) for number in re.findall(r"\d+\.\d+(?= with| and|:)", one.margin_reason)[-2:])
            assert one.margin == pytest.approx(2 * abs(a - b))


def test_the_standard_configuration_has_the_settings_of_every_published_value(standard, published):
    config = scorecard_config(standard, str(ROOT / PUBLISHED))
    assert sorted(config.settings) == setting_keys(published)
    assert [config.differences(one) for one in published if config.differences(one)] == []


def test_every_result_that_a_setting_can_change_names_its_settings(published):
    without = {one.id for one in published if one.kind != "arithmetic" and not one.not_judged and not one.settings}
    assert without == {"illustrations.feature_map"}  # its image and its filter are no settings


def test_other_settings_of_a_run_are_found(standard, published):
    network = standard.salaries.network.model_copy(update={"dropout": 0.4})
    other = standard.model_copy(update={"salaries": standard.salaries.model_copy(update={"network": network})})
    config = scorecard_config(other, str(ROOT / PUBLISHED))
    differ = {one.id: config.differences(one) for one in published if config.differences(one)}
    clause = "salaries.network.dropout is 0.4, published with 0.1"
    assert differ == {"salaries.network.mae": [clause], "salaries.network.r2": [clause]}


def test_a_setting_that_does_not_exist_ends_snakemake_with_a_message(standard, tmp_path):
    path = written(tmp_path, GOOD.replace("}", ", settings: {salaries.network.keep: 0.9}}"))
    with pytest.raises(SystemExit, match=r"relecture: no setting is called salaries\.network\.keep"):
        scorecard_config(standard, str(path))


def test_the_scorecard_in_the_documentation_has_every_published_value(published):
    lines = [line for line in (ROOT / "docs/scorecard.md").read_text(encoding="utf-8").splitlines() if line[:2] == "| "]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    header, _, *rows = cells
    rows = [row for row in rows if row[header.index("source")]]  # without the headings of the parts
    listed = sorted(published, key=lambda one: one.kind == "arithmetic")
    assert [tuple(row[:3]) for row in rows] == [(one.quantity, one.source, one.value) for one in listed]
    assert {row[header.index("verdict")] for row in rows} <= set(VERDICTS)


def test_quantity_and_source_name_a_published_value(published):
    names = [(one.quantity, one.source) for one in published]
    assert len(set(names)) == len(names)


def test_every_method_whose_number_is_published_is_a_method(in_tables):
    methods = {one.id.split(".")[1] for one in in_tables} - {"table_10_3", "players", "images"}
    assert methods <= {*salaries.METHODS, *digits.METHODS, "network"}


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [(2.5, 0, "3"), (3.5, 0, "4"), (-2.5, 0, "-3"), (0.125, 2, "0.13"), (1.005, 2, "1.01"), (2.675, 2, "2.68"),
     (0.285, 2, "0.29"), (99.95, 1, "100.0")],
)  # fmt: skip
def test_halves_are_rounded_up_as_a_reader_does(value, digits, expected):
    assert str(rounded(value, digits)) == expected


@pytest.mark.parametrize(("value", "digits"), [("20", 0), ("254.7", 1), ("3.00", 2), ("1,345", 0), ("0.0005", 4)])
def test_published_zeros_count_as_digits(value, digits):
    assert entry(value).digits == digits


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "published.yaml"
    path.write_text(text)
    return path


GOOD = '- {id: salaries.a, quantity: a, source: page 1, value: "1.50", kind: deterministic}\n'
RANDOM = 'source: p. 1, value: "1.50", kind: random'


def test_a_list_is_read_as_it_is_written(tmp_path):
    (one,) = load(written(tmp_path, GOOD))
    assert (one.id, one.value, one.digits, one.number) == ("salaries.a", "1.50", 2, Decimal("1.5"))


MISTAKES = {
    "words": 'source: p. 1, value: "about 2", kind: arithmetic',
    "no number": 'source: p. 1, value: "nan", kind: arithmetic',
    "no quotes, so that a zero is lost": "source: p. 1, value: 1.50, kind: arithmetic",
    "unknown direction": f"{RANDOM}, better: smaller, margin: 1.0, margin_reason: why",
    "unknown key": 'source: p. 1, value: "1.50", kind: arithmetic, sd: 3',
    "no source": 'value: "1.50", kind: arithmetic',
    "no kind": 'source: p. 1, value: "1.50"',
    "unknown kind": 'source: p. 1, value: "1.50", kind: measured',
    "random without a margin": f"{RANDOM}, better: lower",
    "a margin without a reason": f"{RANDOM}, better: lower, margin: 1.0",
    "a margin of nothing": f"{RANDOM}, better: lower, margin: 0.0, margin_reason: why",
    "a margin of what is not random": 'source: p. 1, value: "1.50", kind: arithmetic, margin: 1.0, margin_reason: why',
    "a direction of what is not random": 'source: p. 1, value: "1.50", kind: deterministic, better: lower',
}


@pytest.mark.parametrize("wrong", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_a_user_error_that_names_the_file_and_the_entry(tmp_path, wrong):
    path = written(tmp_path, f"{GOOD}- {{id: salaries.b, quantity: b, {wrong}}}\n")
    with pytest.raises(UserError) as caught:
        load(path)
    assert str(path) in str(caught.value)
    assert "salaries.b" in str(caught.value)


@pytest.mark.parametrize("text", ["", "- 3", "- [", "a: 3", "3"])
def test_what_is_no_list_of_numbers_is_a_user_error(tmp_path, text):
    with pytest.raises(UserError, match=r"published\.yaml"):
        load(written(tmp_path, text))


def test_a_missing_list_is_a_user_error(tmp_path):
    with pytest.raises(UserError, match=r"nowhere\.yaml"):
        load(tmp_path / "nowhere.yaml")


def test_an_id_that_is_listed_twice_is_a_user_error(tmp_path):
    with pytest.raises(UserError, match=r"more than once: salaries\.a"):
        load(written(tmp_path, GOOD + GOOD))
