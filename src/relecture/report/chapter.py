"""One comparison as the report shows it: question, conclusions, tables and figures with their captions."""

from dataclasses import dataclass
from pathlib import Path

from relecture import tables
from relecture.atomic_files import write_text
from relecture.comparisons import conclude, load_exhibits
from relecture.errors import UserError
from relecture.exhibit import Exhibits
from relecture.tables import TextTable
from relecture.text_format import minus

CAPTIONS = Path("workflow/report")


@dataclass(frozen=True)
class CaptionedTable:
    """A table with its caption, a sentence that says what it shows."""

    table: TextTable
    caption: str = ""


@dataclass(frozen=True)
class CaptionedFigure:
    """A figure, `stem`.png and `stem`.svg, with its caption."""

    stem: Path
    caption: str


@dataclass(frozen=True)
class Chapter:
    """A comparison in the order of the page."""

    comparison: str
    question: str
    conclusions: str
    tables: list[CaptionedTable]
    figures: list[CaptionedFigure]

    @property
    def title(self) -> str:
        """Its heading."""
        return self.comparison.capitalize()


def write_conclusions(comparison: str, results: Path, out: Path) -> None:
    """Write a comparison's question and its conclusions, as Markdown."""
    question, conclusions = conclude(comparison, results)
    write_text(out, f"**{question}**\n\n{' '.join(conclusions)}\n")


def read_conclusions(path: Path) -> tuple[str, str]:
    """Return question and conclusions from the file that `write_conclusions` wrote."""
    question, _, conclusions = path.read_text(encoding="utf-8").partition("\n\n")
    return question.strip("*"), conclusions.strip()


def read(comparison: str, results: Path, *, handout: bool = False) -> Chapter:
    """Read the chapter of a comparison from a folder of results; `handout` selects the exhibits of the handout."""
    exhibits = load_exhibits(comparison)
    if exhibits is None:
        raise UserError(f"the comparison {comparison} has no tables and figures: it has no exhibits.py")
    selected = exhibits.in_handout() if handout else exhibits
    return Chapter(
        comparison,
        *read_conclusions(results / comparison / "conclusions.md"),
        [_read_table(selected, index, results) for index in range(len(selected.tables))],
        [
            CaptionedFigure(results / selected.stem(one), _read_caption(selected.caption(one)))
            for one in selected.figures
        ],
    )


def _read_table(exhibits: Exhibits, index: int, results: Path) -> CaptionedTable:
    exhibit = exhibits.tables[index]
    table = tables.read(results / exhibits.stem(exhibit))
    rows = [[minus(cell) for cell in row] for row in table.rows]
    return CaptionedTable(table.model_copy(update={"rows": rows}), _read_caption(exhibits.caption(exhibit)))


def _read_caption(name: str) -> str:
    try:
        return (CAPTIONS / name).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise UserError(
            f"there is no caption {CAPTIONS / name}; write one, a sentence that says what is shown"
        ) from error
