"""Read a user's table; report everything that the methods cannot use, one line per problem."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from relecture import tables
from relecture.data import column_checks, user_csv
from relecture.data.number_range import out_of_range
from relecture.data.table_profile import ColumnProfile, TableProfile
from relecture.data.text_column import TextColumn, first_row, text_columns
from relecture.errors import UserError
from relecture.salaries.config import UserTableConfig
from relecture.salaries.data import coded_levels, encode, factor_levels, predictors
from relecture.text_format import counted

BLOCK = "salaries.data"
REMEDY = f"name it in {BLOCK}.exclude_columns"
ROWS_PER_FOLD = 3  # glmnet's minimum
#: Names of the constant in saved models.
CONSTANTS = ("const", "intercept")


def read(config: UserTableConfig) -> tuple[pd.DataFrame, TableProfile]:
    """Return the complete rows of a user's CSV file, which `encode` codes, and the profile of the file.

    A column of numbers is numeric, a column of text or one of `config.factors` a factor.

    Raises:
        UserError: Lists all problems at once: no such column, no values, text among numbers, numbers in another form,
            marks of missing values, infinite values, a text target, a constant column, row names instead of a factor,
            levels that look alike, a total row, a reserved or duplicate column name, too few rows for the
            configuration.
    """
    path, target = config.source.path, config.target
    raw = user_csv.read(config.source)
    named = [target, *config.exclude_columns, *config.factors]
    _raise_if_any(path, [user_csv.unknown_column(name, raw) for name in dict.fromkeys(named) if name not in raw])
    _raise_if_any(path, list(_conflicting_uses(config)))
    columns = text_columns(raw, config.source)
    excluded = [columns.pop(name) for name in dict.fromkeys(config.exclude_columns)]
    _raise_if_any(path, [problem for column in columns.values() for problem in _field_problems(column, config)])
    _raise_if_any(path, [problem for problem in [column_checks.total_row(list(columns.values()))] if problem])
    missing = pd.DataFrame({name: column.missing for name, column in columns.items()})
    complete = _complete_rows(path, columns, missing, config)
    min_rows = ROWS_PER_FOLD * config.n_folds
    reason = f"{ROWS_PER_FOLD} for each of the {config.n_folds} folds of salaries.lasso.n_folds"
    dropped = describe_missing(missing, "rows")
    if too_few := list(_row_count_problems(len(complete), config.test_size, min_rows, reason)):
        _raise_if_any(path, [*too_few, *([dropped] if dropped else [])])
    _raise_if_any(
        path, [problem for name in complete for problem in _value_problems(name, complete[name], name == target)]
    )
    _raise_if_any(path, list(_name_conflicts(complete)))
    _raise_if_any(path, list(_config_problems(encode(complete, target), config)))
    profile = TableProfile(
        source=path,
        n_rows=len(raw),
        n_used=len(complete),
        columns=[
            *_column_profiles(complete, missing, target),
            *(
                ColumnProfile(
                    column.name,
                    "excluded",
                    column.known_numbers if column.is_number else column.known,
                    int(column.missing.sum()),
                )
                for column in excluded
            ),
        ],
        dropped=dropped,
        warnings=list(_warnings(columns, config)),
    )
    return complete, profile


def profile_of(table: pd.DataFrame, target: str, source: str) -> TableProfile:
    """Return the profile of a table whose columns are typed, of which the complete rows are used."""
    complete = table.dropna()
    columns = _column_profiles(complete, table.isna(), target)
    return TableProfile(source, len(table), len(complete), columns, describe_missing(table.isna(), "rows"))


def write_profile(results: TableProfile, stem: Path) -> None:
    """Write the profile of the table, before anything is fitted."""
    caption = f"Profile of the table {Path(results.source).name}"
    tables.write(stem, results.numbers(), results.text(), caption, results.note())


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


def _raise_if_any(path: str, problems: list[str]) -> None:
    if problems:
        lines = "\n  ".join(problems)
        raise UserError(f"the table in {BLOCK} cannot be used ({path}):\n  {lines}")


def _conflicting_uses(config: UserTableConfig) -> Iterator[str]:
    """Yield the columns that are named for two uses."""
    if config.target in config.exclude_columns:
        yield f"`{config.target}` is both the target and in {BLOCK}.exclude_columns"
    if config.target in config.factors:
        yield f"`{config.target}` is both the target and in {BLOCK}.factors"
    for name in config.factors:
        if name in config.exclude_columns:
            yield f"`{name}` is both in {BLOCK}.factors and in {BLOCK}.exclude_columns"


def _as_factor(name: str) -> str:
    return f'set {BLOCK}.factors: ["{name}"] if these are categories'


def _is_number(column: TextColumn, config: UserTableConfig) -> bool:
    return column.is_number and column.name not in config.factors


def _field_problems(column: TextColumn, config: UserTableConfig) -> Iterator[str]:
    """Yield what is wrong with the fields of a column."""
    name, text, is_target = column.name, column.text, column.name == config.target
    as_factor = "" if is_target else _as_factor(name)
    if not name:
        yield "a column has no name: name it in the header line, or remove it if it only numbers the rows"
    elif column.known.empty:
        yield f"the column `{name}` has no values" + ("" if is_target else f": {REMEDY}")
    elif name in config.factors:
        yield from _level_problems(column)
    elif problem := column_checks.number_problem(column, as_factor):
        names_rows = (text != column.missing).all() and column.known.nunique() > len(column.known) / 2
        yield f"{problem}, or {REMEDY}" if names_rows and not is_target else problem
    elif text.any() and (is_target or (text == column.missing).any()):
        where = f"{'the target' if is_target else 'the column'} `{name}` holds text"
        example = column.where(column.fields[text].iloc[0])
        other = f"and numbers elsewhere: write all as one or the other, or {as_factor}"
        remedy = "it must be numbers" if is_target else other
        yield f"{where} ({example}), {remedy}; an empty field is a missing value"
    elif text.any():
        if problem := column_checks.lookalike_problem(column, as_factor):
            yield problem
    elif (infinite := np.isinf(column.numbers)).any():
        row = first_row(infinite.to_numpy(bool))
        yield f"the column `{name}` is infinite in row {row}: write a number, or leave the field empty"
    elif problem := column_checks.value_problem(column, f"{REMEDY}, or {as_factor}" if as_factor else "write fewer"):
        yield problem


def _level_problems(column: TextColumn) -> Iterator[str]:
    """Yield the numbers among the levels of a factor that are written in two ways."""
    levels = pd.DataFrame({"text": column.fields, "number": column.numbers})[~(column.missing | column.text)]
    levels = levels.drop_duplicates("text")
    for _, same in levels.groupby("number"):
        if len(same) > 1:
            first, second = same.text.iloc[:2]
            yield f'the column `{column.name}` holds one number as "{first}" and as "{second}": write it in one way'
            return


def _complete_rows(
    path: str, columns: dict[str, TextColumn], missing: pd.DataFrame, config: UserTableConfig
) -> pd.DataFrame:
    """Return the rows without a missing value, with numeric columns converted."""
    known = ~missing.any(axis=1)
    if not known.any():
        worst = missing.sum().idxmax()
        counts = f"{missing[worst].sum()} of {len(missing)} values"
        _raise_if_any(path, [f"no row is complete; the column `{worst}` misses {counts}: {REMEDY}"])
    complete = {}
    for name, column in columns.items():
        rows = TextColumn(name, column.fields[known].reset_index(drop=True), column.source)
        complete[name] = rows.numbers if _is_number(column, config) else rows.fields
    return pd.DataFrame(complete)


def _column_profiles(complete: pd.DataFrame, missing: pd.DataFrame, target: str) -> list[ColumnProfile]:
    """Return the profiles of the columns, the target first."""
    profiles = []
    for name in [target, *(name for name in complete if name != target)]:
        values = complete[name]
        is_number = pd.api.types.is_numeric_dtype(values)
        use = "target" if name == target else "number" if is_number else "factor"
        reference = "" if is_number else str(factor_levels(values)[0])
        profiles.append(ColumnProfile(str(name), use, values, int(missing[name].sum()), reference))
    return profiles


def _warnings(columns: dict[str, TextColumn], config: UserTableConfig) -> Iterator[str]:
    """Yield what looks suspicious and is used all the same."""
    yield from column_checks.name_warnings(list(columns))
    factors = []
    for name, column in columns.items():
        if not _is_number(column, config):
            factors.append(column)
            found = [column_checks.level_warning(column)]
            if name not in config.factors:
                found.append(column_checks.clothing_warning(column, _as_factor(name)))
        elif name == config.target:
            found = [column_checks.sentinel_warning(column)]
        else:
            found = [
                column_checks.row_number_warning(column, REMEDY),
                column_checks.code_warning(column, _as_factor(name)),
                column_checks.sentinel_warning(column),
            ]
        yield from filter(None, found)
    yield from column_checks.total_warnings(factors)


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
    if config.max_training_rows < n_columns + 2:
        yield f"salaries.max_training_rows is {config.max_training_rows}; {n_columns + 2} are needed, {reason}"


def _row_count_problems(n_rows: int, test_size: int, min_rows: int, reason: str) -> Iterator[str]:
    """Yield a problem if fewer than `min_rows` rows are left for training."""
    if (n_train := max(0, n_rows - test_size)) < min_rows:
        yield (
            f"it has {counted(n_rows, 'complete row')}, and salaries.test_size = {test_size} leaves {n_train} for "
            f"training; {min_rows} are needed, {reason}"
        )
