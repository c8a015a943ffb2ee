"""Reads a table of one's own; whatever the methods cannot use is said in one line each."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from relecture.data import user_csv
from relecture.errors import UserError
from relecture.salaries.data import coded, levels, predictors
from relecture.text_format import counted

SETTING = "salaries.data"
LEAVE_OUT = f"name it in {SETTING}.leave_out"
ROWS_A_FOLD = 3  # glmnet asks for as many
#: What other programs write where a value is missing, which nobody takes for a level of a factor.
NO_LEVELS = ("NaN", "nan", "N/A", "n/a", "#N/A", "#NV", "NULL", "null", ".")
#: What the models that are kept call their constant.
CONSTANTS = ("const", "intercept")
_FOLDS = f"{ROWS_A_FOLD} for each of the {{folds}} folds of salaries.lasso.folds"
_COLUMNS = (
    "more than the {columns} predictors: least squares has no answer otherwise (a factor has one per level but one)"
)


def read(config: dict[str, Any]) -> pd.DataFrame:
    """The rows of the CSV file `spec["path"]` in which no value is missing, coded by `coded`.

    A column of numbers is a number, one of text a factor. How many rows are left out, and what was found, is said on
    the terminal.

    Raises:
        UserError: With every obstacle at once: no such column, no values, text among numbers, infinite values, a
            target that is text, a constant column, names instead of a factor, numbers written as text, a name that a
            column may not have, rows too few for the settings.
    """
    path, target = Path(config["path"]), config["target"]
    raw = user_csv.read(path, SETTING)
    _stop(path, [user_csv.unknown_column(name, raw) for name in [target, *config["leave_out"]] if name not in raw])
    raw = raw.drop(columns=config["leave_out"])
    if target not in raw:
        _stop(path, [f"`{target}` is both the target and in {SETTING}.leave_out"])
    _stop(path, [problem for column in raw for problem in _unusable(column, raw[column], column == target)])
    complete = _complete(path, raw)
    _stop(path, list(_too_few(len(complete), config, ROWS_A_FOLD * config["folds"], _FOLDS.format(**config))))
    _stop(path, [problem for column in complete for problem in _telling(column, complete[column], column == target)])
    _stop(path, list(_ambiguous(complete)))
    table = coded(complete, target)
    _stop(path, list(_misfits(table, config)))
    _report(path, complete, target)
    return table


def said_of_missing(missing: pd.DataFrame, rows: str) -> str:
    """How many rows are left out, and the columns that they miss; nothing where none is. `missing`: true where so."""
    out, columns = int(missing.any(axis=1).sum()), missing.sum()
    counts = user_csv.joined([f"{name} {count}" for name, count in columns[columns > 0].items()])
    return f"{out} of {len(missing)} {rows} have a missing value and are left out ({counts})" if out else ""


def _stop(path: Path, problems: list[str]) -> None:
    if problems:
        lines = "\n  ".join(problems)
        raise UserError(f"the table in {SETTING} cannot be used ({path}):\n  {lines}")


def _unusable(name: str, column: pd.Series, is_target: bool) -> Iterator[str]:
    """What is wrong with the fields of a column."""
    known, text = ~user_csv.is_missing(column), user_csv.is_text(column)
    if not name:
        yield "a column has no name: give it one in the header line, or remove it if it only numbers the rows"
    elif not known.any():
        yield f"the column `{name}` has no values at all" + ("" if is_target else f": {LEAVE_OUT}")
    elif text.any() and (is_target or (text != known).any()):
        row = user_csv.first_row(text)
        found = f'{"the target" if is_target else "the column"} `{name}` holds text ("{column[row - 1]}" in row {row})'
        remedy = "it must be numbers" if is_target else "and numbers elsewhere: write all as one or the other"
        yield f"{found}, {remedy}; an empty field is a missing value"
    elif text.any() and (odd := column.isin(NO_LEVELS)).any():
        row = user_csv.first_row(odd)
        yield f'the column `{name}` says "{column[row - 1]}" in row {row}: leave the field empty if a value is missing'
    elif text.any() and _numbers_in_other_clothes(column[known]).all():
        yield (
            f'the column `{name}` holds numbers that are no plain ones ("{column[known].iloc[0]}" in row '
            f"{user_csv.first_row(known)}): write them with a point, and without signs and units"
        )
    elif not text.any() and (infinite := np.isinf(user_csv.to_numbers(column))).any():
        row = user_csv.first_row(infinite)
        yield f"the column `{name}` is infinite in row {row}: write a number, or leave the field empty"


def _numbers_in_other_clothes(column: pd.Series) -> pd.Series:
    """Where a text is a number but for a decimal comma, spaces, a percent sign or that of a currency."""
    return pd.to_numeric(column.str.replace(r"[\s%€$£]", "", regex=True).str.replace(",", "."), errors="coerce").notna()


def _complete(path: Path, raw: pd.DataFrame) -> pd.DataFrame:
    """The rows without a missing value; columns of numbers as such."""
    missing = raw.apply(user_csv.is_missing)
    complete = raw[~missing.any(axis=1)].reset_index(drop=True)
    if complete.empty:
        most = missing.sum().idxmax()
        _stop(
            path, [f"no row is complete; the column `{most}` misses {missing[most].sum()} of {len(raw)}: {LEAVE_OUT}"]
        )
    if left_out := said_of_missing(missing, "rows"):
        print(f"relecture: {path}: {left_out}", file=sys.stderr)
    return complete.apply(lambda column: column if user_csv.is_text(column).any() else user_csv.to_numbers(column))


def _telling(name: str, column: pd.Series, is_target: bool) -> Iterator[str]:
    """What keeps the complete rows of a column from telling anything."""
    if column.nunique() == 1:
        purpose = "there is nothing to predict" if is_target else f"so it predicts nothing: {LEAVE_OUT}"
        where = "the only row" if len(column) == 1 else "every row"
        yield f"the {'target' if is_target else 'column'} `{name}` is {column.iloc[0]} in {where}, {purpose}"
    elif not pd.api.types.is_numeric_dtype(column) and column.nunique() > len(column) / 2:
        yield (
            f"the column `{name}` holds {column.nunique()} different texts in {len(column)} rows, so it names rows "
            f"rather than groups of them: {LEAVE_OUT}"
        )


def _ambiguous(complete: pd.DataFrame) -> Iterator[str]:
    """A name that two columns would have, or a column and the constant."""
    names = [
        name
        for column in complete
        for name in (
            [column]
            if pd.api.types.is_numeric_dtype(complete[column])
            else [f"{column}{level}" for level in levels(complete[column])[1:]]
        )
    ]
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        yield f"two columns are called `{name}` once factors have a column per level: rename one"
    for name in CONSTANTS:
        if name in names:
            yield f"a column is called `{name}`, as the constant of a regression is: rename it"


def _misfits(table: pd.DataFrame, config: dict[str, Any]) -> Iterator[str]:
    """Which settings the coded table does not fit."""
    found, columns = predictors(table), table.shape[1] - 1
    if not columns:
        yield f"it has no column but the target `{config['target']}`, so nothing can predict it"
        return
    for name in config["relaxed_lasso"]:
        if name not in found:
            yield f"salaries.relaxed_lasso names `{name}`: {user_csv.unknown_column(name, found)}"
    yield from _too_few(len(table), config, columns + 2, _COLUMNS.format(columns=columns))


def _too_few(rows: int, config: dict[str, Any], needed: int, reason: str) -> Iterator[str]:
    """Whether fewer than the needed rows are left when those of the test are held out."""
    held_out = config["test_size"]
    if (left := max(0, rows - held_out)) < needed:
        yield (
            f"it has {counted(rows, 'complete row')}, and salaries.test_size = {held_out} leaves {left} of "
            f"them to learn from; {needed} are needed, {reason}"
        )


def _report(path: Path, complete: pd.DataFrame, target: str) -> None:
    """Say what was found."""
    found = complete.drop(columns=target)
    numbers = list(found.select_dtypes("number"))
    factors = [
        f"{name} ({found[name].nunique()} levels, compared with {levels(found[name])[0]})"
        for name in found
        if name not in numbers
    ]
    lines = [f"relecture: {path}: {len(complete)} rows, target {target}"]
    lines += [
        f"  {what}: {user_csv.joined(names)}" for what, names in (("numbers", numbers), ("factors", factors)) if names
    ]
    print("\n".join(lines), file=sys.stderr)
