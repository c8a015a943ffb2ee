"""Commands of the comparison `illustrations`: draw, tables."""

from pathlib import Path
from pkgutil import resolve_name
from typing import Annotated

import typer

from relecture.cli import Command, PathOption, TextOption, parse_config
from relecture.illustrations.exhibits import EXHIBITS

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

    figures = {figure.name: figure for figure in EXHIBITS.figures}
    if name not in figures:
        raise UserError(f"unknown illustration `{name}`: choose one of {', '.join(figures)}")
    config = parse_config(FIGURE_CONFIGS[name], config_json)
    with style():
        resolve_name(figures[name].function)(config, data).save(out)


@app.command()
def tables(numbers: list[Path], out: PathOption) -> None:
    """Write reproduced_values.csv, findings.csv and choices.csv into OUT, from the NUMBERS of the figures."""
    from relecture.illustrations.result_tables import reproduced_values

    by_figure = {path.stem: path for path in numbers}
    reproduced_values(by_figure).write(out / "reproduced_values.csv")
    EXHIBITS.write_tables(by_figure, out)
