"""The commands pass their options on, and require one of two options."""

import dataclasses
import json
from pathlib import Path

import pytest
import small

from relecture import records
from relecture.errors import UserError
from relecture.tallies.cli import app, labelled_cells, pretrain
from relecture.tallies.config import LabelledCellsJob, PretrainingSettings, SearchJob
from relecture.tallies.networks import hyperband_search, pretraining

SEARCH = SearchJob(seed=4, max_epochs=4, eta=2, n_images=300, **small.TRAINING)
PRETRAINING = PretrainingSettings(n_seeds=1, n_images=100, epochs=1, augment=False, **small.TRAINING)


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder with cells, and the manifest of MNIST's sample."""
    small.cells().save(tmp_path / "cells.npz")
    (tmp_path / "mnist.json").write_text(json.dumps({"name": "mnist", "sample": True, "files": {}}))
    return tmp_path


def path_options(folder: Path, **names: str) -> list[str]:
    """Return an option for each name, with the path in `folder` as its value."""
    return [text for name, file in names.items() for text in (f"--{name.replace('_', '-')}", str(folder / file))]


def test_labelled_cells_require_handwriting_or_an_image_folder(tmp_path):
    config = LabelledCellsJob(seed=1, n_train=10, n_validation=10, n_test=10)
    with pytest.raises(UserError, match="give --handwriting or --image-folder"):
        labelled_cells(config_json=config.to_json(), out=tmp_path / "cells.npz")


def test_pretraining_requires_a_network_or_the_result_of_the_search(tmp_path):
    missing = Path("missing")
    with pytest.raises(UserError, match="give --network or --selected"):
        pretrain(
            "selected",
            config_json=PRETRAINING.to_json(),
            mnist=missing,
            cells=missing,
            checkpoint_dir=tmp_path,
            out=tmp_path,
            rule="tallies_base",
        )


def test_pretraining_takes_architecture_and_learning_rate_from_the_search(folder):
    selected = {"architecture": small.ARCHITECTURE, "learning_rate": 0.003, "trial": "b2-trial-07", "values": {}}
    (folder / "selected.json").write_text(json.dumps(selected))
    paths = path_options(folder, cells="cells.npz", mnist="mnist.json", selected="selected.json",
                         checkpoint_dir="checkpoints", out="out")  # fmt: skip
    options = ["--architecture", "selected", "--config-json", PRETRAINING.to_json(), "--rule", "tallies_base"]
    app(["pretrain", *options, *paths], standalone_mode=False)
    params = records.read(folder / "out").params
    assert params["method"] == "base/selected"
    network = {"architecture": small.ARCHITECTURE, "learning_rate": 0.003}
    assert params["config"] == {**PRETRAINING.as_dict(), **network}


def test_the_default_network_takes_its_learning_rate_from_the_search_if_both_are_given(folder):
    selected = {"architecture": {}, "learning_rate": 0.003, "trial": "b2-trial-07", "values": {}}
    (folder / "selected.json").write_text(json.dumps(selected))
    paths = path_options(folder, cells="cells.npz", mnist="mnist.json", selected="selected.json",
                         checkpoint_dir="checkpoints", out="out")  # fmt: skip
    network = json.dumps({"architecture": small.ARCHITECTURE, "learning_rate": 0.01})
    options = ["--architecture", "default_selected_rate", "--config-json", PRETRAINING.to_json(), "--network", network]
    app(["pretrain", *options, "--rule", "tallies_base", *paths], standalone_mode=False)
    config = records.read(folder / "out").params["config"]
    assert (config["architecture"], config["learning_rate"]) == (small.ARCHITECTURE, 0.003)


def test_a_shard_gets_the_folders_of_checkpoints_from_its_options_alone(monkeypatch, folder):
    arguments = {}
    monkeypatch.setattr(hyperband_search, "train_shard", lambda *data, **options: arguments.update(options))
    for shard in range(8):
        (folder / f"rung-0/shard-{shard}/states").mkdir(parents=True)
    checkpoints = [folder / f"rung-0/shard-{shard}/states" for shard in range(2)]
    paths = path_options(folder, ranking="rung-0/ranking.csv", mnist="mnist.json", cells="cells.npz",
                         checkpoint_dir="checkpoints", out="out")  # fmt: skip
    options = ["--config-json", SEARCH.to_json(), "--bracket", "2", "--rung", "1", "--shard", "0", "--n-shards", "3"]
    repeated = [f"--checkpoints={path}" for path in checkpoints]
    app(["search-shard", *options, *paths, *repeated], standalone_mode=False)
    assert arguments["checkpoints"] == checkpoints
    assert [arguments[name] for name in ("bracket", "rung", "shard", "n_shards")] == [2, 1, 0, 3]


@pytest.mark.parametrize(("variant", "sample"), [("frozen", True), ("scratch", False)])
def test_a_record_names_the_sample_that_its_base_was_trained_on(tmp_path, variant, sample):
    cells = dataclasses.replace(small.cells(), sample=False)
    cells.save(tmp_path / "cells.npz")
    config = small.BASE.model_copy(update={"n_seeds": 1, "n_images": 100, "epochs": 1})
    fit = pretraining.pretrain(config, small.images(), cells, tmp_path / "checkpoints")
    fit.save(tmp_path / "base", "tallies/base/selected", config, cells.describe(small.images()), "tallies_base")
    job = small.transfer_job(variant, n_seeds=1, n_labelled=20, epochs=1)
    paths = path_options(tmp_path, cells="cells.npz", base="base/model", checkpoint_dir="checkpoints", out="out")
    options = ["--method", f"transfer/{variant}", "--config-json", job.to_json(), "--rule", "tallies_transfer"]
    app(["transfer", *options, *paths], standalone_mode=False)
    data = records.read(tmp_path / "out").params["data"]
    assert data["sample"] == sample
    assert data["name"] == ("MNIST-5k sample, scikit-learn's digits" if sample else "scikit-learn's digits")
