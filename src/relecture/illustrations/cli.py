"""Command line of the comparison `illustrations`: draw, quantities."""

from pathlib import Path
from pkgutil import resolve_name
from typing import Annotated

import typer

from relecture.cli import Command, PathOption, TextOption, parse_config
from relecture.illustrations import ILLUSTRATIONS

app = Command("The figures of the lecture's slides, computed.")


@app.command()
def draw(
    name: TextOption,
    config_json: TextOption,
    out: PathOption,
    data: Annotated[Path | None, typer.Option(help="Manifest of MNIST, or the record to draw.")] = None,
) -> None:
    """Draw one figure to OUT.svg and OUT.png, and write the numbers it shows to OUT.csv."""
    from relecture.errors import UserError
    from relecture.illustrations.config import FIGURE_CONFIGS
    from relecture.plotting import style

    if name not in ILLUSTRATIONS:
        raise UserError(f"unknown illustration `{name}`: choose one of {', '.join(ILLUSTRATIONS)}")
    config = parse_config(FIGURE_CONFIGS[name], config_json)
    with style():
        resolve_name(ILLUSTRATIONS[name])(config, data).save(out)


@app.command()
def quantities(numbers: list[Path], out: PathOption) -> None:
    """Write the reproduced value of every number on the slides to OUT, from the NUMBERS of the figures."""
    from relecture.illustrations.result_tables import quantities

    quantities({path.stem: path for path in numbers}).write(out)
