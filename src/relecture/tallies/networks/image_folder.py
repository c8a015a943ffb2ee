"""Labelled cells of a user: a folder with a sub-folder per digit, 0 to 9, and per kind of no digit, of any images."""

from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from relecture.errors import UserError
from relecture.records import array_digest
from relecture.tallies import IMAGE_SIZE, MARK
from relecture.tallies.config import LabelledCellsJob
from relecture.tallies.networks.cell_dataset import PARTS, CellDataset
from relecture.tallies.segmentation.cell_normalization import ink_of_image, normalize_image
from relecture.tallies.segmentation.image_io import IMAGE_SUFFIXES, BrokenImageError, list_images, read_grey
from relecture.text_format import counted

MAX_PROBLEMS = 8  # in an error message; the number of further problems follows
#: Optional sub-folders of cells without a digit: with a mark, and of empty boxes (printed lines, shadows, dirt).
MARK_FOLDER, BLANK_FOLDER = "x", "blank"

_REQUIREMENT = f"It needs a sub-folder for each digit, 0 to 9, with images in it ({', '.join(IMAGE_SUFFIXES)})"


class Cell(NamedTuple):
    """One cell, uint8 (28, 28), 0 = paper, 255 = ink: normalised, and as cut."""

    normalised: np.ndarray
    as_cut: np.ndarray


def load_image_folder(folder: Path, config: LabelledCellsJob) -> CellDataset:
    """Return the images of a folder as cells, divided at random into parts with the same shares of digits.

    Images may be dark on light or light on dark; they are normalised. Cells of the optional sub-folders `x` (marks) and
    `blank` (empty boxes) are labelled MARK and divided like the digits, beyond the numbers of cells in `config`; an
    empty box in which no ink is found needs no class. Images of digits beyond the numbers in `config` are not used.

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
    cells: list[Cell] = []
    labels: list[int] = []
    for digit, paths in files.items():
        for path in paths or ():
            try:
                cells.append(to_cell(read_grey(path)))
                labels.append(digit)
            except BrokenImageError as error:
                problems.append(f"{path}: {error}")
    marks, mark_problems = _load_marks(folder)
    problems += [*mark_problems, *_unused(folder)]
    sizes = [config.n_train, config.n_validation, config.n_test]
    if not problems and len(cells) < sum(sizes):
        problems = [_size_problem(len(cells), sizes)]
    if problems:
        more = [f"and {len(problems) - MAX_PROBLEMS} more"] if len(problems) > MAX_PROBLEMS else []
        lines = "\n  ".join(problems[:MAX_PROBLEMS] + more)
        raise UserError(f"the cells in {folder} (tallies.cells_dir) cannot be used:\n  {lines}")
    random = np.random.RandomState(config.seed)
    order = _stratified_order(np.array(labels), random)[: sum(sizes)]
    cells = [cells[row] for row in order] + [marks[row] for row in random.permutation(len(marks))]
    images, as_cut = (np.stack(crops) for crops in zip(*cells, strict=True))
    all_labels = np.concatenate([np.array(labels, np.int64)[order], np.full(len(marks), MARK, np.int64)])
    ends = np.round(np.cumsum(sizes) / sum(sizes) * len(marks)).astype(int)
    parts = np.concatenate([np.repeat(PARTS, sizes), np.repeat(PARTS, np.diff(ends, prepend=0))])
    digest = array_digest(images, as_cut, all_labels, parts)
    return CellDataset(images, as_cut, all_labels, parts, folder.name, False, digest)


def to_cell(image: np.ndarray) -> Cell:
    """Return an image (height, width) uint8 of any size as a cell: normalised, and as cut.

    Raises:
        BrokenImageError: The image is blank.
    """
    normalised = normalize_image(image)
    if not normalised.any():
        raise BrokenImageError("it is blank")
    return Cell(normalised, _as_cut(image))


def _as_cut(image: np.ndarray) -> np.ndarray:
    """Return an image padded to a square and scaled to 28 x 28: its digit keeps place and size."""
    ink = ink_of_image(image)
    height, width = ink.shape
    side = max(height, width)
    square = np.zeros((side, side), np.float32)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = ink.clip(0, None) / max(float(ink.max()), 1e-6)
    small = cv2.resize(square, (IMAGE_SIZE, IMAGE_SIZE), interpolation=cv2.INTER_AREA)
    cell: np.ndarray = (255 * small.clip(0, 1)).round().astype(np.uint8)
    return cell


def _load_marks(folder: Path) -> tuple[list[Cell], list[str]]:
    """Return the cells of the folders of marks and of empty boxes that hold ink, and the problems with them."""
    cells, problems = [], []
    for name in (MARK_FOLDER, BLANK_FOLDER):
        for path in list_images(folder / name) if (folder / name).is_dir() else ():
            try:
                image = read_grey(path)
            except BrokenImageError as error:
                problems.append(f"{path}: {error}")
                continue
            if (normalised := normalize_image(image)).any():
                cells.append(Cell(normalised, _as_cut(image)))
            elif name == MARK_FOLDER:
                problems.append(f"{path}: it is blank")
    return cells, problems


def _unused(folder: Path) -> list[str]:
    """Return the sub-folders that are no label, and the files of labels that are not read."""
    labels = (*map(str, range(10)), MARK_FOLDER, BLANK_FOLDER)
    visible = [path for path in sorted(folder.iterdir()) if path.is_dir() and not path.name.startswith(".")]
    problems = [
        f"{path} is no label; there are {', '.join(labels)}: rename it, or move it out"
        for path in visible
        if path.name not in labels
    ]
    for path in visible:
        others = [
            file.name
            for file in sorted(path.iterdir())
            if not file.name.startswith(".") and file.suffix.lower() not in IMAGE_SUFFIXES
        ]
        if path.name in labels and others:
            problems.append(
                f"{path} holds {counted(len(others), 'file')} that would not be read, such as {others[0]}: only "
                f"{', '.join(IMAGE_SUFFIXES)} are; convert them, or move them out"
            )
    return problems


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
