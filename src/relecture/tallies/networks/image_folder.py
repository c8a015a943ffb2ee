"""Reads labelled cells of one's own: a folder with a sub-folder per digit, 0 to 9, of images of any size."""

from pathlib import Path

import cv2
import numpy as np

from relecture.errors import UserError
from relecture.tallies.config import LabelledCellsConfig
from relecture.tallies.networks.cell_dataset import PARTS, SIDE, Cells, digest
from relecture.tallies.segmentation.image_io import IMAGE_SUFFIXES, BrokenImageError, list_images, read_grey

SHOWN = 8  # problems that are listed before "and so many more"
FEWEST = 2  # grey levels between the lightest and the darkest pixel: with fewer there is nothing to see


def from_folder(folder: Path, config: LabelledCellsConfig) -> Cells:
    """The images of a folder as cells, divided at random (`config.seed`), every digit alike in all parts.

    A picture may be dark on light or light on dark; it is made square by paper at its sides, and scaled to 28 x 28.
    `config` says how many cells each part gets; images beyond their sum are not used.

    Raises:
        UserError: With every obstacle at once: no such folder, a digit without a folder or with fewer images than
            there are parts, images that cannot be read or are blank, too few images.
    """
    if not folder.is_dir():
        raise UserError(f"tallies.cells_dir names the folder {folder}: there is no such folder. {_LIKE_THIS}")
    files = {digit: list_images(folder / str(digit)) if (folder / str(digit)).is_dir() else None for digit in range(10)}
    problems = [
        _too_few_of(folder / str(digit), paths) for digit, paths in files.items() if len(paths or ()) < len(PARTS)
    ]
    images, labels = [], []
    for digit, paths in files.items():
        for path in paths or ():
            try:
                images.append(cell(read_grey(path)))
                labels.append(digit)
            except BrokenImageError as error:
                problems.append(f"{path}: {error}")
    wanted = [config.n_train, config.n_validation, config.n_test]
    if not problems and len(images) < sum(wanted):
        problems = [_too_few(len(images), wanted)]
    if problems:
        more = [f"and {len(problems) - SHOWN} more"] if len(problems) > SHOWN else []
        lines = "\n  ".join(problems[:SHOWN] + more)
        raise UserError(f"the cells in {folder} (tallies.cells) cannot be used:\n  {lines}")
    order = _mixed(np.array(labels), np.random.RandomState(config.seed))[: sum(wanted)]
    all_images, all_labels, parts = np.stack(images)[order], np.array(labels, np.int64)[order], np.repeat(PARTS, wanted)
    return Cells(all_images, all_labels, parts, folder.name, False, digest(all_images, all_labels, parts))


def cell(picture: np.ndarray) -> np.ndarray:
    """A picture (height, width) uint8 of any size as a cell (28, 28), 0 = paper, 255 = ink.

    What is at its border is paper. Raises BrokenImageError for a picture with nothing on it.
    """
    border = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    paper = float(np.median(border))
    dark, light = paper - picture.min(), picture.max() - paper
    if max(dark, light) < FEWEST:
        raise BrokenImageError("there is nothing on it")
    ink = (paper - picture.astype(np.float32)) / dark if dark >= light else (picture - np.float32(paper)) / light
    height, width = picture.shape
    side = max(height, width)
    square = np.zeros((side, side), np.float32)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = ink.clip(0, 1)
    way = cv2.INTER_AREA if side > SIDE else cv2.INTER_CUBIC
    scaled = square if side == SIDE else cv2.resize(square, (SIDE, SIDE), interpolation=way)
    return (255 * scaled.clip(0, 1)).round().astype(np.uint8)


_LIKE_THIS = f"It needs a sub-folder for each digit, 0 to 9, with images in it ({', '.join(IMAGE_SUFFIXES)})"


def _too_few_of(folder: Path, paths: list[Path] | None) -> str:
    if paths is None:
        return f"{folder} is missing: every digit needs a sub-folder"
    if not paths:
        return f"{folder} holds no image ({', '.join(IMAGE_SUFFIXES)})"
    return f"{folder} holds {len(paths)} of the {len(PARTS)} images that are needed, one for {', '.join(PARTS)} each"


def _too_few(found: int, wanted: list[int]) -> str:
    asked = " + ".join(f"{count} for {part}" for count, part in zip(wanted, PARTS, strict=True))
    return f"there are {found} images, but tallies.labelled_cells asks for {asked} = {sum(wanted)}: ask for fewer there"


def _mixed(labels: np.ndarray, random: np.random.RandomState) -> np.ndarray:
    """A random order in which every stretch has each digit about as often as all have it."""
    place = np.empty(len(labels))
    for digit in np.unique(labels):
        own = random.permutation(np.flatnonzero(labels == digit))
        place[own] = (np.arange(len(own)) + random.random_sample(len(own))) / len(own)
    return np.argsort(place, kind="stable")
