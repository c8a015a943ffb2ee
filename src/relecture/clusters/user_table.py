"""Reads a user's CSV table; each obstacle to k-means is one line of the error message."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from relecture.clusters.config import UserTable
from relecture.clusters.data import Dataset, standardised
from relecture.data import column_checks, user_csv
from relecture.data.number_range import out_of_range
from relecture.data.table_profile import ColumnProfile, TableProfile
from relecture.data.text_column import TextColumn, first_row, text_columns
from relecture.errors import UserError
from relecture.text_format import counted

#: Distinct rows that the silhouette needs to be defined for some number of clusters.
MIN_DISTINCT_ROWS = 3
REMEDY = "leave it out"


def read(config: UserTable, source: Path | None = None) -> Dataset:
    """Return the columns `config.columns` of the CSV file `config.path`, standardised, as `read_and_profile` does."""
    return read_and_profile(config)[0]


def read_and_profile(config: UserTable) -> tuple[Dataset, TableProfile]:
    """Read the columns `config.columns` of the CSV file `config.path`; return them standardised, and their profile.

    Raises:
        UserError: With all obstacles at once: no such file or column, text, numbers in another form, missing or
            infinite values, a constant column, extreme numbers, a total row, fewer rows than clusters, fewer than three
            distinct rows.
    """
    name, path, columns = config.name, Path(config.path), list(dict.fromkeys(config.columns))
    table_source = config.source()
    table = user_csv.read(table_source)
    required = [*columns, *([config.id_column] if config.id_column else [])]
    problems = [user_csv.unknown_column(column, table) for column in required if column not in table]
    texts = text_columns(table, table_source)
    used = [texts[column] for column in columns if column in texts]
    for column in used:
        problems += list(_column_problems(column))
    numbers = pd.DataFrame({column.name: column.numbers for column in used})
    if not problems and (problem := column_checks.total_row([*used, *_others(texts, columns)])):
        problems.append(problem)
    if not problems:
        problems += list(_row_problems(numbers, config.n_clusters))
    if problems:
        lines = "\n  ".join(problems)
        raise UserError(f"the data set `{name}` in clusters.datasets cannot be clustered ({path}):\n  {lines}")
    rows = table[config.id_column] if config.id_column else np.arange(1, len(table) + 1).astype(str)
    values = np.column_stack([numbers[column].to_numpy(float) for column in columns])
    profile = TableProfile(
        source=str(path),
        n_rows=len(table),
        n_used=len(table),
        columns=[ColumnProfile(column, "clustered by", numbers[column], 0) for column in columns],
        warnings=list(_warnings(texts, config)),
    )
    dataset = standardised(name, values, path.name, columns, np.asarray(rows, dtype=str))
    return replace(dataset, table_format=table_source.format.to_json()), profile


def profile_of(dataset: Dataset) -> TableProfile:
    """Return the profile of a data set that is made, not read."""
    values = pd.DataFrame(dataset.x * dataset.scale + dataset.center, columns=dataset.features)
    columns = [ColumnProfile(str(name), "clustered by", values[name], 0) for name in values]
    return TableProfile(dataset.source, len(values), len(values), columns)


def _others(texts: dict[str, TextColumn], columns: list[str]) -> list[TextColumn]:
    """Return the columns that are not used and hold texts, such as the names of the rows."""
    return [column for name, column in texts.items() if name not in columns and not column.is_number]


def _column_problems(column: TextColumn) -> Iterator[str]:
    name, missing, values = column.name, column.missing, column.numbers
    if missing.all():
        yield f"the column `{name}` has no values: {REMEDY}"
    elif missing.any():
        count = counted(int(missing.sum()), "missing value")
        yield f"the column `{name}` has {count}, first in row {first_row(missing)}: fill or remove those rows"
    if not column.is_number:
        example = column.where(column.fields[column.text].iloc[0])
        yield column_checks.number_problem(column, "") or (
            f"the column `{name}` holds text ({example}): k-means needs numbers"
        )
    elif np.isinf(values).any():
        yield f"the column `{name}` is infinite in row {first_row(np.isinf(values).to_numpy(bool))}"
    elif values.nunique() == 1 and not missing.any():
        yield f"the column `{name}` is constant ({column.fields.iloc[0]} in every row): {REMEDY}"
    elif problem := column_checks.value_problem(column, REMEDY):
        yield problem
    elif problem := out_of_range(values):
        yield f"the numbers in the column `{name}` are {problem}"


def _warnings(texts: dict[str, TextColumn], config: UserTable) -> Iterator[str]:
    """Yield what looks suspicious and is used all the same."""
    yield from column_checks.name_warnings(list(texts))
    for column in map(texts.__getitem__, dict.fromkeys(config.columns)):
        yield from filter(
            None,
            [
                column_checks.row_number_warning(column, REMEDY),
                column_checks.code_warning(column, f"{REMEDY} if they are codes"),
                column_checks.sentinel_warning(column),
            ],
        )
    yield from column_checks.total_warnings(_others(texts, config.columns))
    if config.id_column and (duplicated := texts[config.id_column].fields.duplicated().to_numpy(bool)).any():
        row = first_row(duplicated)
        yield f'row {row} has the name "{texts[config.id_column].fields[row - 1]}" of another row'


def _row_problems(numbers: pd.DataFrame, n_clusters: int) -> Iterator[str]:
    distinct = len(numbers.drop_duplicates())
    if len(numbers) < n_clusters:
        yield f"the table has {counted(len(numbers), 'row')}, fewer than n_clusters = {n_clusters}"
    elif distinct < n_clusters:
        yield f"the table has {distinct} distinct rows, fewer than n_clusters = {n_clusters}"
    elif distinct < MIN_DISTINCT_ROWS:
        yield f"the table has {distinct} distinct rows: to choose a number of clusters takes at least three"
