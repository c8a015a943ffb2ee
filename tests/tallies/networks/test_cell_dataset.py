"""Labelled cells: drawn ones, and those of one's own."""

import cv2
import numpy as np
import pytest

from relecture.errors import UserError
from relecture.tallies.networks.cell_dataset import PARTS, Cells
from relecture.tallies.networks.image_folder import cell, from_folder
from relecture.tallies.simulation.labelled_cells import drawn

SPEC = {"seed": 1, "train": 205, "validation": 50, "test": 80, "severity": 1.0, "badly_scanned": 0.1}
OWN = {"seed": 1, "train": 60, "validation": 20, "test": 30}


@pytest.fixture(scope="module")
def cells(stand_in):
    return drawn(SPEC, stand_in)


@pytest.fixture
def folder(stand_in, tmp_path):
    """A hundred and twenty digits in sub-folders, as dark strokes on light paper, of several sizes."""
    for digit in range(10):
        (tmp_path / "mine" / str(digit)).mkdir(parents=True)
        for number, image in enumerate(stand_in.images[stand_in.labels == digit][:12]):
            picture = cv2.resize(image, (20 + 4 * number, 40), interpolation=cv2.INTER_CUBIC).clip(0, 1)
            picture = np.pad(picture, 5)
            kind = ("png", "jpg", "JPEG")[number % 3]
            cv2.imwrite(str(tmp_path / f"mine/{digit}/{number:02d}.{kind}"), 230 - 190 * picture)
    return tmp_path / "mine"


def test_there_are_as_many_cells_as_asked_for_and_every_digit_as_often(cells):
    for part in PARTS:
        images, labels = cells.part(part)
        assert images.shape == (SPEC[part], 28, 28)
        assert images.dtype == np.uint8
        counts = np.bincount(labels, minlength=10)
        assert counts.max() - counts.min() <= 1
    assert cells.sample
    assert cells.name == "scikit-learn digits on tally sheets"


def test_cells_are_white_on_black_and_none_is_empty(cells):
    assert np.median(cells.images) == 0
    assert (cells.images.max(axis=(1, 2)) > 100).mean() > 0.97


def test_digits_keep_their_place_in_the_box(cells):
    # They are not centred one by one, as MNIST's are: the paper's are not either.
    weights = cells.images.astype(float)
    columns = (weights.sum(1) @ np.arange(28)) / weights.sum((1, 2))
    assert columns.std() > 1
    assert not np.isclose(columns.mean(), 13.5, atol=1)


def test_labels_are_right_a_model_that_learns_from_them_reads_the_other_cells(stand_in):
    from sklearn.linear_model import LogisticRegression

    easy = drawn({**SPEC, "train": 600, "severity": 0.3, "badly_scanned": 0.0}, stand_in)
    (x, y), (new_x, new_y) = easy.part("train"), easy.part("test")
    model = LogisticRegression(C=0.1, max_iter=200).fit(x.reshape(len(x), -1) / 255, y)
    assert model.score(new_x.reshape(len(new_x), -1) / 255, new_y) > 0.75


