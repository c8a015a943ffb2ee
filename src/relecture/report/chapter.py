"""One comparison as it is shown: its question, the answer, tables and figures with their captions."""

import re
from dataclasses import dataclass
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from relecture.errors import UserError
from relecture.text_format import minus
from relecture.workflow import places


@dataclass(frozen=True)
class Table:
    """A table for reading: all cells are text, `right` says which columns are numbers."""

    title: str
    caption: str
    columns: list[str]
    rows: list[list[str]]
    right: list[bool]
    note: str


@dataclass(frozen=True)
class Figure:
    """A figure: `stem`.png and `stem`.svg."""

    stem: Path
    caption: str


@dataclass(frozen=True)
class Chapter:
    """A comparison in the lecture's order of telling."""

    comparison: str
    question: str
    answer: str
    tables: list[Table]
    figures: list[Figure]

    @property
    def title(self) -> str:
        return self.comparison.capitalize()


def write_answer(comparison: str, results: Path, out: Path) -> None:
    """Write a comparison's question and its answer in two sentences, as Markdown."""
    question, answer = (resolve_name(f"relecture.{comparison}.conclusions:{name}") for name in ("question", "answer"))
    out.write_text(f"**{question(results)}**\n\n{' '.join(answer(results))}\n")


def read_answer(path: Path) -> tuple[str, str]:
    """The question and the answer, as `write_answer` left them."""
    question, _, answer = path.read_text().partition("\n\n")
    return question.strip("*"), answer.strip()


def read(contents: dict[str, Any]) -> Chapter:
    """Gather the chapter that `workflow.chapter` describes."""
    comparison, found = contents["comparison"], places(contents)
    question, answer = read_answer(Path("results", comparison, "answer.md"))
    tables = [read_table(Path(stem), _caption(Path(caption))) for stem, caption in found["tables"]]
    figures = [Figure(Path(stem), _caption(Path(caption))) for stem, caption in found["figures"]]
    return Chapter(comparison, question, answer, tables, figures)


def read_table(stem: Path, caption: str = "") -> Table:
    """A table as `tables.write` left it in `stem`.md; a UserError where it is no such file."""
    path = stem.with_name(f"{stem.name}.md")
    try:
        title, head, note = path.read_text().split("\n\n", 2)
        columns, sides, *rows = (_cells(line) for line in head.splitlines())
    except (OSError, ValueError) as error:
        raise UserError(f"{path} is not a table of this project ({error}); delete it, and run again") from error
    return Table(title.strip("*"), caption, columns, rows, [side.endswith(":") for side in sides], note.strip())


def _cells(line: str) -> list[str]:
    """The cells of a line, with true minus signs; a bar with a backslash before it is part of a cell."""
    inside = line.strip().removeprefix("|").removesuffix("|")
    return [minus(cell.strip().replace(r"\|", "|")) for cell in re.split(r"(?<!\\)\|", inside)]


def _caption(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError as error:
        raise UserError(f"there is no caption {path}; write one, a sentence that says what is shown") from error
