"""A toy file in the registry, a web server on this machine, and the full MNIST where some source has it."""

import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

import relecture
from relecture.data import registry
from relecture.data.fetch import MIRROR, Unavailable, fetch
from relecture.data.registry import RawFile

ROOT = Path(__file__).parents[2]
CONTENT = bytes(range(256)) * 1200  # some chunks long
NAME = "toy/data.bin"


@dataclass
class Toy:
    """The file `toy/data.bin`, alone in the data set `toy`, with a mirror folder that holds it."""

    mirror: Path
    resources: Path
    name: str = NAME
    content: bytes = CONTENT
    sha256: str = hashlib.sha256(CONTENT).hexdigest()
    final: Path = field(init=False)

    def __post_init__(self) -> None:
        self.final = self.resources / self.name

    def file(self, *urls: str, **more) -> RawFile:
        return RawFile(self.name, self.sha256, len(self.content), urls, "free", **more)

    def in_mirror(self, content: bytes, folder: str = "mirror") -> Path:
        """Write `content` into a mirror folder under the toy's name; returns the folder."""
        mirror = self.mirror.with_name(folder)
        (mirror / self.name).parent.mkdir(parents=True, exist_ok=True)
        (mirror / self.name).write_bytes(content)
        return mirror

    def hidden(self) -> list[Path]:
        """Everything in `resources` that is not under a final name."""
        return list(self.resources.rglob(".*"))

    def child(self, code: str, *urls: str) -> subprocess.Popen:
        """Another process with the toy in its registry that runs `code`."""
        begin = (
            "from pathlib import Path\n"
            "from relecture.data import registry\n"
            "from relecture.data.registry import RawFile\n"
            "from relecture.data.fetch import fetch\n"
            f"registry.DATA_SETS['toy'] = ({self.file(*urls)!r},)\n"
            f"name, resources = {self.name!r}, Path({str(self.resources)!r})\n"
        )
        return subprocess.Popen(
            [sys.executable, "-c", begin + code],
            env={**os.environ, "PYTHONPATH": str(Path(relecture.__file__).parents[1])},
            stderr=subprocess.PIPE,
            text=True,
        )


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Toy:
    monkeypatch.delenv(MIRROR, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    toy = Toy(mirror=tmp_path / "mirror", resources=tmp_path / "resources")
    monkeypatch.setitem(registry.DATA_SETS, "toy", (toy.file(),))
    return toy


@pytest.fixture
def toy_urls(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Gives the toy web addresses, and no pauses between attempts."""

    def give(*urls: str) -> None:
        monkeypatch.setattr("relecture.data.fetch.PAUSE", 0)
        monkeypatch.setitem(registry.DATA_SETS, "toy", (toy.file(*urls),))

    return give


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[BaseHTTPRequestHandler], None]], str]]:
    """Starts servers on 127.0.0.1: `serve(answer)` returns an address whose GETs are answered by `answer`."""
    servers = []

    def start(answer: Callable[[BaseHTTPRequestHandler], None]) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                try:
                    answer(self)
                except OSError:  # the other side is gone; in some tests that is the point
                    self.close_connection = True

            def log_message(self, *_) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/{NAME}"

    yield start
    for server in servers:
        server.shutdown()
        server.socket.close()  # not server_close: it waits for answers that never end


@pytest.fixture(scope="session")
def full_mnist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the four files of MNIST; skips where no source has them."""
    config = yaml.safe_load((ROOT / "config/config.yaml").read_text())
    mirrors = [ROOT / "resources", *(ROOT / mirror for mirror in config["data"]["mirrors"])]
    folder = tmp_path_factory.mktemp("full")
    try:
        for file in registry.data_set("mnist"):
            fetch(file.name, folder, mirrors)
    except Unavailable:
        pytest.skip(f"needs the full MNIST; no source has it (name a folder that does in {MIRROR})")
    return folder
