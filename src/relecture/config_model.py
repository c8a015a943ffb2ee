"""The base class of all configuration models, and field types that several of them use."""

import json
import re
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict

_WILDCARD = re.compile(r"[{}]|<[a-z][a-z0-9_]*>")


def has_wildcard(path: str) -> bool:
    """Return whether Snakemake would replace a part of this path: `{wildcard}` or `<variable>`."""
    return bool(_WILDCARD.search(path))


def _user_path(path: str) -> str:
    path = str(Path(path).expanduser()) if path.startswith("~") else path
    if has_wildcard(path):
        raise ValueError(
            "a brace in a path is a wildcard to Snakemake, and a word in angle brackets a variable: rename the file or "
            "folder"
        )
    return path


#: The path of a user's file or folder, which may begin with `~`.
UserPath = Annotated[str, AfterValidator(_user_path)]


class ConfigModel(BaseModel):
    """A block of the configuration, or all that one job depends on.

    Unknown keys are errors, and values do not change after validation. Every field of a block has a description with
    its unit; `config/README.md` and `config/schema.json` are generated from them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    #: Keys that version 0.1 had, each with its present name; such a key is an error that names the present one.
    renamed: ClassVar[dict[str, str]] = {}

    def as_dict(self) -> dict[str, Any]:
        """Return the values as JSON types, without those that are None."""
        return self.model_dump(mode="json", exclude_none=True)

    def to_json(self) -> str:
        """Return one line of JSON with sorted keys, the same whenever the values are."""
        return json.dumps(self.as_dict(), sort_keys=True)
