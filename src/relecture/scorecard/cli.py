"""Commands of the scorecard: write and show."""

import json
import sys
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from relecture import tables
from relecture.cli import Command, PathOption, TextOption
from relecture.errors import UserError
from relecture.scorecard.published_values import load
from relecture.scorecard.verdicts import build, shown

COLOURS = {"exact": "green", "within": "green", "better": "cyan", "differs": "yellow"}

app = Command("Compare what came out with what was printed.")


@app.command()
def write(published: PathOption, quantities: list[Path], budget: TextOption, out: PathOption) -> None:
    """Write the scorecard to OUT.csv, .md, .tex and .html from the QUANTITIES of the comparisons."""
    found = pd.concat([pd.read_csv(path) for path in quantities], ignore_index=True)
    scorecard = build(load(published), found, budget)
    note = (
        "exact: rounds to the printed number. within: the printed number lies in mean ± 2 standard deviations. "
        f"Mean ± standard deviation over n members. Budget: {budget}."
    )
    tables.write(out, scorecard, shown(scorecard), "Scorecard: printed and reproduced", note)


@app.command()
def show(scorecard: PathOption, mnist: PathOption) -> None:
    """Print the scorecard as a table and where to go from here; MNIST is the manifest of the images."""
    if not scorecard.exists():
        raise UserError(f"there is no {scorecard} yet; make it with: make replicate")
    table = pd.read_csv(scorecard, dtype={"published": str}).fillna({"verdict": "", "note": ""})
    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    for comparison, rows in table.groupby("comparison", sort=False):
        grid = Table(title=comparison, title_justify="left", title_style="bold", box=None, pad_edge=False)
        for name in ("quantity", "source", "printed", "reproduced", "n", "verdict"):
            grid.add_column(name, justify="left" if name in ("quantity", "source", "verdict") else "right")
        for _, row in shown(rows).iterrows():
            verdict = Text(row.verdict, COLOURS.get(row.verdict, "dim"))
            grid.add_row(row.quantity, row.source, row.printed, row.reproduced, row.n, verdict)
        console.print(grid, "")
    for row in table[table.verdict == "differs"].itertuples():
        console.print(Text("differs  ", "yellow"), f"{row.quantity}: {row.note}\n", sep="")
    if mnist.exists() and json.loads(mnist.read_text())["sample"]:
        from relecture.data.mnist import sample_notice

        console.print(sample_notice(), "\n", style="bold red")
    console.print("figures and tables   results/*/figures/, results/*/table.html, results/scorecard.html")
    console.print("the runs in MLflow   make ui")
    if (params := scorecard.parent / "digits" / "dropout" / "params.json").exists():
        console.print(f"one thing again      .venv/bin/{json.loads(params.read_text())['rerun']}", soft_wrap=True)
