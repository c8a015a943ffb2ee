"""The tables say what the records say, and nothing is judged against other handwriting."""

import json

import numpy as np
import pandas as pd
import pytest

from relecture import records, tallies
from relecture.records import FitResult
from relecture.tallies import result_tables

SEEDS = 3
ACCURACY = {"frozen": 0.97, "frozen_augmented": 0.96, "unfrozen": 0.965, "conv_frozen": 0.95, "scratch": 0.9}
TARGET = {"name": "USPS on tally sheets", "digest": "0123456789abcdef", "sample": False}


def save(folder, method, config, members):
    """A record with these numbers by member."""
    fit = FitResult(parameters=1000)
    for member, scores in members.items():
        fit.add(member, scores)
    fit.save(folder / method, f"tallies/{method}", config, TARGET, "a_rule", tallies.QUESTION)
    return folder / method


@pytest.fixture
def found(tmp_path):
    """A record per method: accuracies that move by a point with the seed, the same for all ways of transfer."""
    folders = []
    for name in tallies.BASES:
        scores = {f"seed-{i:02d}": {"target_accuracy": 0.6 + i / 100, "validation_accuracy": 0.5 + i / 100,
                                    "mnist_accuracy": 0.99} for i in range(SEEDS)}  # fmt: skip
        folders.append(save(tmp_path, f"base/{name}", {"seeds": SEEDS}, scores))
    for way, mean in ACCURACY.items():
        scores = {
            f"seed-{i:02d}": {"target_accuracy": mean + i / 100, "validation_accuracy": mean, "cells": 2000}
            for i in range(SEEDS)
        }
        folders.append(save(tmp_path, f"transfer/{way}", {}, scores))
    for way in tallies.LABELS:
        scores = {f"cells-{n:04d}-seed-{i:02d}": {"cells": n, "target_accuracy": ACCURACY[way] - 10 / n + i / 1000}
                  for n in (100, 500) for i in range(SEEDS)}  # fmt: skip
        folders.append(save(tmp_path, f"labels/{way}", {}, scores))
    trials = {f"b1-trial-0{i}": {"accuracy": 0.3 + i / 100, "epochs": 5 if i < 2 else 15} for i in range(3)}
    folders.append(save(tmp_path, "search", {}, trials))
    return result_tables.read(folders)


def test_the_table_has_each_network_before_and_after_transfer(found, printed, tmp_path):
    result_tables.table(found, printed, tmp_path / "table")
    table = pd.read_csv(tmp_path / "table.csv").set_index("model")
    assert list(table.index) == list(result_tables.NAMES.values())
    assert table.loc["From scratch", "target_accuracy"] == pytest.approx(0.91)
    assert table.loc["From scratch", "target_accuracy_sd"] == pytest.approx(0.01)
    assert table.loc["Selected network, MNIST only", "labelled_cells"] == 0
    assert table.loc["Selected network, MNIST only", "validation_accuracy_printed"] == 0.352
    assert np.isnan(table.loc["Nothing frozen", "mnist_accuracy"])


def test_gaps_are_paired_over_seeds_and_in_points(found, tmp_path):
    result_tables.differences(found, tmp_path / "differences")
    gaps = pd.read_csv(tmp_path / "differences.csv").set_index("comparison")
    gap = gaps.loc["First block frozen (the paper's) − from scratch"]
    assert (gap["mean"], gap.n) == (pytest.approx(7), SEEDS)
    assert gap.low == pytest.approx(7)  # the seeds move both alike
    few = gaps.loc["With 500 cells: first block frozen − from scratch"]
    assert few["mean"] == pytest.approx(7)


def test_the_curve_over_labels_has_a_row_for_each_number_of_cells(found, tmp_path):
    result_tables.labels(found, tmp_path / "labels")
    table = pd.read_csv(tmp_path / "labels.csv").set_index("cells")
    assert list(table.index) == [100, 500]
    assert table.frozen[500] == pytest.approx(100 * (0.97 - 0.02 + 0.001))
    assert (table.n == SEEDS).all()


