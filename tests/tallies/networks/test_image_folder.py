"""A user's folder of images becomes labelled cells, and a folder that cannot be used is refused with all reasons."""

import cv2
import numpy as np
import pytest

from relecture.errors import UserError
from relecture.tallies import MARK
from relecture.tallies.config import LabelledCellsJob
from relecture.tallies.networks.cell_dataset import PARTS
from relecture.tallies.networks.image_folder import load_image_folder, to_cell

CONFIG = LabelledCellsJob(seed=1, n_train=60, n_validation=20, n_test=30)


@pytest.fixture
def folder(stand_in, tmp_path):
    """A hundred and twenty digits in sub-folders, dark on light paper, of several sizes."""
    for digit in range(10):
        (tmp_path / "mine" / str(digit)).mkdir(parents=True)
        for number, image in enumerate(stand_in.images[stand_in.labels == digit][:12]):
            picture = cv2.resize(image, (20 + 4 * number, 40), interpolation=cv2.INTER_CUBIC).clip(0, 1)
            picture = np.pad(picture, 5)
            kind = ("png", "jpg", "JPEG")[number % 3]
            cv2.imwrite(str(tmp_path / f"mine/{digit}/{number:02d}.{kind}"), 230 - 190 * picture)
    return tmp_path / "mine"


def test_a_folder_is_loaded_and_divided(folder):
    cells = load_image_folder(folder, CONFIG)
    assert [np.count_nonzero(cells.parts == part) for part in PARTS] == [60, 20, 30]
    for part in PARTS:
        assert set(cells.part(part)[1]) == set(range(10))
    assert (cells.name, cells.sample) == ("mine", False)
    assert np.median(cells.images) == 0
    assert (cells.images.max(axis=(1, 2)) > 200).all()
    assert load_image_folder(folder, CONFIG).digest == cells.digest
    assert load_image_folder(folder, CONFIG.model_copy(update={"seed": 2})).digest != cells.digest


def test_no_image_is_in_two_parts(folder):
    cells = load_image_folder(folder, CONFIG)
    assert len({image.tobytes() for image in cells.images}) == len(cells.images)


def test_marks_and_empty_boxes_are_cells_without_a_digit(folder):
    for name in ("x", "blank"):
        (folder / name).mkdir()
    for number in range(6):
        mark = np.full((50, 40), 230, np.uint8)
        cv2.line(mark, (8 + number, 10), (30, 40), 40, 3)
        cv2.line(mark, (30, 10), (8, 38 - number), 40, 3)
        cv2.imwrite(str(folder / f"x/{number}.png"), mark)
    cv2.imwrite(str(folder / "blank/clean.png"), np.full((50, 40), 230, np.uint8))
    dirty = np.full((50, 40), 230, np.uint8)
    cv2.circle(dirty, (20, 25), 6, 90, -1)
    cv2.imwrite(str(folder / "blank/dirty.png"), dirty)
    cells = load_image_folder(folder, CONFIG)
    assert np.count_nonzero(cells.labels == MARK) == 7  # the clean box needs no class
    assert set(cells.parts[cells.labels == MARK]) == set(PARTS)
    assert [len(cells.part(part)[1]) for part in PARTS] == [60, 20, 30]


def test_a_blank_mark_is_refused(folder):
    (folder / "x").mkdir()
    cv2.imwrite(str(folder / "x/1.png"), np.full((30, 30), 250, np.uint8))
    with pytest.raises(UserError, match=r"mine/x/1\.png: it is blank"):
        load_image_folder(folder, CONFIG)


def test_a_wide_image_is_padded_and_not_squeezed():
    picture = np.full((20, 60), 255, np.uint8)
    cv2.circle(picture, (30, 10), 6, 0, -1)
    for cell in to_cell(picture):
        rows, columns = (np.flatnonzero(cell.max(axis) > 100) for axis in (1, 0))
        assert abs(len(rows) - len(columns)) <= 1


def test_transparent_and_sixteen_bit_images_are_loaded(folder):
    from PIL import Image

    transparent = np.zeros((40, 40, 4), np.uint8)
    transparent[10:30, 18:22, 3] = 255  # black ink on transparent paper
    Image.fromarray(transparent, "RGBA").save(folder / "1/99.png")
    deep = np.full((40, 40), 60000, np.uint16)
    deep[10:30, 18:22] = 500
    cv2.imwrite(str(folder / "1/98.png"), deep)
    cells = load_image_folder(folder, CONFIG.model_copy(update={"n_train": 72}))
    upright, _ = to_cell(np.where(deep > 1000, 234, 2).astype(np.uint8))
    matches = [np.abs(image.astype(int) - upright).max() <= 4 for image in cells.images]
    assert sum(matches) == 2


def damage(folder, how: str) -> None:
    """Damage a folder of cells in one way."""
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
        ("no image", r"mine/4/bad\.png: it is not an image"),
        ("cut off", r"mine/5/01\.jpg: it cannot be opened"),
        ("blank", r"mine/6/blank\.png: it is blank"),
    ],
)
def test_an_error_names_the_file_and_the_reason(folder, how, reason):
    damage(folder, how)
    with pytest.raises(UserError, match=reason):
        load_image_folder(folder, CONFIG)


def test_an_error_lists_all_problems(folder):
    for how in ("missing class", "empty class", "no image", "cut off", "blank"):
        damage(folder, how)
    with pytest.raises(UserError) as caught:
        load_image_folder(folder, CONFIG)
    for name in ("mine/7", "mine/3", "bad.png", "01.jpg", "blank.png"):
        assert name in str(caught.value)


def test_an_error_about_too_few_images_gives_the_numbers(folder):
    with pytest.raises(UserError, match=r"there are 120 images, .* = 1050: reduce these numbers"):
        load_image_folder(folder, CONFIG.model_copy(update={"n_train": 1000}))


def test_an_error_about_a_missing_folder_says_what_it_must_hold(tmp_path):
    with pytest.raises(UserError, match=r"there is no such folder\. It needs a sub-folder for each digit"):
        load_image_folder(tmp_path / "nothing", CONFIG)


def test_folders_that_are_no_label_and_files_that_are_not_read_are_refused(folder):
    (folder / "X").mkdir()
    (folder / "3" / "scan.tif").write_bytes(b"II*")
    (folder / ".thumbnails").mkdir()
    with pytest.raises(UserError) as caught:
        load_image_folder(folder, CONFIG)
    lines = str(caught.value).splitlines()[1:]
    assert len(lines) == 2
    assert "X is no label; there are 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, x, blank" in lines[0]
    assert "3 holds 1 file that would not be read, such as scan.tif" in lines[1]
