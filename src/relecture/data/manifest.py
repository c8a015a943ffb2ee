"""Reads the manifest of a data set, and checks the files it names against their checksums."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from relecture.data import registry
from relecture.errors import UserError


def again(data_set: str) -> str:
    """How to get the files of a data set again."""
    return f"Get the files again: snakemake resources/{data_set}.json --force"


def checked(manifest: Path, data_set: str) -> list[Path]:
    """The files of a data set that lie beside its manifest, in the catalogue's order; none for a stand-in.

    Raises:
        UserError: The manifest is missing or damaged, or a file is not what it was when the manifest was written.
    """
    try:
        content = json.loads(manifest.read_text())
        is_sample, files = bool(content["sample"]), dict(content["files"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{manifest} is missing or damaged ({error!r}). {again(data_set)}") from error
    names = [] if is_sample else [file.name for file in registry.data_set(data_set)]
    return [_intact(manifest, name, files, data_set) for name in names]


def _intact(manifest: Path, name: str, files: dict, data_set: str) -> Path:
    path = manifest.parent / name
    try:
        expected, found = files[name]["sha256"], hashlib.sha256(path.read_bytes()).hexdigest()
    except (KeyError, TypeError) as error:
        raise UserError(f"{manifest} is damaged: it does not describe {name}. {again(data_set)}") from error
    except OSError as error:
        raise UserError(f"{path} is missing or cannot be read ({error.strerror}). {again(data_set)}") from error
    if found != expected:
        raise UserError(f"{path} is damaged: expected sha256 {expected}, found {found}. {again(data_set)}")
    return path


def box(lines: Sequence[str]) -> str:
    """The lines inside an edge of number signs, all of the same width."""
    width = max(map(len, lines))
    edge = "#" * (width + 8)
    return "\n".join([edge, *(f"##  {line:<{width}}  ##" for line in lines), edge])
