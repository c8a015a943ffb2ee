"""Commands of the configuration: check, docs, schema.

relecture config check config/config.yaml config/quick.yaml
relecture config docs > config/README.md
relecture config schema > config/schema.json
"""

import json
from pathlib import Path

import typer

from relecture.cli import Command
from relecture.config import STANDARD, Config, load
from relecture.config.config_docs import reference
from relecture.config.schema import json_schema
from relecture.config.yaml_files import read_all
from relecture.tracking.address import tracking_environment

app = Command(help="Check the configuration, or write its reference.")


@app.command()
def check(
    files: list[Path] = typer.Argument(help="The standard configuration, then files that are laid over it."),
) -> None:
    """Check whether these files together are a valid configuration."""
    load(read_all(files), files)
    print(f"config is valid: {', '.join(map(str, files))}")


@app.command()
def folder(
    files: list[Path] = typer.Argument(None, help="Files that are laid over the standard configuration."),
) -> None:
    """Print the folder of results of these configuration files."""
    paths = [STANDARD, *(files or [])]
    print(load(read_all(paths), paths).run.path())


@app.command()
def environment(
    files: list[Path] = typer.Argument(None, help="Files that are laid over the standard configuration."),
) -> None:
    """Print the environment variables for MLflow in these configuration files, as arguments of `env`."""
    paths = [STANDARD, *(files or [])]
    for name, value in tracking_environment(load(read_all(paths), paths).tracking).items():
        print(f"{name}={value}")


@app.command()
def docs() -> None:
    """Write config/README.md to the terminal."""
    print(reference(STANDARD.parent), end="")


@app.command()
def schema() -> None:
    """Write config/schema.json to the terminal."""
    print(json.dumps(json_schema(Config), indent=2))
