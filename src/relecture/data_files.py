"""Read and write data files: on disk before they have their name, and named in the message if they cannot be read."""

import contextlib
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from relecture.atomic_files import atomic_write
from relecture.errors import UserError
from relecture.provenance import rerun_command


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """Write a table without its index."""
    with atomic_write(path) as draft:
        table.to_csv(draft, index=False)


def read_csv(path: Path, **options: Any) -> pd.DataFrame:
    """Read a table; `options` are those of pandas. UserError if the file cannot be read."""
    with translate_read_errors(path):
        table: pd.DataFrame = pd.read_csv(path, **options)
        return table


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


@contextlib.contextmanager
def translate_read_errors(path: Path) -> Iterator[None]:
    """Raise a UserError that names the file, and the command that makes it again, if the block cannot read it."""
    try:
        yield
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:  # of pandas, NumPy, JSON, Arrow
        state = "missing" if not path.exists() else "damaged" if path.stat().st_size else "empty"
        raise UserError(f"{path} is {state} ({error}). Make it again: {rerun_command(path)}") from error
