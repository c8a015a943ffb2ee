"""One comparison as the report shows it: question, conclusions, tables and figures with their captions."""

from dataclasses import dataclass
from pathlib import Path

from relecture import tables
from relecture.atomic_files import write_json
from relecture.comparisons import conclude, load_exhibits
from relecture.data_files import read_json
from relecture.errors import UserError
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
    """Write a comparison's question, and its conclusions with the figures that show them, as JSON."""
    question, conclusions = conclude(comparison, results)
    write_json(out, {"question": question, "conclusions": conclusions})


def read_conclusions(path: Path) -> tuple[str, list[tuple[str, str]]]:
    """Return the question, and each conclusion after the name of its figure, as `write_conclusions` wrote them."""
    content = read_json(path)
    return content["question"], [(figure, text) for figure, text in content["conclusions"]]


def read(comparison: str, results: Path, *, handout: bool = False) -> Chapter:
    """Read the chapter of a comparison from a folder of results; `handout` selects the exhibits of the handout."""
    exhibits = load_exhibits(comparison)
    if exhibits is None:
        raise UserError(f"the comparison {comparison} has no tables and figures: it has no exhibits.py")
    selected = exhibits.in_handout() if handout else exhibits
    question, conclusions = read_conclusions(results / comparison / "conclusions.json")
    return Chapter(
        comparison,
        question,
        " ".join(text for _, text in conclusions),
        [
            CaptionedTable(read_table(results / selected.stem(one)), read_caption(selected.caption(one)))
            for one in selected.tables
        ],
        [
            CaptionedFigure(results / selected.stem(one), read_caption(selected.caption(one)))
            for one in selected.figures
        ],
    )


def read_table(stem: Path) -> TextTable:
    """Read the table in `stem`.json for a page, with minus signs."""
    table = tables.read(stem)
    return table.model_copy(update={"rows": [[minus(cell) for cell in row] for row in table.rows]})


def read_caption(name: str) -> str:
    """Return the caption in a file of `workflow/report/`; UserError if there is none."""
    try:
        return (CAPTIONS / name).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise UserError(
            f"there is no caption {CAPTIONS / name}; write one, a sentence that says what is shown"
        ) from error
