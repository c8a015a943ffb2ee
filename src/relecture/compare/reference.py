"""Reference files: the values of a run that others are compared with, `config/reference/<preset>-<processor>.json`.

A reference is stale if the project has changed in what decides its numbers, but for the code: the configuration of its
preset, the raw files or the pinned versions. A change of the code shows in the results, which then are `different`.
"""

import hashlib
import json
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from pydantic import JsonValue, ValidationError

from relecture.atomic_files import write_text
from relecture.compare.run_values import RunValues, read_folder
from relecture.config import STANDARD, load
from relecture.config.yaml_files import read_all
from relecture.data.registry import DATA_SETS
from relecture.errors import UserError
from relecture.provenance import packages, processor

#: The folder of the reference files.
REFERENCES = Path("config/reference")

CONSTRAINTS = Path("constraints.txt")


class Reference(RunValues):
    """The values of a run, with the versions of its packages and the digests that tell whether it is stale."""

    processor: str
    versions: dict[str, str]
    digests: dict[str, str]


def write_reference(results: Path, out: Path) -> Reference:
    """Write the values of a folder of results as a reference of this machine, and return them."""
    values = read_folder(results)
    origin = {"processor": processor(), **values.origin}
    reference = Reference(
        **values.model_copy(update={"origin": origin}).__dict__,
        processor=origin["processor"],
        versions=packages(),
        digests=digests(values.preset),
    )
    content = reference.model_dump(mode="json", exclude_defaults=True)
    # One line per value, so that a new reference shows in a difference of the files what has changed.
    parts = [f'"{name}": {_lines(part)}' for name, part in content.items()]
    write_text(out, "{\n" + ",\n".join(parts) + "\n}\n")
    return reference


def read_run(path: Path) -> RunValues:
    """Return the values of a folder of results or of a reference file."""
    if not path.exists():
        raise UserError(f"there is no {path}: name a folder of results, such as results/quick, or a reference file")
    return read_folder(path) if path.is_dir() else read_reference(path)


def read_reference(path: Path) -> Reference:
    """Return a reference; UserError if the file is none."""
    try:
        return Reference.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValidationError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise UserError(
            f"{path} is not a reference ({reason}). Write one: relecture compare reference results --out {path}"
        ) from error


def stale(reference: Reference) -> list[str]:
    """Return in words what has changed since the reference was written; nothing if it is not stale."""
    now = digests(reference.preset)
    return [name for name, digest in now.items() if reference.digests.get(name) != digest]


def digests(preset: str) -> dict[str, str]:
    """Return digests of the checked configuration of a preset, of the raw files and of the pinned versions.

    The configuration of a preset is `config/<preset>.yaml` over the standard one.
    """
    own = STANDARD.with_name(f"{preset}.yaml")
    files = [STANDARD, *([own] if own.exists() else [])]
    config = load(read_all(files), files)
    if config.preset != preset:
        raise UserError(f"there is no configuration of the preset {preset}: it would be {own}")
    raw_files = {file.name: file.sha256 for files in DATA_SETS.values() for file in files}
    pinned = [line for line in CONSTRAINTS.read_text(encoding="utf-8").splitlines() if "==" in line]
    return {
        "the configuration": _digest(config.as_dict()),
        "the raw files": _digest(raw_files),
        "the pinned versions": _digest(pinned),
    }


def nearest_first(folder: Path, preset: str, processor: str) -> list[tuple[Path, Reference]]:
    """Return the references of a preset, that of the processor whose name is most alike first."""
    references = [(path, read_reference(path)) for path in sorted(folder.glob("*.json"))]
    return sorted(
        [(path, reference) for path, reference in references if reference.preset == preset],
        key=lambda pair: -SequenceMatcher(None, pair[1].processor, processor).ratio(),
    )


def _lines(part: JsonValue) -> str:
    if not isinstance(part, dict):
        return json.dumps(part, ensure_ascii=False)
    lines = (
        f"  {json.dumps(key, ensure_ascii=False)}: {json.dumps(one, ensure_ascii=False)}" for key, one in part.items()
    )
    return "{\n" + ",\n".join(lines) + "\n}"


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]
