"""The base of every block of the configuration, and what stands in several."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict


def _user_path(path: str) -> str:
    if set("{}") & set(path):
        raise ValueError("a brace in a path is a wildcard to Snakemake: rename the file or folder")
    return str(Path(path).expanduser()) if path.startswith("~") else path


#: The path of a file or folder of one's own, which may begin with `~`.
UserPath = Annotated[str, AfterValidator(_user_path)]


class ConfigModel(BaseModel):
    """A block of settings: unknown keys are mistakes, values do not change after they were checked.

    Every field has a description with its unit; `config/README.md` is generated from them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
