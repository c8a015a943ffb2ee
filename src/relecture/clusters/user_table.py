"""Reads a table of one's own; whatever k-means cannot use is said in one line each."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from relecture.clusters.data import Dataset, standardised
from relecture.data import user_csv
from relecture.errors import UserError
from relecture.text_format import counted

#: Different rows that the silhouette needs to be defined for any number of clusters.
FEWEST = 3
#: Up to this number, and down to a standard deviation of its inverse, sums of squares can be computed.
LARGEST = 1e100


def read(config: dict[str, Any], source: Path | None = None) -> Dataset:
    """The columns `spec["columns"]` of the CSV file `spec["path"]`, standardised.

    Raises:
        UserError: With every obstacle at once: no such file or column, text, missing or infinite values, a
            constant column, extreme numbers, fewer rows than clusters, fewer than three different rows.
    """
    name, path, columns = config["name"], Path(config["path"]), list(dict.fromkeys(config["columns"]))
    table = user_csv.read(path, f"the data set `{name}` in clusters.datasets")
    wanted = [*columns, *([config["names"]] if config["names"] else [])]
    problems = [user_csv.unknown_column(column, table) for column in wanted if column not in table]
    numbers = {column: user_csv.to_numbers(table[column]) for column in columns if column in table}
    for column, values in numbers.items():
        problems += list(_problems(column, table[column], values))
    if not problems:
        problems += list(_too_few(pd.DataFrame(numbers), config["clusters"]))
    if problems:
        lines = "\n  ".join(problems)
        raise UserError(f"the data set `{name}` in clusters.datasets cannot be clustered ({path}):\n  {lines}")
    rows = table[config["names"]] if config["names"] else np.arange(1, len(table) + 1).astype(str)
    values = np.column_stack([numbers[column].to_numpy(float) for column in columns])
    return standardised(name, values, path.name, columns, np.asarray(rows, dtype=str))


def _problems(column: str, found: pd.Series, values: pd.Series) -> Iterator[str]:
    missing, text = user_csv.is_missing(found), user_csv.is_text(found)
    if missing.all():
        yield f"the column `{column}` has no values at all: leave it out"
    elif missing.any():
        count = counted(int(missing.sum()), "missing value")
        row = user_csv.first_row(missing)
        yield f"the column `{column}` has {count}, first in row {row}: fill or remove those rows"
    if text.any():
        row = user_csv.first_row(text)
        yield f'the column `{column}` holds text ("{found[row - 1]}" in row {row}): only numbers have distances'
    elif np.isinf(values).any():
        yield f"the column `{column}` is infinite in row {user_csv.first_row(np.isinf(values))}"
    elif values.nunique() == 1 and not missing.any():
        yield f"the column `{column}` is {found.iloc[0]} in every row, so it tells nothing apart: leave it out"
    elif values.abs().max() > LARGEST or values.std() < 1 / LARGEST:
        yield f"the numbers in the column `{column}` are too large or too small to be squared: take another unit"


def _too_few(numbers: pd.DataFrame, clusters: int) -> Iterator[str]:
    distinct = len(numbers.drop_duplicates())
    if len(numbers) < clusters:
        yield f"it has {counted(len(numbers), 'row')}, fewer than the {clusters} clusters asked for"
    elif distinct < clusters:
        yield f"it has {distinct} different rows, fewer than the {clusters} clusters asked for"
    elif distinct < FEWEST:
        yield f"it has {distinct} different rows: with fewer than {FEWEST} there is no number of clusters to choose"
