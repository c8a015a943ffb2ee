"""Atomic writing: a file appears under its name whole or not at all, even if its writer is killed.

A draft has a hidden name in the folder of the final file. The name holds the host and the process that writes it, so
that a later run can remove the drafts of dead processes and leave those of living ones alone.
"""

import contextlib
import functools
import json
import os
import re
import secrets
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from relecture.errors import UserError

_DRAFT_NAME = re.compile(r"\..+\.(?P<pid>\d+)-[0-9a-f]{8}@(?P<host>.+)\.part")
_REMOTE_DRAFT_SECONDS = 24 * 3600  # a process on another host cannot be checked: its draft is kept for a day


@contextlib.contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Yield a draft path next to `path`; when the block ends, flush the draft to disk and rename it to `path`.

    A reader sees the old file or the new one, never part of it. If the block fails, neither file changes and the
    draft is removed.

    Raises:
        UserError: The folder or the draft cannot be written to.
    """
    draft = _draft_path(path)
    with _translate_write_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    _sweep_once(path.parent.absolute())
    try:
        try:
            yield draft
        except OSError as error:
            if error.errno is None or error.filename not in (None, str(draft)):
                raise  # the block failed on something else than the draft
            raise _write_error(path, error) from error
        with _translate_write_errors(path):
            _fsync(draft)
            draft.replace(path)
        with contextlib.suppress(OSError):  # not every file system can flush a folder
            _fsync(path.parent)
    finally:
        draft.unlink(missing_ok=True)


@contextlib.contextmanager
def atomic_folder(folder: Path) -> Iterator[Path]:
    """Yield a new folder next to `folder`; when the block ends, flush all its files to disk and put it in its place.

    If the block fails, `folder` does not change.

    Raises:
        UserError: The folder cannot be written to.
    """
    with folder_beside(folder) as draft:
        yield draft
        with _translate_write_errors(folder):
            for path in (*draft.rglob("*"), draft):
                _fsync(path)
            if folder.exists():
                shutil.rmtree(folder)
            draft.rename(folder)
        with contextlib.suppress(OSError):  # not every file system can flush a folder
            _fsync(folder.parent)


def write_text(path: Path, text: str) -> None:
    """Write a text in UTF-8."""
    with atomic_write(path) as draft:
        draft.write_text(text, encoding="utf-8")


def write_json(path: Path, content: Any) -> None:
    """Write `content` with sorted keys, indented."""
    write_text(path, json.dumps(content, indent=2, sort_keys=True) + "\n")


@contextlib.contextmanager
def folder_beside(path: Path) -> Iterator[Path]:
    """Yield a new hidden working folder next to `path`; remove it when the block ends.

    If this process is killed before, the next folder here sweeps it away.
    """
    sweep(path.parent)
    folder = _draft_path(path)
    with _translate_write_errors(path):
        folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@functools.cache
def _sweep_once(folder: Path) -> None:
    sweep(folder)


def sweep(folder: Path) -> None:
    """Remove the drafts in `folder` whose writers are dead; leave those of living processes."""
    with contextlib.suppress(OSError):  # a folder that cannot be read or written is reported where it matters
        for path in folder.iterdir():
            if (name := _DRAFT_NAME.fullmatch(path.name)) and _is_abandoned(path, int(name["pid"]), name["host"]):
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def _is_abandoned(draft: Path, pid: int, host: str) -> bool:
    import psutil

    if host != socket.gethostname():
        return time.time() - draft.stat().st_mtime > _REMOTE_DRAFT_SECONDS
    return not psutil.pid_exists(pid)


def _draft_path(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}@{socket.gethostname()}.part")


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _translate_write_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _write_error(path, error) from error


def _write_error(path: Path, error: OSError) -> UserError:
    return UserError(
        f"cannot write {path}: {error.strerror or error}. "
        f"Make {path.parent} a folder that can be written to, with space left on its disk."
    )
