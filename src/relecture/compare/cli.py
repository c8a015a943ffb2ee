"""Commands that compare two runs: runs (which may be left out), verify, reference.

relecture compare results results/other
relecture compare verify results
relecture compare reference results --out config/reference/standard-PROCESSOR.json
"""

import sys
from pathlib import Path
from typing import Any

import pandas as pd
import typer
from rich.console import Console
from rich.table import Table
from typer.core import TyperGroup

from relecture import tables
from relecture.cli import Command, PathOption
from relecture.compare.outcomes import EXPLANATION, OUTCOMES, SETTING, compare, setting_differences
from relecture.compare.reference import REFERENCES, nearest_first, read_run, stale, write_reference
from relecture.compare.run_values import RunValues, read_folder
from relecture.errors import UserError
from relecture.provenance import processor
from relecture.text_format import counted, minus, p_value, percent

COLOURS = {"different": "red", "not comparable": "magenta", "only in A": "yellow", "only in B": "yellow"}

#: Settings in a message, and rows of one outcome in the terminal.
MOST_SETTINGS, MOST_ROWS = 5, 30


class _RunsByDefault(TyperGroup):
    """A group whose command `runs` may be left out: `relecture compare A B`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        return super().resolve_command(ctx, args if args[0] in self.commands else ["runs", *args])


app = Command(
    "Compare two runs, A and B: relecture compare A B.",
    cls=_RunsByDefault,
    context_settings={"ignore_unknown_options": True},
)

SettingsDiffer = typer.Option(False, "--settings-differ", help="Compare runs with other presets, data or settings.")
Out = typer.Option(None, help="Write all rows to OUT.csv, and those that are not identical to OUT.html.")
All = typer.Option(False, "--all", help="Print every row that is not identical.")


@app.command()
def runs(
    a: Path = typer.Argument(show_default=False, help="A folder of results, or a reference file."),
    b: Path = typer.Argument(show_default=False, help="Another one."),
    settings_differ: bool = SettingsDiffer,
    out: Path | None = Out,
    all_rows: bool = All,
) -> None:
    """Compare two runs; exit with code 1 if anything is different."""
    values = read_run(a), read_run(b)
    table = _compare(values, (str(a), str(b)), settings_differ, out, all_rows)
    _exit_if_different(table)


@app.command()
def verify(
    results: Path = typer.Argument(Path("results"), help="The folder of results."),
    references: Path = typer.Option(REFERENCES, help="The folder of the references."),
    settings_differ: bool = SettingsDiffer,
    out: Path | None = Out,
    all_rows: bool = All,
) -> None:
    """Compare results with the references of their preset; exit with code 1 if anything is different from the nearest.

    The nearest is that of the processor whose name is most alike; of the others only the counts are printed.
    """
    values = read_folder(results)
    here = values.origin.get("processor", processor())
    candidates = nearest_first(references, values.preset, here)
    if not candidates:
        raise UserError(
            f"{references} has no reference of the preset {values.preset}, so there is nothing to verify {results} "
            f"with. Write one: relecture compare reference {results} --out {references}/{values.preset}-PROCESSOR.json"
        )
    console = _console()
    if candidates[0][1].processor != here:
        console.print(
            f"There is no reference of this processor ({here}); the nearest is that of {candidates[0][1].processor}.\n"
        )
    for path, reference in candidates:
        if changed := stale(reference):
            console.print(f"{path} is stale: since it was written, {' and '.join(changed)} changed.", style="yellow")
    (path, nearest), *others = candidates
    table = _compare((nearest, values), (str(path), str(results)), settings_differ, out, all_rows)
    for path, reference in others:
        console.print(f"{path}: {summary(compare(reference, values))}")
    console.print(f"reference: {summary(table)}", style="bold")
    _exit_if_different(table, "only in A")


@app.command()
def reference(
    results: Path = typer.Argument(show_default=False, help="The folder of results of a whole run."),
    out: PathOption = ...,  # type: ignore[assignment]
) -> None:
    """Write the values of a run, with processor, versions and commit, to the file OUT."""
    written = write_reference(results, out)
    values = counted(len(written.quantities) + len(written.choices) + len(written.findings), "value")
    print(f"{out}: {values} of the preset {written.preset}, {written.processor}")
    if "processor" not in read_folder(results).origin:
        print("The records do not name the processor that they were fitted on, so that of this machine was taken.")


def summary(table: pd.DataFrame) -> str:
    """Return the counts of a comparison in a line: `46 identical, 9 within variation, 0 different`."""
    counts = table.outcome.value_counts()
    always = ("identical", "within run-to-run variation", "different")
    shown = [name for name in reversed(OUTCOMES) if name in always or counts.get(name)]
    return ", ".join(f"{counts.get(name, 0):,} {name.replace('run-to-run ', '')}" for name in shown)


def _exit_if_different(table: pd.DataFrame, *outcomes: str) -> None:
    if table.outcome.isin(["different", *outcomes]).any():
        raise typer.Exit(1)


def _compare(
    values: tuple[RunValues, RunValues], names: tuple[str, str], settings_differ: bool, out: Path | None, all_rows: bool
) -> pd.DataFrame:
    """Print and write the comparison of two runs, and return it."""
    a, b = values
    if not settings_differ and (settings := setting_differences(a, b)):
        shown = [f"{key}: {one} / {other}{_of(records)}" for key, one, other, records in settings]
        more = [f"and {len(shown) - MOST_SETTINGS} more"] if len(shown) > MOST_SETTINGS else []
        lines = "\n  ".join([*shown[:MOST_SETTINGS], *more])
        raise UserError(
            f"{names[0]} and {names[1]} are runs with different settings:\n  {lines}\n"
            "Compare runs with the same settings, or add --settings-differ to see what the settings change"
        )
    table = compare(a, b)
    console = _console()
    for letter, run, name in zip("AB", values, names, strict=True):
        origin = "".join(f", {key.replace('_', ' ')} {value}" for key, value in run.origin.items())
        console.print(f"{letter}   {name}: preset {run.preset}{origin}", soft_wrap=True)
    console.print("", _counts(table), "", sep="\n")
    shown_rows = table[_is_shown(table) | (all_rows & (table.outcome != "identical"))]
    if len(shown_rows):
        console.print(_grid(shown_rows, all_rows), "", sep="\n")
    if out:
        text = as_text(table[table.outcome != "identical"])
        note = f"A: {names[0]}, preset {a.preset}. B: {names[1]}, preset {b.preset}. {summary(table)}. {EXPLANATION}"
        tables.write(out, table, text, "Two runs compared", note)
    return table


def _of(records: list[str]) -> str:
    return f" ({_few(records)})" if records else ""


def _few(records: list[str]) -> str:
    return ", ".join(records[:2]) + (f" and {len(records) - 2} more" if len(records) > 2 else "")


def _is_shown(table: pd.DataFrame) -> pd.Series:
    """Return which rows are printed: all but numbers that chance explains, other than those of the scorecard."""
    is_expected = table.outcome.isin(["identical", "equal", "within run-to-run variation", "not comparable"])
    says_more = table.id.str.startswith("scorecard: ") | table.note.str.contains("→|another")
    return ~is_expected | (says_more & ~table.outcome.isin(["identical", "equal"]))


def as_text(table: pd.DataFrame) -> pd.DataFrame:
    """Return a comparison for reading."""
    rows = [
        (
            "" if row.part == "quantity" else row.part,
            row.id,
            _value(row.a, row.a_sd, row.a_share_of_wins),
            _value(row.b, row.b_sd, row.b_share_of_wins),
            _number(row.difference, "+"),
            "" if pd.isna(row.low) else f"{_number(row.low)} to {_number(row.high)}",
            "" if pd.isna(row.adjusted_p) else p_value(row.adjusted_p),
            row.outcome,
            row.note if row.part != "setting" else _few(row.note.split(", ")),
        )
        for row in table.itertuples()
    ]
    columns = ["", "quantity", "A", "B", "B − A", "95 % interval", "adjusted p", "outcome", "note"]
    return pd.DataFrame(rows, columns=columns)


def _value(value: object, sd: float, share: float) -> str:
    if isinstance(value, str):
        return value if pd.isna(share) else f"{value} ({percent(share)})"
    return _number(value) + ("" if pd.isna(sd) else f" ± {sd:.2g}")


def _number(value: Any, sign: str = "") -> str:
    return "" if value is None or pd.isna(value) else minus(f"{value:{sign}.6g}")


def _console() -> Console:
    return Console(width=None if sys.stdout.isatty() else 160, highlight=False, markup=False)


def _counts(table: pd.DataFrame) -> Table:
    """Return a table with the number of rows of each part and outcome."""
    table = table[table.outcome != SETTING]
    part = table.part.where(~table.id.str.startswith("scorecard: "), "scorecard")
    counts = pd.crosstab(part, table.outcome)
    shown = [name for name in reversed(OUTCOMES) if name in counts]
    grid = Table(box=None, pad_edge=False)
    for name in ("", *shown):
        grid.add_column(name, justify="right" if name else "left")
    for name, label in (
        ("scorecard", "scorecard"),
        ("quantity", "records and tables"),
        ("choice", "choices"),
        ("finding", "findings"),
    ):
        if name in counts.index:
            grid.add_row(label, *(f"{counts.loc[name, outcome]:,}" for outcome in shown))
    return grid


def _grid(rows: pd.DataFrame, all_rows: bool) -> Table:
    text = as_text(rows)
    grid = Table(box=None, pad_edge=False)
    for name in text:
        grid.add_column(name, justify="right" if name in ("A", "B", "B − A", "95 % interval", "adjusted p") else "left")
    for outcome, group in text.groupby("outcome", sort=False):
        for row in group.to_numpy().tolist()[: None if all_rows else MOST_ROWS]:
            grid.add_row(*row, style=COLOURS.get(str(outcome), ""))
        if not all_rows and len(group) > MOST_ROWS:
            grid.add_row("", f"and {len(group) - MOST_ROWS:,} more {outcome}: --all prints them", style="dim")
    return grid
