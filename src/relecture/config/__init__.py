"""Check the configuration and write its reference."""

import math
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field, ValidationError, field_validator

from relecture.clusters.config import ClustersConfig
from relecture.config.error_messages import describe
from relecture.config.yaml_files import as_in_a_file, merge
from relecture.config_model import ConfigModel
from relecture.data.config import DataConfig
from relecture.digits.config import DigitsConfig
from relecture.errors import UserError
from relecture.illustrations.config import IllustrationsConfig
from relecture.salaries.config import SalariesConfig
from relecture.tallies.config import TalliesConfig
from relecture.tracking.config import TrackingConfig

#: Folders that the run without a name makes in results/, besides one per comparison.
OTHER_FOLDERS = ("benchmarks", "checkpoints", "logs")

#: The standard configuration; other files are laid over it.
STANDARD = Path("config/config.yaml")

# YAML 1.1 reads 1e-3 and 1.0e3 as text; only 1.0e-3 is a number to it.
_EXPONENT = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+")


class RunConfig(ConfigModel):
    """Where a run writes."""

    name: str = Field(
        default="",
        pattern=r"^([a-z][a-z0-9_-]*)?$",
        description="Name of the run: everything that it writes goes to `results/<name>/`; empty for `results/`.",
        json_schema_extra={"allowed": "empty, or a word of lower-case letters, digits, - and _"},
    )

    @field_validator("name")
    @classmethod
    def _is_no_folder_of_results(cls, name: str) -> str:
        if name in (*OTHER_FOLDERS, *COMPARISONS):
            raise ValueError(f"results/{name}/ belongs to the run without a name; choose another name")
        return name

    def path(self, path: str = "") -> str:
        """Return a path below the folder of results; the folder itself unless given."""
        return "/".join(part for part in ("results", self.name, path) if part)


class Config(ConfigModel):
    """What belongs to the whole run; then a block for the data and one for each comparison."""

    renamed: ClassVar[dict[str, str]] = {"budget": "preset"}

    preset: str = Field(
        pattern=r"^[a-z][a-z0-9_-]*$",
        description="Name of these settings, shown with the results.",
        json_schema_extra={"allowed": "a word of lower-case letters, digits, - and _"},
    )
    run: RunConfig = Field(default=RunConfig(), description="The run.")
    tracking: TrackingConfig = Field(default=TrackingConfig(), description="The runs in MLflow.")
    data: DataConfig = Field(description="Where the raw files come from.")
    salaries: SalariesConfig = Field(description="The comparison `salaries`.")
    digits: DigitsConfig = Field(description="The comparison `digits`.")
    tallies: TalliesConfig = Field(description="The comparison `tallies`.")
    clusters: ClustersConfig = Field(description="The comparison `clusters`.")
    illustrations: IllustrationsConfig = Field(description="The comparison `illustrations`.")

    def settings(self, keys: Iterable[str]) -> dict[str, Any]:
        """Return the values of dotted keys, such as `salaries.test_size`; UserError for a key that does not exist."""
        values = self.model_dump(mode="json")
        return {key: _value(values, key) for key in keys}


#: The comparisons, each with a block of its own name. (The other list is in the Snakefile.)
COMPARISONS = tuple(name for name in Config.model_fields if name not in ("preset", "run", "tracking", "data"))


def load(config: Mapping[str, Any], files: Iterable[str | Path] = (STANDARD,)) -> Config:
    """Return the checked configuration.

    Args:
        config: The merged content of the files, as Snakemake hands it over.
        files: The files, for the message.

    Raises:
        UserError: Every mistake on a line: its path, the value, what is allowed.
    """
    try:
        # Strict: otherwise `n_seeds: yes` would be 1 and `mirrors: abc` a list of letters.
        return Config.model_validate(_numbers_as_numbers(config), strict=True)
    except ValidationError as error:
        mistakes = describe(error, Config)
    count = "1 mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
    where = ", ".join(dict.fromkeys(_short(file) for file in files))
    lines = [f"{count} in the configuration ({where})", *mistakes]
    raise UserError("\n  ".join(lines) + "\nEvery setting and what is allowed: config/README.md")


def load_or_exit(
    config: Mapping[str, Any], files: Iterable[str | Path] = (STANDARD,), values: Mapping[str, Any] | None = None
) -> Config:
    """Return the checked configuration, or print the mistakes and exit with code 1.

    For the Snakefile: Snakemake lets SystemExit pass, but decorates every other exception. `values` are those of its
    option `--config`; `config` has them already, with numbers as text.
    """
    if values:
        config, files = merge(config, as_in_a_file(values)), ["--config", *files]
    try:
        return load(config, files)
    except UserError as error:
        sys.exit(f"relecture: {error}")


def _value(values: Any, key: str) -> Any:
    for part in key.split("."):
        if not isinstance(values, dict) or part not in values:
            raise UserError(f"no setting is called {key} (config/published.yaml names it)")
        values = values[part]
    return values


def _numbers_as_numbers(value: Any) -> Any:
    """Return the same configuration with text keys, 1e-3 as a number, 1e3 and 5.0 as whole numbers."""
    if isinstance(value, Mapping):
        return {str(key): _numbers_as_numbers(below) for key, below in value.items()}
    if isinstance(value, list | tuple):
        return [_numbers_as_numbers(below) for below in value]
    if isinstance(value, str) and _EXPONENT.fullmatch(value):
        value = float(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            return str(value)  # text, which is never valid: infinity is above 0, but no setting
        return int(value) if value.is_integer() else value
    return value


def _short(file: str | Path) -> str:
    """Return the path relative to the working folder if it is inside."""
    path, here = Path(file), Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
