"""Read a CSV file of new rows, with the checks of the training table."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from relecture.data import column_checks, user_csv
from relecture.data.config import TableSource
from relecture.data.text_column import TextColumn, text_columns
from relecture.errors import UserError
from relecture.prediction.inputs import InputColumn, Inputs


def read(path: Path, inputs: Inputs) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows of a file with numbers and texts as in training, and what looks suspicious.

    Raises:
        UserError: With all problems at once: no such column, numbers in another form, text among numbers, levels that
            training did not have, a row with the sum of the others.
    """
    table = user_csv.read(TableSource(path=str(path), format=inputs.table_format))
    if problems := inputs.missing_columns(table):
        _refuse(path, problems)
    texts = text_columns(table, TableSource(path=str(path), format=inputs.table_format))
    used = [(column, texts[column.name]) for column in inputs.columns]
    problems = [problem for column, text in used for problem in _text_problems(column, text)]
    if not inputs.images:
        problems += filter(None, [column_checks.total_row(list(texts.values()))])
    if problems:
        _refuse(path, problems)
    typed = {
        column.name: text.numbers if column.levels is None else text.fields.mask(text.missing) for column, text in used
    }
    rows = pd.DataFrame(typed)
    if problems := inputs.problems(rows):
        _refuse(path, problems)
    sentinels = (column_checks.sentinel_warning(text) for column, text in used if column.levels is None)
    unused = pd.DataFrame({name: texts[name].fields for name in texts if name not in rows})
    missing = rows.isna().any(axis=1)
    incomplete = f"{int(missing.sum())} of {len(rows)} rows have a missing value and get no prediction"
    return rows, [
        *([incomplete] if missing.any() else []),
        *filter(None, [] if inputs.images else sentinels),
        *inputs.warnings(pd.concat([rows, unused], axis=1)),
    ]


def _text_problems(column: InputColumn, text: TextColumn) -> Iterator[str]:
    if column.levels is not None or text.missing.all():
        return
    if not text.is_number:
        example = text.where(text.fields[text.text].iloc[0])
        yield column_checks.number_problem(text, "") or (
            f"the column `{column.name}` holds text ({example}), and was numbers in training; "
            "an empty field is a missing value"
        )
    elif np.isfinite(text.known_numbers).all() and (problem := column_checks.value_problem(text, "write fewer")):
        yield problem


def _refuse(path: Path, problems: list[str]) -> None:
    raise UserError(f"the rows in {path} cannot be predicted:\n  " + "\n  ".join(problems))
