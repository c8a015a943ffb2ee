"""Read the Hitters data: 322 baseball players of 1986, salaries of 1987 (ISL, section 10.6)."""

import hashlib
from pathlib import Path

import pandas as pd

from relecture.data import registry
from relecture.data.manifest import refetch_hint
from relecture.errors import UserError

N_PLAYERS = 322
COLUMNS = (
    *("AtBat", "Hits", "HmRun", "Runs", "RBI", "Walks", "Years"),
    *("CAtBat", "CHits", "CHmRun", "CRuns", "CRBI", "CWalks"),
    *("League", "Division", "PutOuts", "Assists", "Errors", "Salary", "NewLeague"),
)
_HINT = refetch_hint("hitters")


def load(path: Path) -> pd.DataFrame:
    """Return all 322 players in file order, 20 columns as in the file; Salary (1,000 dollars) is missing for 59.

    Counts are integers; League, Division and NewLeague are strings.

    Raises:
        UserError: The file is missing, damaged or edited.
    """
    try:
        table = pd.read_csv(path, keep_default_na=False, na_values=[""])  # only an empty field is missing
        content = path.read_bytes()
    except (OSError, ValueError) as error:  # pandas' parser errors are ValueErrors
        raise UserError(f"{path} is missing or cannot be read ({error}). {_HINT}") from error
    if tuple(table.columns) != COLUMNS:
        raise UserError(f"{path} has the columns {', '.join(table.columns)} instead of {', '.join(COLUMNS)}. {_HINT}")
    if len(table) != N_PLAYERS:
        raise UserError(f"{path} has {len(table)} players instead of {N_PLAYERS}. {_HINT}")
    (file,) = registry.data_set("hitters")
    if (digest := hashlib.sha256(content).hexdigest()) != file.sha256:
        raise UserError(f"{path} was changed: expected sha256 {file.sha256}, found {digest}. {_HINT}")
    return table
