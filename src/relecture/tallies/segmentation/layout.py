"""The printed form: a frame, a row per party, and in every row the boxes that digits are written into.

`layout.json` describes one, and is simple enough to be written by hand with a ruler:

    {
      "frame": {"width": 160, "height": 220},
      "parties": [
        {"name": "Party A", "boxes": [[110, 30, 12, 12], [123, 30, 12, 12], [136, 30, 12, 12]]},
        {"name": "Party B", "boxes": [[110, 48, 12, 12], [123, 48, 12, 12], [136, 48, 12, 12]]}
      ]
    }

The frame is the largest printed rectangle of the page, measured at the outer edge of its line, in any unit. A box is
[left, top, width, height], measured from the frame's upper left corner to the middle of the box's printed lines; the
leftmost box holds the highest digit. Every party has the same number of boxes.
"""

import json
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from relecture.errors import UserError

BOXES = 3
LARGEST = 10**BOXES - 1  # votes that three boxes can hold

# The standard form, in pixels of its page.
WIDTH, MARGIN_TOP, MARGIN_BOTTOM = 600, 108, 90
ROW, BOX, BOX_GAP, FIRST_BOX = 64, 44, 4, 424


@dataclass(frozen=True)
class Form:
    """A form. `boxes` is (parties, boxes, 4): left, top, width, height in the unit of `width` and `height`."""

    width: float
    height: float
    parties: tuple[str, ...]
    boxes: np.ndarray

    @classmethod
    def standard(cls, parties: tuple[str, ...]) -> "Form":
        """The form of the simulated election, with three boxes a party."""
        rows, columns = np.mgrid[: len(parties), :BOXES]
        boxes = np.stack(
            [
                FIRST_BOX + columns * (BOX + BOX_GAP),
                MARGIN_TOP + rows * ROW + (ROW - BOX) // 2,
                np.full_like(rows, BOX),
                np.full_like(rows, BOX),
            ],
            axis=-1,
        )
        return cls(WIDTH, MARGIN_TOP + ROW * len(parties) + MARGIN_BOTTOM, tuple(parties), boxes.astype(float))

    def write(self, path: Path) -> None:
        """Write the form as `layout.json`."""
        rows = [{"name": name, "boxes": boxes} for name, boxes in zip(self.parties, self.boxes.tolist(), strict=True)]
        lines = ",\n    ".join(json.dumps(row, ensure_ascii=False) for row in rows)
        frame = json.dumps({"width": self.width, "height": self.height})
        path.write_text(f'{{\n  "frame": {frame},\n  "parties": [\n    {lines}\n  ]\n}}\n', encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "Form":
        """Read a `layout.json`.

        Raises:
            UserError: There is none, it is no JSON, or it describes no form; with the place and what would be right.
        """
        try:
            layout = json.loads(path.read_text(encoding="utf-8-sig"))
        except FileNotFoundError as error:
            raise UserError(f"{path} is missing: it says where the boxes are on the sheets. {_LIKE_THIS}") from error
        except (OSError, ValueError) as error:  # text that is not UTF-8 and text that is not JSON are ValueErrors
            raise UserError(f"{path} cannot be read as JSON: {error}. {_LIKE_THIS}") from error
        try:
            return _form(layout)
        except _WrongError as error:
            raise UserError(f"{path} describes no form: {error}. {_LIKE_THIS}") from error


_LIKE_THIS = (
    'It looks like this: {"frame": {"width": 160, "height": 220}, "parties": [{"name": "Party A", '
    '"boxes": [[110, 30, 12, 12], [123, 30, 12, 12]]}]}, a box being [left, top, width, height]'
)


class _WrongError(Exception):
    """What is wrong in a layout, and where."""


def _form(layout: Any) -> Form:
    frame = _key(layout, "frame", "the layout")
    width, height = (_number(_key(frame, side, "frame"), f"frame.{side}") for side in ("width", "height"))
    if min(width, height) <= 0:
        raise _WrongError("frame.width and frame.height have to be above 0")
    listed = _key(layout, "parties", "the layout")
    if not isinstance(listed, list) or not listed:
        raise _WrongError("parties has to be a list with at least one party")
    names, boxes = zip(
        *(_party(party, f"parties[{row}]", width, height) for row, party in enumerate(listed)), strict=True
    )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise _WrongError(f"two parties have the name {twice[0]!r}")
    numbers = {len(row) for row in boxes}
    if len(numbers) > 1:
        raise _WrongError(f"parties have {min(numbers)} to {max(numbers)} boxes; every party needs the same number")
    return Form(width, height, names, np.array(boxes, dtype=float))


def _party(party: Any, place: str, width: float, height: float) -> tuple[str, list[list[float]]]:
    name, boxes = _key(party, "name", place), _key(party, "boxes", place)
    if not isinstance(name, str) or not name.strip():
        raise _WrongError(f"{place}.name has to be text")
    if not isinstance(boxes, list) or not boxes:
        raise _WrongError(f"{place}.boxes has to be a list with at least one box")
    if len(boxes) > 6:
        raise _WrongError(f"{place}.boxes has {len(boxes)} boxes; a number has at most six digits")
    numbers = [_box(box, f"{place}.boxes[{column}]", width, height) for column, box in enumerate(boxes)]
    if any(left[0] >= right[0] for left, right in pairwise(numbers)):
        raise _WrongError(f"{place}.boxes have to be in order from left to right")
    return name, numbers


def _box(box: Any, place: str, width: float, height: float) -> list[float]:
    if not isinstance(box, list) or len(box) != 4:
        raise _WrongError(f"{place} has to be four numbers: left, top, width, height")
    left, top, wide, high = numbers = [_number(value, place) for value in box]
    if min(wide, high) <= 0:
        raise _WrongError(f"{place} has to have a width and a height above 0")
    if left < 0 or top < 0 or left + wide > width or top + high > height:
        raise _WrongError(f"{place} = {box} reaches out of the frame of {width:g} x {height:g}")
    return numbers


def _key(block: Any, key: str, place: str) -> Any:
    if not isinstance(block, dict) or key not in block:
        raise _WrongError(f"{place} has no {key!r}")
    return block[key]


def _number(value: Any, place: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e6:
        raise _WrongError(f"{place} has to be a number, not {value!r}")
    return float(value)
