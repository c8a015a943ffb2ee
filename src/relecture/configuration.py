"""The base of every block of the configuration."""

from pydantic import BaseModel, ConfigDict


class Block(BaseModel):
    """A block of settings: unknown keys are mistakes, values do not change after they were checked.

    Every field has a description with its unit; `config/README.md` is generated from them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
