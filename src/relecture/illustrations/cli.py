"""Command line of the comparison `illustrations`: draw, quantities."""

import json
from pathlib import Path
from pkgutil import resolve_name
from typing import Annotated

import typer

from relecture.cli import Command, PathOption, TextOption
from relecture.illustrations import ILLUSTRATIONS

app = Command("The lecture's drawings, computed.")


@app.command()
def draw(
    name: TextOption,
    config_json: TextOption,
    out: PathOption,
    data: Annotated[Path | None, typer.Option(help="The manifest of MNIST, or the record that is drawn.")] = None,
) -> None:
    """Draw one figure to OUT.svg and OUT.png, and write the numbers it shows to OUT.csv."""
    from relecture.errors import UserError
    from relecture.plotting import style

    if name not in ILLUSTRATIONS:
        raise UserError(f"there is no illustration `{name}`; there are {', '.join(ILLUSTRATIONS)}")
    with style():
        resolve_name(ILLUSTRATIONS[name])(json.loads(config_json), data).save(out)


@app.command()
def quantities(numbers: list[Path], out: PathOption) -> None:
    """Write every number that the lecture prints to OUT, from the NUMBERS of the figures that show them."""
    from relecture.illustrations.result_tables import quantities

    quantities({path.stem: path for path in numbers}).write(out)
