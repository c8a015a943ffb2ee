"""The tables have the numbers of the records, and nothing is judged against other handwriting."""

import numpy as np
import pandas as pd
import pytest

from relecture import records, tallies
from relecture.findings import Choice
from relecture.records import FitResult
from relecture.tallies import result_tables
from relecture.tallies.result_tables import NetworkResults

SEEDS = 3
ACCURACY = {"frozen": 0.97, "frozen_augmented": 0.96, "unfrozen": 0.965, "conv_frozen": 0.95, "scratch": 0.9}
ACCURACY |= {f"{variant}_as_cut": accuracy - 0.05 for variant, accuracy in ACCURACY.items()}
#: Torres and Cantú (2022), Table A.2, column "default".
DEFAULT = {
    **{"tallies.default.blocks": 2, "tallies.default.dropout": 0.5, "tallies.default.learning_rate": 1e-4},
    **{"tallies.default.fc1": 128, "tallies.default.fc2": 50},
}
TARGET = {"name": "USPS on tally sheets", "digest": "0123456789abcdef", "sample": False}


def save(folder, method, config, members):
    """Write a record with these metrics by member and return its folder."""
    fit = FitResult(parameters=1000)
    for member, scores in members.items():
        fit.add(member, scores)
    fit.save(folder / method, f"tallies/{method}", config, TARGET, "a_rule", tallies.QUESTION)
    return folder / method


TRIAL = {
    "id": "search/trial",
    "value": "b2-trial-02",
    "share_of_wins": 0.6,
    "on_border": False,
    "lowest": "b2-trial-01",
}


def _choice(values: dict) -> dict:
    """Return what the search selected; the trial with the lowest error differs in FC 1."""
    return {"choice": TRIAL, "values": values, "lowest_values": values | {"fc1": 50}}


@pytest.fixture
def by_method(tmp_path):
    """A record per method: accuracies that rise by a point per seed, the same for all variants of transfer."""
    folders = []
    for name in tallies.BASES:
        scores = {f"seed-{i:02d}": {"target_accuracy": 0.6 + i / 100, "validation_accuracy": 0.5 + i / 100,
                                    "target_accuracy_as_cut": 0.3,
                                    "mnist_accuracy": 0.99} for i in range(SEEDS)}  # fmt: skip
        network = {"filters": [32, 64], "dropout": 0.5, "fc1": 128, "fc2": 50}
        config = {"n_seeds": SEEDS, "architecture": network, "learning_rate": 1e-4}
        folders.append(save(tmp_path, f"base/{name}", config, scores))
    for variant, mean in ACCURACY.items():
        scores = {
            f"seed-{i:02d}": {"target_accuracy": mean + i / 100, "validation_accuracy": mean, "n_labelled": 2000}
            for i in range(SEEDS)
        }
        folders.append(save(tmp_path, f"transfer/{variant}", {}, scores))
    for variant in tallies.LABEL_CURVES:
        scores = {
            f"cells-{n:04d}-seed-{i:02d}": {"n_labelled": n, "target_accuracy": ACCURACY[variant] - 10 / n + i / 1000}
            for n in (100, 500)
            for i in range(SEEDS)
        }
        folders.append(save(tmp_path, f"label_curve/{variant}", {}, scores))
    trials = {f"b1-trial-0{i}": {"accuracy": 0.3 + i / 100, "epochs": 5 if i < 2 else 15} for i in range(3)}
    folders.append(save(tmp_path, "search", {}, trials))
    printed = {
        f"trial-{i}-seed-0{seed}": {"accuracy": 0.9 + i / 100 + seed / 50} for i in range(1, 10) for seed in (0, 1)
    }
    folders.append(save(tmp_path, "printed_trials", {"n_images": 6000, "max_epochs": 45}, printed))
    return {record.params["method"]: record for record in map(records.read, folders)}


