"""Augmentation, MNIST's examples, users by artists, early stopping, and the hand-over to the scorecard."""

import json
from pkgutil import resolve_name

import numpy as np
import pandas as pd
import pytest

from relecture import records
from relecture.data import mnist
from relecture.illustrations import ILLUSTRATIONS, mnist_examples
from relecture.illustrations.augmentation import DEGREES, PIXELS, VARIATIONS, ZOOM, Variation, variations
from relecture.illustrations.cli import app
from relecture.illustrations.rows_and_columns import TABLE, column_groups, loadings, row_groups
from relecture.scorecard.verdicts import build


@pytest.fixture(scope="module")
def images():
    """The sample of MNIST."""
    return mnist.sample()


@pytest.fixture(scope="module")
def digit(images) -> np.ndarray:
    """Its first training image, 0 to 1."""
    return images.train_images[0] / 255


@pytest.fixture
def manifest(images, tmp_path, monkeypatch):
    """The manifest of the sample, which is not unpacked again."""
    monkeypatch.setattr(mnist, "sample", lambda: images)
    path = tmp_path / "mnist.json"
    path.write_text(json.dumps({"name": "mnist", "sample": True, "files": {}}))
    return path


def drawn(name: str, config: dict, out, *more: str) -> pd.DataFrame:
    """The numbers behind a figure that the command line drew."""
    arguments = ["draw", "--name", name, "--config-json", json.dumps(config), "--out", str(out / name), *more]
    app(arguments, standalone_mode=False)
    assert (out / f"{name}.svg").exists()
    assert (out / f"{name}.png").exists()
    return pd.read_csv(out / f"{name}.csv")


def test_k_means_finds_the_two_groups_of_users_whatever_the_seed():
    for seed in range(10):
        groups = row_groups(TABLE, seed)
        assert "".join(groups.index[groups == 0]) == "ACEH"
        assert "".join(groups.index[groups == 1]) == "BDFG"


def test_the_first_component_finds_the_two_groups_of_artists():
    assert column_groups(TABLE).tolist() == [0, 0, 0, 1, 1, 1]
    assert loadings(TABLE).abs().min() > 0.2


def test_artists_of_one_group_share_more_listeners_than_artists_of_two():
    correlation = TABLE.corr().to_numpy()
    same = np.equal.outer(*[column_groups(TABLE).to_numpy()] * 2)
    assert correlation[same].min() > correlation[~same].max()


def test_no_variation_leaves_the_digit_as_it_is(digit):
    np.testing.assert_allclose(Variation().applied(digit), digit, atol=1e-12)


