"""The command `python -m relecture.tallies read`: counts any sheets, with any reader."""

import sys
import tempfile
from pathlib import Path
from pkgutil import resolve_name
from typing import Annotated

import typer

from relecture.errors import UserError

#: The reader that `snakemake tallies` makes.
STANDARD_READER = Path("results/tallies/validation/reader.pt")


def read(
    sheets: Annotated[list[Path], typer.Argument(help="Page images, or folders of them.")],
    out: Annotated[Path, typer.Option(help="Where to write the counts, a row per sheet and party.")],
    layout: Annotated[
        Path | None, typer.Option(help="The form; `layout.json` beside the first sheet, unless given.")
    ] = None,
    reader: Annotated[Path | None, typer.Option(help="A reader.pt.")] = None,
    model: Annotated[str | None, typer.Option(help="A registered model, models:/tally-digits@champion.")] = None,
    processes: Annotated[int, typer.Option(min=1, help="How many read side by side.")] = 1,
) -> None:
    """Count sheets with a reader: a file, a model registered in MLflow, or the one that `snakemake tallies` made."""
    from relecture.tallies.form import Form
    from relecture.tallies.reading import read_sheets
    from relecture.tallies.recognizer import Recognizer

    paths = _pages(sheets)
    form = Form.read(layout or paths[0].parent / "layout.json")
    with tempfile.TemporaryDirectory() as folder:
        recognizer = Recognizer.load(_reader(reader, model, Path(folder)))
    done = read_sheets(paths, form, recognizer, out, processes)
    print(f"{out}: {done.sheets:,} sheets counted by {recognizer.name}")
    for row in done.unread.itertuples():
        print(f"unread  {row.sheet}: {row.reason}", file=sys.stderr)


def _pages(sheets: list[Path]) -> list[Path]:
    """All pages that were named: files as they are, and the images in folders."""
    from relecture.tallies.images import among

    if missing := [str(path) for path in sheets if not path.exists()]:
        raise UserError(f"there is no sheet {', '.join(missing[:5])}")
    paths = [page for path in sheets for page in (among(path) if path.is_dir() else [path])]
    if not paths:
        raise UserError(f"there is no PNG or JPEG image in {', '.join(map(str, sheets[:5]))}")
    return paths


def _reader(reader: Path | None, model: str | None, folder: Path) -> Path:
    """The file of the reader that was asked for."""
    if reader is not None and model is not None:
        raise UserError("--reader and --model both name a reader; give one of them")
    if model is None:
        return reader or STANDARD_READER
    # By name: this file is a part of every fit, and no fit may load MLflow.
    connect, fetch = map(resolve_name, ("relecture.tracking.store:connect", "relecture.tracking.models:fetch"))
    return fetch(connect(), model, folder)
