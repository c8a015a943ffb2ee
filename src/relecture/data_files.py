"""Read and write data files: on disk before they have their name, and named in the message if they cannot be read.

A spreadsheet computes a field of a CSV file that begins with one of `=+-@`, whatever its quotes. So a text that begins
with one, and is no number, has an apostrophe before it in our files; `read_csv` removes it.
"""

import contextlib
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from relecture.atomic_files import atomic_write
from relecture.errors import UserError
from relecture.provenance import rerun_command

#: What a spreadsheet takes for a formula, and what `quote_formula` has made of it.
_FORMULA, _QUOTED = re.compile(r"'*[=+\-@\t\r]"), re.compile(r"'+[=+\-@\t\r]")


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """Write a table without its index, with an apostrophe before texts that a spreadsheet would compute."""
    with atomic_write(path) as draft:
        _map_texts(table, quote_formula).to_csv(draft, index=False)


def read_csv(path: Path, **options: Any) -> pd.DataFrame:
    """Read a table that `write_csv` wrote; `options` are those of pandas. UserError if the file cannot be read."""
    with translate_read_errors(path):
        return _map_texts(pd.read_csv(path, **options), _unquote)


def write_parquet(path: Path, table: pd.DataFrame) -> None:
    """Write a table without its index."""
    with atomic_write(path) as draft:
        table.to_parquet(draft, index=False)


def read_parquet(path: Path) -> pd.DataFrame:
    """Read a table; UserError if the file cannot be read."""
    with translate_read_errors(path):
        return pd.read_parquet(path)


def write_arrays(path: Path, **arrays: Any) -> None:
    """Write arrays, by name, to one uncompressed file that loads fast."""
    with atomic_write(path) as draft, draft.open("wb") as file:
        np.savez(file, **arrays)


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """Read the arrays that `write_arrays` wrote; UserError if the file cannot be read."""
    with translate_read_errors(path), np.load(path) as arrays:
        return {name: arrays[name] for name in arrays.files}


def read_json(path: Path) -> Any:
    """Read a JSON file; UserError if it cannot be read."""
    with translate_read_errors(path):
        return json.loads(path.read_text(encoding="utf-8"))


def _map_texts(table: pd.DataFrame, change: Callable[[Any], Any]) -> pd.DataFrame:
    """Return the table with `change` applied to its texts and to the names of its columns."""
    texts = [index for index, kind in enumerate(table.dtypes) if not pd.api.types.is_numeric_dtype(kind)]
    changed = table.copy(deep=False)
    for index in texts:
        values = table.iloc[:, index].astype(object)
        if (column := values.map(change)).ne(values).any():
            changed.isetitem(index, column)
    return changed.set_axis([change(name) for name in table.columns], axis=1)


def quote_formula(value: Any) -> Any:
    """Return a value of a CSV file, with an apostrophe before a text that a spreadsheet would compute."""
    is_formula = isinstance(value, str) and _FORMULA.match(value) and not _is_number(value)
    return f"'{value}" if is_formula else value


def _unquote(value: Any) -> Any:
    return value[1:] if isinstance(value, str) and _QUOTED.match(value) else value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


@contextlib.contextmanager
def translate_read_errors(path: Path) -> Iterator[None]:
    """Raise a UserError that names the file, and the command that makes it again, if the block cannot read it."""
    try:
        yield
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:  # of pandas, NumPy, JSON, Arrow
        state = "missing" if not path.exists() else "damaged" if path.stat().st_size else "empty"
        raise UserError(f"{path} is {state} ({error}). Make it again: {rerun_command(path)}") from error
