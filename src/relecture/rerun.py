"""The Snakemake command that makes a file again, with the settings that this run has."""

import os
import shlex
from collections.abc import Iterable
from pathlib import Path

#: Names the configuration files of a run beside the standard one, as a command line would. The Snakefile sets it.
FILES = "RELECTURE_CONFIGFILES"


def rerun(target: str | Path) -> str:
    """`snakemake TARGET --force`, and the configuration files of the run that the calling job belongs to.

    Without them the copied command would take the standard settings, and make everything again that depends on them.
    They come last: Snakemake would take a target behind `--configfile` for one more of them.
    """
    files = os.environ.get(FILES)
    return f"snakemake {shlex.quote(str(target))} --force" + (f" --configfile {files}" if files else "")


def remember(files: Iterable[str | Path], standard: Path) -> None:
    """Let jobs know the configuration files of this run; `standard` is what a run has anyway.

    A file in the working folder goes by its path from there, so that the same run in another folder leaves the same
    bytes. In the environment, and in no rule's parameters, since settings that are the same under another name fit
    nothing again.
    """
    shown = dict.fromkeys(_from_here(Path(file)) for file in files)
    os.environ[FILES] = shlex.join(file for file in shown if file != _from_here(standard))


def _from_here(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
