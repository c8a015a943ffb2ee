"""Published values: what the book, the labs and the slides print."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, ValidationError, field_validator

from relecture.config_model import ConfigModel
from relecture.errors import UserError


class PublishedValue(ConfigModel):
    """One published value."""

    id: str = Field(description="Name of the quantity; the reproduced value has the same.")
    quantity: str = Field(description="What it is, in words.")
    source: str = Field(description="Where it is published.")
    value: str = Field(description="The number as published, with all its digits.")
    better: Literal["lower", "higher", "neither"] = Field(description="Which direction is an improvement.")
    note: str = Field(default="", description="What a reader should know, whatever the verdict.")
    differs: str = Field(default="", description="Why it differs, for a number known not to reproduce.")

    @field_validator("value")
    @classmethod
    def _is_a_number(cls, value: str) -> str:
        try:
            finite = Decimal(value.replace(",", "")).is_finite()
        except InvalidOperation:
            finite = False
        if not finite:
            raise ValueError("must be a number as published")
        return value

    @property
    def number(self) -> Decimal:
        """The value as a number."""
        return Decimal(self.value.replace(",", ""))

    @property
    def comparison(self) -> str:
        """The comparison that the value belongs to."""
        return self.id.partition(".")[0]

    @property
    def digits(self) -> int:
        """The number of published decimals."""
        return max(0, -int(self.number.as_tuple().exponent))


def rounded(value: float, digits: int) -> Decimal:
    """Return the value rounded half up, as a reader rounds, at a precision that hides binary noise."""
    return Decimal(f"{value:.12g}").quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def load(path: Path) -> list[PublishedValue]:
    """Read `config/published.yaml`; a UserError names the entry of every mistake."""
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
        if not isinstance(entries, list):
            raise ValueError("it holds no list")
    except (OSError, yaml.YAMLError, ValueError) as error:
        raise UserError(f"{path} cannot be read as a list of published values: {error}") from error
    published = [_entry(path, index, entry) for index, entry in enumerate(entries, start=1)]
    names = [entry.id for entry in published]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise UserError(f"{path} has these ids more than once: {', '.join(repeated)}")
    return published


def _entry(path: Path, index: int, entry: object) -> PublishedValue:
    if not isinstance(entry, dict):
        raise UserError(f"{path}: entry {index} is {entry!r}, not a block of keys")
    try:
        return PublishedValue(**entry)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise UserError(f"{path}: entry {index}, {entry.get('id', 'without an id')}: {problems}") from error