def test_a_quarter_turn_and_a_shift_by_whole_pixels_are_exact(digit):
    np.testing.assert_allclose(Variation(turn=90).applied(digit), np.rot90(digit), atol=1e-9)
    shifted = np.roll(digit, (2, -1), (0, 1))
    np.testing.assert_allclose(Variation(down=2, right=-1).applied(digit), shifted, atol=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_variations_differ_stay_within_their_limits_and_keep_the_ink(digit, seed):
    found = variations(VARIATIONS, seed)
    assert len(set(found)) == VARIATIONS == 9
    assert found == variations(VARIATIONS, seed)
    for variation in found:
        assert abs(variation.turn) <= DEGREES
        assert max(abs(variation.down), abs(variation.right)) <= PIXELS
        assert 1 / ZOOM <= variation.zoom <= ZOOM
        assert variation.applied(digit).sum() == pytest.approx(digit.sum() * variation.zoom**2, rel=0.05)


def test_examples_show_each_digit_in_its_column(images, manifest, tmp_path):
    labels = images.train_labels
    places = mnist_examples.examples(labels)
    assert (labels[places] == np.arange(10)).all()
    assert (np.diff(places, axis=0) > 0).all()
    shown = drawn("mnist_examples", {}, tmp_path, "--data", str(manifest))
    assert (labels[shown.training_image] == shown.label).all()


@pytest.mark.parametrize("name", ["augmentation", "mnist_examples"])
def test_a_figure_of_the_sample_says_so(name, manifest):
    assert resolve_name(ILLUSTRATIONS[name])({"seed": 2}, manifest).sample == mnist.SAMPLE_NAME


@pytest.fixture
def stopped(tmp_path):
    """A record of two networks that were stopped two epochs after their lowest validation loss."""
    losses = {"seed-00": [0.5, 0.3, 0.4, 0.6], "seed-01": [0.4, 0.35, 0.2, 0.3, 0.31]}
    history = [
        (member, epoch, metric, loss / 2 if metric == "train_loss" else loss)
        for member, curve in losses.items()
        for metric in ("train_loss", "validation_loss")
        for epoch, loss in enumerate(curve, start=1)
    ]
    metrics = [
        ("seed-00", "best_epoch", 2),
        ("seed-00", "epochs", 4),
        ("seed-01", "best_epoch", 3),
        ("seed-01", "epochs", 5),
    ]
    record = records.Record(
        metrics=pd.DataFrame(metrics, columns=list(records.METRICS)),
        history=pd.DataFrame(history, columns=list(records.HISTORY)),
        predictions=pd.DataFrame({"member": ["seed-00", "seed-01"]}),
        params={
            "comparison": "digits",
            "method": "early_stopping",
            "config": {"patience": 2},
            "parameters": None,
            "data": {"name": "MNIST", "digest": "0123456789abcdef", "sample": False},
            "rerun": "",
        },
    )
    records.write(record, tmp_path / "record", lambda model: None)
    return tmp_path / "record"


def test_the_epoch_drawn_as_kept_has_the_lowest_validation_loss(stopped, tmp_path):
    shown = drawn("early_stopping", {}, tmp_path, "--data", str(stopped))
    assert shown.to_numpy().tolist() == [["seed-00", 2, 4, 0.3, 0.6], ["seed-01", 3, 5, 0.2, 0.31]]


def test_every_printed_number_of_the_slides_comes_out_exactly(tmp_path, printed):
    for name in ("parameters", "squares", "convolution"):
        drawn(name, {"seed": 2} if name == "squares" else {}, tmp_path)
    numbers = [str(tmp_path / f"{name}.csv") for name in ("parameters", "squares", "convolution")]
    app(["quantities", *numbers, "--out", str(tmp_path / "quantities.csv")], standalone_mode=False)
    scorecard = build(printed, pd.read_csv(tmp_path / "quantities.csv"))
    assert len(scorecard) == 14
    assert set(scorecard.verdict) == {"exact"}


def test_the_same_spec_draws_the_same_bytes(tmp_path):
    (tmp_path / "again").mkdir()
    for name in ("representation", "linear_collapse", "rows_and_columns"):
        config = {"seed": 2, "seeds": 2, "points": 50} if name == "representation" else {"seed": 2}
        drawn(name, config, tmp_path)
        drawn(name, config, tmp_path / "again")
        for kind in ("svg", "png", "csv"):
            files = [folder / f"{name}.{kind}" for folder in (tmp_path, tmp_path / "again")]
            assert files[0].read_bytes() == files[1].read_bytes()


def test_an_unknown_illustration_is_told_with_those_there_are(tmp_path):
    with pytest.raises(SystemExit, match="there is no illustration `nonsense`; there are representation, "):
        app(["draw", "--name", "nonsense", "--config-json", "{}", "--out", str(tmp_path / "x")], standalone_mode=False)


def test_every_illustration_has_settings_and_the_list_of_them_is_that_of_the_configuration(standard):
    for name in ILLUSTRATIONS:
        assert set(standard.illustrations.illustration(name)) <= {"seed", "seeds", "points", "rows", "units"}
    with pytest.raises(KeyError):
        standard.illustrations.illustration("nonsense")