def test_every_printed_number_has_a_counterpart_and_none_is_judged(found, printed, tmp_path):
    from relecture.scorecard.verdicts import build
    from relecture.tallies.networks.search_space import SPACE

    chosen = {"accuracy": 0.32, "values": {row.name: row.printed for row in SPACE}}
    result_tables.quantities(found, chosen, tmp_path / "quantities.csv")
    quantities = pd.read_csv(tmp_path / "quantities.csv")
    assert set(quantities.id) == {one.id for one in printed if one.comparison == "tallies"}
    assert set(build(printed, quantities).verdict) == {""}
    best = quantities.set_index("id").reproduced["tallies.search.accuracy"]
    assert best == pytest.approx(0.32)


def test_what_is_listed_as_printed_is_what_the_space_has(printed):
    from relecture.tallies.networks.search_space import SPACE

    listed = {one.id: float(one.number) for one in printed if one.id.startswith("tallies.selected.")}
    assert listed == {f"tallies.selected.{row.name}": row.printed for row in SPACE}


def test_the_filters_of_a_block_that_was_not_selected_are_left_out(found, tmp_path):
    chosen = {"accuracy": 0.3, "values": {"blocks": 2, "filters_3": None}}
    result_tables.quantities(found, chosen, tmp_path / "quantities.csv")
    assert "tallies.selected.filters_3" not in set(pd.read_csv(tmp_path / "quantities.csv").id)


@pytest.mark.parametrize("method", ["search", "labels/frozen", "transfer/frozen"])
def test_every_record_has_a_overview(found, method, tmp_path):
    from relecture import plotting
    from relecture.tallies.figures.overview import overview

    record = found[method]
    record.params["members"] = {member: {"learning_rate": 1e-3} for member in record.metrics.member}
    cells = pd.DataFrame({"member": "seed-00", "label": [1, 2], "predicted": [1, 3]})
    history = pd.DataFrame({"member": "seed-00", "step": [1, 2], "metric": "validation_accuracy", "value": [0.5, 0.6]})
    whole = records.Record(record.metrics, history, cells, record.params)
    with plotting.style():
        plotting.save(overview(whole), tmp_path / "overview")
    assert (tmp_path / "overview.svg").stat().st_size > 5000


@pytest.fixture
def answered(found, printed, tmp_path):
    """The answer from small tables; `answered(sample="...")` with that in place of the real data."""
    from relecture.tallies.conclusions import answer

    folder = tmp_path / "tallies"
    result_tables.table(found, printed, folder / "table")
    totals = {"party": ["A", "B", "all"], "true": [60, 40, 100], "counted_before": [120, 80, 200]}
    totals |= {"counted_after": [61, 40, 101], "counted_prior": [60, 40, 100]}
    pd.DataFrame(totals).to_csv(folder / "totals.csv", index=False)
    checks = {"reading": "after", "order": ["quality", "random"], "target": "within 1 %", "sheets": 150}
    pd.DataFrame(checks | {"needed": [7, 140]}).to_csv(folder / "checking.csv", index=False)

    def write(sample=""):
        (folder / "base/selected").mkdir(parents=True, exist_ok=True)
        data = {"name": sample or TARGET["name"], "sample": bool(sample)}
        (folder / "base/selected/params.json").write_text(json.dumps({"data": data}))
        return answer(tmp_path)

    return write


def test_the_answer_says_what_the_tables_say(answered):
    first, second = answered()
    assert first.startswith("A network that has seen MNIST alone")
    assert "reads 99.0 ± 0.0 % of MNIST's digits and 61.0 ± 1.0 % of those on the sheets (in print 35.2 %" in first
    assert "with 2,000 labelled cells it reads 98.0 ± 1.0 %, and without the base 91.0 ± 1.0 %" in first
    assert "off by 100.0 % before transfer, 1.0 % after it and 0.0 % with known shares of the digits" in second
    assert "a person checks 7 of 150 sheets, worst first, or 140 at random" in second


def test_the_answer_says_where_a_sample_stands_in_for_the_data(answered):
    first, _ = answered(sample="MNIST-5k sample, USPS on tally sheets")
    assert first.startswith(
        "With a sample in place of the real data (MNIST-5k sample, USPS on tally sheets), a network that has seen MNIST"
    )
