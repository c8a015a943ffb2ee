"""The figures, and the overview of each record."""

from pkgutil import resolve_name

from relecture import plotting, records
from relecture.clusters import RESTARTS, clustering_types
from relecture.clusters.config import TypesFitConfig
from relecture.clusters.exhibits import EXHIBITS
from relecture.clusters.figures.algorithm import runs_title
from relecture.clusters.figures.overview import overview
from relecture.clusters.record_access import member_metrics

FIGURES = {figure.name: resolve_name(figure.function) for figure in EXHIBITS.figures}


def test_figures_are_drawn_from_records_the_same_bytes_every_time(results, tmp_path):
    with plotting.style():
        for name, draw in FIGURES.items():
            plotting.save(draw(results), tmp_path / "once" / name)
        for name in ("steps", "six_runs", "success"):
            plotting.save(FIGURES[name](results), tmp_path / "again" / name)
    for name in ("steps", "six_runs", "success"):
        for kind in ("svg", "png"):
            once, again = (tmp_path / turn / f"{name}.{kind}" for turn in ("once", "again"))
            assert once.read_bytes() == again.read_bytes()


def test_the_title_of_six_runs_uses_singular_and_plural():
    assert runs_title(6, 3, 3) == "6 runs, three local optima; three reach the lowest (blue)"
    assert runs_title(6, 1, 6) == "6 runs, one local optimum; six reach the lowest (blue)"
    assert runs_title(6, 6, 1) == "6 runs, six local optima; one reaches the lowest (blue)"


def test_the_figure_of_six_runs_counts_the_optima_and_names_the_lowest(results):
    with plotting.style():
        figure = FIGURES["six_runs"](results)
    ends = results.records["book_r/steps"].metrics.query("metric == 'optimum'").value
    title = figure.get_suptitle()
    words = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}
    assert title.startswith(
        f"6 runs, {words[ends.nunique()]} local optima; {words[(ends == 1).sum()]} reach the lowest"
    )
    assert "97.9793" in title  # none of the six is the best there is
    assert sum(axes.get_title(loc="left") == "98.1674" for axes in figure.axes) == (ends == 1).sum()


def test_every_record_has_an_overview(fitted):
    with plotting.style():
        for name in ("book_r/steps", "images/restarts", "music/elbow", "images/interpretation",
                     "statecrime/interpretation", "statecrime/types", "limits"):  # fmt: skip
            plotting.plt.close(overview(fitted[name]))


def test_the_figure_of_success_has_the_starts_that_each_initialisation_needs(results):
    with plotting.style():
        figure = FIGURES["success"](results)
    needed = [member_metrics(results.records["book_r/restarts"], init).n_starts_for_95 for init in RESTARTS]
    assert figure.axes[0].get_title(loc="left").endswith(f"95 % with {', '.join(f'{n:.0f}' for n in needed)} starts")


def test_a_dendrogram_of_many_rows_shows_its_last_merges(datasets, tmp_path):
    config = TypesFitConfig(n_clusters=3, n_init=2, seed=1)
    source = {"name": "made up", "digest": "0", "sample": False}
    clustering_types.fit(datasets["music"], config).save(
        tmp_path, "clusters/music/types", config, source, "clusters_fit"
    )
    with plotting.style():
        (axes,) = overview(records.read(tmp_path)).axes
    assert len(axes.get_xticklabels()) == 40
    rows = [
        int(text.strip("()")) if (text := label.get_text()).startswith("(") else 1 for label in axes.get_xticklabels()
    ]
    assert sum(rows) == 150
