"""The figures of search and transfer say in their titles what the numbers say, and show every trial and every seed."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from relecture import plotting, records
from relecture.records import Record
from relecture.tallies.figures import hyperband_search, transfer
from relecture.tallies.networks import search_space

CHOSEN = {"accuracy": 0.4, "values": {"epochs": 15}}


@pytest.fixture(autouse=True)
def _look():
    with plotting.style():
        yield
    plt.close("all")


def made(metrics: list[dict], history: list[dict], method: str, **params) -> Record:
    """A record of these rows."""
    return Record(
        pd.DataFrame(metrics),
        pd.DataFrame(history, columns=list(records.HISTORY)),
        pd.DataFrame(),
        {"method": method, **params},
    )


def searched(effect: float, trials: int = 15) -> Record:
    """A search of real draws; accuracy falls with dropout by `effect`, and a third of the trials goes on."""
    drawn, noise = search_space.draw(5, 2, trials), np.random.default_rng(0).normal(0, 0.02, trials)
    metrics, history, settings = [], [], {}
    for row in drawn.to_dict("records"):
        member = f"b2-trial-{row['trial']:02d}"
        epochs = 15 if row["trial"] % 3 == 0 else 5
        reached = 0.5 - effect * row["dropout"] + noise[row["trial"]]
        curve = [reached * (1 - 1 / (epoch + 1)) for epoch in range(1, epochs + 1)]
        metrics += records.rows(member, {"accuracy": curve[-1], "epochs": epochs, "parameters": 1000})
        for epoch, value in enumerate(curve, start=1):
            history += records.rows(member, {"validation_accuracy": value}, step=epoch)
        settings[member] = {name: row[name] for name in search_space.NAMES if not np.isnan(row[name])}
    return made(metrics, history, "search", members=settings)


def points(figure: Figure) -> int:
    """Points that stand for a trial, in all panels."""
    return sum(
        len(line.get_xdata())
        for axes in figure.axes
        for line in axes.lines
        if line.get_linestyle() == "None" and line.get_marker() in ("o", "s") and line.get_color() != "black"
    )


def test_every_trial_is_a_point_in_the_panel_of_each_of_its_hyperparameters():
    record = searched(0.5)
    expected = sum(len(own) for own in record.params["members"].values())
    assert points(hyperband_search.hyperparameters(record)) == expected


def test_trials_are_compared_after_the_epochs_that_all_of_them_had():
    assert hyperband_search.hyperparameters(searched(0.5)).get_supylabel().startswith("after 5 epochs")


def test_the_title_names_the_hyperparameter_that_accuracy_goes_with():
    assert "goes most with dropout (ρ = −" in hyperband_search.hyperparameters(searched(0.8)).get_suptitle()


def test_the_title_claims_nothing_where_chance_would_do_as_well():
    title = hyperband_search.hyperparameters(searched(0.0)).get_suptitle()
    assert title.startswith("Chance alone could do this: the strongest correlation is with")


def test_a_hyperparameter_of_few_trials_does_not_hide_a_clear_one():
    found = {
        "filters": hyperband_search.Correlation(0.9, 0.04, 5),
        "rate": hyperband_search.Correlation(-0.8, 0.0003, 15),
    }
    assert hyperband_search.finding(found) == "Accuracy goes most with rate (ρ = −0.80, 15 trials)"


def test_five_trials_in_perfect_order_are_as_likely_as_permutations_say():
    values = pd.Series([1.0, 2, 3, 4, 5])
    assert hyperband_search.correlation(values, values**2) == hyperband_search.Correlation(
        pytest.approx(1), pytest.approx(2 / 120), 5
    )


def test_what_is_marked_as_selected_is_what_was_selected():
    chosen = {"accuracy": 0.9, "values": {"epochs": 5}}
    (mark,) = [
        text for text in hyperband_search.budget(searched(0.5), chosen).axes[0].texts if text.get_text() == "selected"
    ]
    assert mark.xy == (5, pytest.approx(90))


def test_the_epochs_bring_what_the_title_of_the_budget_says():
    record = searched(0.5)
    axes = hyperband_search.budget(record, CHOSEN).axes[0]
    curves = record.history
    first = curves[curves.step == 5].value.max()
    last = record.metrics[record.metrics.metric == "accuracy"].value.max()
    assert f"after 5 epochs reads {100 * first:.1f} %" in axes.get_title(loc="left")
    assert f"up to 15 brings {100 * (last - first):+.1f} points" in axes.get_title(loc="left")
    names = [text.get_text() for text in axes.get_legend().get_texts()]
    assert names == ["10 trained for 5 epochs", "5 trained for 15 epochs"]


def test_one_trial_alone_can_be_drawn():
    record = searched(0.5, trials=1)
    assert hyperband_search.hyperparameters(record).get_suptitle() == "Accuracy against each hyperparameter"
    assert hyperband_search.budget(record, CHOSEN).axes[0].get_title(loc="left")


def scored(method: str, values: list[float], **more: float) -> list[dict]:
    return [
        row
        for seed, value in enumerate(values)
        for row in records.rows(f"{method}seed-{seed:02d}", {"target_accuracy": value, **more})
    ]


@pytest.fixture
def found() -> dict[str, Record]:
    """Before transfer 40 %; each way a point better than the next; curves that end together."""
    values = {way: 0.9 - 0.01 * place for place, way in enumerate(transfer.TRANSFERS)}
    collected = {"base/selected": made(scored("", [0.39, 0.40, 0.41]), [], "base/selected")}
    for way, value in values.items():
        seeds = [value - 0.005, value, value + 0.005]
        collected[f"transfer/{way}"] = made(scored("", seeds, cells=2000), [], f"transfer/{way}")
    few = {"frozen": 0.8, "unfrozen": 0.78, "scratch": 0.6}
    for way, value in few.items():
        rows = scored("cells-0500-", [value - 0.02, value + 0.02], cells=500)
        rows += scored("cells-5000-", [0.94, 0.96], cells=5000)
        collected[f"labels/{way}"] = made(rows, [], f"labels/{way}")
    return collected


def test_the_gain_of_transfer_is_in_its_title(found):
    title = transfer.transfer(found).get_suptitle()
    assert title == "2,000 labelled cells bring the network from 40 % to 90 % of the digits"


def test_each_way_is_compared_with_the_paper_s_in_pairs(found):
    right = transfer.transfer(found).axes[1]
    means = sorted(float(line.get_xdata()[0]) for line in right.lines if line.get_marker() == "s")
    assert means == pytest.approx([-4, -3, -2, -1])


def test_what_the_base_is_worth_is_in_the_title_of_the_labels(found):
    axes = transfer.labels(found).axes[0]
    assert (
        axes.get_title(loc="left")
        == "With 500 labelled cells the base is worth 20.0 points (95 % interval 20.0 to 20.0)"
    )
    assert [label.get_text() for label in axes.get_xticklabels()] == ["500", "5,000"]


def test_one_seed_has_no_interval_and_is_drawn_all_the_same(found):
    one = {
        name: made(record.metrics[record.metrics.member.str.endswith("seed-00")].to_dict("records"), [], name)
        for name, record in found.items()
    }
    assert transfer.transfer(one).get_suptitle().startswith("2,000 labelled cells")
    assert transfer.labels(one).axes[0].get_title(loc="left").startswith("With 500 labelled cells")
