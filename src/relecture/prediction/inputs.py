"""The columns that a model takes, and what in a table keeps it from predicting them."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from pydantic import Field

from relecture.config_model import ConfigModel
from relecture.data import column_checks, user_csv
from relecture.data.config import TableFormat
from relecture.errors import closest

_MAX_SHOWN = 3
_LARGEST_GREY, _DARK = 255, 127


class InputColumn(ConfigModel):
    """A column of the training table.

    `low` and `high` are the range of its numbers in training. A factor has `levels` instead; those in `coded` have an
    input each, called `<name><level>`, that is 1 at the level.
    """

    name: str
    low: float | None = None
    high: float | None = None
    levels: list[str] | None = None
    coded: list[str] = Field(default=[])

    @property
    def features(self) -> list[str]:
        """Names of the inputs that the column gives."""
        return [self.name] if self.levels is None else [f"{self.name}{level}" for level in self.coded]


class Inputs(ConfigModel):
    """All columns that a model takes, and how a file of them is written.

    `others` are columns of the training table that it does not take, the target among them. With `images` the columns
    are grey values from 0 to 255 of light digits on dark ground.
    """

    columns: list[InputColumn]
    others: list[str] = Field(default=[])
    table_format: TableFormat = TableFormat()
    images: bool = False

    def only(self, features: tuple[str, ...]) -> "Inputs":
        """Return the columns that give these inputs; all of them if there are none."""
        if not features:
            return self
        used = [column for column in self.columns if set(column.features) & set(features)]
        unused = [column.name for column in self.columns if column not in used]
        return self.model_copy(update={"columns": used, "others": [*self.others, *unused]})

    def seen_in(self, rows: pd.DataFrame) -> "Inputs":
        """Return the columns with the numbers and levels of these coded rows alone, such as those of a training set."""
        columns = []
        for column in self.columns:
            if column.levels is None:
                values = rows[column.name]
                columns.append(column.model_copy(update={"low": float(values.min()), "high": float(values.max())}))
                continue
            coded = rows[column.features].to_numpy() == 1
            seen = {level for level, inside in zip(column.coded, coded.any(axis=0), strict=True) if inside}
            has_reference = bool((~coded.any(axis=1)).any())
            levels = [
                level for level in column.levels if level in seen or (level not in column.coded and has_reference)
            ]
            columns.append(column.model_copy(update={"levels": levels}))
        return self.model_copy(update={"columns": columns})

    def encode(self, table: pd.DataFrame, features: tuple[str, ...]) -> np.ndarray:
        """Return the inputs (rows, features) of a table without problems; NaN where a value is missing."""
        inputs = {}
        for column in self.columns:
            values = table[column.name]
            if column.levels is None:
                inputs[column.name] = values.to_numpy(float)
            else:
                for level, name in zip(column.coded, column.features, strict=True):
                    inputs[name] = np.where(values.isna(), np.nan, (values == level).astype(float))
        return np.column_stack([inputs[name] for name in features or inputs])

    def missing_columns(self, table: pd.DataFrame) -> list[str]:
        """Return a problem for each column that the table lacks, with the one that was probably meant."""
        lacking = [column.name for column in self.columns if column.name not in table]
        shown = [user_csv.unknown_column(name, table) for name in lacking[:_MAX_SHOWN]]
        return [*shown, *([f"... and {len(lacking) - _MAX_SHOWN} more columns"] if len(lacking) > _MAX_SHOWN else [])]

    def problems(self, table: pd.DataFrame) -> list[str]:
        """Return why a table with all columns, numbers or texts, cannot be predicted."""
        found = [problem for column in self.columns for problem in _column_problems(column, table[column.name])]
        if self.images and not found:
            found += _image_problems(table[[column.name for column in self.columns]].to_numpy(float))
        return found

    def warnings(self, table: pd.DataFrame) -> Iterator[str]:
        """Yield what is predicted all the same: numbers outside the range of training, columns that are not used."""
        for column in self.columns:
            if column.low is None or column.high is None:
                continue
            margin = 1e-9 * max(abs(column.low), abs(column.high))  # the range was scaled and scaled back
            values = table[column.name]
            outside = ((values < column.low - margin) | (values > column.high + margin)).to_numpy(bool)
            if outside.any():
                row = int(np.flatnonzero(outside)[0])
                yield (
                    f"`{column.name}` is {table[column.name].iloc[row]:g} in row {row + 1}, outside the range of the "
                    f"training table ({column.low:g} to {column.high:g}); so it is in {int(outside.sum())} rows. "
                    "Check its unit"
                )
        known = {*self.others, *(column.name for column in self.columns)}
        if unknown := [str(name) for name in table if name not in known]:
            yield f"the columns {user_csv.joined(unknown)} are not used: the model does not take them"


def _column_problems(column: InputColumn, values: pd.Series) -> Iterator[str]:
    if column.levels is None:
        if not pd.api.types.is_numeric_dtype(values):
            yield f"the column `{column.name}` holds text, and was numbers in training"
        elif np.isinf(values.to_numpy(float)).any():
            row = int(np.flatnonzero(np.isinf(values.to_numpy(float)))[0])
            yield f"the column `{column.name}` is infinite in row {row + 1}: write a number, or leave the field empty"
        return
    unknown = (values.notna() & ~values.isin(column.levels)).to_numpy(bool)
    if unknown.any():
        row = int(np.flatnonzero(unknown)[0])
        level = str(values.iloc[row])
        same = column_checks.lookalike_sentence([*column.levels, level])
        near = closest(level, column.levels)
        hint = f"; there are {same}" if same else f"; did you mean {near}?" if near else ""
        yield (
            f'the column `{column.name}` has "{level}" in row {row + 1}, a level that training did not have (it had '
            f"{user_csv.joined(column.levels)}){hint}. Write one of these, or remove the row"
        )


def _image_problems(values: np.ndarray) -> Iterator[str]:
    known = values[~np.isnan(values).any(1)]
    if (known != np.floor(known)).any() or (known < 0).any() or (known > _LARGEST_GREY).any():
        yield f"grey values are whole numbers from 0 to {_LARGEST_GREY}: multiply values from 0 to 1 by {_LARGEST_GREY}"
    elif (known.max(1, initial=0) == 1).any():
        yield f"no grey value is above 1 in an image; they go to {_LARGEST_GREY}, so multiply by {_LARGEST_GREY}"
    elif (dark := np.flatnonzero(np.nan_to_num(np.median(values, axis=1)) > _DARK)).size:
        yield f"the image in row {dark[0] + 1} has a light ground: training had light digits on dark ground; invert it"
