"""Transfer starts from the base, keeps frozen what is frozen, and is the same labelled cells for every way."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import small
import torch

from relecture import records
from relecture.errors import UserError
from relecture.records import FitResult
from relecture.tallies.config import WAYS
from relecture.tallies.networks import pretraining, transfer
from relecture.tallies.networks.cnn import cnn
from relecture.tallies.networks.digit_classifier import Recognizer

SOURCE = {"name": "digits", "digest": "0123456789abcdef", "sample": True}


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> Path:
    """The folder `model/` of a base of two seeds."""
    folder = tmp_path_factory.mktemp("base")
    pretraining.base(small.BASE, small.images(), small.cells(), folder / "scratch").save_model(folder)
    return folder


def config(way: str, **more: Any) -> dict[str, Any]:
    return {**small.TRANSFER, **WAYS[way], **more}


@pytest.fixture(scope="module")
def carried(model, tmp_path_factory) -> dict[str, tuple[FitResult, Path]]:
    """Each way of transfer: its fit and its record's folder."""
    found = {}
    for way in WAYS:
        folder = tmp_path_factory.mktemp(way)
        fit = transfer.transfer(config(way), small.cells(), model, folder / "scratch")
        fit.save(folder / "record", f"tallies/transfer/{way}", config(way), SOURCE, "tallies_transfer")
        found[way] = fit, folder / "record"
    return found


def states(folder: Path) -> list[dict[str, bytes]]:
    """The weights of each network in a folder `model/`, as bytes."""
    return [{name: value.numpy().tobytes() for name, value in state.items()} for state in pretraining.read(folder)[1]]


@pytest.mark.parametrize("way", WAYS)
def test_frozen_means_frozen_and_everything_else_learns(carried, model, way):
    blocks = {"frozen": 1, "frozen_augmented": 1, "unfrozen": 0, "conv_frozen": 2, "scratch": 0}[way]
    for seed, (before, after) in enumerate(zip(states(model), states(carried[way][1] / "model"), strict=True)):
        if way == "scratch":
            before = {k: v.numpy().tobytes() for k, v in cnn(small.ARCHITECTURE, seed).state_dict().items()}
        same = {name for name in before if before[name] == after[name]}
        assert same == {name for name in before if name.startswith(tuple(f"blocks.{i}." for i in range(blocks)))}


@pytest.mark.parametrize("way", WAYS)
def test_the_record_counts_the_parameters_that_were_trained(carried, way):
    whole = sum(parameter.numel() for parameter in cnn(small.ARCHITECTURE, 0).parameters())
    first, second = 8 * 9 + 8, 8 * 8 * 9 + 8
    kept = {"frozen": first, "frozen_augmented": first, "conv_frozen": first + second}.get(way, 0)
    fit, _ = carried[way]
    assert fit.parameters == whole - kept
    assert {scores["trained_parameters"] for scores in small.metrics(fit).values()} == {whole - kept}


def test_cells_of_the_other_handwriting_help(carried, model):
    before = pretraining.read(model)
    for seed, scores in enumerate(small.metrics(carried["frozen"][0]).values()):
        network = cnn(before[0], 0)
        network.load_state_dict(before[1][seed])
        assert scores["target_accuracy"] > pretraining.scores(network.eval(), small.cells())["target_accuracy"] + 0.05


def test_what_is_frozen_may_be_computed_once_without_changing_what_is_learned(carried, model, tmp_path, monkeypatch):
    # The other way round: the frozen network trained as a whole, block for block.
    monkeypatch.setattr(transfer, "Above", lambda network, blocks: network)
    monkeypatch.setattr(transfer, "below", lambda network, blocks, images, at_once: images)
    fit = transfer.transfer(config("frozen", seeds=1), small.cells(), model, tmp_path)
    a, b = small.metrics(fit)["seed-00"], small.metrics(carried["frozen"][0])["seed-00"]
    assert a["validation_accuracy"] == pytest.approx(b["validation_accuracy"], abs=0.02)
    curves = [one.histories[0].set_index(["metric", "step"]).value for one in (fit, carried["frozen"][0])]
    assert (curves[0] - curves[1]).abs().max() < 0.02


def test_bfloat16_gives_about_the_same_network_and_no_other_cells(carried, model, tmp_path):
    rough = transfer.transfer(config("unfrozen", precision="bf16"), small.cells(), model, tmp_path)
    for member, scores in small.metrics(carried["unfrozen"][0]).items():
        assert small.metrics(rough)[member]["target_accuracy"] == pytest.approx(scores["target_accuracy"], abs=0.04)
    assert not rough.histories[0].equals(carried["unfrozen"][0].histories[0])


def test_every_way_learns_from_the_same_cells_of_a_seed(model, tmp_path, monkeypatch):
    seen: dict[str, list[torch.Tensor]] = {}

    def watch(network, data, *args, member, **more):
        seen.setdefault(member, []).append(data.targets[data.train])
        raise StopIteration

    monkeypatch.setattr(transfer, "train", watch)
    for way in WAYS:
        for seed in range(2):
            rows = transfer.labelled(small.cells(), seed, 300)
            with pytest.raises(StopIteration):
                transfer.carry(config(way), small.cells(), rows, model, f"seed-{seed}", seed, 1, tmp_path)
    assert len(seen["seed-0"]) == len(WAYS)
    for labels in seen.values():
        assert all(torch.equal(labels[0], other) for other in labels)
    assert not torch.equal(seen["seed-0"][0], seen["seed-1"][0])


