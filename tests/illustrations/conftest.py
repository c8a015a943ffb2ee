"""The sample of MNIST for the tests of the figures, and a function that draws a figure by its command."""

import json
from pathlib import Path

import pandas as pd
import pytest

from relecture.data import mnist
from relecture.illustrations.cli import app


@pytest.fixture(scope="session")
def images():
    """The sample of MNIST."""
    return mnist.sample()


@pytest.fixture
def mnist_sample_manifest(images, tmp_path, monkeypatch) -> Path:
    """The manifest of the sample, which is not unpacked again."""
    monkeypatch.setattr(mnist, "sample", lambda: images)
    path = tmp_path / "mnist.json"
    path.write_text(json.dumps({"name": "mnist", "sample": True, "files": {}}))
    return path


@pytest.fixture
def drawn_sample_names(monkeypatch) -> list[str]:
    """The name of the sample on every figure that the test saves."""
    from relecture import plotting

    names, save = [], plotting.save
    monkeypatch.setattr(plotting, "save", lambda figure, stem, name="": (names.append(name), save(figure, stem, name)))
    return names


@pytest.fixture
def draw_by_command():
    """Draw a figure by its command and return its numbers."""

    def draw(name: str, config: dict, out: Path, *options: str) -> pd.DataFrame:
        arguments = ["draw", "--name", name, "--config-json", json.dumps(config), "--out", str(out / name), *options]
        app(arguments, standalone_mode=False)
        assert (out / f"{name}.svg").exists()
        assert (out / f"{name}.png").exists()
        return pd.read_csv(out / f"{name}.csv")

    return draw
