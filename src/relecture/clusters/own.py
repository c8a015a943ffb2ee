"""Reads a table of one's own; whatever k-means cannot use is said in one line each."""

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from relecture.clusters.data import Dataset, standardised
from relecture.errors import UserError


def read(spec: dict[str, Any], source: Path | None = None) -> Dataset:
    """The columns `spec["columns"]` of the CSV file `spec["path"]`, standardised.

    Raises:
        UserError: With every obstacle at once: no such file or column, text, missing or infinite values, a
            constant column, fewer rows than clusters.
    """
    name, path, columns = spec["name"], Path(spec["path"]), list(dict.fromkeys(spec["columns"]))
    table = _table(name, path)
    wanted = [*columns, *([spec["names"]] if spec["names"] else [])]
    problems = [_no_such(column, table) for column in wanted if column not in table]
    numbers = {column: pd.to_numeric(table[column], errors="coerce") for column in columns if column in table}
    for column, values in numbers.items():
        problems += list(_problems(column, table[column], values))
    if not problems:
        problems += list(_too_few(pd.DataFrame(numbers), spec["clusters"]))
    if problems:
        lines = "\n  ".join(problems)
        raise UserError(f"the data set `{name}` in clusters.datasets cannot be clustered ({path}):\n  {lines}")
    rows = table[spec["names"]].astype(str) if spec["names"] else np.arange(1, len(table) + 1).astype(str)
    values = np.column_stack([numbers[column].to_numpy(float) for column in columns])
    return standardised(name, values, path.name, columns, np.asarray(rows, dtype=str))


def _table(name: str, path: Path) -> pd.DataFrame:
    try:
        # Only an empty field is missing; everything is read as text, so that a message can show what stands there.
        return pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""], skipinitialspace=True)
    except FileNotFoundError:
        problem = "there is no such file"
    except (OSError, ValueError) as error:  # pandas' parser errors are ValueErrors
        problem = f"it cannot be read as CSV: {' '.join(str(error).split())}"
    raise UserError(f"the data set `{name}` in clusters.datasets names the file {path}: {problem}")


def _no_such(column: str, table: pd.DataFrame) -> str:
    near = difflib.get_close_matches(column, table.columns, n=1)
    meant = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(map(str, table.columns))}"
    return f"it has no column `{column}`: {meant}"


def _problems(column: str, found: pd.Series, values: pd.Series) -> Iterator[str]:
    missing, text = found.isna(), found.notna() & values.isna()
    if missing.any():
        count = "1 missing value" if missing.sum() == 1 else f"{missing.sum()} missing values"
        yield f"the column `{column}` has {count}, first in row {_first(missing)}: fill or remove those rows"
    if text.any():
        shown = found[text].iloc[0]
        yield f'the column `{column}` holds text ("{shown}" in row {_first(text)}): only numbers have distances'
    elif np.isinf(values).any():
        yield f"the column `{column}` is infinite in row {_first(np.isinf(values))}"
    elif values.nunique() == 1 and not missing.any():
        yield f"the column `{column}` is {found.iloc[0]} in every row, so it tells nothing apart: leave it out"


def _too_few(numbers: pd.DataFrame, clusters: int) -> Iterator[str]:
    distinct = len(numbers.drop_duplicates())
    if len(numbers) < clusters:
        yield f"it has {len(numbers)} rows, fewer than the {clusters} clusters asked for"
    elif distinct < clusters:
        yield f"it has {distinct} different rows, fewer than the {clusters} clusters asked for"


def _first(where: pd.Series) -> int:
    """The first row, counted from 1 below the header."""
    return int(np.flatnonzero(where)[0]) + 1
