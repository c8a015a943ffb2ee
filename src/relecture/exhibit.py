"""Exhibits: the tables and figures of a comparison, as rules, report and command line need them."""

from dataclasses import dataclass, replace
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, Literal

TABLE_SUFFIXES = (".csv", ".json", ".md", ".tex")
FIGURE_SUFFIXES = (".png",)


@dataclass(frozen=True)
class Exhibit:
    """A table or a figure.

    `name` is that of its files, `label` stands in the report's list, and `function` makes it: of a table
    `(results, stem) -> None`, which writes it; of a figure `(results) -> Figure`. `results` is what the command line of
    the comparison has loaded. `job` is the command that makes it, together with others.
    """

    name: str
    label: str
    function: str
    in_handout: bool = False
    kind: Literal["table", "figure"] = "figure"
    job: str = "figures"


def table(name: str, label: str, function: str, *, in_handout: bool = False, job: str = "tables") -> Exhibit:
    """Return a table; `job` is the command that writes it."""
    return Exhibit(name, label, function, in_handout, "table", job)


@dataclass(frozen=True)
class Topic:
    """A topic of the slides as the start page shows it.

    `figure` and `table` are names of exhibits, `record` is the folder of a record below that of the comparison.
    `published` are the beginnings of the ids of published values. `chapter` is the comparison in whose chapter the
    topic stands; its own unless given.
    """

    figure: str
    table: str = ""
    record: str = ""
    published: tuple[str, ...] = ()
    chapter: str = ""


@dataclass(frozen=True)
class Exhibits:
    """The exhibits of a comparison in the order of the report.

    `overview` draws one record. `findings` and `choices` are functions of what the command line has loaded; they return
    lists of `findings.Finding` and `findings.Choice`. `conclusions_from` are the files that the conclusions are made
    from, below the folder of results. `figures_folder` holds the figures, below the folder of the comparison. `topics`
    are those of the start page in the lecture's order.
    """

    comparison: str
    tables: tuple[Exhibit, ...]
    figures: tuple[Exhibit, ...]
    conclusions_from: tuple[str, ...]
    overview: str = ""
    findings: str = ""
    choices: str = ""
    figures_folder: str = "figures"
    topics: tuple[Topic, ...] = ()

    def of_job(self, job: str) -> list[Exhibit]:
        """Return the exhibits that one command makes."""
        return [exhibit for exhibit in (*self.tables, *self.figures) if exhibit.job == job]

    def write_tables(self, results: Any, folder: Path, job: str = "tables") -> None:
        """Write the tables of one command into `folder`; with the tables also findings.csv and choices.csv."""
        for one in self.tables:
            if one.job == job:
                resolve_name(one.function)(results, folder / one.name)
        if job == "tables":
            from relecture.findings import write_choices, write_findings  # imports pandas, as the Snakefile must not

            write_findings(folder / "findings.csv", resolve_name(self.findings)(results) if self.findings else [])
            write_choices(folder / "choices.csv", resolve_name(self.choices)(results) if self.choices else [])

    def stem(self, exhibit: Exhibit) -> str:
        """Return the path of an exhibit's files without suffix, below the folder of results."""
        folder = self.figures_folder if exhibit.kind == "figure" else ""
        return "/".join(part for part in (self.comparison, folder, exhibit.name) if part)

    def caption(self, exhibit: Exhibit) -> str:
        """Return the file with an exhibit's caption, below workflow/report/."""
        return f"{self.comparison}_{exhibit.name}{'_table' if exhibit.kind == 'table' else ''}.rst"

    def in_handout(self) -> "Exhibits":
        """Return the same with only the exhibits that the handout shows."""
        tables, figures = (tuple(one for one in some if one.in_handout) for some in (self.tables, self.figures))
        return replace(self, tables=tables, figures=figures)
