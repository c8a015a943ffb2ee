"""The reader of digits in MLflow: registered once, fetched again, and served to whoever asks."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import synthetic
from tracking_store import Command, Shop, free_port

from relecture.errors import UserError
from relecture.tallies.networks.cnn import cnn
from relecture.tallies.networks.digit_classifier import Recognizer
from relecture.tracking import model_registry
from relecture.tracking.model_registry import fetch, register
from relecture.tracking.sync import load

ARCHITECTURE = {"filters": [4, 6], "dropout": 0.1, "fc1": 12, "fc2": 8}
EXAMPLE = np.random.default_rng(0).integers(0, 256, (3, 28, 28), dtype=np.uint8)


def recognizer(seed: int = 1) -> Recognizer:
    return Recognizer(cnn(ARCHITECTURE, seed), ARCHITECTURE, "tiny", temperature=1.5)


@pytest.fixture
def reader(workplace: Path) -> Path:
    recognizer().save(workplace / "reader.pt")
    return workplace / "reader.pt"


@pytest.fixture
def record(shop: Shop):
    return load(synthetic.save(shop.network(method="final", seeds=1), shop.results))


@pytest.fixture
def name(shop: Shop) -> str:
    """A model that no other test uses."""
    return f"tally-digits {shop.comparison}"


def test_a_reader_becomes_the_champion_and_comes_back_as_it_was(shop: Shop, reader, record, name, tmp_path) -> None:
    done = register(shop.store, reader, record, EXAMPLE, name)
    assert (done.version, done.alias, done.outcome) == ("1", "champion", "registered")
    for address in (f"models:/{name}@champion", f"models:/{name}/1"):
        assert fetch(shop.store, address, tmp_path / "got").read_bytes() == reader.read_bytes()


def test_registering_the_same_file_again_changes_nothing(shop: Shop, reader, record, name) -> None:
    first = register(shop.store, reader, record, EXAMPLE, name)
    second = register(shop.store, reader, record, EXAMPLE, name)
    assert second == replace(first, outcome="unchanged")
    assert len(shop.store.client.search_model_versions(f"name = '{name}'")) == 1


def test_another_reader_is_the_next_version_and_the_first_can_be_the_champion_again(
    shop: Shop, reader, record, name, tmp_path
) -> None:
    register(shop.store, reader, record, EXAMPLE, name)
    recognizer(seed=2).save(tmp_path / "reader.pt")
    done = register(shop.store, tmp_path / "reader.pt", record, EXAMPLE, name)
    assert (done.version, done.outcome) == ("2", "registered")
    assert str(shop.store.client.get_model_version_by_alias(name, "champion").version) == "2"
    back = register(shop.store, reader, record, EXAMPLE, name)
    assert (back.version, back.outcome) == ("1", "alias moved")
    assert str(shop.store.client.get_model_version_by_alias(name, "champion").version) == "1"


def test_the_model_says_where_it_comes_from_and_what_it_takes(shop: Shop, reader, record, name, tmp_path) -> None:
    run = shop.publish(shop.network(method="final", seeds=1)).run_id
    done = register(shop.store, reader, record, EXAMPLE, name)
    version = shop.store.client.get_model_version(name, done.version)
    assert version.run_id == run
    assert version.tags["relecture.record"] == f"{shop.comparison}/final"
    assert version.tags[model_registry.DIGEST] == done.digest
    folder = fetch(shop.store, f"models:/{name}/1", tmp_path).parents[1]
    described = (folder / "MLmodel").read_text()
    assert "probabilities" in described
    assert "uint8" in described
    assert (folder / "input_example.json").exists()


def test_a_broken_off_registration_leaves_no_version(shop: Shop, reader, record, name, monkeypatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(model_registry, "_save", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            register(shop.store, reader, record, EXAMPLE, name)
    assert list(shop.store.client.search_model_versions(f"name = '{name}'")) == []
    assert register(shop.store, reader, record, EXAMPLE, name).outcome == "registered"


def test_models_that_are_not_there_are_named(shop: Shop, reader, record, name, tmp_path) -> None:
    register(shop.store, reader, record, EXAMPLE, name)
    for address in ("models:/nobody@champion", f"models:/{name}@nobody", f"models:/{name}/7"):
        with pytest.raises(UserError, match=f"has no model {address}"):
            fetch(shop.store, address, tmp_path)
    with pytest.raises(UserError, match=r"names no model: write models:/tally-digits@champion"):
        fetch(shop.store, "tally-digits", tmp_path)


def test_a_missing_reader_is_named(shop: Shop, record, name) -> None:
    with pytest.raises(UserError, match=r"no reader nowhere\.pt to register"):
        register(shop.store, Path("nowhere.pt"), record, EXAMPLE, name)


@pytest.fixture
def registered(command: Command, workplace: Path, reader: Path) -> Path:
    """The workplace with a reader registered by the command."""
    synthetic.save(synthetic.network("tallies", "final", seeds=1), workplace / "results")
    np.savez(workplace / "cells.npz", images=EXAMPLE)
    words = ("register", "reader.pt", "--record", "results/tallies/final", "--cells", "cells.npz")
    command(*words, "--out", "receipts/registered.json")
    return workplace


@pytest.mark.slow
def test_the_command_registers_and_leaves_a_receipt(registered: Path, command: Command) -> None:
    receipt = json.loads((registered / "receipts/registered.json").read_text())
    assert (receipt["model"], receipt["version"], receipt["alias"]) == ("tally-digits", "1", "champion")
    assert receipt["tracking_uri"] == "sqlite:///mlflow.db"
    again = command("register", "reader.pt", "--record", "results/tallies/final", "--cells", "cells.npz")
    assert "tally-digits version 1, champion: unchanged" in again.stdout


@pytest.mark.slow
def test_publishing_everything_registers_the_reader_of_the_results_too(registered: Path, command: Command) -> None:
    for name, file in ((model_registry.READER, "reader.pt"), (model_registry.CELLS, "cells.npz")):
        (registered / "results" / name).parent.mkdir(parents=True)
        (registered / file).rename(registered / "results" / name)
    assert "tally-digits version 1, champion: unchanged" in command("publish-all").stdout
    (registered / "mlflow.db").unlink()
    assert "tally-digits version 1, champion: registered" in command("publish-all").stdout


@pytest.mark.slow
def test_a_server_that_is_gone_gives_one_clear_message(registered: Path, command: Command) -> None:
    words = ("register", "reader.pt", "--record", "results/tallies/final", "--cells", "cells.npz")
    done = command(*words, check=False, MLFLOW_TRACKING_URI=f"http://127.0.0.1:{free_port()}")
    assert done.returncode == 1
    assert done.stderr.startswith("relecture: the MLflow server http://127.0.0.1:")
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_the_served_model_answers_with_digits_and_probabilities(registered: Path) -> None:
    port, log = free_port(), registered / "served.log"
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),  # an active environment
        "MLFLOW_TRACKING_URI": f"sqlite:///{registered / 'mlflow.db'}",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
    with log.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "mlflow", "models", "serve", "--model-uri", "models:/tally-digits@champion",
             "--env-manager", "local", "--host", "127.0.0.1", "--port", str(port)],
            cwd=registered, env=environment, stdout=file, stderr=file, start_new_session=True,
        )  # fmt: skip
    try:
        answer = _answer(process, port, log)
    finally:
        with suppress(ProcessLookupError):  # it may have ended by itself
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    expected = recognizer().probabilities(EXAMPLE)
    assert answer["predictions"]["digit"] == expected.argmax(-1).tolist()
    np.testing.assert_allclose(answer["predictions"]["probabilities"], expected, atol=1e-5)


def _answer(process: subprocess.Popen, port: int, log: Path) -> dict:
    """What the server says about the example, as soon as it is up."""
    address, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 120
    while True:
        try:
            urllib.request.urlopen(f"{address}/ping", timeout=5)
            break
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"the model server did not start:\n{log.read_text()}")
            time.sleep(0.3)
    body = json.dumps({"inputs": EXAMPLE.tolist()}).encode()
    request = urllib.request.Request(f"{address}/invocations", body, {"Content-Type": "application/json"})
    return json.loads(urllib.request.urlopen(request, timeout=60).read())
