"""Read a user's table; report everything that the methods cannot use, one line per problem."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from relecture.data import user_csv
from relecture.data.number_range import out_of_range
from relecture.errors import UserError
from relecture.salaries.config import UserTableConfig
from relecture.salaries.data import coded_levels, encode, factor_levels, predictors
from relecture.text_format import counted

BLOCK = "salaries.data"
REMEDY = f"name it in {BLOCK}.exclude_columns"
ROWS_PER_FOLD = 3  # glmnet's minimum
#: How other programs write a missing value; none of these is meant as a factor level.
MISSING_MARKS = ("NaN", "nan", "N/A", "n/a", "#N/A", "#NV", "NULL", "null", ".")
#: Names of the constant in saved models.
CONSTANTS = ("const", "intercept")


def read(config: UserTableConfig) -> pd.DataFrame:
    """Return the complete rows of the CSV file `config.path`, checked; `encode` codes them.

    A column of numbers is numeric, a column of text a factor. The number of rows with a missing value and the kinds of
    the columns are printed to stderr.

    Raises:
        UserError: Lists all problems at once: no such column, no values, text among numbers, infinite values, a text
            target, a constant column, row names instead of a factor, numbers with units, a reserved or duplicate
            column name, too few rows for the configuration.
    """
    path, target = Path(config.path), config.target
    raw = user_csv.read(path, BLOCK)
    _raise_if_any(
        path, [user_csv.unknown_column(name, raw) for name in [target, *config.exclude_columns] if name not in raw]
    )
    raw = raw.drop(columns=config.exclude_columns)
    if target not in raw:
        _raise_if_any(path, [f"`{target}` is both the target and in {BLOCK}.exclude_columns"])
    _raise_if_any(path, [problem for name in raw for problem in _field_problems(name, raw[name], name == target)])
    complete = _complete_rows(path, raw)
    min_rows = ROWS_PER_FOLD * config.n_folds
    reason = f"{ROWS_PER_FOLD} for each of the {config.n_folds} folds of salaries.lasso.n_folds"
    _raise_if_any(path, list(_row_count_problems(len(complete), config.test_size, min_rows, reason)))
    _raise_if_any(
        path, [problem for name in complete for problem in _value_problems(name, complete[name], name == target)]
    )
    _raise_if_any(path, list(_name_conflicts(complete)))
    _raise_if_any(path, list(_config_problems(encode(complete, target), config)))
    _print_summary(path, complete, target)
    return complete


def describe_missing(missing: pd.DataFrame, rows: str) -> str:
    """Return a sentence with the number of incomplete rows and the columns that they miss; empty if all are complete.

    Args:
        missing: True where a value is missing.
        rows: Label of the rows, in the plural.
    """
    n_incomplete, per_column = int(missing.any(axis=1).sum()), missing.sum()
    counts = user_csv.joined([f"{name} {count}" for name, count in per_column[per_column > 0].items()])
    if not n_incomplete:
        return ""
    return f"{n_incomplete} of {len(missing)} {rows} have a missing value and are excluded ({counts})"


def _raise_if_any(path: Path, problems: list[str]) -> None:
    if problems:
        lines = "\n  ".join(problems)
        raise UserError(f"the table in {BLOCK} cannot be used ({path}):\n  {lines}")


def _field_problems(name: str, column: pd.Series, is_target: bool) -> Iterator[str]:
    """Yield what is wrong with the fields of a column."""
    known, text = ~user_csv.is_missing(column), user_csv.is_text(column)
    if not name:
        yield "a column has no name: name it in the header line, or remove it if it only numbers the rows"
    elif not known.any():
        yield f"the column `{name}` has no values" + ("" if is_target else f": {REMEDY}")
    elif text.any() and (is_target or (text != known).any()):
        row = user_csv.first_row(text)
        where = f'{"the target" if is_target else "the column"} `{name}` holds text ("{column[row - 1]}" in row {row})'
        remedy = "it must be numbers" if is_target else "and numbers elsewhere: write all as one or the other"
        yield f"{where}, {remedy}; an empty field is a missing value"
    elif text.any() and (marks := column.isin(MISSING_MARKS)).any():
        row = user_csv.first_row(marks)
        yield f'the column `{name}` has "{column[row - 1]}" in row {row}: leave the field empty if a value is missing'
    elif text.any() and _numeric_with_units(column[known]).all():
        yield (
            f'the column `{name}` holds numbers with units or decimal commas ("{column[known].iloc[0]}" in row '
            f"{user_csv.first_row(known)}): write plain numbers with a decimal point"
        )
    elif not text.any() and (infinite := np.isinf(user_csv.to_numbers(column))).any():
        row = user_csv.first_row(infinite)
        yield f"the column `{name}` is infinite in row {row}: write a number, or leave the field empty"


def _numeric_with_units(column: pd.Series) -> pd.Series:
    """Return where a text is a number with a decimal comma, spaces, a percent sign or a currency sign."""
    return pd.to_numeric(column.str.replace(r"[\s%€$£]", "", regex=True).str.replace(",", "."), errors="coerce").notna()


def _complete_rows(path: Path, raw: pd.DataFrame) -> pd.DataFrame:
    """Return the rows without a missing value, with numeric columns converted."""
    missing = raw.apply(user_csv.is_missing)
    complete = raw[~missing.any(axis=1)].reset_index(drop=True)
    if complete.empty:
        worst = missing.sum().idxmax()
        counts = f"{missing[worst].sum()} of {len(raw)} values"
        _raise_if_any(path, [f"no row is complete; the column `{worst}` misses {counts}: {REMEDY}"])
    if sentence := describe_missing(missing, "rows"):
        print(f"relecture: {path}: {sentence}", file=sys.stderr)
    return complete.apply(lambda column: column if user_csv.is_text(column).any() else user_csv.to_numbers(column))


def _value_problems(name: str, column: pd.Series, is_target: bool) -> Iterator[str]:
    """Yield why the complete values of a column carry no information."""
    if column.nunique() == 1:
        problem = "there is nothing to predict" if is_target else f"so it predicts nothing: {REMEDY}"
        where = "the only row" if len(column) == 1 else "every row"
        yield f"the {'target' if is_target else 'column'} `{name}` is {column.iloc[0]} in {where}, {problem}"
    elif pd.api.types.is_numeric_dtype(column):
        if problem := out_of_range(column):
            yield f"the numbers in the {'target' if is_target else 'column'} `{name}` are {problem}"
    elif column.nunique() > len(column) / 2:
        yield (
            f"the column `{name}` holds {column.nunique()} different texts in {len(column)} rows, so it names rows "
            f"instead of groups: {REMEDY}"
        )


def _name_conflicts(complete: pd.DataFrame) -> Iterator[str]:
    """Yield the names that two columns would have, or a column and the constant."""
    names = [
        name
        for column in complete
        for name in (
            [column]
            if pd.api.types.is_numeric_dtype(complete[column])
            else [f"{column}{level}" for level in coded_levels(complete[column], one_hot=True)]
        )
    ]
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        yield f"two columns are called `{name}` once factors have a column per level: rename one"
    for name in CONSTANTS:
        if name in names:
            yield f"a column is called `{name}`, which is the name of a regression's constant: rename it"


def _config_problems(table: pd.DataFrame, config: UserTableConfig) -> Iterator[str]:
    """Yield the values of the configuration that the coded table does not fit."""
    x, n_columns = predictors(table), table.shape[1] - 1
    if not n_columns:
        yield f"it has no column but the target `{config.target}`, so there are no predictors"
        return
    for name in config.relaxed_lasso:
        if name not in x:
            yield f"salaries.relaxed_lasso names `{name}`: {user_csv.unknown_column(name, x)}"
    reason = f"more than the {n_columns} predictors for a unique least-squares fit (a factor has one per level but one)"
    yield from _row_count_problems(len(table), config.test_size, n_columns + 2, reason)


def _row_count_problems(n_rows: int, test_size: int, min_rows: int, reason: str) -> Iterator[str]:
    """Yield a problem if fewer than `min_rows` rows are left for training."""
    if (n_train := max(0, n_rows - test_size)) < min_rows:
        yield (
            f"it has {counted(n_rows, 'complete row')}, and salaries.test_size = {test_size} leaves {n_train} for "
            f"training; {min_rows} are needed, {reason}"
        )


def _print_summary(path: Path, complete: pd.DataFrame, target: str) -> None:
    """Print the number of rows and the kinds of the columns to stderr."""
    columns = complete.drop(columns=target)
    numbers = list(columns.select_dtypes("number"))
    factors = [
        f"{name} ({columns[name].nunique()} levels, compared with {factor_levels(columns[name])[0]})"
        for name in columns
        if name not in numbers
    ]
    lines = [f"relecture: {path}: {len(complete)} rows, target {target}"]
    lines += [
        f"  {kind}: {user_csv.joined(names)}" for kind, names in (("numbers", numbers), ("factors", factors)) if names
    ]
    print("\n".join(lines), file=sys.stderr)
