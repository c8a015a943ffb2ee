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

N_BOXES = 3
MAX_VOTES = 10**N_BOXES - 1  # that three boxes can hold

# The standard form, in pixels of its page.
FRAME_WIDTH, MARGIN_TOP, MARGIN_BOTTOM = 600, 108, 90
ROW_HEIGHT, BOX_SIZE, BOX_GAP, FIRST_BOX_LEFT = 64, 44, 4, 424


@dataclass(frozen=True)
class FormLayout:
    """A form's layout. `boxes` is (parties, boxes, 4): left, top, width, height in the unit of `width` and `height`."""

    width: float
    height: float
    parties: tuple[str, ...]
    boxes: np.ndarray

    @classmethod
    def standard(cls, parties: tuple[str, ...]) -> "FormLayout":
        """Return the layout of the simulated election's form, with three boxes per party."""
        rows, columns = np.mgrid[: len(parties), :N_BOXES]
        boxes = np.stack(
            [
                FIRST_BOX_LEFT + columns * (BOX_SIZE + BOX_GAP),
                MARGIN_TOP + rows * ROW_HEIGHT + (ROW_HEIGHT - BOX_SIZE) // 2,
                np.full_like(rows, BOX_SIZE),
                np.full_like(rows, BOX_SIZE),
            ],
            axis=-1,
        )
        height = MARGIN_TOP + ROW_HEIGHT * len(parties) + MARGIN_BOTTOM
        return cls(FRAME_WIDTH, height, tuple(parties), boxes.astype(float))

    def write(self, path: Path) -> None:
        """Write the layout as `layout.json`."""
        rows = [{"name": name, "boxes": boxes} for name, boxes in zip(self.parties, self.boxes.tolist(), strict=True)]
        lines = ",\n    ".join(json.dumps(row, ensure_ascii=False) for row in rows)
        frame = json.dumps({"width": self.width, "height": self.height})
        path.write_text(f'{{\n  "frame": {frame},\n  "parties": [\n    {lines}\n  ]\n}}\n', encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "FormLayout":
        """Read a `layout.json`.

        Raises:
            UserError: The file is missing, is not JSON, or describes no form; the message names the key and shows an
                example.
        """
        try:
            content = json.loads(path.read_text(encoding="utf-8-sig"))
        except FileNotFoundError as error:
            raise UserError(
                f"{path} is missing: it gives the positions of the boxes on the sheets. {_EXAMPLE}"
            ) from error
        except (OSError, ValueError) as error:  # text that is not UTF-8 and text that is not JSON are ValueErrors
            raise UserError(f"{path} cannot be read as JSON: {error}. {_EXAMPLE}") from error
        try:
            return _parse_layout(content)
        except _LayoutError as error:
            raise UserError(f"{path} is not a valid layout: {error}. {_EXAMPLE}") from error


_EXAMPLE = (
    'Example: {"frame": {"width": 160, "height": 220}, "parties": [{"name": "Party A", '
    '"boxes": [[110, 30, 12, 12], [123, 30, 12, 12]]}]}; a box is [left, top, width, height]'
)


class _LayoutError(Exception):
    """What is wrong in a layout, and the key."""


def _parse_layout(content: Any) -> FormLayout:
    frame = _get(content, "frame", "the layout")
    width, height = (_number(_get(frame, side, "frame"), f"frame.{side}") for side in ("width", "height"))
    if min(width, height) <= 0:
        raise _LayoutError("frame.width and frame.height must be above 0")
    parties = _get(content, "parties", "the layout")
    if not isinstance(parties, list) or not parties:
        raise _LayoutError("parties must be a list with at least one party")
    names, boxes = zip(
        *(_parse_party(party, f"parties[{row}]", width, height) for row, party in enumerate(parties)), strict=True
    )
    duplicates = sorted({name for name in names if names.count(name) > 1})
    if duplicates:
        raise _LayoutError(f"two parties have the name {duplicates[0]!r}")
    counts = {len(row) for row in boxes}
    if len(counts) > 1:
        raise _LayoutError(f"parties have {min(counts)} to {max(counts)} boxes; every party needs the same number")
    return FormLayout(width, height, names, np.array(boxes, dtype=float))


def _parse_party(party: Any, key: str, width: float, height: float) -> tuple[str, list[list[float]]]:
    name, boxes = _get(party, "name", key), _get(party, "boxes", key)
    if not isinstance(name, str) or not name.strip():
        raise _LayoutError(f"{key}.name must be text")
    if not isinstance(boxes, list) or not boxes:
        raise _LayoutError(f"{key}.boxes must be a list with at least one box")
    if len(boxes) > 6:
        raise _LayoutError(f"{key}.boxes has {len(boxes)} boxes; a number has at most six digits")
    numbers = [_parse_box(box, f"{key}.boxes[{column}]", width, height) for column, box in enumerate(boxes)]
    if any(left[0] >= right[0] for left, right in pairwise(numbers)):
        raise _LayoutError(f"{key}.boxes must be in order from left to right")
    return name, numbers


def _parse_box(box: Any, key: str, width: float, height: float) -> list[float]:
    if not isinstance(box, list) or len(box) != 4:
        raise _LayoutError(f"{key} must be four numbers: left, top, width, height")
    left, top, box_width, box_height = numbers = [_number(value, key) for value in box]
    if min(box_width, box_height) <= 0:
        raise _LayoutError(f"{key} must have a width and a height above 0")
    if left < 0 or top < 0 or left + box_width > width or top + box_height > height:
        raise _LayoutError(f"{key} = {box} reaches out of the frame of {width:g} x {height:g}")
    return numbers


def _get(block: Any, name: str, key: str) -> Any:
    if not isinstance(block, dict) or name not in block:
        raise _LayoutError(f"{key} has no {name!r}")
    return block[name]


def _number(value: Any, key: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e6:
        raise _LayoutError(f"{key} must be a number, not {value!r}")
    return float(value)