def test_labelled_cells_are_training_cells_and_a_smaller_drawing_is_part_of_a_larger():
    cells = small.cells()
    large, few = transfer.labelled(cells, 3, 500), transfer.labelled(cells, 3, 100)
    assert set(cells.parts[large]) == {"train"}
    assert np.array_equal(large[:100], few)
    assert len(set(large)) == 500
    assert len(transfer.labelled(cells, 3, 10_000)) == (cells.parts == "train").sum()


def test_varied_cells_are_another_training(carried):
    plain, varied = (carried[way][0].histories[0] for way in ("frozen", "frozen_augmented"))
    assert not plain.equals(varied)


@pytest.fixture(scope="module")
def curve(model, tmp_path_factory) -> FitResult:
    """Accuracy by number of cells; 5,000 are not there."""
    counts = {"cells": [30, 120, 600, 5000], "images": 3600}
    return transfer.labels(config("frozen", **counts), small.cells(), model, tmp_path_factory.mktemp("labels"))


def test_the_curve_has_a_member_for_each_number_of_cells_that_is_there_and_each_seed(curve):
    assert [*small.metrics(curve)] == [
        f"cells-{count:04d}-seed-{seed:02d}" for count in (30, 120, 600) for seed in (0, 1)
    ]
    assert {scores["cells"] for scores in small.metrics(curve).values()} == {30, 120, 600}


def test_every_number_of_cells_is_trained_for_the_same_number_of_images(curve):
    assert {scores["cells"] * scores["epochs"] for scores in small.metrics(curve).values()} == {3600}


def test_more_labelled_cells_are_read_better(curve):
    wide = pd.DataFrame(small.metrics(curve)).T
    means = wide.groupby("cells").target_accuracy.mean()
    assert means[600] > means[30] + 0.05


def test_a_long_training_leaves_a_short_curve(curve):
    assert max(len(history) / history.metric.nunique() for history in curve.histories) <= 21


def test_fewer_cells_than_any_number_asked_for_are_all_taken(model, tmp_path):
    fit = transfer.labels(config("frozen", cells=[5000], images=600, seeds=1), small.cells(), model, tmp_path)
    assert [*small.metrics(fit)] == ["cells-0600-seed-00"]


@pytest.fixture(scope="module")
def last(model, tmp_path_factory) -> tuple[FitResult, Path]:
    """The model that counts."""
    settings = {name: value for name, value in config("frozen").items() if name not in ("seeds", "cells")}
    folder = tmp_path_factory.mktemp("final")
    fit = transfer.final(settings, small.cells(), model, folder / "scratch")
    fit.save(folder / "record", "tallies/final", settings, SOURCE, "tallies_final")
    return fit, folder / "record"


def test_the_final_model_learns_from_every_training_cell(last):
    assert small.metrics(last[0])["seed-00"]["cells"] == 600


def test_the_final_model_leaves_all_logits_of_validation_and_test_cells(last):
    predictions = records.read(last[1]).predictions
    answers = predictions[[f"l{digit}" for digit in range(10)]].to_numpy()
    assert np.array_equal(answers.argmax(1), predictions.predicted)
    for part, metric in (("validation", "validation_accuracy"), ("test", "target_accuracy")):
        own = predictions[predictions.part == part]
        assert own.label.tolist() == small.cells().part(part)[1].tolist()
        assert (own.label == own.predicted).mean() == small.metrics(last[0])["seed-00"][metric]


def test_the_reader_is_the_final_model(last, model):
    reader = Recognizer.load(last[1] / "model/reader.pt", accelerator="cpu")
    assert reader.temperature == 1.0
    assert reader.name == f"{Recognizer.load(model / 'reader.pt').name}, carried over to {small.cells().name}"
    assert "scikit-learn's digits" in reader.name
    predictions = records.read(last[1]).predictions
    own = predictions[predictions.part == "test"][[f"l{digit}" for digit in range(10)]].to_numpy()
    np.testing.assert_allclose(reader.logits(small.cells().part("test")[0]), own, atol=1e-4)


def test_more_seeds_than_the_base_has_is_a_mistake_in_the_settings(model, tmp_path):
    with pytest.raises(UserError, match=r"has 2 seeds.*base\.seeds"):
        transfer.transfer(config("unfrozen", seeds=3, epochs=1), small.cells(), model, tmp_path)


def test_from_scratch_needs_no_such_seed(model, tmp_path):
    fit = transfer.transfer(config("scratch", seeds=3, epochs=1), small.cells(), model, tmp_path)
    assert len(small.metrics(fit)) == 3


@pytest.mark.parametrize(("way", "sample"), [("frozen", True), ("scratch", False)])
def test_who_starts_from_a_base_of_the_sample_says_so(tmp_path, way, sample):
    from relecture.tallies.cli import app

    cells = dataclasses.replace(small.cells(), sample=False)
    cells.save(tmp_path / "cells.npz")
    brief = {**small.BASE, "seeds": 1, "images": 100, "epochs": 1}
    fit = pretraining.base(brief, small.images(), cells, tmp_path / "scratch")
    fit.save(tmp_path / "base", "tallies/base/selected", brief, cells.described(small.images()), "tallies_base")
    settings = json.dumps(config(way, seeds=1, cells=20, epochs=1))
    places = {"cells": "cells.npz", "base": "base/model", "scratch": "scratch", "out": "out"}
    options = [text for name, file in places.items() for text in (f"--{name}", str(tmp_path / file))]
    method = ["--method", f"transfer/{way}", "--rule", "tallies_transfer"]
    app(["transfer", "--config-json", settings, *method, *options], standalone_mode=False)
    data = records.read(tmp_path / "out").params["data"]
    assert data["sample"] == sample
    assert data["name"] == ("MNIST-5k sample, scikit-learn's digits" if sample else "scikit-learn's digits")
