"""Files that appear whole or not at all, even when their writer is killed.

A draft has a hidden name beside its final place. The name holds the host and the process that writes it,
so that a later run can tell what a dead process left from what a living one still writes.
"""

import contextlib
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

_NAME = re.compile(r"\..+\.(?P<pid>\d+)-[0-9a-f]{8}@(?P<host>.+)\.part")
_SECONDS_ON_ANOTHER_HOST = 24 * 3600  # whether a process lives there cannot be asked: wait for a day


class Draft:
    """An open file under a hidden name; a write that fails is a UserError that names the final place."""

    def __init__(self, final: Path):
        self.final = final
        self.path = _hidden(final)
        with _writing(final):
            final.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("xb")

    def write(self, data: bytes) -> int:
        with _writing(self.final):
            return self._file.write(data)

    def flush(self) -> None:
        with _writing(self.final):
            self._file.flush()

    def start_again(self) -> None:
        """Forget what was written so far."""
        with _writing(self.final):
            self._file.seek(0)
            self._file.truncate()

    def finish(self) -> Path:
        """Put everything on the disk, and return the hidden path for checking. Nothing is written after."""
        with _writing(self.final):
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        return self.path

    def keep(self) -> None:
        """Give the file its final name, in one step; what was there before is replaced."""
        with _writing(self.final):
            self.path.replace(self.final)

    def close(self) -> None:
        """Remove the hidden file, unless `keep` gave it away."""
        with contextlib.suppress(OSError):  # what cannot be written any more was reported by `finish`
            self._file.close()
        self.path.unlink(missing_ok=True)


@contextlib.contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """A hidden path beside `path` to write to; the finished file gets its final name when the block ends.

    A reader sees the old file or the new one, never half of it. Where the block fails, nothing is left.
    """
    draft = _hidden(path)
    with _writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield draft
        with _writing(path):
            draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def write_json(path: Path, content: Any) -> None:
    """Write `content` with sorted keys, indented."""
    with atomic_write(path) as draft:
        draft.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")


@contextlib.contextmanager
def folder_beside(final: Path) -> Iterator[Path]:
    """A hidden working folder beside `final`, removed at the end.

    If this process is killed before, `sweep` finds the folder.
    """
    folder = _hidden(final)
    with _writing(final):
        folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Remove the drafts in `folder` whose writers are dead; those of living processes are not touched."""
    with contextlib.suppress(OSError):  # a folder that cannot be read or written is reported where it matters
        for path in folder.iterdir():
            if (name := _NAME.fullmatch(path.name)) and _abandoned(path, int(name["pid"]), name["host"]):
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def _abandoned(path: Path, pid: int, host: str) -> bool:
    import psutil

    if host != socket.gethostname():
        return time.time() - path.stat().st_mtime > _SECONDS_ON_ANOTHER_HOST
    return not psutil.pid_exists(pid)


def _hidden(final: Path) -> Path:
    return final.with_name(f".{final.name}.{os.getpid()}-{secrets.token_hex(4)}@{socket.gethostname()}.part")


@contextlib.contextmanager
def _writing(final: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UserError(
            f"cannot write {final}: {error.strerror or error}. "
            f"Make {final.parent} a folder that can be written to, with space left on its disk."
        ) from error
