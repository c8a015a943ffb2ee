"""A stand-in for `.venv` in a copy of the project, whose commands run with the Python of the tests."""

import os
import shlex


def set_up(copy):
    """Give the copy an environment that `make` takes for complete."""
    folder = copy / ".venv/bin"
    folder.mkdir(parents=True)
    commands = {"python": [copy.executable], **{name: copy.start_of(name) for name in ("snakemake", "relecture")}}
    for name, command in commands.items():
        (folder / name).write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n')
        (folder / name).chmod(0o755)
    (copy / ".venv/.ready").touch()
    for part in ("pyproject.toml", "constraints.txt"):  # older than the stamp, or `make` would call pip
        os.utime(copy / part, (0, 0))
    return copy