def test_the_table_has_each_network_before_and_after_transfer(by_method, published, tmp_path):
    result_tables.table(NetworkResults(by_method, published), tmp_path / "table")
    table = pd.read_csv(tmp_path / "table.csv").set_index("model")
    assert list(table.index) == list(tallies.METHOD_NAMES.values())
    assert table.loc["From scratch", "target_accuracy"] == pytest.approx(0.91)
    assert table.loc["From scratch", "target_accuracy_sd"] == pytest.approx(0.01)
    assert table.loc["Selected network, MNIST only", "n_labelled"] == 0
    assert np.isnan(table.loc["Nothing frozen", "mnist_accuracy"])
    assert table.loc["Selected network, MNIST only", "target_accuracy_as_cut"] == pytest.approx(0.3)
    assert table.loc["From scratch", "target_accuracy_as_cut"] == pytest.approx(0.86)


def test_differences_are_paired_over_seeds_and_in_points(by_method, tmp_path):
    result_tables.differences(NetworkResults(by_method), tmp_path / "differences")
    gaps = pd.read_csv(tmp_path / "differences.csv").set_index("comparison")
    gap = gaps.loc["First block frozen (the paper's) − from scratch"]
    assert (gap["mean"], gap.n) == (pytest.approx(7), SEEDS)
    assert gap.low == pytest.approx(7)  # the seeds raise both alike
    few = gaps.loc["With 500 cells: first block frozen − from scratch"]
    assert few["mean"] == pytest.approx(7)
    assert gaps.loc["With 500 cells, as cut: first block frozen − from scratch", "mean"] == pytest.approx(7)
    assert gaps.loc["Nothing frozen: normalised cells − as cut", "mean"] == pytest.approx(5)
    assert "significant" in (tmp_path / "differences.md").read_text()


def test_the_label_curve_has_a_row_for_each_number_of_cells(by_method, tmp_path):
    result_tables.label_curve(NetworkResults(by_method), tmp_path / "label_curve")
    table = pd.read_csv(tmp_path / "label_curve.csv").set_index("n_labelled")
    assert list(table.index) == [100, 500]
    assert table.frozen[500] == pytest.approx(100 * (0.97 - 0.02 + 0.001))
    assert (table.n == SEEDS).all()


def test_every_printed_number_has_a_counterpart_and_none_is_judged(by_method, published, tmp_path):
    from relecture.scorecard.verdicts import build
    from relecture.tallies.networks.search_space import SPACE

    chosen = {"accuracy": 0.32, "values": {row.name: row.published for row in SPACE}}
    results = NetworkResults(by_method, choice=chosen, quality_threshold=0.9)
    result_tables.reproduced_values(results, tmp_path / "reproduced_values.csv")
    quantities = pd.read_csv(tmp_path / "reproduced_values.csv")
    listed = {one.id for one in published if one.comparison == "tallies"}
    assert set(quantities.id) == listed
    reproduced = quantities.set_index("id").loc["tallies.table_a3.trial_9"]
    assert (reproduced.reproduced, reproduced.n) == (pytest.approx(0.9 + 0.09 + 0.01), 2)
    card = build(published, quantities).set_index("id")
    assert set(card.index) == listed
    assert set(card.verdict) == {"not judged"}
    assert card.note["tallies.selected.fc1"] == (
        "Not judged: the paper's sheets are not published; other data (USPS on tally sheets)."
    )
    assert card.reproduced[list(DEFAULT)].to_dict() == DEFAULT
    assert card.reproduced["tallies.quality_threshold"] == 0.9
    best = quantities.set_index("id").reproduced["tallies.search.accuracy"]
    assert best == pytest.approx(0.32)


def test_the_published_values_are_those_of_the_search_space(published):
    from relecture.tallies.networks.search_space import SPACE

    listed = {one.id: float(one.number) for one in published if one.id.startswith("tallies.selected.")}
    assert listed == {f"tallies.selected.{row.name}": row.published for row in SPACE}


def test_the_filters_of_a_block_that_was_not_selected_are_left_out(by_method, tmp_path):
    chosen = {"accuracy": 0.3, "values": {"blocks": 2, "filters_3": None}}
    result_tables.reproduced_values(NetworkResults(by_method, choice=chosen), tmp_path / "reproduced_values.csv")
    assert "tallies.selected.filters_3" not in set(pd.read_csv(tmp_path / "reproduced_values.csv").id)


