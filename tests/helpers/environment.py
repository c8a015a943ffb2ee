"""A stand-in for `.venv` in a copy of the project: its commands run with the Python of the tests."""

import os
import sys

COMMANDS = {"python": "", "snakemake": "-m snakemake", "relecture": "-m relecture"}


def set_up(copy):
    """Give the copy an environment that `make` takes for complete."""
    folder = copy / ".venv/bin"
    folder.mkdir(parents=True)
    for name, module in COMMANDS.items():
        (folder / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {module} "$@"\n')
        (folder / name).chmod(0o755)
    (copy / ".venv/.ready").touch()
    for part in ("pyproject.toml", "constraints.txt"):  # older than the stamp, or `make` would call pip
        os.utime(copy / part, (0, 0))
    return copy
