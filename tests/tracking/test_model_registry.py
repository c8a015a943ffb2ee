"""Models in MLflow's registry: registered once, downloaded again, and served."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import synthetic
from tracking_store import ON_BOTH_STORES, StoreCase, free_port

from relecture.errors import UserError
from relecture.registered_model import RegisteredModel
from relecture.tracking import model_registry
from relecture.tracking.model_registry import RegistrationResult, fetch, register
from relecture.tracking.store import connect

IMAGES = np.random.default_rng(0).integers(0, 256, (5, 28, 28), dtype=np.uint8)
FIRST, SECOND = np.array([0.1, 0.4, 0.3, 0.2]), np.array([0.7, 0.1, 0.1, 0.1])


@pytest.fixture
def model(case: StoreCase) -> RegisteredModel:
    """A model that no other test uses, with its file, record and images in the results folder."""
    return write_model(case, f"scorer {case.comparison}")


def write_model(case: StoreCase, name: str) -> RegisteredModel:
    synthetic.save(case.network(method="final", seeds=1), case.results)
    np.save(case.results / "images.npy", IMAGES)
    np.save(case.results / "model.npy", FIRST)
    return synthetic.registered_model(name, Path(case.comparison, "final"))


@ON_BOTH_STORES
def test_a_model_gets_the_alias_and_is_downloaded_unchanged(case: StoreCase, model, tmp_path) -> None:
    result = register(case.store, model, case.results)
    assert (result.version, result.alias, result.outcome) == ("1", "champion", "registered")
    for address in (f"models:/{model.name}@champion", f"models:/{model.name}/1"):
        file = fetch(case.store, address, tmp_path / "downloaded")
        assert file.read_bytes() == (case.results / "model.npy").read_bytes()


def test_registering_the_same_file_again_changes_nothing(case: StoreCase, model) -> None:
    first = register(case.store, model, case.results)
    second = register(case.store, model, case.results)
    assert second == replace(first, outcome="unchanged")
    assert len(case.store.client.search_model_versions(f"name = '{model.name}'")) == 1


def test_the_same_file_with_another_loader_is_the_next_version(case: StoreCase, model) -> None:
    register(case.store, model, case.results)
    result = register(case.store, replace(model, loader_module="tracking_store"), case.results)
    assert (result.version, result.outcome) == ("2", "registered")


@ON_BOTH_STORES
def test_another_file_is_the_next_version_and_the_first_can_get_the_alias_again(case: StoreCase, model) -> None:
    register(case.store, model, case.results)
    np.save(case.results / "model.npy", SECOND)
    result = register(case.store, model, case.results)
    assert (result.version, result.outcome) == ("2", "registered")
    assert str(case.store.client.get_model_version_by_alias(model.name, "champion").version) == "2"
    np.save(case.results / "model.npy", FIRST)
    back = register(case.store, model, case.results)
    assert (back.version, back.outcome) == ("1", "alias moved")
    assert str(case.store.client.get_model_version_by_alias(model.name, "champion").version) == "1"


def register_next(case: StoreCase, model: RegisteredModel, results: Path, **changes: Any) -> RegistrationResult:
    """Register another file, of a record that differs from the first in data or errors."""
    np.save(case.results / "model.npy", SECOND)
    for file in ("images.npy", "model.npy"):
        results.mkdir(parents=True, exist_ok=True)
        if results != case.results:
            shutil.copy(case.results / file, results / file)
    synthetic.save(case.network(method="final", seeds=1, **changes), results)
    return register(case.store, model, results)


def test_the_alias_stays_if_the_next_version_is_worse_on_the_same_data(case: StoreCase, model) -> None:
    model = replace(model, score="test_error")
    register(case.store, model, case.results)
    worse = register_next(case, model, case.results, shift=-0.001)
    assert (worse.version, worse.outcome) == ("2", "registered")
    assert worse.alias_stays.startswith("version 1 is better on the same data (0.018")
    assert str(worse).endswith("against 0.017): registered")
    assert str(case.store.client.get_model_version_by_alias(model.name, "champion").version) == "1"


def test_a_version_of_a_quick_run_does_not_get_the_alias_but_is_the_latest(case: StoreCase, model, tmp_path) -> None:
    register(case.store, model, case.results)
    quick = register_next(case, model, case.results / "quick")
    assert quick.alias_stays == "it is of the run 'quick'"
    file = fetch(case.store, f"models:/{model.name}/latest", tmp_path)
    assert (np.load(file) == SECOND).all()
    assert (np.load(fetch(case.store, f"models:/{model.name}@champion", tmp_path / "first")) == FIRST).all()


def test_the_version_names_its_origin_and_its_signature(case: StoreCase, model, tmp_path) -> None:
    run = case.sync(case.network(method="final", seeds=1)).run_id
    result = register(case.store, model, case.results)
    version = case.store.client.get_model_version(model.name, result.version)
    assert version.run_id == run
    assert version.tags["relecture.record"] == f"{case.comparison}/final"
    assert version.tags[model_registry.DIGEST] == result.digest
    assert case.store.client.get_registered_model(model.name).description == model.description
    folder = fetch(case.store, f"models:/{model.name}/1", tmp_path).parents[1]
    described = (folder / "MLmodel").read_text()
    assert "scores" in described
    assert "uint8" in described
    assert (folder / "input_example.json").exists()


@ON_BOTH_STORES
def test_an_interrupted_registration_leaves_no_version(case: StoreCase, model, monkeypatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(model_registry, "_save", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            register(case.store, model, case.results)
    assert list(case.store.client.search_model_versions(f"name = '{model.name}'")) == []
    assert register(case.store, model, case.results).outcome == "registered"


def test_the_error_on_a_missing_model_names_it(case: StoreCase, model, tmp_path) -> None:
    register(case.store, model, case.results)
    for address in ("models:/nobody@champion", f"models:/{model.name}@nobody", f"models:/{model.name}/7"):
        with pytest.raises(UserError, match=f"has no model {address}.*make sync"):
            fetch(case.store, address, tmp_path)
    with pytest.raises(UserError, match="no address of a model: write models:/NAME@ALIAS"):
        fetch(case.store, model.name, tmp_path)


@pytest.mark.parametrize(
    "loader",
    [None, "relecture.tracking.served", "relecture.gone.registration"],
    ids=["without a loader", "module gone", "package gone"],
)
def test_a_model_of_another_version_is_to_be_registered_again(case: StoreCase, model, tmp_path, loader) -> None:
    version = register(case.store, model, case.results).version
    if loader is None:  # version 0.1.0 had no such tag
        case.store.client.delete_model_version_tag(model.name, version, model_registry.LOADER)
    else:
        case.store.client.set_model_version_tag(model.name, version, model_registry.LOADER, loader)
    with pytest.raises(UserError, match=r"another version of relecture .*Register it again: make sync$"):
        fetch(case.store, f"models:/{model.name}@champion", tmp_path)
    assert register(case.store, model, case.results).version == "2"
    assert fetch(case.store, f"models:/{model.name}@champion", tmp_path).exists()


def test_a_model_that_relecture_has_not_registered_is_refused(case: StoreCase, model, tmp_path) -> None:
    version = register(case.store, model, case.results).version
    case.store.client.delete_model_version_tag(model.name, version, model_registry.DIGEST)
    with pytest.raises(UserError, match="was not registered by relecture"):
        fetch(case.store, f"models:/{model.name}@champion", tmp_path)


def test_the_error_on_a_missing_file_names_it(case: StoreCase, model) -> None:
    with pytest.raises(UserError, match=r"no model .*nowhere\.npy to register"):
        register(case.store, replace(model, file=Path("nowhere.npy")), case.results)


@pytest.mark.slow
def test_the_served_model_answers_with_labels_and_scores(workplace: Path) -> None:
    case = StoreCase(connect(), workplace / "results", "synthetic")
    register(case.store, write_model(case, "scorer"), case.results)
    port, log = free_port(), workplace / "served.log"
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),  # an active environment
        "PYTHONPATH": os.pathsep.join([str(Path(synthetic.__file__).parent), os.environ.get("PYTHONPATH", "")]),
        "MLFLOW_TRACKING_URI": f"sqlite:///{workplace / 'mlflow.db'}",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
    with log.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "mlflow", "models", "serve", "--model-uri", "models:/scorer@champion",
             "--env-manager", "local", "--host", "127.0.0.1", "--port", str(port)],
            cwd=workplace, env=environment, stdout=file, stderr=file, start_new_session=True,
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
    expected = IMAGES.mean(axis=(1, 2))[:, None] * FIRST
    assert answer["predictions"]["label"] == [1] * len(IMAGES)
    np.testing.assert_allclose(answer["predictions"]["scores"], expected, rtol=1e-5)


def _answer(process: subprocess.Popen, port: int, log: Path) -> dict:
    """Return what the server predicts for the images, as soon as it is up."""
    address, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 120
    while True:
        try:
            urllib.request.urlopen(f"{address}/ping", timeout=5)
            break
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"the model server did not start:\n{log.read_text()}")
            time.sleep(0.3)
    body = json.dumps({"inputs": IMAGES.tolist()}).encode()
    request = urllib.request.Request(f"{address}/invocations", body, {"Content-Type": "application/json"})
    return json.loads(urllib.request.urlopen(request, timeout=60).read())