def test_what_the_search_selected_are_choices_and_a_value_on_a_border_is_marked(by_method):
    values = {"blocks": 3, "filters_1": 16, "filters_2": 96, "filters_3": 112, "dropout": 0.1, "fc1": 190, "fc2": 70,
              "learning_rate": 0.0004628, "epochs": 45}  # fmt: skip
    choices = result_tables.choices(NetworkResults(by_method, choice=_choice(values)))
    by_id = {choice.id: choice for choice in choices}
    assert by_id["search/trial"] == Choice("search/trial", "b2-trial-02", 0.6, False, "b2-trial-01")
    on_border = {id.removeprefix("search/") for id, choice in by_id.items() if choice.on_border}
    assert on_border == {"blocks", "filters_1", "dropout", "fc1"}  # FC 1 goes up to 190: 50, 70, ... in steps of 20
    assert by_id["search/learning_rate"].value == by_id["search/learning_rate"].lowest == "0.0004628"
    assert (by_id["search/fc1"].value, by_id["search/fc1"].lowest) == ("190", "50")
    assert set(by_id) == {"search/trial", *(f"search/{name}" for name in values if name != "epochs")}
    assert {id for id, choice in by_id.items() if not np.isnan(choice.share_of_wins)} == {"search/trial"}


def test_a_block_that_the_selected_network_does_not_have_is_no_choice(by_method):
    values = {"blocks": 1, "filters_1": 32, "filters_2": None, "filters_3": None, "dropout": 0.3, "fc1": 110,
              "fc2": 70, "learning_rate": 0.001}  # fmt: skip
    choices = result_tables.choices(NetworkResults(by_method, choice=_choice(values)))
    assert not {choice.id for choice in choices} & {"search/filters_2", "search/filters_3"}
    assert [choice.id for choice in choices if choice.on_border] == ["search/blocks"]


def test_the_printed_trials_have_their_printed_accuracy_and_that_here(by_method, published, tmp_path):
    result_tables.printed_trials(NetworkResults(by_method, published), tmp_path / "printed_trials")
    table = pd.read_csv(tmp_path / "printed_trials.csv").set_index("trial")
    assert list(table.accuracy_published) == [0.332, 0.335, 0.338, 0.34, 0.352, 0.35, 0.346, 0.343, 0.342]
    assert table.accuracy["trial-1"] == pytest.approx(0.92)
    # Spearman's rho of 1 to 9 with the ranks 1 2 3 4 9 8 7 6 5: 1 - 6 * 40 / (9 * 80)
    assert "+0.67" in (tmp_path / "printed_trials.md").read_text()


def test_the_finalists_have_the_accuracy_of_the_search_and_that_of_several_seeds(by_method, tmp_path):
    row = {"trial": "b2-trial-02", "network": "16, dropout 0.1", "accuracy_in_search": 0.95, "accuracy": 0.93,
           "accuracy_sd": 0.01, "n": 5, "share_of_wins": 0.6}  # fmt: skip
    choice = {"trial": "b2-trial-02", "finalists": [row, row | {"trial": "b2-trial-07", "accuracy_sd": None}]}
    result_tables.finalists(NetworkResults(by_method, choice=choice), tmp_path / "finalists")
    text = (tmp_path / "finalists.md").read_text()
    assert "95.0" in text
    assert "93.0 ± 1.0" in text
    assert text.count("93.0") == 2  # one without a known spread


@pytest.mark.parametrize("method", ["search", "printed_trials", "label_curve/frozen", "transfer/frozen"])
def test_every_record_has_an_overview(by_method, method, tmp_path):
    from relecture import plotting
    from relecture.tallies.figures.overview import overview

    record = by_method[method]
    record.params["members"] = {member: {"learning_rate": 1e-3} for member in record.metrics.member}
    cells = pd.DataFrame({"member": "seed-00", "label": [1, 2], "predicted": [1, 3]})
    history = pd.DataFrame({"member": "seed-00", "step": [1, 2], "metric": "validation_accuracy", "value": [0.5, 0.6]})
    complete = records.Record(record.metrics, history, cells, record.params)
    with plotting.style():
        plotting.save(overview(complete), tmp_path / "overview")
    assert (tmp_path / "overview.svg").stat().st_size > 5000
