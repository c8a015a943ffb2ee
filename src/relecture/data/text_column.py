"""A column of a user's table as it was written, and what its fields are: missing, numbers or text."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from relecture.data import number_format
from relecture.data.config import TableSource


@dataclass(frozen=True)
class TextColumn:
    """The fields of a column as text, a row each with an index from 0; `source` says how they are written."""

    name: str
    fields: pd.Series
    source: TableSource

    @cached_property
    def missing(self) -> np.ndarray:
        """Whether each field is without a value."""
        missing: np.ndarray = self.fields.isin(["", *self.source.format.na_values]).to_numpy(bool)
        return missing

    @cached_property
    def text(self) -> np.ndarray:
        """Whether each field has a value that is not a number."""
        text: np.ndarray = ~self.missing & ~number_format.is_number(self.fields, self.source.format).to_numpy(bool)
        return text

    @cached_property
    def known(self) -> pd.Series:
        """The fields with a value."""
        return self.fields[~self.missing] if self.missing.any() else self.fields

    @cached_property
    def numbers(self) -> pd.Series:
        """The numbers, integers if all are whole; NaN for missing values and text."""
        other = self.missing | self.text
        fields = self.fields.mask(other) if other.any() else self.fields
        return number_format.to_numbers(fields, self.source.format)

    @property
    def known_numbers(self) -> pd.Series:
        """The numbers with a value."""
        return self.numbers[~(self.missing | self.text)]

    @property
    def is_number(self) -> bool:
        """Whether all known fields are numbers."""
        return not self.text.any()

    def where(self, field: str) -> str:
        """Return a field of the column and its row."""
        return f'"{field}" in row {first_row((self.fields == field).to_numpy(bool))}'


def first_row(mask: np.ndarray) -> int:
    """Return the number of the first row in which `mask` is true, from 1."""
    return int(np.flatnonzero(mask)[0]) + 1


def text_columns(table: pd.DataFrame, source: TableSource) -> dict[str, TextColumn]:
    """Return the columns of a table of `user_csv.read`, by name."""
    return {str(name): TextColumn(str(name), table[name], source) for name in table}
