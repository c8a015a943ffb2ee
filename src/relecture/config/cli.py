"""Checks configuration files, and writes their reference.

relecture config check config/config.yaml config/quick.yaml
relecture config document > config/README.md
"""

from pathlib import Path

import typer

from relecture.cli import Command
from relecture.config import STANDARD, load
from relecture.config.config_docs import document
from relecture.config.yaml_files import read_all

command = Command(help="Check the configuration, or write its reference.")


@command.command()
def check(
    files: list[Path] = typer.Argument(help="The standard configuration, then files that are laid over it."),
) -> None:
    """Say whether these files together are a valid configuration."""
    load(read_all(files), files)
    print(f"config is valid: {', '.join(map(str, files))}")


@command.command("document")
def write_reference() -> None:
    """Write config/README.md to the terminal."""
    print(document(STANDARD.parent), end="")
