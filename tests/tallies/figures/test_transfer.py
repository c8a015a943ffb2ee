"""The figures of transfer show every seed and compare variants in pairs, and their titles have the finding."""

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from relecture import plotting, records
from relecture.records import Record
from relecture.tallies.figures import transfer


@pytest.fixture(autouse=True)
def _style():
    with plotting.style():
        yield
    plt.close("all")


def record(method: str, metrics: list[dict]) -> Record:
    """Return a record of these metrics."""
    history = pd.DataFrame(columns=list(records.HISTORY))
    return Record(pd.DataFrame(metrics), history, pd.DataFrame(), {"method": method})


def accuracies(prefix: str, values: list[float], **more: float) -> list[dict]:
    """Return metrics of a member per seed."""
    return [
        row
        for seed, value in enumerate(values)
        for row in records.rows(f"{prefix}seed-{seed:02d}", {"target_accuracy": value, **more})
    ]


@pytest.fixture
def by_method() -> dict[str, Record]:
    """Before transfer 40 %; each variant a point better than the next; curves that end together."""
    values = {variant: 0.9 - 0.01 * index for index, variant in enumerate(transfer.VARIANTS)}
    collected = {
        "base/selected": record("base/selected", accuracies("", [0.39, 0.40, 0.41], target_accuracy_as_cut=0.2))
    }
    for variant, value in values.items():
        seeds = [value - 0.005, value, value + 0.005]
        for crop in ("", "_as_cut"):
            method = f"transfer/{variant}{crop}"
            collected[method] = record(method, accuracies("", seeds, n_labelled=2000))
    few = {"frozen": 0.8, "unfrozen": 0.78, "scratch": 0.6, "frozen_as_cut": 0.7, "scratch_as_cut": 0.4}
    for variant, value in few.items():
        rows = accuracies("cells-0500-", [value - 0.02, value + 0.02], n_labelled=500)
        rows += accuracies("cells-5000-", [0.94, 0.96], n_labelled=5000)
        collected[f"label_curve/{variant}"] = record(f"label_curve/{variant}", rows)
    return collected


def test_the_gain_of_transfer_is_in_its_title(by_method):
    title = transfer.transfer(by_method).get_suptitle()
    assert title == (
        "Without labels 20 % of the cells as cut are classified correctly, 40 % of the normalised ones,\n"
        "and 90 % with 2,000 labelled cells"
    )


def test_each_variant_is_compared_with_the_paper_s_in_pairs(by_method):
    right = transfer.transfer(by_method).axes[1]
    means = sorted(float(line.get_xdata()[0]) for line in right.lines if line.get_marker() == "s")
    assert means == pytest.approx([-4, -3, -2, -1])


def test_the_gain_from_the_base_is_in_the_title_of_the_label_curve(by_method):
    axes = transfer.label_curve(by_method).axes[0]
    assert (
        axes.get_title(loc="left")
        == "With 500 labelled cells the base is worth 20.0 points (95 % interval 20.0 to 20.0)"
    )
    assert [label.get_text() for label in axes.get_xticklabels()] == ["500", "5,000"]


def test_a_gain_that_is_not_significant_is_named_so(by_method):
    # Scratch differs by 0 and by 40 points: 20 ± 28.3, so that t = 1 with one degree of freedom, p = 0.5.
    rows = accuracies("cells-0500-", [0.78, 0.42], n_labelled=500)
    by_method["label_curve/scratch"] = record("label_curve/scratch", rows)
    title = transfer.label_curve(by_method).axes[0].get_title(loc="left")
    assert title.startswith("With 500 labelled cells the base makes no significant difference\n(20.0 points, ")


def test_one_seed_is_drawn_without_an_interval(by_method):
    one = {
        name: record(name, full.metrics[full.metrics.member.str.endswith("seed-00")].to_dict("records"))
        for name, full in by_method.items()
    }
    assert transfer.transfer(one).get_suptitle().startswith("Without labels 20 %")
    assert transfer.label_curve(one).axes[0].get_title(loc="left") == "Accuracy by number of labelled cells"
