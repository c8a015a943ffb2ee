"""Labelled cells of a user: a folder with a sub-folder per digit, 0 to 9, of images of any size."""

from pathlib import Path

import cv2
import numpy as np

from relecture.errors import UserError
from relecture.records import array_digest
from relecture.tallies import IMAGE_SIZE
from relecture.tallies.config import LabelledCellsJob
from relecture.tallies.networks.cell_dataset import PARTS, CellDataset
from relecture.tallies.segmentation.image_io import IMAGE_SUFFIXES, BrokenImageError, list_images, read_grey

MAX_PROBLEMS = 8  # in an error message; the number of further problems follows
MIN_CONTRAST = 2  # grey levels between the lightest and the darkest pixel of an image that is not blank

_REQUIREMENT = f"It needs a sub-folder for each digit, 0 to 9, with images in it ({', '.join(IMAGE_SUFFIXES)})"


def load_image_folder(folder: Path, config: LabelledCellsJob) -> CellDataset:
    """Return the images of a folder as cells, divided at random into parts with the same shares of digits.

    Images may be dark on light or light on dark; they are padded to squares and scaled to 28 x 28. Images beyond the
    number of cells in `config` are not used.

    Raises:
        UserError: All problems at once: no such folder, a digit without a folder or with fewer images than there are
            parts, images that are unreadable or blank, too few images.
    """
    if not folder.is_dir():
        raise UserError(f"tallies.cells_dir is {folder}: there is no such folder. {_REQUIREMENT}")
    files = {digit: list_images(folder / str(digit)) if (folder / str(digit)).is_dir() else None for digit in range(10)}
    problems = [
        _digit_problem(folder / str(digit), paths) for digit, paths in files.items() if len(paths or ()) < len(PARTS)
    ]
    images, labels = [], []
    for digit, paths in files.items():
        for path in paths or ():
            try:
                images.append(to_cell(read_grey(path)))
                labels.append(digit)
            except BrokenImageError as error:
                problems.append(f"{path}: {error}")
    sizes = [config.n_train, config.n_validation, config.n_test]
    if not problems and len(images) < sum(sizes):
        problems = [_size_problem(len(images), sizes)]
    if problems:
        more = [f"and {len(problems) - MAX_PROBLEMS} more"] if len(problems) > MAX_PROBLEMS else []
        lines = "\n  ".join(problems[:MAX_PROBLEMS] + more)
        raise UserError(f"the cells in {folder} (tallies.cells_dir) cannot be used:\n  {lines}")
    order = _stratified_order(np.array(labels), np.random.RandomState(config.seed))[: sum(sizes)]
    all_images, all_labels, parts = np.stack(images)[order], np.array(labels, np.int64)[order], np.repeat(PARTS, sizes)
    return CellDataset(all_images, all_labels, parts, folder.name, False, array_digest(all_images, all_labels, parts))


def to_cell(image: np.ndarray) -> np.ndarray:
    """Return an image (height, width) uint8 of any size as a cell (28, 28), 0 = paper, 255 = ink.

    The median grey level of the border is that of paper.

    Raises:
        BrokenImageError: The image is blank.
    """
    border = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    paper = float(np.median(border))
    dark, light = paper - image.min(), image.max() - paper
    if max(dark, light) < MIN_CONTRAST:
        raise BrokenImageError("it is blank")
    ink = (paper - image.astype(np.float32)) / dark if dark >= light else (image - np.float32(paper)) / light
    height, width = image.shape
    side = max(height, width)
    square = np.zeros((side, side), np.float32)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = ink.clip(0, 1)
    if side != IMAGE_SIZE:
        interpolation = cv2.INTER_AREA if side > IMAGE_SIZE else cv2.INTER_CUBIC
        square = np.asarray(cv2.resize(square, (IMAGE_SIZE, IMAGE_SIZE), interpolation=interpolation), np.float32)
    cell: np.ndarray = (255 * square.clip(0, 1)).round().astype(np.uint8)
    return cell


def _digit_problem(folder: Path, paths: list[Path] | None) -> str:
    if paths is None:
        return f"{folder} is missing: every digit needs a sub-folder"
    if not paths:
        return f"{folder} holds no image ({', '.join(IMAGE_SUFFIXES)})"
    return f"{folder} holds {len(paths)} of the {len(PARTS)} images that are needed, one for {', '.join(PARTS)} each"


def _size_problem(n_images: int, sizes: list[int]) -> str:
    terms = " + ".join(f"{size} (n_{part})" for size, part in zip(sizes, PARTS, strict=True))
    return f"there are {n_images} images, but tallies.labelled_cells needs {terms} = {sum(sizes)}: reduce these numbers"


def _stratified_order(labels: np.ndarray, random: np.random.RandomState) -> np.ndarray:
    """Return a random order in which every stretch has about the same shares of digits as `labels`."""
    position = np.empty(len(labels))
    for digit in np.unique(labels):
        rows = random.permutation(np.flatnonzero(labels == digit))
        position[rows] = (np.arange(len(rows)) + random.random_sample(len(rows))) / len(rows)
    return np.argsort(position, kind="stable")
