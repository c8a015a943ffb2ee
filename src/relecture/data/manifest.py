"""The manifest of a data set: reading it, and verifying the files it names by their checksums."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from relecture.data import registry
from relecture.errors import UserError


def refetch_hint(data_set: str) -> str:
    """Return the sentence that says how to fetch the files of a data set again."""
    return f"Fetch the files again: snakemake resources/{data_set}.json --force"


def verified_files(manifest: Path, data_set: str) -> list[Path]:
    """Return the files of a data set next to its manifest, in the registry's order; none if a sample replaces it.

    Raises:
        UserError: The manifest is missing or damaged, or a file differs from what it was when the manifest was written.
    """
    try:
        content = json.loads(manifest.read_text(encoding="utf-8"))
        is_sample, files = bool(content["sample"]), dict(content["files"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{manifest} is missing or damaged ({error!r}). {refetch_hint(data_set)}") from error
    names = [] if is_sample else [file.name for file in registry.data_set(data_set)]
    return [_verified_file(manifest, name, files, data_set) for name in names]


def _verified_file(manifest: Path, name: str, files: dict[str, Any], data_set: str) -> Path:
    path = manifest.parent / name
    try:
        expected, digest = files[name]["sha256"], hashlib.sha256(path.read_bytes()).hexdigest()
    except (KeyError, TypeError) as error:
        raise UserError(f"{manifest} is damaged: it does not describe {name}. {refetch_hint(data_set)}") from error
    except OSError as error:
        raise UserError(f"{path} is missing or cannot be read ({error.strerror}). {refetch_hint(data_set)}") from error
    if digest != expected:
        raise UserError(f"{path} is damaged: expected sha256 {expected}, found {digest}. {refetch_hint(data_set)}")
    return path


def boxed(lines: Sequence[str]) -> str:
    """Return the lines in a frame of number signs, all of the same width."""
    width = max(map(len, lines))
    edge = "#" * (width + 8)
    return "\n".join([edge, *(f"##  {line:<{width}}  ##" for line in lines), edge])
