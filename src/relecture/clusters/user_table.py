"""Reads a user's CSV table; each obstacle to k-means is one line of the error message."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from relecture.clusters.config import UserTable
from relecture.clusters.data import Dataset, standardised
from relecture.data import user_csv
from relecture.data.number_range import out_of_range
from relecture.errors import UserError
from relecture.text_format import counted

#: Distinct rows that the silhouette needs to be defined for some number of clusters.
MIN_DISTINCT_ROWS = 3


def read(config: UserTable, source: Path | None = None) -> Dataset:
    """Read the columns `config.columns` of the CSV file `config.path` and standardise them.

    Raises:
        UserError: With all obstacles at once: no such file or column, text, missing or infinite values, a
            constant column, extreme numbers, fewer rows than clusters, fewer than three distinct rows.
    """
    name, path, columns = config.name, Path(config.path), list(dict.fromkeys(config.columns))
    table = user_csv.read(path, f"the data set `{name}` in clusters.datasets")
    required = [*columns, *([config.id_column] if config.id_column else [])]
    problems = [user_csv.unknown_column(column, table) for column in required if column not in table]
    numbers = {column: user_csv.to_numbers(table[column]) for column in columns if column in table}
    for column, values in numbers.items():
        problems += list(_column_problems(column, table[column], values))
    if not problems:
        problems += list(_row_problems(pd.DataFrame(numbers), config.n_clusters))
    if problems:
        lines = "\n  ".join(problems)
        raise UserError(f"the data set `{name}` in clusters.datasets cannot be clustered ({path}):\n  {lines}")
    rows = table[config.id_column] if config.id_column else np.arange(1, len(table) + 1).astype(str)
    values = np.column_stack([numbers[column].to_numpy(float) for column in columns])
    return standardised(name, values, path.name, columns, np.asarray(rows, dtype=str))


def _column_problems(column: str, fields: pd.Series, values: pd.Series) -> Iterator[str]:
    missing, text = user_csv.is_missing(fields), user_csv.is_text(fields)
    if missing.all():
        yield f"the column `{column}` has no values: leave it out"
    elif missing.any():
        count = counted(int(missing.sum()), "missing value")
        row = user_csv.first_row(missing)
        yield f"the column `{column}` has {count}, first in row {row}: fill or remove those rows"
    if text.any():
        row = user_csv.first_row(text)
        yield f'the column `{column}` holds text ("{fields[row - 1]}" in row {row}): k-means needs numbers'
    elif np.isinf(values).any():
        yield f"the column `{column}` is infinite in row {user_csv.first_row(np.isinf(values))}"
    elif values.nunique() == 1 and not missing.any():
        yield f"the column `{column}` is constant ({fields.iloc[0]} in every row): leave it out"
    elif problem := out_of_range(values):
        yield f"the numbers in the column `{column}` are {problem}"


def _row_problems(numbers: pd.DataFrame, n_clusters: int) -> Iterator[str]:
    distinct = len(numbers.drop_duplicates())
    if len(numbers) < n_clusters:
        yield f"the table has {counted(len(numbers), 'row')}, fewer than n_clusters = {n_clusters}"
    elif distinct < n_clusters:
        yield f"the table has {distinct} distinct rows, fewer than n_clusters = {n_clusters}"
    elif distinct < MIN_DISTINCT_ROWS:
        yield f"the table has {distinct} distinct rows: to choose a number of clusters takes at least three"
