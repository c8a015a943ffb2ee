"""Reads the Hitters data: 322 baseball players of 1986, salaries of 1987 (ISL, section 10.6)."""

import hashlib
from pathlib import Path

import pandas as pd

from relecture.data import registry
from relecture.errors import UserError

PLAYERS = 322
COLUMNS = (
    *("AtBat", "Hits", "HmRun", "Runs", "RBI", "Walks", "Years"),
    *("CAtBat", "CHits", "CHmRun", "CRuns", "CRBI", "CWalks"),
    *("League", "Division", "PutOuts", "Assists", "Errors", "Salary", "NewLeague"),
)
AGAIN = "Get it again: snakemake resources/hitters.json --force"


def load(path: Path) -> pd.DataFrame:
    """All 322 players in file order, 20 columns as in the file; Salary (1,000 dollars) is missing for 59.

    Counts are integers, League, Division and NewLeague are strings. A missing, damaged or edited file is a
    UserError.
    """
    try:
        table = pd.read_csv(path, keep_default_na=False, na_values=[""])  # only an empty field is missing
        content = path.read_bytes()
    except (OSError, ValueError) as error:  # pandas' parser errors are ValueErrors
        raise UserError(f"{path} is missing or cannot be read ({error}). {AGAIN}") from error
    if tuple(table.columns) != COLUMNS:
        raise UserError(f"{path} has the columns {', '.join(table.columns)} instead of {', '.join(COLUMNS)}. {AGAIN}")
    if len(table) != PLAYERS:
        raise UserError(f"{path} has {len(table)} players instead of {PLAYERS}. {AGAIN}")
    (file,) = registry.data_set("hitters")
    if (found := hashlib.sha256(content).hexdigest()) != file.sha256:
        raise UserError(f"{path} was changed: expected sha256 {file.sha256}, found {found}. {AGAIN}")
    return table
