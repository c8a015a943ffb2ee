"""Transfer starts from the base, keeps frozen weights, and uses the same labelled cells for every variant."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import small
import torch

from relecture import records
from relecture.errors import UserError
from relecture.records import FitResult
from relecture.tallies import MARK
from relecture.tallies.config import TRANSFER_VARIANTS
from relecture.tallies.networks import pretraining, transfer
from relecture.tallies.networks.cnn import cnn
from relecture.tallies.networks.digit_classifier import DigitClassifier
from relecture.tallies.networks.drawn_symbols import draw_marks

SOURCE = {"name": "digits", "digest": "0123456789abcdef", "sample": True}


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> Path:
    """The folder `model/` of a base of two seeds."""
    folder = tmp_path_factory.mktemp("base")
    pretraining.pretrain(small.BASE, small.images(), small.cells(), folder / "checkpoints").save_model(folder)
    return folder


@pytest.fixture(scope="module")
def transferred(model, tmp_path_factory) -> dict[str, tuple[FitResult, Path]]:
    """Each variant of transfer: its result and the folder of its record."""
    results = {}
    for variant in TRANSFER_VARIANTS:
        folder, config = tmp_path_factory.mktemp(variant), small.transfer_job(variant)
        fit = transfer.transfer(config, small.cells(), model, folder / "checkpoints")
        fit.save(folder / "record", f"tallies/transfer/{variant}", config, SOURCE, "tallies_transfer")
        results[variant] = fit, folder / "record"
    return results


def states(folder: Path) -> list[dict[str, bytes]]:
    """Return the weights of each network in a folder `model/`, as bytes."""
    return [
        {name: value.numpy().tobytes() for name, value in state.items()}
        for state in pretraining.load_weights(folder)[1]
    ]


def _without_crop(variant: str) -> str:
    return variant.removesuffix("_as_cut")


@pytest.mark.parametrize("variant", TRANSFER_VARIANTS)
def test_frozen_weights_stay_and_all_others_change(transferred, model, variant):
    blocks = {"frozen": 1, "frozen_augmented": 1, "unfrozen": 0, "conv_frozen": 2, "scratch": 0}[_without_crop(variant)]
    for seed, (before, after) in enumerate(zip(states(model), states(transferred[variant][1] / "model"), strict=True)):
        if _without_crop(variant) == "scratch":
            before = {k: v.numpy().tobytes() for k, v in cnn(small.ARCHITECTURE, seed).state_dict().items()}
        same = {name for name in before if before[name] == after[name]}
        assert same == {name for name in before if name.startswith(tuple(f"blocks.{i}." for i in range(blocks)))}


@pytest.mark.parametrize("variant", TRANSFER_VARIANTS)
def test_the_record_counts_the_trained_parameters(transferred, variant):
    whole = sum(parameter.numel() for parameter in cnn(small.ARCHITECTURE, 0).parameters())
    first, second = 8 * 9 + 8, 8 * 8 * 9 + 8
    counts = {"frozen": first, "frozen_augmented": first, "conv_frozen": first + second}
    frozen = counts.get(_without_crop(variant), 0)
    fit, _ = transferred[variant]
    assert fit.parameters == whole - frozen
    assert {scores["trained_parameters"] for scores in small.metrics(fit).values()} == {whole - frozen}


def test_labelled_cells_raise_the_accuracy(transferred, model):
    before = pretraining.load_weights(model)
    for seed, scores in enumerate(small.metrics(transferred["frozen"][0]).values()):
        network = cnn(before[0], 0)
        network.load_state_dict(before[1][seed])
        assert scores["target_accuracy"] > pretraining.score(network.eval(), small.cells())["target_accuracy"] + 0.05


def test_computing_frozen_features_once_does_not_change_the_training(transferred, model, tmp_path, monkeypatch):
    # For comparison: the whole network is trained, with its frozen blocks.
    monkeypatch.setattr(transfer, "Head", lambda network, blocks: network)
    monkeypatch.setattr(transfer, "frozen_features", lambda network, blocks, images, batch_size: images)
    fit = transfer.transfer(small.transfer_job("frozen", n_seeds=1), small.cells(), model, tmp_path)
    a, b = small.metrics(fit)["seed-00"], small.metrics(transferred["frozen"][0])["seed-00"]
    assert a["validation_accuracy"] == pytest.approx(b["validation_accuracy"], abs=0.02)
    curves = [one.histories[0].set_index(["metric", "step"]).value for one in (fit, transferred["frozen"][0])]
    assert (curves[0] - curves[1]).abs().max() < 0.02


def test_bfloat16_gives_about_the_same_accuracy(transferred, model, tmp_path):
    bf16 = transfer.transfer(small.transfer_job("unfrozen", precision="bf16"), small.cells(), model, tmp_path)
    for member, scores in small.metrics(transferred["unfrozen"][0]).items():
        assert small.metrics(bf16)[member]["target_accuracy"] == pytest.approx(scores["target_accuracy"], abs=0.04)
    assert not bf16.histories[0].equals(transferred["unfrozen"][0].histories[0])


def test_every_variant_is_trained_on_the_same_cells_of_a_seed(model, tmp_path, monkeypatch):
    seen: dict[str, list[torch.Tensor]] = {}

    def record(network, data, *args, member, **options):
        seen.setdefault(member, []).append(data.targets[data.train])
        raise StopIteration

    monkeypatch.setattr(transfer, "train", record)
    for variant in TRANSFER_VARIANTS:
        for seed in range(2):
            rows = transfer.sample_labelled(small.cells(), seed, 300)
            cells = small.cells()
            data = (cells.images[rows], cells.labels[rows]), cells.part("validation")
            with pytest.raises(StopIteration):
                transfer.fine_tune(small.transfer_job(variant), *data, model, f"seed-{seed}", seed, 1, tmp_path)
    assert len(seen["seed-0"]) == len(TRANSFER_VARIANTS)
    for labels in seen.values():
        assert all(torch.equal(labels[0], other) for other in labels)
    assert not torch.equal(seen["seed-0"][0], seen["seed-1"][0])


def test_labelled_cells_are_training_cells_and_a_smaller_sample_is_part_of_a_larger():
    cells = small.cells()
    large, few = transfer.sample_labelled(cells, 3, 500), transfer.sample_labelled(cells, 3, 100)
    assert set(cells.parts[large]) == {"train"}
    assert np.array_equal(large[:100], few)
    assert len(set(large)) == 500
    assert len(transfer.sample_labelled(cells, 3, 10_000)) == (cells.parts == "train").sum()


def test_augmentation_changes_the_training(transferred):
    plain, augmented = (transferred[name][0].histories[0] for name in ("frozen", "frozen_augmented"))
    assert not plain.equals(augmented)


@pytest.fixture(scope="module")
def curve(model, tmp_path_factory) -> FitResult:
    """Accuracy by number of cells; 5,000 are not available."""
    config = small.label_curve_job([30, 120, 600, 5000], n_images=3600)
    return transfer.label_curve(config, small.cells(), model, tmp_path_factory.mktemp("curve"))


def test_the_curve_has_a_member_for_each_available_number_of_cells_and_each_seed(curve):
    assert [*small.metrics(curve)] == [
        f"cells-{count:04d}-seed-{seed:02d}" for count in (30, 120, 600) for seed in (0, 1)
    ]
    assert {scores["n_labelled"] for scores in small.metrics(curve).values()} == {30, 120, 600}


def test_every_training_has_the_same_number_of_images(curve):
    assert {scores["n_labelled"] * scores["epochs"] for scores in small.metrics(curve).values()} == {3600}


def test_more_labelled_cells_raise_the_accuracy_further(curve):
    wide = pd.DataFrame(small.metrics(curve)).T
    means = wide.groupby("n_labelled").target_accuracy.mean()
    assert means[600] > means[30] + 0.05


def test_a_long_training_has_a_short_curve(curve):
    assert max(len(history) / history.metric.nunique() for history in curve.histories) <= 21


def test_all_cells_are_used_if_there_are_fewer_than_every_configured_number(model, tmp_path):
    fit = transfer.label_curve(small.label_curve_job([5000], n_images=600, n_seeds=1), small.cells(), model, tmp_path)
    assert [*small.metrics(fit)] == ["cells-0600-seed-00"]


@pytest.fixture(scope="module")
def last(model, tmp_path_factory) -> tuple[FitResult, Path]:
    """The final model: its result and the folder of its record."""
    config, folder = small.final_job(), tmp_path_factory.mktemp("final")
    fit = transfer.fit_final(config, small.cells(), model, folder / "checkpoints")
    fit.save(folder / "record", "tallies/final", config, SOURCE, "tallies_final")
    return fit, folder / "record"


def test_the_final_model_is_trained_on_every_training_cell(last):
    assert small.metrics(last[0])["seed-00"]["n_labelled"] == 600


def test_the_record_of_the_final_model_has_all_logits_of_validation_and_test_cells(last):
    predictions = records.read(last[1]).predictions.query("member == 'seed-00'")
    logits = predictions[[f"l{symbol}" for symbol in range(11)]].to_numpy()
    assert np.array_equal(logits.argmax(1), predictions.predicted)
    for part, metric in (("validation", "validation_accuracy"), ("test", "target_accuracy")):
        rows = predictions[predictions.part == part]
        labels = small.cells().part(part)[1].tolist()
        drawn = rows[rows.cell >= len(labels)]
        assert set(drawn.label) >= {MARK}
        rows = rows[rows.cell < len(labels)]
        assert rows.label.tolist() == labels
        assert (rows.label == rows.predicted).mean() == small.metrics(last[0])["seed-00"][metric]


def test_the_digit_classifier_is_the_final_model(last, model):
    classifier = DigitClassifier.load(last[1] / "model/classifier.pt", accelerator="cpu")
    assert classifier.temperature == 1.0
    assert (
        classifier.name
        == f"{DigitClassifier.load(model / 'classifier.pt').name}, fine-tuned on 600 cells: {small.cells().name}"
    )
    assert "scikit-learn's digits" in classifier.name
    predictions = records.read(last[1]).predictions.query("member == 'seed-00'")
    images, _ = small.cells().part("test")
    logits = predictions[predictions.part == "test"][[f"l{symbol}" for symbol in range(11)]].to_numpy()
    np.testing.assert_allclose(classifier.logits(images), logits[: len(images)], atol=1e-4)


def test_the_final_model_has_a_classifier_for_every_seed(last):
    assert [*small.metrics(last[0])] == ["seed-00", "seed-01"]
    first, second = (DigitClassifier.load(last[1] / "model" / name, "cpu") for name in ("classifier.pt", "seed-01.pt"))
    images, _ = small.cells().part("test")
    assert not np.array_equal(first.logits(images), second.logits(images))
    assert second.n_classes == 11


def test_the_final_model_knows_marks_and_the_base_does_not(last, model):
    classifier = DigitClassifier.load(last[1] / "model/classifier.pt", accelerator="cpu")
    assert DigitClassifier.load(model / "classifier.pt").n_classes == 10
    assert classifier.n_classes == 11
    marks = draw_marks(100, small.cells().part("test")[0], np.random.default_rng(9))
    assert (classifier.probabilities(marks).argmax(-1) == MARK).mean() > 0.5


def test_more_seeds_than_the_base_has_are_an_error_that_names_the_configuration_keys(model, tmp_path):
    with pytest.raises(UserError, match=r"has 2 seeds.*base\.n_seeds"):
        transfer.transfer(small.transfer_job("unfrozen", n_seeds=3, epochs=1), small.cells(), model, tmp_path)


def test_from_scratch_needs_no_such_seed(model, tmp_path):
    fit = transfer.transfer(small.transfer_job("scratch", n_seeds=3, epochs=1), small.cells(), model, tmp_path)
    assert len(small.metrics(fit)) == 3


@pytest.mark.parametrize(("n_train", "n_marks"), [(5000, 800), (300, 100)])
def test_few_labelled_cells_do_not_drown_in_drawn_marks(n_train, n_marks, monkeypatch):
    config = small.final_job().model_copy(update={"n_marks": 800, "n_variants": 0})
    cells = small.cells()
    few = replace(
        cells,
        **{
            name: np.resize(getattr(cells, name), (n_train, *getattr(cells, name).shape[1:]))
            for name in ("images", "as_cut")
        },
        labels=np.resize(cells.labels, n_train),
        parts=np.full(n_train, "train"),
    )
    monkeypatch.setattr(transfer, "draw_marks", lambda n, digits, random: np.zeros((n, 28, 28), np.uint8))
    _, labels = transfer._with_drawn_symbols(config, few, "train")
    assert len(labels) - n_train == n_marks
