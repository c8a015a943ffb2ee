"""The registries: every table and figure is listed once, has a caption, and names a function that exists."""

from collections import Counter
from inspect import signature
from pathlib import Path
from pkgutil import resolve_name

import pytest

from relecture.comparisons import conclude, load_exhibits
from relecture.config import COMPARISONS
from relecture.exhibit import Exhibit, Exhibits, table
from relecture.scorecard.published_values import load

ROOT = Path(__file__).parents[1]
REGISTRIES = {name: exhibits for name in COMPARISONS if (exhibits := load_exhibits(name))}
#: Parameters of the functions, by kind; and of the jobs that have others.
PARAMETERS = {
    "table": ["results", "stem"],
    "figure": ["results"],
    ("tallies", "vote_tables"): ["election", "stem"],
    ("tallies", "seed_tables"): ["members", "stem"],
    ("illustrations", "figures"): ["config", "data"],
}


def every(exhibits: Exhibits) -> list[Exhibit]:
    return [*exhibits.tables, *exhibits.figures]


def test_every_comparison_has_a_registry_under_its_own_name():
    assert tuple(REGISTRIES) == COMPARISONS
    assert {name: exhibits.comparison for name, exhibits in REGISTRIES.items()} == {name: name for name in COMPARISONS}


@pytest.mark.parametrize("comparison", REGISTRIES)
def test_every_function_exists_and_takes_results(comparison):
    for exhibit in every(REGISTRIES[comparison]):
        parameters = list(signature(resolve_name(exhibit.function)).parameters)
        assert parameters == PARAMETERS.get((comparison, exhibit.job), PARAMETERS[exhibit.kind]), exhibit.name
    if overview := REGISTRIES[comparison].overview:
        assert list(signature(resolve_name(overview)).parameters) == ["record"]


@pytest.mark.parametrize("comparison", REGISTRIES)
def test_every_function_is_of_its_own_comparison(comparison):
    functions = [exhibit.function for exhibit in every(REGISTRIES[comparison])]
    assert [function for function in functions if not function.startswith(f"relecture.{comparison}.")] == []


@pytest.mark.parametrize("comparison", REGISTRIES)
def test_every_exhibit_has_a_caption_of_one_sentence(comparison):
    exhibits = REGISTRIES[comparison]
    for exhibit in every(exhibits):
        caption = (ROOT / "workflow/report" / exhibits.caption(exhibit)).read_text(encoding="utf-8")
        assert caption.strip()[-1] in ".?", exhibit.name
        assert "\n" not in caption.strip(), exhibit.name


def test_every_caption_belongs_to_an_exhibit():
    captions = {file.name for file in (ROOT / "workflow/report").glob("*.rst")}
    captions = {name for name in captions if name.startswith(tuple(f"{comparison}_" for comparison in COMPARISONS))}
    assert captions == {exhibits.caption(one) for exhibits in REGISTRIES.values() for one in every(exhibits)}


@pytest.mark.parametrize("comparison", REGISTRIES)
def test_names_and_labels_are_unique(comparison):
    exhibits = REGISTRIES[comparison]
    for names in (
        [one.name for one in exhibits.tables],
        [one.name for one in exhibits.figures],
        [one.label for one in exhibits.tables],
        [one.label for one in exhibits.figures],
        [exhibits.stem(one) for one in every(exhibits)],
        [exhibits.caption(one) for one in every(exhibits)],
    ):
        assert [name for name, count in Counter(names).items() if count > 1] == []


@pytest.mark.parametrize("comparison", REGISTRIES)
def test_every_comparison_shows_something_in_the_handout_and_not_everything(comparison):
    exhibits = REGISTRIES[comparison]
    brief = exhibits.in_handout()
    assert 0 < len(every(brief)) < len(every(exhibits))
    assert every(brief) == [one for one in every(exhibits) if one.in_handout]
    assert (brief.comparison, brief.conclusions_from) == (exhibits.comparison, exhibits.conclusions_from)
    assert [brief.stem(one) for one in every(brief)] == [exhibits.stem(one) for one in every(brief)]


@pytest.mark.parametrize("comparison", REGISTRIES)
def test_the_conclusions_are_made_from_tables_and_records(comparison):
    exhibits = REGISTRIES[comparison]
    tables = {f"{exhibits.stem(one)}.csv" for one in every(exhibits)}
    tables |= {f"{comparison}/{name}.csv" for name in ("reproduced_values", "findings", "choices")} | {"scorecard.csv"}
    others = [file for file in exhibits.conclusions_from if file not in tables]
    others = [file for file in others if not file.endswith(("/params.json", "/data/files.csv"))]
    assert others == []


TWO_OF_ONE_NAME = Exhibits(
    comparison="clusters",
    tables=(table("elbow", "number of clusters", "relecture.clusters.result_tables:elbow"),),
    figures=(Exhibit("elbow", "number of clusters", "relecture.clusters.figures.k_selection:elbow"),),
    conclusions_from=(),
)


def test_a_table_and_a_figure_of_one_name_have_their_own_files_and_captions():
    elbow_table, elbow_figure = every(TWO_OF_ONE_NAME)
    assert TWO_OF_ONE_NAME.stem(elbow_table) == "clusters/elbow"
    assert TWO_OF_ONE_NAME.stem(elbow_figure) == "clusters/figures/elbow"
    assert TWO_OF_ONE_NAME.caption(elbow_table) == "clusters_elbow_table.rst"
    assert TWO_OF_ONE_NAME.caption(elbow_figure) == "clusters_elbow.rst"
    assert TWO_OF_ONE_NAME.of_job("tables") == [elbow_table]
    assert TWO_OF_ONE_NAME.of_job("figures") == [elbow_figure]


def test_a_comparison_that_does_not_exist_has_no_registry():
    assert load_exhibits("config") is None


def test_the_conclusions_are_those_of_the_comparison(monkeypatch):
    from relecture.digits import conclusions

    monkeypatch.setattr(conclusions, "question", lambda results: f"Which, in {results}?")
    monkeypatch.setattr(conclusions, "conclusions", lambda results: ("This.", "That."))
    monkeypatch.setattr(conclusions, "FIGURES", ("curves", "weights"))
    made = ("Which, in results/quick?", [("curves", "This."), ("weights", "That.")])
    assert conclude("digits", Path("results/quick")) == made


@pytest.mark.parametrize("comparison", REGISTRIES)
def test_the_topics_of_the_start_page_name_exhibits_and_every_conclusion_has_its_topic(comparison):
    exhibits = REGISTRIES[comparison]
    topics = [topic.figure for topic in exhibits.topics]
    assert len(topics) == len(set(topics))
    assert set(topics) <= {figure.name for figure in exhibits.figures}
    assert {topic.table for topic in exhibits.topics} <= {"", *(table.name for table in exhibits.tables)}
    assert {topic.chapter for topic in exhibits.topics} <= {"", *COMPARISONS}
    assert set(resolve_name(f"relecture.{comparison}.conclusions:FIGURES")) <= set(topics)


def test_every_published_value_is_in_one_topic():
    beginnings = [start for exhibits in REGISTRIES.values() for topic in exhibits.topics for start in topic.published]
    for value in load(ROOT / "config/published.yaml"):
        assert sum(map(value.id.startswith, beginnings)) == 1, value.id
