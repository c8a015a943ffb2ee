"""An environment for `make` in a copy of the project: a `python` that is the one of the tests."""

import os
import sys

TOOLS = ("snakemake",)


def set_up(copy):
    """Give the copy an environment that counts as set up."""
    folder = copy / ".venv/bin"
    folder.mkdir(parents=True)
    commands = {"python": '"$@"', **{tool: f'-m {tool} "$@"' for tool in TOOLS}}
    for name, arguments in commands.items():
        (folder / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {arguments}\n')
        (folder / name).chmod(0o755)
    (copy / ".venv/.ready").touch()
    for part in ("pyproject.toml", "constraints.txt"):  # never newer than the stamp, or pip would be asked
        os.utime(copy / part, (0, 0))
    return copy
