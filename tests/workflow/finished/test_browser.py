"""MLflow's pages of the finished run, served by `make ui` and opened in Chromium."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from docs import screenshots as pages

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(pages.find_browser() is None, reason="needs Chromium; on Debian: apt-get install chromium"),
]

NOTHING = ("", "-")
#: Experiments of which every view is opened; those of the others are made in the same way.
OTHER_VIEWS = ("digits", "clusters")

# The names of the curves in the charts of a page.
CURVES = """() => [...document.querySelectorAll('.js-plotly-plot')]
  .flatMap(chart => chart.data).filter(curve => curve.type == 'scatter' && curve.name).map(curve => curve.name)"""


@dataclass(frozen=True)
class Page:
    """The content of a page when its picture was taken."""

    picture: Path
    text: str
    rows: list[dict[str, str]]
    charts: int
    curves: set[str]
    widest_image: int


@pytest.fixture(scope="module")
def links(finished) -> Iterator[dict[str, str]]:
    """The address of each experiment, as `make ui` prints them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(finished / "src"))
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        with pages.serve(finished.path) as addresses:
            yield addresses


@pytest.fixture(scope="module")
def chromium(links) -> Iterator:
    with pages.browser() as opened:
        yield opened


@pytest.fixture
def page(chromium) -> Iterator:
    """A page without cookies or cache."""
    context = chromium.new_context(viewport=pages.SIZE)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def tables(links, chromium) -> dict[str, dict[str, list[dict[str, str]]]]:
    """The rows of each experiment, of OTHER_VIEWS in every view, on a page so wide that all columns are drawn."""
    page, tables = chromium.new_page(viewport={"width": 4000, "height": 2000}), {}
    for experiment, link in links.items():
        tables[experiment] = {"methods": pages.open_table(page, link)}
        if experiment not in OTHER_VIEWS:
            continue
        page.get_by_role("button", name="methods").click()
        offered = [item.inner_text().strip() for item in page.get_by_role("menuitem").all()]
        views = {name for name in offered if re.fullmatch(r"[a-z_]+", name)} - {"methods"}
        tables[experiment] |= {view: pages.open_table(page, link, view) for view in views}
    page.close()
    return tables


@pytest.fixture(scope="module")
def pictured(links, chromium, tmp_path_factory) -> dict[str, Page]:
    """The pages of which the documentation has pictures."""
    page, pictured = chromium.new_page(viewport=pages.SIZE), {}
    taken = pages.screenshots(page, links["digits"], "dropout", ["plain", "ridge"], tmp_path_factory.mktemp("pictures"))
    for name, picture in taken:
        pictured[name] = Page(
            picture,
            text=page.inner_text("body"),
            rows=pages.read_cells(page),
            charts=page.locator(".js-plotly-plot").count(),
            curves=set(page.evaluate(CURVES)),
            widest_image=page.evaluate("Math.max(0, ...[...document.images].map(image => image.naturalWidth))"),
        )
    page.close()
    return pictured


def names(rows: list[dict[str, str]]) -> list[str]:
    return [row["attributes.`Run Name`"] for row in rows]


def empty(rows: list[dict[str, str]], columns: list[str]) -> list[str]:
    return [column for column in columns if all(row.get(column, "") in NOTHING for row in rows)]


def test_each_experiment_opens_as_a_table_of_its_methods_without_an_empty_column(tables, records):
    methods: dict[str, list[str]] = {}
    for record in records:
        _, comparison, method = record.split("/", 2)
        methods.setdefault(comparison, []).append(method)
    assert set(tables) == set(methods)
    for experiment, views in tables.items():
        rows = views["methods"]
        assert names(rows) == sorted(methods[experiment])
        columns = [column for column in rows[0] if not column.isdigit()]  # a number has the box to tick
        assert any(column.startswith("metrics.") for column in columns)
        assert empty(rows, columns) == [], experiment


def test_each_other_view_has_rows_and_no_empty_column_of_numbers(tables):
    assert {"members", "ridge_search"} <= set(tables["digits"])
    assert {"members", "restarts", "interpretation"} <= set(tables["clusters"])
    for experiment, views in tables.items():
        for view, rows in views.items():
            numbers = [column for column in rows[0] if column.startswith("metrics.")]
            assert numbers
            assert empty(rows, numbers) == [], f"{experiment}: {view}"


def test_from_the_front_page_an_experiment_opens_on_its_runs(links, page):
    page.goto(links["digits"].partition("#")[0])
    page.get_by_role("link", name="digits", exact=True).first.click()
    page.get_by_role("link", name="dropout", exact=True).wait_for(timeout=pages.TIMEOUT)
    assert page.get_by_role("button", name="Views").is_visible()
    assert not page.get_by_text("Ask questions about your experiments").is_visible()


def test_a_method_expands_to_its_members(pictured):
    rows = pictured["members"].rows
    at = names(rows).index("dropout")
    assert names(rows)[at + 1 : at + 3] == ["seed-00", "seed-01"]
    method, *members = rows[at : at + 3]
    errors = [float(member["metrics.`test_error`"]) for member in members]
    assert float(method["metrics.`test_error`"]) == pytest.approx(sum(errors) / 2)


def test_three_methods_are_compared_by_settings_and_numbers(pictured):
    text = pictured["compare"].text
    assert "Comparing 3 Runs from 1 Experiment" in text
    assert all(method in text for method in ("dropout", "plain", "ridge"))
    assert "[0.4, 0.3]" in text  # what dropout has and the others have not
    assert "test_error" in text
    assert pictured["compare"].charts == 1


def test_the_curves_of_all_networks_are_drawn(pictured):
    text = pictured["curves"].text
    assert all(f"curves/{what}_{of}" in text for what in ("train", "validation") for of in ("error", "loss"))
    networks = ("plain", "ridge", "dropout", "early_stopping", "early_stopping_error", "one_hidden_layer", "logistic")
    assert {curve.split()[0] for curve in pictured["curves"].curves} == set(networks)


def test_the_figure_of_a_method_is_among_its_files(pictured):
    assert pictured["figure"].widest_image > 600


def test_the_pictures_for_the_documentation_are_of_a_moderate_size(pictured):
    assert set(pictured) - {"model"} == {"methods", "members", "curves", "figure", "compare"}
    for name, page in pictured.items():
        assert 20_000 < page.picture.stat().st_size <= pages.MAX_BYTES, name


def test_a_run_shows_parameters_metrics_data_and_the_command_that_reruns_it(links, page, finished):
    pages.open_run(page, links["salaries"], "book/lasso")
    text = page.inner_text("body")
    assert "snakemake results/salaries/book/lasso/metrics.csv --force" in text
    assert "n_lambda" in text
    assert "Hitters (" in text
    metrics = pd.read_csv(finished / "results/salaries/book/lasso/metrics.csv")
    error = metrics.value[metrics.metric == "mae"].item()
    assert f"{error:.7g}" in text
    seconds = pd.read_csv(finished / "results/benchmarks/salaries/book_lasso.tsv", sep="\t").s.item()
    assert (f"{seconds:.1f}s" if seconds >= 0.5 else f"{int(1000 * seconds)}ms") in text  # as MLflow formats it


def test_the_registered_model_has_a_page(links, pictured):
    assert ("model" in pictured) == ("tallies" in links)
    if "model" in pictured:
        assert "tally-digits" in pictured["model"].text
        assert "champion" in pictured["model"].text
