"""Tables, figures and the hand-over to the scorecard."""

import re

import pandas as pd
import pytest

from relecture import plotting
from relecture.clusters import result_tables
from relecture.clusters.figures import FIGURES
from relecture.clusters.figures.algorithm import told
from relecture.clusters.figures.overview import overview
from relecture.config import load
from relecture.config.yaml_files import merge
from relecture.scorecard import reproduced_values, verdicts


@pytest.fixture(scope="module")
def tables(found, printed, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    for name, write in result_tables.TABLES.items():
        write(found, printed, folder / name)
    result_tables.quantities(found, printed, folder / "quantities.csv")
    return folder


def test_every_printed_number_of_the_labs_is_reproduced_exactly(tables, printed):
    card = verdicts.build(printed, pd.read_csv(tables / "quantities.csv")).set_index("id")
    assert len(card) == 7
    assert (card.verdict[list(result_tables.LABS)] == "exact").all()
    assert (card.verdict != "").all()


def test_the_ids_of_the_scorecard_are_those_of_the_comparison(tables, printed):
    found = pd.read_csv(tables / "quantities.csv")
    assert list(found.columns) == list(reproduced_values.COLUMNS)
    assert set(found.id) == {entry.id for entry in printed if entry.comparison == "clusters"}


def test_the_lecture_s_six_runs_have_a_mean_and_a_spread_and_a_reason_where_they_differ(tables, printed):
    card = verdicts.build(printed, pd.read_csv(tables / "quantities.csv")).set_index("id")
    six = card.loc[["clusters.six_runs.optima", "clusters.six_runs.best"]]
    assert (six.sd > 0).all()
    assert (six.n > 1).all()
    differs = six[six.verdict == "differs"]
    assert not differs.note.str.contains("No reason is known").any()


def test_with_another_seed_than_the_lab_s_nothing_is_compared(standard, found, printed, tmp_path):
    config = load(merge(standard.model_dump(), {"clusters": {"book_r": {"seed": 5}}}))
    assert "lab" not in config.clusters.method("restarts", "book_r")
    assert "lab" in config.clusters.method("restarts", "book_python")
    record = found["book_r/restarts"]
    metrics = record.metrics[record.metrics.member != "lab"]
    changed = {**found, "book_r/restarts": type(record)(metrics, record.history, record.predictions, record.params)}
    result_tables.quantities(changed, printed, tmp_path / "quantities.csv")
    ids = pd.read_csv(tmp_path / "quantities.csv").id
    assert all(id.startswith("clusters.python_lab") for id in ids)
    assert len(ids) == 3


def test_with_both_labs_changed_the_table_of_printed_numbers_is_one_the_report_can_read(found, printed, tmp_path):
    from relecture.report.chapter import read_table

    changed = dict(found)
    for name in ("book_r", "book_python"):
        record = found[f"{name}/restarts"]
        metrics = record.metrics[record.metrics.member != "lab"]
        changed[f"{name}/restarts"] = type(record)(metrics, record.history, record.predictions, record.params)
    result_tables.table(changed, printed, tmp_path / "table")
    assert read_table(tmp_path / "table").rows == [["No rows with these settings."]]


def test_shares_of_the_optima_sum_to_one(tables):
    for _, rows in pd.read_csv(tables / "optima.csv").groupby("dataset"):
        assert rows[["assignment", "points", "plus_plus"]].sum().to_numpy() == pytest.approx([1, 1, 1])


def test_the_table_of_six_runs_holds_probabilities(tables):
    table = pd.read_csv(tables / "six_runs.csv")
    both, three = table.six_runs_as_in_lecture, table.six_runs_three_optima
    assert ((both >= 0) & (both <= three) & (three <= 1)).all()


def test_the_elbow_table_says_where_the_criteria_disagree(tables):
    shown = (tables / "elbow.md").read_text()
    assert re.search(r"US states.*they disagree", shown)


def test_the_crosstab_counts_every_image_once(tables):
    assert pd.read_csv(tables / "crosstab.csv").drop(columns="cluster").to_numpy().sum() == 300


def test_figures_are_drawn_from_records_the_same_bytes_every_time(found, datasets, tmp_path):
    with plotting.style():
        for name, draw in FIGURES.items():
            plotting.save(draw(found, datasets), tmp_path / "once" / name)
        for name in ("steps", "six_runs", "success"):
            plotting.save(FIGURES[name](found, datasets), tmp_path / "again" / name)
    for name in ("steps", "six_runs", "success"):
        for kind in ("svg", "png"):
            once, again = (tmp_path / turn / f"{name}.{kind}" for turn in ("once", "again"))
            assert once.read_bytes() == again.read_bytes()


def test_the_title_of_six_runs_counts_as_one_speaks():
    assert told(6, 3, 3) == "6 runs, three local optima; three reach the lowest (blue)"
    assert told(6, 1, 6) == "6 runs, one local optimum; six reach the lowest (blue)"
    assert told(6, 6, 1) == "6 runs, six local optima; one reaches the lowest (blue)"


def test_the_figure_of_six_runs_counts_the_optima_and_names_the_lowest(found, datasets):
    with plotting.style():
        figure = FIGURES["six_runs"](found, datasets)
    ends = found["book_r/steps"].metrics.query("metric == 'optimum'").value
    title = figure.get_suptitle()
    words = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}
    assert title.startswith(
        f"6 runs, {words[ends.nunique()]} local optima; {words[(ends == 1).sum()]} reach the lowest"
    )
    assert "97.9793" in title  # none of the six is the best there is
    assert sum(axes.get_title(loc="left") == "98.1674" for axes in figure.axes) == (ends == 1).sum()


def test_every_record_has_a_overview(found):
    with plotting.style():
        for name in ("book_r/steps", "images/restarts", "music/elbow", "images/interpretation",
                     "statecrime/interpretation", "limits"):  # fmt: skip
            plotting.plt.close(overview(found[name]))


def test_the_figure_of_success_says_how_many_starts_each_kind_needs(found, datasets):
    from relecture.clusters import STARTS
    from relecture.clusters.record_access import values

    with plotting.style():
        figure = FIGURES["success"](found, datasets)
    needed = [values(found["book_r/restarts"], kind).starts_for_95 for kind in STARTS]
    assert figure.axes[0].get_title(loc="left").endswith(f"95 % with {', '.join(f'{n:.0f}' for n in needed)} starts")