def test_the_same_settings_give_the_same_bytes_and_another_seed_gives_others(cells, stand_in, tmp_path):
    cells.save(tmp_path / "one.npz")
    drawn(SPEC, stand_in).save(tmp_path / "two.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    assert drawn({**SPEC, "seed": 2}, stand_in).digest != cells.digest


def test_other_numbers_of_one_part_leave_the_other_parts_as_they_are(cells, stand_in):
    more = drawn({**SPEC, "train": 240}, stand_in)
    np.testing.assert_array_equal(more.part("test")[0], cells.part("test")[0])


def test_sheets_too_bad_to_be_read_are_answered_with_the_settings(stand_in):
    with pytest.raises(UserError, match=r"lower tallies\.election\.severity or tallies\.election\.badly_scanned"):
        drawn({**SPEC, "severity": 3.0, "badly_scanned": 1.0}, stand_in)


def test_what_is_saved_is_loaded(cells, tmp_path):
    cells.save(tmp_path / "cells.npz")
    again = Cells.load(tmp_path / "cells.npz")
    for name in ("images", "labels", "parts"):
        np.testing.assert_array_equal(getattr(again, name), getattr(cells, name), strict=True)
    assert (again.name, again.sample, again.digest) == (cells.name, cells.sample, cells.digest)


def test_a_folder_of_ones_own_is_read_and_divided(folder):
    cells = from_folder(folder, OWN)
    assert [np.count_nonzero(cells.parts == part) for part in PARTS] == [60, 20, 30]
    for part in PARTS:
        assert set(cells.part(part)[1]) == set(range(10))
    assert (cells.name, cells.sample) == ("mine", False)
    assert np.median(cells.images) == 0
    assert (cells.images.max(axis=(1, 2)) > 200).all()
    assert from_folder(folder, OWN).digest == cells.digest
    assert from_folder(folder, {**OWN, "seed": 2}).digest != cells.digest


def test_no_image_of_ones_own_is_in_two_parts(folder):
    cells = from_folder(folder, OWN)
    assert len({image.tobytes() for image in cells.images}) == len(cells.images)


def test_light_on_dark_is_the_same_cell_as_dark_on_light(stand_in):
    picture = np.pad((200 * stand_in.images[0]).astype(np.uint8), 4)
    np.testing.assert_allclose(cell(picture).astype(float), cell(255 - picture), atol=1)


def test_an_mnist_image_stays_as_it_is():
    from relecture.data import mnist

    image = next(image for image in mnist.sample().test_images if image.max() == 255)
    np.testing.assert_array_equal(cell(image), image)


def test_a_wide_picture_is_not_squeezed():
    picture = np.full((20, 60), 255, np.uint8)
    cv2.circle(picture, (30, 10), 6, 0, -1)
    rows, columns = (np.flatnonzero(cell(picture).max(axis) > 100) for axis in (1, 0))
    assert abs(len(rows) - len(columns)) <= 1


def test_see_through_and_sixteen_bit_pictures_are_read(folder):
    from PIL import Image

    seen = np.zeros((40, 40, 4), np.uint8)
    seen[10:30, 18:22, 3] = 255  # black ink on nothing
    Image.fromarray(seen, "RGBA").save(folder / "1/99.png")
    deep = np.full((40, 40), 60000, np.uint16)
    deep[10:30, 18:22] = 500
    cv2.imwrite(str(folder / "1/98.png"), deep)
    cells = from_folder(folder, {**OWN, "train": 72})
    upright = cell(np.where(deep > 1000, 234, 2).astype(np.uint8))
    found = [np.abs(image.astype(int) - upright).max() <= 2 for image in cells.images]
    assert sum(found) == 2


def spoiled(folder, how: str) -> None:
    """Do one kind of harm to a folder of cells."""
    if how == "missing class":
        for path in (folder / "7").iterdir():
            path.unlink()
        (folder / "7").rmdir()
    if how == "empty class":
        for path in (folder / "3").iterdir():
            path.rename(path.with_suffix(".txt"))
    if how == "two images":
        for path in sorted((folder / "8").iterdir())[2:]:
            path.unlink()
    if how == "no image":
        (folder / "4/bad.png").write_bytes(b"no image")
    if how == "cut off":
        path = folder / "5/01.jpg"
        path.write_bytes(path.read_bytes()[:200])
    if how == "blank":
        cv2.imwrite(str(folder / "6/blank.png"), np.full((30, 30), 250, np.uint8))


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("missing class", r"mine/7 is missing: every digit needs a sub-folder"),
        ("empty class", r"mine/3 holds no image"),
        ("two images", r"mine/8 holds 2 of the 3 images that are needed, one for train, validation, test each"),
        ("no image", r"mine/4/bad\.png: it is no image"),
        ("cut off", r"mine/5/01\.jpg: it cannot be read"),
        ("blank", r"mine/6/blank\.png: there is nothing on it"),
    ],
)
def test_a_folder_that_cannot_be_used_is_answered_with_the_file(folder, how, reason):
    spoiled(folder, how)
    with pytest.raises(UserError, match=reason):
        from_folder(folder, OWN)


def test_all_obstacles_are_said_at_once(folder):
    for how in ("missing class", "empty class", "no image", "cut off", "blank"):
        spoiled(folder, how)
    with pytest.raises(UserError) as caught:
        from_folder(folder, OWN)
    for name in ("mine/7", "mine/3", "bad.png", "01.jpg", "blank.png"):
        assert name in str(caught.value)


def test_too_few_images_are_answered_with_the_numbers(folder):
    with pytest.raises(UserError, match=r"there are 120 images, .* = 1050: ask for fewer"):
        from_folder(folder, {**OWN, "train": 1000})


def test_a_folder_that_is_not_there_is_answered_with_what_is_needed(tmp_path):
    with pytest.raises(UserError, match=r"there is no such folder\. It needs a sub-folder for each digit"):
        from_folder(tmp_path / "nothing", OWN)
