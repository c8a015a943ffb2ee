"""The start page of the results: a figure, what came out, verdicts and links for each topic, in the lecture's order.

It shows what a folder of results holds, and says of the rest with which command it is made. All links are relative to
the page, so the folder can be moved.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd
from jinja2 import Environment, StrictUndefined

from relecture.comparisons import load_exhibits
from relecture.config import COMPARISONS
from relecture.data_files import read_csv, read_json
from relecture.exhibit import Exhibit, Exhibits, Topic
from relecture.provenance import rerun_command
from relecture.report.chapter import read_caption, read_conclusions, read_table
from relecture.scorecard.verdicts import EXPLANATION, as_text, count_verdicts
from relecture.tables import TextTable
from relecture.text_format import minus

#: Titles of the chapters by comparison, in the lecture's order; those of other comparisons come after them.
CHAPTERS = {
    "illustrations": "Drawings",
    "digits": "Digits",
    "salaries": "Salaries",
    "tallies": "CNN and tally sheets",
    "clusters": "K-means",
}

#: Where `make ui` serves the runs of a store that is no server itself.
LOCAL_SERVER = "http://127.0.0.1:5000"


@dataclass(frozen=True)
class Link:
    """A link: its words and its address."""

    text: str
    address: str


@dataclass(frozen=True)
class TopicView:
    """What the page shows of a topic; what is empty does not exist. `sample` names the sample that it is made from."""

    id: str
    title: str
    caption: str
    conclusion: str
    figure: str
    table: TextTable | None
    verdicts: list[dict[str, str]]
    links: list[Link]
    run: Link | None
    command: str
    missing: list[str]
    sample: str


@dataclass
class ChapterView:
    """What the page shows of a chapter; `missing` are commands that make what it lacks, by what that is."""

    id: str
    title: str
    question: str = ""
    conclusions: list[str] = field(default_factory=list)
    topics: list[TopicView] = field(default_factory=list)
    verdicts: list[dict[str, str]] = field(default_factory=list)
    further: list[Link] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)


def start_page(results: Path, template: Path, mnist: Path, out: Path, *, complete: bool) -> str:
    """Return the page.

    Args:
        results: A folder of results, which need not be complete.
        template: The file with the page's Jinja template.
        mnist: The manifest of MNIST, which says whether a sample replaces it.
        out: Where the page will be written; its links are relative to this.
        complete: Whether everything is as new as what it is made from. If not, conclusions and verdicts that are older
            than their tables are left out, and older figures named: they would not be of the same results.
    """
    folder = _ResultsFolder(results, out, complete)
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    page = environment.from_string(template.read_text(encoding="utf-8"))
    return (
        page.render(
            folder=results.as_posix(),
            chapters=folder.chapters(),
            counts=count_verdicts(folder.scorecard),
            presets=", ".join(folder.scorecard.preset.unique()),
            explanation=EXPLANATION,
            scorecard=folder.link("scorecard", "scorecard.html"),
            scorecard_command=rerun_command(results / "scorecard.csv"),
            sample=mnist.exists() and read_json(mnist)["sample"],
            is_served_locally=not folder.server.startswith("http"),
        )
        + "\n"
    )


class _ResultsFolder:
    """A folder of results, read as far as it exists."""

    def __init__(self, results: Path, out: Path, complete: bool):
        self.results, self.out, self.complete = results, out, complete
        columns = {"published": str, "note": str, "preset": str}
        self.scorecard = (
            read_csv(results / "scorecard.csv", dtype=columns).fillna({"note": ""})
            if self._is_current("scorecard.csv", results.glob("*/reproduced_values.csv"))
            else pd.DataFrame(columns=["id", "comparison", "kind", "verdict", "preset"])
        )
        order = [*CHAPTERS, *(name for name in COMPARISONS if name not in CHAPTERS)]
        self.exhibits = {name: exhibits for name in order if (exhibits := load_exhibits(name))}
        self.present = [name for name, exhibits in self.exhibits.items() if any(self._existing(exhibits))]
        self.conclusions = {
            name: read_conclusions(results / name / "conclusions.json")
            for name, exhibits in self.exhibits.items()
            if self._is_current(f"{name}/conclusions.json", (results / file for file in exhibits.conclusions_from))
        }
        self.runs, self.experiments = self._read_json("synced.json"), self._read_json("tracking.json")
        self.server: str = self.runs.get("tracking_uri", "")

    def chapters(self) -> list[ChapterView]:
        """Return the chapters in the lecture's order."""
        return [self._chapter(name) for name in self.exhibits]

    def link(self, text: str, file: str | Path) -> Link | None:
        """Return a link to a file of the folder; None if it does not exist."""
        path = self.results / file
        return Link(text, self._address(path)) if path.exists() else None

    def _is_current(self, file: str, inputs: Iterable[Path]) -> bool:
        """Return whether a file exists and is not older than any of its inputs."""
        path = self.results / file
        if self.complete or not path.exists():
            return path.exists()
        time = path.stat().st_mtime
        return all(one.exists() and one.stat().st_mtime <= time for one in inputs)

    def _chapter(self, name: str) -> ChapterView:
        view = ChapterView(name, CHAPTERS.get(name, name.capitalize()))
        exhibits = self.exhibits[name]
        for comparison in self.present:
            view.topics += [
                self._topic(self.exhibits[comparison], topic)
                for topic in self.exhibits[comparison].topics
                if (topic.chapter or comparison) == name
            ]
        if name not in self.present:
            view.missing["the comparison"] = rerun_command(name)
            return view
        if name in self.conclusions:
            shown = {topic.figure for topic in exhibits.topics}
            view.question, conclusions = self.conclusions[name]
            view.conclusions = [text for figure, text in conclusions if figure not in shown]
        else:
            view.missing["the conclusions"] = rerun_command(self.results / name / "conclusions.json")
        fits = [] if self.complete else [*(self.results / name).rglob("metrics.csv")]
        figures = [file for one in exhibits.figures if (file := self.results / f"{exhibits.stem(one)}.svg").exists()]
        if not all(self._is_current(file.relative_to(self.results).as_posix(), fits) for file in figures):
            view.missing["the figures and tables of the latest fits (those below are older)"] = rerun_command(name)
        beginnings = tuple(beginning for topic in exhibits.topics for beginning in topic.published)
        rows = self.scorecard[self.scorecard.comparison == name]
        view.verdicts = _verdicts(rows[~rows.id.str.startswith(beginnings)])
        in_topics = {(kind, getattr(topic, kind)) for topic in exhibits.topics for kind in ("figure", "table")}
        view.further = [
            link
            for one in (*exhibits.figures, *exhibits.tables)
            if (one.kind, one.name) not in in_topics and (link := self._exhibit_link(exhibits, one))
        ]
        return view

    def _topic(self, exhibits: Exhibits, topic: Topic) -> TopicView:
        figure = next(one for one in exhibits.figures if one.name == topic.figure)
        table = next((one for one in exhibits.tables if one.name == topic.table), None)
        stem, record = self.results / exhibits.stem(figure), Path(exhibits.comparison) / topic.record
        image = self._exhibit_link(exhibits, figure)
        existing = table if table and self._exhibit_link(exhibits, table) else None
        params = self._read_json(record / "params.json") if topic.record else {}
        missing = [] if image else [f"{stem.as_posix()}.svg"]
        if table and not existing:
            missing.append(f"{(self.results / exhibits.stem(table)).as_posix()}.html")
        _, conclusions = self.conclusions.get(exhibits.comparison, ("", []))
        rows = self.scorecard[self.scorecard.id.str.startswith(topic.published)] if topic.published else None
        links = [
            self.link("figure (SVG)", f"{exhibits.stem(figure)}.svg"),
            self.link("figure (PNG)", f"{exhibits.stem(figure)}.png"),
            self.link("numbers of the figure (CSV)", f"{exhibits.stem(figure)}.csv"),
            *(
                (
                    self.link("table", f"{exhibits.stem(existing)}.html"),
                    self.link("numbers of the table (CSV)", f"{exhibits.stem(existing)}.csv"),
                )
                if existing
                else ()
            ),
            self.link("metrics of every member (CSV)", record / "metrics.csv") if topic.record else None,
            self._code_link(figure.function),
        ]
        return TopicView(
            id=f"{exhibits.comparison}-{topic.figure}",
            title=f"{figure.label[0].upper()}{figure.label[1:]}",
            caption=read_caption(exhibits.caption(figure)),
            conclusion=" ".join(text for name, text in conclusions if name == topic.figure),
            figure=image.address if image else "",
            table=read_table(self.results / exhibits.stem(existing)) if existing else None,
            verdicts=[] if rows is None else _verdicts(rows),
            links=[link for link in links if link],
            run=self._run_link(record) if topic.record else None,
            command=params.get("rerun") or rerun_command(f"{stem}.svg"),
            missing=[rerun_command(file) for file in missing],
            sample=params["data"]["name"] if params and params["data"]["sample"] else "",
        )

    def _exhibit_link(self, exhibits: Exhibits, one: Exhibit) -> Link | None:
        suffix = ".html" if one.kind == "table" else ".svg"
        return self.link(f"{one.kind}: {one.label}", f"{exhibits.stem(one)}{suffix}")

    def _existing(self, exhibits: Exhibits) -> Iterator[Link]:
        for one in (*exhibits.figures, *exhibits.tables):
            if link := self._exhibit_link(exhibits, one):
                yield link

    def _code_link(self, function: str) -> Link | None:
        module, _, name = function.partition(":")
        spec = find_spec(module)
        return Link(f"code: {module}, {name}()", self._address(Path(spec.origin))) if spec and spec.origin else None

    def _run_link(self, record: Path) -> Link | None:
        """Return a link to the run of a record in MLflow; None if the store is not known."""
        run = self.runs.get("records", {}).get(str(self.results / record))
        experiments = {name.rpartition("/")[2]: id for name, id in self.experiments.get("experiments", {}).items()}
        experiment = experiments.get(record.parts[0])
        if run is None or experiment is None:
            return None
        server = self.server if self.server.startswith("http") else LOCAL_SERVER
        return Link(f"MLflow run {record.as_posix()}", f"{server}/#/experiments/{experiment}/runs/{run['run_id']}")

    def _read_json(self, file: str | Path) -> dict[str, Any]:
        path = self.results / file
        content: dict[str, Any] = read_json(path) if path.exists() else {}
        return content

    def _address(self, path: Path) -> str:
        """Return the address of a file as seen from the page."""
        return quote(Path(os.path.relpath(path, self.out.parent.absolute())).as_posix())


def _verdicts(rows: pd.DataFrame) -> list[dict[str, str]]:
    """Return rows of the scorecard as text."""
    columns = ["quantity", "source", "published", "reproduced", "interval", "n", "verdict", "note"]
    cells: Sequence[Sequence[str]] = as_text(rows).to_numpy().tolist()
    return [dict(zip(columns, map(minus, row), strict=True)) for row in cells]
