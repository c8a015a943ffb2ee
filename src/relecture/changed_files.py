"""Find changes of files that Snakemake does not see, because it looks only for inputs that are newer than an output.

* An input, such as a table or a source file, that was replaced by an older file of the same name.
* An output that was cut, emptied or edited after its job.
* A change among very many files of a user: they are one input, the file that `write_manifest` writes.

What a file was when its job ended is in Snakemake's metadata: the time of every output, and the checksum of every input
up to `max-checksum-file-size`. An output to make again gets Snakemake's mark of an incomplete one, which the option
`--rerun-incomplete` of the profiles makes again.
"""

import contextlib
import hashlib
import json
import os
import sys
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from stat import S_ISREG
from typing import Any

from relecture.atomic_files import write_text
from relecture.errors import UserError

METADATA = Path(".snakemake/metadata")
INCOMPLETE = Path(".snakemake/incomplete")
LOCKS = Path(".snakemake/locks")

#: Seconds by which archives round the time of a file.
ROUNDING = 2.0
#: Files from which on reading them all for the first time takes a while.
MANY = 1000


def mark_changed_outputs(is_made_here: Callable[[str], bool]) -> list[Path]:
    """Mark the outputs to make again, and say on stderr why; none while another Snakemake runs in this folder.

    Args:
        is_made_here: Whether an output belongs to this run.

    Returns:
        The new marks.

    Raises:
        UserError: A file cannot be read, or a mark not be written.
    """
    if not METADATA.is_dir() or _is_locked():
        return []
    jobs = dict(_read_metadata(METADATA))
    digests: dict[str, set[str]] = defaultdict(set)  # of every file when it was an input
    for job in jobs.values():
        for path, digest in (job.get("input_checksums") or {}).items():
            digests[path].add(digest)
    reasons: dict[str, set[str]] = defaultdict(set)
    for output, job in jobs.items():
        if is_made_here(output) and Path(output).exists() and not _mark_of(output).exists():
            if not job:
                reasons[f"what Snakemake wrote about {output} is damaged"].add(output)
                continue
            if _is_damaged(Path(output), job["endtime"], digests[output]):
                reasons[f"{output} was emptied, cut or changed after its job"].add(output)
            for path, digest in (job.get("input_checksums") or {}).items():
                if path not in jobs and _is_other(path, digest) and _mtime(path) <= max(job["endtime"], _mtime(output)):
                    reasons[f"{path} was replaced by an older file with other content"].add(output)
    marks = []
    for reason in sorted(reasons):
        print(f"relecture: {reason}: what depends on it is rerun", file=sys.stderr)
        for mark in map(_mark_of, reasons[reason]):
            try:
                mark.parent.mkdir(parents=True, exist_ok=True)
                mark.write_text(json.dumps({"external_jobid": None}), encoding="utf-8")
            except OSError as error:
                raise UserError(f"cannot write {mark}: {error.strerror or error}") from error
            marks.append(mark)
    return marks


def write_manifest(files: Iterable[str], manifest: str) -> list[str]:
    """Write the paths and checksums of these files to `manifest` if any has changed; return it as a rule's input.

    A file is read only if its size or one of its times differs from the last call's, which a file next to the manifest
    keeps. Without files there is no manifest, and the list is empty: then our own message names the setting. While a
    Snakemake runs in this folder, its jobs may be reading the files, and the manifest stays.

    Raises:
        UserError: A file cannot be read or is not a regular one, or the manifest cannot be written.
    """
    path, known = Path(manifest), Path(manifest).with_suffix(".times.json")
    if _is_locked() and path.exists():
        return [manifest]
    old = _read_json(known)
    new = {file: _state(file) for file in files}
    if not new:
        return []
    digests = {file: old[file][-1] for file, state in new.items() if file in old and old[file][:-1] == state}
    changed = new.keys() - digests.keys()
    if len(changed) >= MANY:
        print(f"relecture: reading {len(changed):,} files for their checksums ({manifest})", file=sys.stderr)
    digests |= {file: _sha256(file) for file in changed}
    if changed or old.keys() != new.keys():
        write_text(known, json.dumps({file: [*state, digests[file]] for file, state in sorted(new.items())}))
    text = json.dumps(dict(sorted(digests.items())), indent=0) + "\n"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        write_text(path, text)
    return [manifest]


def list_files(folder: str) -> list[str]:
    """Return every file in a folder and its sub-folders, sorted, but for hidden ones; nothing without such a folder."""
    found, seen = [], set()
    for parent, folders, names in os.walk(folder, followlinks=True):
        folders[:] = [name for name in folders if not name.startswith(".")]
        if (real := os.path.realpath(parent)) in seen:  # a link to a folder above
            folders.clear()
            continue
        seen.add(real)
        found += [f"{parent}/{name}" for name in names if not name.startswith(".")]
    return sorted(found)


def _state(path: str) -> list[int]:
    """Return the size and the times of a regular file, in nanoseconds."""
    try:
        state = Path(path).stat()
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}") from error
    if not S_ISREG(state.st_mode):
        raise UserError(f"{path} is not a regular file, but a folder, a pipe or a device")
    return [state.st_size, state.st_mtime_ns, state.st_ctime_ns]


def _read_metadata(folder: Path) -> Iterable[tuple[str, dict[str, Any]]]:
    """Yield the outputs of all jobs that ended, with what Snakemake wrote about the job; nothing if that is damaged."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and (not (job := _read_json(path)) or job.get("endtime") is not None):
            name = "".join(part.removeprefix("@") for part in path.relative_to(folder).parts)
            with contextlib.suppress(ValueError):  # no name of an output
                yield urlsafe_b64decode(name).decode(), job


def _is_locked() -> bool:
    return any(LOCKS.glob("*.lock"))


def _mtime(path: str) -> float:
    return Path(path).stat().st_mtime


def _mark_of(output: str) -> Path:
    """Return Snakemake's mark of an incomplete output; a long name is cut into folders whose names begin with @."""
    name = urlsafe_b64encode(output.encode()).decode()
    size = os.pathconf(METADATA, "PC_NAME_MAX") - 1
    *folders, last = [name[start : start + size] for start in range(0, len(name), size)]
    return INCOMPLETE.joinpath(*(f"@{part}" for part in folders), last)


def _is_damaged(path: Path, end: float, digests: set[str]) -> bool:
    """Return whether an output is empty, or was written after its job and is not what another job has read since."""
    if path.is_dir():
        return any(file.stat().st_size == 0 for file in map(Path, list_files(str(path))))
    stat = path.stat()
    is_as_written = stat.st_size > 0 and abs(stat.st_mtime - end) <= ROUNDING
    return not is_as_written and _sha256(str(path)) not in digests


def _is_other(path: str, digest: str) -> bool:
    return _digest(path) not in ("", digest)


@cache
def _digest(path: str) -> str:
    """Return the checksum of a file; nothing if there is none."""
    return _sha256(path) if Path(path).is_file() else ""


@cache
def _sha256(path: str) -> str:
    try:
        with Path(path).open("rb") as file:
            return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}") from error


def _read_json(path: Path) -> dict[str, Any]:
    """Return the content of a JSON file; nothing if it is missing or damaged, for it can be rewritten."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
