"""`relecture data fetch`: the manifest, and the sample in place of MNIST."""

import json
import os
from unittest import mock

import pytest

from relecture.data import mnist, registry, usps
from relecture.data.cli import app
from relecture.data.fetch import MIRROR, MIRRORS
from relecture.data.registry import RawFile


@pytest.fixture
def command(tmp_path, monkeypatch):
    """Runs `fetch` as from a terminal; resources and manifest are in `tmp_path/resources`."""
    monkeypatch.delenv(MIRROR, raising=False)
    monkeypatch.delenv(MIRRORS, raising=False)

    def run(data_set: str, *more: str) -> None:
        resources = tmp_path / "resources"
        files = ["--resources", str(resources), "--out", str(resources / f"{data_set}.json")]
        with mock.patch.dict(os.environ):  # the command sets thread counts for its own process
            app(["fetch", data_set, *files, *more], standalone_mode=False)

    return run


@pytest.fixture
def nowhere(monkeypatch):
    """No file has a web address or a wheel any more."""
    for name, files in registry.DATA_SETS.items():
        bare = tuple(RawFile(file.name, file.sha256, file.bytes, (), file.licence) for file in files)
        monkeypatch.setitem(registry.DATA_SETS, name, bare)


def test_a_data_set_is_fetched_and_described_in_a_manifest(toy, command):
    mirror = toy.in_mirror(toy.content)
    command("toy", "--mirror", str(mirror.with_name("missing")), "--mirror", str(mirror))
    assert toy.final.read_bytes() == toy.content
    text = (toy.resources / "toy.json").read_text()
    content = {
        "files": {toy.name: {"sha256": toy.sha256, "source": str(mirror / toy.name)}},
        "name": "toy",
        "sample": False,
    }
    assert text == json.dumps(content, indent=2, sort_keys=True) + "\n"


def test_the_mirrors_of_the_configuration_are_read_from_the_environment_after_the_user_s(toy, command, monkeypatch):
    spaced = toy.in_mirror(toy.content, "second mirror")
    monkeypatch.setenv(MIRRORS, os.pathsep.join([str(toy.mirror.with_name("missing")), str(spaced)]))
    command("toy")
    assert json.loads((toy.resources / "toy.json").read_text())["files"][toy.name]["source"] == str(spaced / toy.name)
    toy.final.unlink()
    monkeypatch.setenv(MIRROR, str(toy.in_mirror(toy.content, "user")))
    command("toy")
    assert str(spaced.with_name("user")) in (toy.resources / "toy.json").read_text()


def test_without_mirrors_the_variable_is_empty(toy, command, monkeypatch):
    monkeypatch.setenv(MIRRORS, "")
    with pytest.raises(SystemExit, match=r"Tried:\nPut the file"):
        command("toy")


@pytest.mark.parametrize(("module", "file"), [(mnist, "train-images-idx3-ubyte.gz"), (usps, "zip.train.gz")])
def test_digits_that_cannot_be_had_are_replaced_by_a_sample_with_a_notice(
    command, nowhere, tmp_path, capsys, module, file
):
    name = module.__name__.rpartition(".")[2]
    command(name, "--allow-sample-fallback")
    content = json.loads((tmp_path / f"resources/{name}.json").read_text())
    assert content == {"files": {}, "name": name, "sample": True}
    error = capsys.readouterr().err
    assert module.sample_notice() in error
    assert f"{name}/{file} is not available" in error


@pytest.mark.parametrize("name", ["mnist", "usps"])
def test_digits_that_cannot_be_had_are_an_error_when_a_sample_is_not_allowed(command, nowhere, tmp_path, name):
    with pytest.raises(SystemExit, match=r"set data\.allow_sample_fallback to true") as caught:
        command(name, "--no-allow-sample-fallback")
    for file in registry.DATA_SETS[name]:
        assert file.name in str(caught.value)
    assert not (tmp_path / f"resources/{name}.json").exists()


@pytest.mark.parametrize("name", ["mnist", "usps"])
def test_whether_the_sample_is_allowed_has_to_be_said(command, nowhere, name):
    with pytest.raises(
        SystemExit, match=f"fetch {name} needs either --allow-sample-fallback or --no-allow-sample-fallback"
    ):
        command(name)


def test_the_players_have_no_stand_in(command, nowhere, tmp_path):
    with pytest.raises(SystemExit, match="is not available"):
        command("hitters", "--allow-sample-fallback")
    assert not (tmp_path / "resources/hitters.json").exists()


def test_a_failed_fetch_does_not_touch_an_earlier_manifest(toy, command):
    toy.resources.mkdir()
    (toy.resources / "toy.json").write_text("{}")
    with pytest.raises(SystemExit, match="is not available"):
        command("toy")
    assert (toy.resources / "toy.json").read_text() == "{}"


def test_a_data_set_with_a_typo_is_answered_with_the_nearest(command):
    with pytest.raises(SystemExit, match=r"no data set called 'minst'\. Did you mean mnist\?"):
        command("minst", "--allow-sample-fallback")
