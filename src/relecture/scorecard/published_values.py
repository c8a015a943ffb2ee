"""What the book prints, and how a number that came out compares with it."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, ValidationError, field_validator

from relecture.config_model import ConfigModel
from relecture.errors import UserError

Verdict = Literal["exact", "within", "better", "differs"]


class PublishedValue(ConfigModel):
    """One printed number."""

    id: str = Field(description="Name of the quantity; the comparison reproduces it under the same name.")
    quantity: str = Field(description="What it is, in words.")
    source: str = Field(description="Where it is printed.")
    value: str = Field(description="The number as printed, with all its digits.")
    better: Literal["lower", "higher", "neither"] = Field(description="Which direction is an improvement.")
    note: str = Field(default="", description="What a reader should know, whatever comes out.")
    differs: str = Field(default="", description="Why it differs, for a number known not to reproduce.")

    @field_validator("value")
    @classmethod
    def _is_a_number(cls, value: str) -> str:
        try:
            finite = Decimal(value.replace(",", "")).is_finite()
        except InvalidOperation:
            finite = False
        if not finite:
            raise ValueError("must be a number as printed")
        return value

    @property
    def number(self) -> Decimal:
        return Decimal(self.value.replace(",", ""))

    @property
    def comparison(self) -> str:
        return self.id.partition(".")[0]

    @property
    def digits(self) -> int:
        """Printed decimals."""
        return max(0, -int(self.number.as_tuple().exponent))

    def verdict(self, reproduced: float, sd: float | None) -> Verdict:
        """`exact`: rounds to the printed number; `within`: it lies in mean +/- 2 sd; `better`; `differs`."""
        if rounded(reproduced, self.digits) == self.number:
            return "exact"
        if sd is not None and abs(reproduced - float(self.number)) <= 2 * sd:
            return "within"
        gap = reproduced - float(self.number)
        if (self.better == "lower" and gap < 0) or (self.better == "higher" and gap > 0):
            return "better"
        return "differs"


def rounded(value: float, digits: int) -> Decimal:
    """Rounded half up, as a reader rounds; at a precision that hides binary noise."""
    return Decimal(f"{value:.12g}").quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def load(path: Path) -> list[PublishedValue]:
    """Read `config/published.yaml`; every mistake in it is a UserError that names the entry."""
    try:
        entries = yaml.safe_load(path.read_text())
        if not isinstance(entries, list):
            raise ValueError("it holds no list")
    except (OSError, yaml.YAMLError, ValueError) as error:
        raise UserError(f"{path} cannot be read as a list of printed numbers: {error}") from error
    printed = [_entry(path, place, entry) for place, entry in enumerate(entries, start=1)]
    names = [entry.id for entry in printed]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise UserError(f"{path} has these ids more than once: {', '.join(twice)}")
    return printed


def _entry(path: Path, place: int, entry: object) -> PublishedValue:
    if not isinstance(entry, dict):
        raise UserError(f"{path}: entry {place} is {entry!r}, not a block of keys")
    try:
        return PublishedValue(**entry)
    except ValidationError as error:
        mistakes = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise UserError(f"{path}: entry {place}, {entry.get('id', 'without an id')}: {mistakes}") from error
