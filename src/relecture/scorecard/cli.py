"""Commands of the scorecard: write, show and docs.

relecture scorecard docs --run "one standard run (date, processor)" > docs/scorecard.md
"""

import sys
import textwrap
from pathlib import Path

import pandas as pd
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from relecture import tables
from relecture.cli import Command, PathOption, TextOption, parse_config
from relecture.data_files import read_csv, read_json
from relecture.errors import UserError
from relecture.scorecard.config import ScorecardConfig
from relecture.scorecard.published_values import load
from relecture.scorecard.verdicts import (
    EXPLANATION,
    NOT_REPRODUCED,
    as_text,
    as_text_in_parts,
    build,
    groups,
)

COLOURS = {
    **{"exact": "green", "consistent": "green", "inconclusive": "magenta"},
    **{"better": "yellow", "worse": "yellow", "differs": "yellow"},
}

BAR = r"\|"  # a bar in a cell of a Markdown table

_DOCS = """# The scorecard

{intro}

{table}

{note}
"""

app = Command("Compare reproduced with published values.")


@app.command()
def write(published: PathOption, values: list[Path], config_json: TextOption, out: PathOption) -> None:
    """Write the scorecard to OUT.csv, .json, .md, .tex and .html from the reproduced VALUES of the comparisons."""
    config = parse_config(ScorecardConfig, config_json)
    reproduced = pd.concat([read_csv(path, dtype={"data": str}) for path in values], ignore_index=True)
    scorecard = build(load(published), reproduced, config)
    note = f"{EXPLANATION} Preset: {config.preset}."
    tables.write(out, scorecard, as_text_in_parts(scorecard), "Scorecard: published and reproduced", note)


@app.command()
def show(
    results: Path = typer.Option(Path("results"), help="The folder of results."),
    mnist: Path = typer.Option(Path("resources/mnist.json"), help="The manifest of MNIST."),
) -> None:
    """Print the scorecard and what to do next."""
    scorecard = _read(results)
    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    for title, rows in groups(scorecard):
        console.print(_grid(title, rows), "")
    for entry in scorecard[scorecard.verdict.isin(NOT_REPRODUCED)].itertuples():
        console.print(Text(f"{entry.verdict:9s}", "yellow"), f"{entry.quantity}: {entry.note}\n", sep="")
    if mnist.exists() and read_json(mnist)["sample"]:
        from relecture.data.mnist import sample_notice

        console.print(sample_notice(), "\n", style="bold red")
    if (results / "index.html").exists():
        console.print(f"open                 {results}/index.html", soft_wrap=True, markup=False)
    console.print("runs in MLflow       make ui")
    if (params := results / "digits" / "dropout" / "params.json").exists():
        command = read_json(params)["rerun"]
        console.print(f"rerun one method     .venv/bin/{command}", soft_wrap=True)


@app.command()
def docs(
    run: TextOption,
    results: Path = typer.Option(Path("results"), help="The folder of results."),
) -> None:
    """Print docs/scorecard.md, the scorecard of a RUN in words: "one standard run (date, processor)"."""
    table = tables.read(results / "scorecard")
    lines = [table.columns, ["---"] * len(table.columns), *table.rows]
    intro = (
        f"Every published value and the reproduced value, from {run}. A value that is not judged has its reason in the "
        "note. Counts and identities, which no fit can change, are a part of their own at the end. [How each number is "
        "computed](numbers.md), and why some differ."
    )
    paragraphs = {"intro": textwrap.fill(intro, 120), "note": textwrap.fill(table.note, 120)}
    rows = "\n".join(f"| {' | '.join(cell.replace('|', BAR) for cell in line)} |" for line in lines)
    print(_DOCS.format(table=rows, **paragraphs), end="")


def _read(results: Path) -> pd.DataFrame:
    path = results / "scorecard.csv"
    if not path.exists():
        raise UserError(f"there is no {path} yet; compute it with: make replicate")
    scorecard = read_csv(path, dtype={"published": str}).fillna({"note": ""})
    if "kind" not in scorecard:
        raise UserError(f"{path} is of an older version; compute it again with: make replicate")
    return scorecard


def _grid(title: str, rows: pd.DataFrame) -> Table:
    grid = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    text = as_text(rows).drop(columns="note")
    for name in text:
        grid.add_column(name, justify="left" if name in ("quantity", "source", "verdict") else "right")
    for row in text.to_numpy().tolist():
        grid.add_row(*row[:-1], Text(row[-1], COLOURS.get(row[-1], "dim")))
    return grid
