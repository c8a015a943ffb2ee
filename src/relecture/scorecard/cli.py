"""Commands of the scorecard: write and show."""

import json
import sys
from pathlib import Path

import pandas as pd
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from relecture import tables
from relecture.cli import Command, PathOption, TextOption
from relecture.errors import UserError
from relecture.scorecard.published_values import load
from relecture.scorecard.verdicts import as_text, build

COLOURS = {"exact": "green", "within": "green", "better": "cyan", "differs": "yellow"}

app = Command("Compare reproduced with published values.")


@app.command()
def write(published: PathOption, values: list[Path], preset: TextOption, out: PathOption) -> None:
    """Write the scorecard to OUT.csv, .json, .md, .tex and .html from the reproduced VALUES of the comparisons."""
    reproduced = pd.concat([pd.read_csv(path) for path in values], ignore_index=True)
    scorecard = build(load(published), reproduced, preset)
    note = (
        "exact: rounds to the published value. within: the published value lies in mean ± 2 standard deviations. "
        f"Mean ± standard deviation over n members. Preset: {preset}."
    )
    tables.write(out, scorecard, as_text(scorecard), "Scorecard: published and reproduced", note)


@app.command()
def show(
    results: Path = typer.Option(Path("results"), help="The folder of results."),
    mnist: Path = typer.Option(Path("resources/mnist.json"), help="The manifest of MNIST."),
) -> None:
    """Print the scorecard and what to do next."""
    path = results / "scorecard.csv"
    if not path.exists():
        raise UserError(f"there is no {path} yet; compute it with: make replicate")
    scorecard = pd.read_csv(path, dtype={"published": str}).fillna({"verdict": "", "note": ""})
    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    for comparison, rows in scorecard.groupby("comparison", sort=False):
        grid = Table(title=str(comparison), title_justify="left", title_style="bold", box=None, pad_edge=False)
        for name in ("quantity", "source", "published", "reproduced", "n", "verdict"):
            grid.add_column(name, justify="left" if name in ("quantity", "source", "verdict") else "right")
        for _, row in as_text(rows).iterrows():
            verdict = Text(row.verdict, COLOURS.get(row.verdict, "dim"))
            grid.add_row(row.quantity, row.source, row.published, row.reproduced, row.n, verdict)
        console.print(grid, "")
    for entry in scorecard[scorecard.verdict == "differs"].itertuples():
        console.print(Text("differs  ", "yellow"), f"{entry.quantity}: {entry.note}\n", sep="")
    if mnist.exists() and json.loads(mnist.read_text(encoding="utf-8"))["sample"]:
        from relecture.data.mnist import sample_notice

        console.print(sample_notice(), "\n", style="bold red")
    exhibits = f"{results}/*/figures/, {results}/*/table.html, {results}/scorecard.html"
    console.print(f"figures and tables   {exhibits}", soft_wrap=True, markup=False)
    console.print("runs in MLflow       make ui")
    if (params := results / "digits" / "dropout" / "params.json").exists():
        command = json.loads(params.read_text(encoding="utf-8"))["rerun"]
        console.print(f"rerun one method     .venv/bin/{command}", soft_wrap=True)
