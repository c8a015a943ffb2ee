"""The figures of the search show every trial, and their titles have the finding."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from relecture import plotting, records
from relecture.rank_correlation import RankCorrelation, rank_correlation
from relecture.records import Record
from relecture.tallies.figures import hyperband_search
from relecture.tallies.networks import search_space

CHOICE = {
    "trial": "b2-trial-00",
    "finalists": [{"trial": "b2-trial-00", "accuracy_in_search": 0.4}],
    "values": {"epochs": 15},
}


@pytest.fixture(autouse=True)
def _style():
    with plotting.style():
        yield
    plt.close("all")


def searched(effect: float, trials: int = 15) -> Record:
    """Return a search of sampled trials; accuracy falls with dropout by `effect`, and every third is continued."""
    sampled, noise = search_space.sample_trials(5, 2, trials), np.random.default_rng(0).normal(0, 0.02, trials)
    metrics, history, hyperparameters = [], [], {}
    for row in sampled.to_dict("records"):
        member = f"b2-trial-{row['trial']:02d}"
        epochs = 15 if row["trial"] % 3 == 0 else 5
        final = 0.5 - effect * row["dropout"] + noise[row["trial"]]
        curve = [final * (1 - 1 / (epoch + 1)) for epoch in range(1, epochs + 1)]
        metrics += records.rows(member, {"accuracy": curve[-1], "epochs": epochs, "parameters": 1000})
        for epoch, value in enumerate(curve, start=1):
            history += records.rows(member, {"validation_accuracy": value}, step=epoch)
        hyperparameters[member] = {name: row[name] for name in search_space.NAMES if not np.isnan(row[name])}
    params = {"method": "search", "members": hyperparameters}
    return Record(pd.DataFrame(metrics), pd.DataFrame(history), pd.DataFrame(), params)


def points(figure: Figure) -> int:
    """Return the number of points of trials in all panels."""
    return sum(
        len(line.get_xdata())
        for axes in figure.axes
        for line in axes.lines
        if line.get_linestyle() == "None" and line.get_marker() in ("o", "s") and line.get_color() != "black"
    )


def test_every_trial_is_a_point_in_the_panel_of_each_of_its_hyperparameters():
    record = searched(0.5)
    expected = sum(len(values) for values in record.params["members"].values())
    assert points(hyperband_search.hyperparameters(record)) == expected


def test_trials_are_compared_after_the_epochs_that_all_of_them_had():
    assert hyperband_search.hyperparameters(searched(0.5)).get_supylabel().startswith("after 5 epochs")


def test_the_title_names_the_hyperparameter_with_a_significant_correlation():
    assert "correlates most with dropout (ρ = −" in hyperband_search.hyperparameters(searched(0.8)).get_suptitle()


def test_the_title_says_that_no_correlation_is_significant():
    title = hyperband_search.hyperparameters(searched(0.0)).get_suptitle()
    assert title.startswith("No correlation is significant; the strongest is with")


def test_a_hyperparameter_of_few_trials_does_not_hide_a_significant_one():
    correlations = {
        "filters": RankCorrelation(0.9, 0.04, 5),
        "rate": RankCorrelation(-0.8, 0.0003, 15),
    }
    assert hyperband_search.finding(correlations) == "Accuracy correlates most with rate (ρ = −0.80, 15 trials)"


def test_p_of_five_trials_in_perfect_order_is_that_of_the_permutations():
    values = pd.Series([1.0, 2, 3, 4, 5])
    assert rank_correlation(values, values**2) == RankCorrelation(pytest.approx(1), pytest.approx(2 / 120), 5)


def test_the_selected_training_is_marked():
    finalist = {"trial": "b2-trial-00", "accuracy_in_search": 0.9}
    choice = {"trial": "b2-trial-00", "finalists": [finalist], "values": {"epochs": 5}}
    (mark,) = [
        text for text in hyperband_search.budget(searched(0.5), choice).axes[0].texts if text.get_text() == "selected"
    ]
    assert mark.xy == (5, pytest.approx(90))


def test_the_title_of_the_budget_has_the_gain_from_more_epochs():
    record = searched(0.5)
    axes = hyperband_search.budget(record, CHOICE).axes[0]
    curves = record.history
    first = curves[curves.step == 5].value.max()
    last = record.metrics[record.metrics.metric == "accuracy"].value.max()
    assert f"after 5 epochs reaches {100 * first:.1f} %" in axes.get_title(loc="left")
    assert f"up to 15 brings {100 * (last - first):+.1f} points" in axes.get_title(loc="left")
    names = [text.get_text() for text in axes.get_legend().get_texts()]
    assert names == ["10 trained for 5 epochs", "5 trained for 15 epochs"]


def test_one_trial_alone_can_be_drawn():
    record = searched(0.5, trials=1)
    assert hyperband_search.hyperparameters(record).get_suptitle() == "Accuracy against each hyperparameter"
    assert hyperband_search.budget(record, CHOICE).axes[0].get_title(loc="left")


def test_equal_accuracies_correlate_with_nothing():
    none = rank_correlation(pd.Series([1, 2, 3, 4, 5]), pd.Series([0.1] * 5))
    assert np.isnan(none.rho)
    assert none.p == 1
    assert hyperband_search.finding({"rate": none}) == "Accuracy against each hyperparameter"
