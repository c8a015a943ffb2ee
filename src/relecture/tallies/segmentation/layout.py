"""The printed form: its tables, their rows, and in every row the boxes that the digits of a number are written into.

`layout.json` describes one, and is simple enough to be written by hand with a ruler. A form with one table:

    {
      "frame": {"width": 160, "height": 220},
      "parties": [
        {"name": "Party A", "boxes": [[110, 30, 12, 12], [123, 30, 12, 12], [136, 30, 12, 12]]},
        {"name": "Party B", "boxes": [[110, 48, 12, 12], [123, 48, 12, 12], [136, 48, 12, 12]]}
      ]
    }

The frame is the largest printed rectangle of the page or of the table, measured at the outer edge of its line, in any
unit. A box is [left, top, width, height], measured from the frame's upper left corner to the middle of the box's
printed lines; the leftmost box holds the highest digit. A box may lie beside its frame, where its distance from the
frame is smaller than the frame itself.

A form with several tables has `tables` instead, in the order in which they stand on the page (from top to bottom, then
from left to right). All other keys may be left out in both kinds:

    {
      "tables": [
        {
          "name": "IV",
          "frame": {"width": 160, "height": 60},
          "rows": [
            {"name": "01", "boxes": [[110, 10, 12, 12], [123, 10, 12, 12]]},
            {"name": "02", "boxes": [[110, 30, 12, 12], [123, 30, 12, 12]]}
          ]
        },
        {
          "name": "V",
          "frame": {"width": 160, "height": 40},
          "rows": [
            {"name": "valid", "boxes": [[97, 10, 12, 12], [110, 10, 12, 12], [123, 10, 12, 12]]},
            {"name": "invalid", "party": false, "boxes": [[110, 25, 12, 12], [123, 25, 12, 12]]}
          ]
        }
      ],
      "sums": ["valid = 01 + 02"],
      "empty": "0",
      "mark": "look",
      "template_page": "empty-form.png"
    }

Numbers of rows with `"party": true` are votes; that is every row unless it says otherwise or is the total of a sum.
`sums` are printed on the form: the number on the left is the sum of those on the right. `empty` and `mark` say what an
empty box and one with a cross, dash or stroke mean: "0", or "look" (a person must look at the number). `template_page`
is a page of this form, as upright and clear as possible: it helps where the frame is broken, and where the form looks
alike when it is turned. Its path starts at the folder of `layout.json`. A key that is not listed here is refused, as
are rows that overlap and sums that contradict each other.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
from scipy.optimize import linprog

from relecture.data.config import composed
from relecture.errors import UserError, closest

N_BOXES = 3
MAX_VOTES = 10**N_BOXES - 1  # that three boxes can hold
MAX_BOXES = 6  # of a number

# The standard form, in pixels of its page.
FRAME_WIDTH, MARGIN_TOP, MARGIN_BOTTOM = 600, 108, 90
ROW_HEIGHT, BOX_SIZE, BOX_GAP, FIRST_BOX_LEFT = 64, 44, 4, 424

#: What a box without a digit means: the digit 0, or that a person must look at its number.
Meaning: TypeAlias = Literal["0", "look"]

LAYOUT_KEYS = ("frame", "parties", "rows", "tables", "sums", "empty", "mark", "template_page")
TABLE_KEYS = ("name", "frame", "rows")
ROW_KEYS = ("name", "party", "boxes")
FRAME_KEYS = ("width", "height")
#: The place of every key, to name in an error.
PLACES = {"the layout": LAYOUT_KEYS, "a table": TABLE_KEYS, "a row": ROW_KEYS, "a frame": FRAME_KEYS}
#: Share of the smallest box by which boxes may overlap, because they are measured with a ruler.
MAX_OVERLAP = 0.1


@dataclass(frozen=True)
class SumRule:
    """A sum that is printed on the form: the number in row `total` is the sum of those in the rows `parts`."""

    total: str
    parts: tuple[str, ...]

    def __str__(self) -> str:
        """Return the sum as `layout.json` has it."""
        return f"{self.total} = {' + '.join(self.parts)}"


@dataclass(frozen=True)
class FormTable:
    """A table of the form: a printed frame, and rows of boxes in it.

    `boxes` has one array (boxes, 4) per row: left, top, width, height in the unit of `width` and `height`.
    """

    name: str
    width: float
    height: float
    row_names: tuple[str, ...]
    boxes: tuple[np.ndarray, ...]

    @cached_property
    def flat_boxes(self) -> np.ndarray:
        """All boxes (n, 4), row by row."""
        return np.concatenate(self.boxes)


@dataclass(frozen=True)
class FormLayout:
    """The layout of a form; all its tables together have the rows `row_names`.

    `is_party` says for each row whether its numbers are votes, `empty_means` and `mark_means` what a box without a
    digit means, `template_page` is the image of a page of this form.
    """

    tables: tuple[FormTable, ...]
    is_party: tuple[bool, ...]
    sums: tuple[SumRule, ...] = field(default=())
    empty_means: Meaning = "0"
    mark_means: Meaning = "look"
    template_page: Path | None = None

    @classmethod
    def one_table(
        cls, width: float, height: float, parties: Sequence[str], boxes: Iterable[np.ndarray | list[list[float]]]
    ) -> "FormLayout":
        """Return the layout of a form with one table whose rows are all parties."""
        arrays = tuple(np.array(row, dtype=float) for row in boxes)
        return cls((FormTable("", width, height, tuple(parties), arrays),), (True,) * len(parties))

    @classmethod
    def standard(cls, parties: tuple[str, ...], total: str | None = None) -> "FormLayout":
        """Return the layout of the simulated election's form: three boxes per party, and below them those of a total.

        Args:
            parties: Names of the parties' rows.
            total: Name of a last row with the sum of the parties' votes; none without it.
        """
        names = parties if total is None else (*parties, total)
        rows, columns = np.mgrid[: len(names), :N_BOXES]
        boxes = np.stack(
            [
                FIRST_BOX_LEFT + columns * (BOX_SIZE + BOX_GAP),
                MARGIN_TOP + rows * ROW_HEIGHT + (ROW_HEIGHT - BOX_SIZE) // 2,
                np.full_like(rows, BOX_SIZE),
                np.full_like(rows, BOX_SIZE),
            ],
            axis=-1,
        )
        height = MARGIN_TOP + ROW_HEIGHT * len(names) + MARGIN_BOTTOM
        table = FormTable("", FRAME_WIDTH, height, tuple(names), tuple(boxes.astype(float)))
        sums = () if total is None else (SumRule(total, tuple(parties)),)
        return cls((table,), tuple(name != total for name in names), sums)

    @cached_property
    def row_names(self) -> tuple[str, ...]:
        """Names of the rows of all tables, in their order."""
        return tuple(name for table in self.tables for name in table.row_names)

    @cached_property
    def parties(self) -> tuple[str, ...]:
        """Names of the rows whose numbers are votes."""
        return tuple(name for name, party in zip(self.row_names, self.is_party, strict=True) if party)

    @cached_property
    def n_boxes(self) -> int:
        """Number of boxes of the longest row."""
        return max(len(row) for table in self.tables for row in table.boxes)

    @cached_property
    def has_box(self) -> np.ndarray:
        """Which boxes exist, bool (rows, boxes): rows are right-aligned, so absent boxes are at the left."""
        lengths = np.array([len(row) for table in self.tables for row in table.boxes])
        present: np.ndarray = np.arange(self.n_boxes) >= self.n_boxes - lengths[:, None]
        return present

    @cached_property
    def boxes(self) -> np.ndarray:
        """Left, top, width and height of every box in its table, (rows, boxes, 4); NaN where there is none."""
        boxes = np.full((*self.has_box.shape, 4), np.nan)
        boxes[self.has_box] = np.concatenate([table.flat_boxes for table in self.tables])
        return boxes

    @property
    def width(self) -> float:
        """Width of the first table's frame."""
        return self.tables[0].width

    @property
    def height(self) -> float:
        """Height of the first table's frame."""
        return self.tables[0].height

    def write(self, path: Path) -> None:
        """Write the layout as `layout.json`; the template page, if any, is named by its file name."""
        parties = dict(zip(self.row_names, self.is_party, strict=True))
        totals = {rule.total for rule in self.sums}
        simple = len(self.tables) == 1 and not self.tables[0].name
        rows_key = "parties" if simple and all(self.is_party) else "rows"
        blocks = []
        for table in self.tables:
            lines = []
            for name, boxes in zip(table.row_names, table.boxes, strict=True):
                flag = {} if parties[name] == (name not in totals) else {"party": parties[name]}
                lines.append(json.dumps({"name": name, **flag, "boxes": boxes.tolist()}, ensure_ascii=False))
            frame = json.dumps({"width": table.width, "height": table.height})
            title = "" if simple else f'"name": {json.dumps(table.name, ensure_ascii=False)},\n  '
            rows = ",\n    ".join(lines)
            blocks.append(f'{title}"frame": {frame},\n  "{rows_key}": [\n    {rows}\n  ]')
        content = blocks[0] if simple else '"tables": [{\n  ' + "\n  }, {\n  ".join(blocks) + "\n  }]"
        more: dict[str, Any] = {}
        if self.sums:
            more["sums"] = [str(rule) for rule in self.sums]
        more |= {"empty": self.empty_means} if self.empty_means != "0" else {}
        more |= {"mark": self.mark_means} if self.mark_means != "look" else {}
        more |= {"template_page": self.template_page.name} if self.template_page else {}
        content += "".join(f',\n  "{key}": {json.dumps(value, ensure_ascii=False)}' for key, value in more.items())
        path.write_text(f"{{\n  {content}\n}}\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "FormLayout":
        """Read a `layout.json`.

        Raises:
            UserError: The file is missing, is not JSON, or describes no form; the message names the key and shows an
                example.
        """
        try:
            content = json.loads(path.read_text(encoding="utf-8-sig"), object_pairs_hook=_Block)
        except FileNotFoundError as error:
            raise UserError(
                f"{path} is missing: it gives the positions of the boxes on the sheets. {_EXAMPLE}"
            ) from error
        except (OSError, ValueError) as error:  # text that is not UTF-8 and text that is not JSON are ValueErrors
            raise UserError(f"{path} cannot be read as JSON: {error}. {_EXAMPLE}") from error
        try:
            return _parse_layout(content, path.parent)
        except _LayoutError as error:
            raise UserError(f"{path} is not a valid layout: {error}. {_EXAMPLE}") from error


_EXAMPLE = (
    'Example: {"frame": {"width": 160, "height": 220}, "parties": [{"name": "Party A", '
    '"boxes": [[110, 30, 12, 12], [123, 30, 12, 12]]}]}; a box is [left, top, width, height]'
)


def parse_sums(sums: list[str], names: tuple[str, ...]) -> tuple[SumRule, ...]:
    """Return sums over rows with these names, each written as "total = A + B".

    Raises:
        UserError: A sum is not written so, or names another row.
    """
    try:
        return _parse_sums(sums, names)
    except _LayoutError as error:
        raise UserError(str(error)) from error


class _LayoutError(Exception):
    """What is wrong in a layout, and the key."""


class _Block(dict[str, Any]):
    """An object of a JSON file, and the keys that it has more than once."""

    def __init__(self, pairs: list[tuple[str, Any]]):
        super().__init__(pairs)
        keys = [key for key, _ in pairs]
        self.twice = sorted({key for key in keys if keys.count(key) > 1})


def _refuse_duplicate_keys(content: Any, key: str) -> None:
    """Refuse a key that an object has twice: JSON would silently take the last one."""
    if isinstance(content, _Block) and content.twice:
        raise _LayoutError(f"{key or 'the layout'} has {content.twice[0]!r} twice: keep one of them")
    parts = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for name, part in parts:
        inner = f"{key}[{name}]" if isinstance(content, list) else f"{key}.{name}" if key else str(name)
        _refuse_duplicate_keys(part, inner)


def _parse_layout(content: Any, folder: Path) -> FormLayout:
    _refuse_duplicate_keys(content, "")
    _refuse_unknown_keys(content, LAYOUT_KEYS, "the layout")
    if isinstance(content, dict) and "tables" in content:
        if both := next((key for key in ("frame", "parties", "rows") if key in content), None):
            raise _LayoutError(f"it has both 'tables' and {both!r}: a frame and its rows belong into a table")
        blocks = content["tables"]
        if not isinstance(blocks, list) or not blocks:
            raise _LayoutError("tables must be a list with at least one table")
        parsed = [_parse_table(block, f"tables[{number}]", "rows") for number, block in enumerate(blocks)]
    else:
        key = "rows" if isinstance(content, dict) and "rows" in content else "parties"
        if isinstance(content, dict) and key == "rows" and "parties" in content:
            raise _LayoutError("it has both 'parties' and 'rows': give the rows once")
        parsed = [_parse_table(content, "", key)]
    tables, flags = tuple(table for table, _ in parsed), [flag for _, flags in parsed for flag in flags]
    names = tuple(name for table in tables for name in table.row_names)
    plain = [_plain(name) for name in names]
    if duplicates := sorted({name for name, other in zip(names, plain, strict=True) if plain.count(other) > 1}):
        what = "parties" if isinstance(content, dict) and "parties" in content else "rows"
        where = [repr(table.name) for table in tables if duplicates[0] in table.row_names]
        where_text = f" (in the tables {' and '.join(where)})" if len(where) > 1 else ""
        raise _LayoutError(
            f"two {what} have the name {duplicates[0]!r}{where_text}: sums and results name a row by it alone, so give "
            "each a name of its own"
        )
    titles = [table.name for table in tables]
    if len(tables) > 1 and (twice := sorted({title for title in titles if titles.count(title) > 1})):
        raise _LayoutError(f"two tables have the name {twice[0]!r}: give each a name of its own")
    sums = _parse_sums(content.get("sums", []), names)
    totals = {rule.total for rule in sums}
    is_party = tuple(name not in totals if flag is None else flag for name, flag in zip(names, flags, strict=True))
    if not any(is_party):
        raise _LayoutError('no row is a party: at least one row must have "party": true')
    template = content.get("template_page")
    if template is not None and (not isinstance(template, str) or not template.strip()):
        raise _LayoutError(f"template_page must be the name of an image, not {template!r}")
    if template is not None and not (folder / template).is_file():
        raise _LayoutError(f"template_page: there is no file {folder / template}")
    return FormLayout(
        tables,
        is_party,
        sums,
        _parse_meaning(content.get("empty", "0"), "empty"),
        _parse_meaning(content.get("mark", "look"), "mark"),
        None if template is None else folder / template,
    )


def _parse_table(table: Any, key: str, rows_key: str) -> tuple[FormTable, list[bool | None]]:
    """Return a table, and what each of its rows says of `party` (None if nothing)."""
    prefix, where = (f"{key}.", key) if key else ("", "the layout")
    if key:
        _refuse_unknown_keys(table, TABLE_KEYS, key)
    frame = _get(table, "frame", where)
    _refuse_unknown_keys(frame, FRAME_KEYS, f"{prefix}frame")
    sides = (_number(_get(frame, side, f"{prefix}frame"), f"{prefix}frame.{side}") for side in ("width", "height"))
    width, height = sides
    if min(width, height) <= 0:
        raise _LayoutError(f"{prefix}frame.width and {prefix}frame.height must be above 0")
    rows = _get(table, rows_key, where)
    if not isinstance(rows, list) or not rows:
        what = "party" if rows_key == "parties" else "row"
        raise _LayoutError(f"{prefix}{rows_key} must be a list with at least one {what}")
    names, flags, boxes = [], [], []
    for number, row in enumerate(rows):
        name, flag, numbers = _parse_row(row, f"{prefix}{rows_key}[{number}]", width, height)
        names.append(name)
        flags.append(flag)
        boxes.append(np.array(numbers, dtype=float))
    _refuse_overlaps(names, boxes, f"{prefix}{rows_key}")
    title = table["name"] if key and "name" in table else ""
    if key and (not isinstance(title, str) or not title.strip()):
        raise _LayoutError(f"{key}.name must be text")
    return FormTable(title, width, height, tuple(names), tuple(boxes)), flags


def _parse_row(row: Any, key: str, width: float, height: float) -> tuple[str, bool | None, list[list[float]]]:
    _refuse_unknown_keys(row, ROW_KEYS, key)
    name, boxes = _get(row, "name", key), _get(row, "boxes", key)
    if not isinstance(name, str) or not name.strip():
        raise _LayoutError(f"{key}.name must be text")
    party = row.get("party")
    if party is not None and not isinstance(party, bool):
        raise _LayoutError(f"{key}.party must be true or false, not {party!r}")
    if not isinstance(boxes, list) or not boxes:
        raise _LayoutError(f"{key}.boxes must be a list with at least one box")
    if len(boxes) > MAX_BOXES:
        raise _LayoutError(f"{key}.boxes has {len(boxes)} boxes; a number has at most six digits")
    numbers = [_parse_box(box, f"{key}.boxes[{column}]", width, height) for column, box in enumerate(boxes)]
    if any(left[0] >= right[0] for left, right in pairwise(numbers)):
        raise _LayoutError(f"{key}.boxes must be in order from left to right")
    return name, party, numbers


def _parse_box(box: Any, key: str, width: float, height: float) -> list[float]:
    if not isinstance(box, list) or len(box) != 4:
        raise _LayoutError(f"{key} must be four numbers: left, top, width, height")
    left, top, box_width, box_height = numbers = [_number(value, key) for value in box]
    if min(box_width, box_height) <= 0:
        raise _LayoutError(f"{key} must have a width and a height above 0")
    right, bottom = left + box_width, top + box_height
    if left < 0 or top < 0 or right > width or bottom > height:
        if right > 0 and bottom > 0 and left < width and top < height:
            raise _LayoutError(f"{key} = {box} reaches out of the frame of {width:g} x {height:g}")
        if left < -width or top < -height or right > 2 * width or bottom > 2 * height:
            raise _LayoutError(f"{key} = {box} is too far from the frame of {width:g} x {height:g}")
    return numbers


def _refuse_overlaps(names: Sequence[str], boxes: Sequence[np.ndarray], key: str) -> None:
    """Refuse boxes of a row that overlap, and rows whose boxes, or the space between them, overlap."""
    slack = MAX_OVERLAP * np.concatenate(boxes)[:, 2:].min(0)
    corners = [np.column_stack([row[:, :2], row[:, :2] + row[:, 2:]]) for row in boxes]

    def overlap(first: np.ndarray, second: np.ndarray) -> bool:
        return bool((np.minimum(first[2:], second[2:]) - np.maximum(first[:2], second[:2]) > slack).all())

    for number, row in enumerate(corners):
        for a, b in combinations(range(len(row)), 2):
            if overlap(row[a], row[b]):
                raise _LayoutError(
                    f"{key}[{number}].boxes[{a}] and boxes[{b}] overlap: measure them again, each box as [left, top, "
                    "width, height]"
                )
    rows = [np.concatenate([row[:, :2].min(0), row[:, 2:].max(0)]) for row in corners]
    for a, b in combinations(range(len(rows)), 2):
        if overlap(rows[a], rows[b]):
            raise _LayoutError(
                f"{key}[{a}] ({names[a]!r}) and {key}[{b}] ({names[b]!r}) overlap: measure their boxes again, each as "
                "[left, top, width, height]"
            )


def _parse_sums(sums: Any, names: tuple[str, ...]) -> tuple[SumRule, ...]:
    if not isinstance(sums, list):
        raise _LayoutError(f'sums must be a list such as ["total = {names[0]} + ..."], not {sums!r}')
    rules = tuple(_parse_sum(text, f"sums[{number}]", names) for number, text in enumerate(sums))
    _refuse_contradictions(rules, sums)
    return rules


def _refuse_contradictions(rules: tuple[SumRule, ...], texts: list[str]) -> None:
    """Refuse sums of which one is there twice, some go round in a circle, or some leave only 0 for a number."""
    for a, b in combinations(range(len(rules)), 2):
        if rules[a].total == rules[b].total and set(rules[a].parts) == set(rules[b].parts):
            raise _LayoutError(f"sums[{a}] and sums[{b}] are the same sum, {texts[a]!r}: remove one of them")
    parts: dict[str, set[str]] = {}  # all that a total is made of, directly
    for rule in rules:
        parts.setdefault(rule.total, set()).update(rule.parts)
    while leaves := [total for total, names in parts.items() if not names & parts.keys()]:
        for total in leaves:
            del parts[total]
    while unused := parts.keys() - set().union(*parts.values()):  # totals above the circle
        for total in unused:
            del parts[total]
    if parts:
        circle = [f"sums[{index}] = {texts[index]!r}" for index, rule in enumerate(rules) if rule.total in parts]
        raise _LayoutError(
            f"the sums go round in a circle ({', '.join(circle)}): a total cannot be part of its own parts; remove or "
            "correct one of them"
        )
    if zero := _always_zero(rules):
        among = [f"sums[{index}]" for index, rule in enumerate(rules) if {rule.total, *rule.parts} & set(zero)]
        raise _LayoutError(
            f"the sums contradict each other: together they hold only where {', '.join(map(repr, zero))} is 0; correct "
            f"one of {', '.join(among)} or of the sums with the same rows"
        )


def _always_zero(rules: tuple[SumRule, ...]) -> list[str]:
    """Return the rows that are 0 wherever all sums hold.

    The solutions without negative numbers are closed under addition, so one linear programme finds the one with the
    most numbers above 0: maximise the sum of y with y <= x, y <= 1 over all solutions x.
    """
    names = list(dict.fromkeys(name for rule in rules for name in (rule.total, *rule.parts)))
    if not names:
        return []
    sums = np.array([[(name in rule.parts) - (name == rule.total) for name in names] for rule in rules], dtype=float)
    none, unit = np.zeros_like(sums), np.eye(len(names))
    gain = np.concatenate([np.zeros(len(names)), -np.ones(len(names))])
    bounds = [(0, None)] * len(names) + [(0, 1)] * len(names)
    result = linprog(
        gain, A_ub=np.hstack([-unit, unit]), b_ub=np.zeros(len(names)), A_eq=np.hstack([sums, none]),
        b_eq=np.zeros(len(rules)), bounds=bounds,
    )  # fmt: skip
    return [name for name, value in zip(names, result.x[len(names) :], strict=True) if value < 0.5]


def _parse_sum(text: Any, key: str, names: tuple[str, ...]) -> SumRule:
    if not isinstance(text, str) or text.count("=") != 1:
        raise _LayoutError(f'{key} must be a sum such as "total = A + B", not {text!r}')
    left, right = text.split("=")
    parts = [part.strip() for part in right.split("+")]
    if len(ways := _ways_to_split(parts, names)) > 1:
        raise _LayoutError(
            f"{key} = {text!r} can be understood as {' or as '.join(map(str, ways[:2]))}: rename one of these rows, so "
            "that no name is made of others and '+'"
        )
    rule = SumRule(left.strip(), tuple(ways[0] if ways else _split_names(parts, names)))
    for name in (rule.total, *rule.parts):
        if name not in names:
            near = closest(name, names)
            raise _LayoutError(f"{key}: there is no row {name!r}" + (f"; is it {near!r}?" if near else ""))
    if len(set(rule.parts)) < len(rule.parts) or rule.total in rule.parts:
        raise _LayoutError(f"{key} = {text!r} names a row twice")
    return rule


def _split_names(parts: list[str], names: tuple[str, ...]) -> list[str]:
    """Join neighbouring parts again where only together they are the name of a row, for example "B + C"."""
    if not parts or parts[0] in names:
        return parts[:1] + (_split_names(parts[1:], names) if parts else [])
    plain = {"".join(name.split()): name for name in names}
    for length in range(2, len(parts) + 1):
        if joined := plain.get("".join("+".join(parts[:length]).split())):
            return [joined, *_split_names(parts[length:], names)]
    return [parts[0], *_split_names(parts[1:], names)]


def _ways_to_split(parts: list[str], names: tuple[str, ...]) -> list[list[str]]:
    """Return the lists of rows as which the parts of a sum can be understood; one is enough, two are ambiguous."""
    plain = {"".join(name.split()): name for name in names}
    ways: list[list[list[str]]] = [[[]]]  # of the first parts, by their number; two of each
    for end in range(1, len(parts) + 1):
        joined = [(start, plain.get("".join("+".join(parts[start:end]).split()))) for start in range(end)]
        ways.append([[*way, name] for start, name in joined if name is not None for way in ways[start]][:2])
    return ways[-1]


def _plain(name: str) -> str:
    """Return what a person sees of a name."""
    return composed(" ".join(name.split()))


def _parse_meaning(value: Any, key: str) -> Meaning:
    if value == "0":
        return "0"
    if value == "look":
        return "look"
    raise _LayoutError(f'{key} must be "0" or "look", not {value!r}')


def _refuse_unknown_keys(block: Any, known: Sequence[str], key: str) -> None:
    """Refuse a key that is not known at its place, because it would have no effect."""
    for name in block if isinstance(block, dict) else ():
        if name in known:
            continue
        if places := [place for place, keys in PLACES.items() if name in keys]:
            raise _LayoutError(f"{key} has {name!r}, which belongs into {' or '.join(places)}: move it there")
        near = closest(name, known)
        remedy = f"is it {near!r}?" if near else f"remove it; the keys there are {', '.join(known)}"
        raise _LayoutError(f"{key} has {name!r}: {remedy}")


def _get(block: Any, name: str, key: str) -> Any:
    if not isinstance(block, dict) or name not in block:
        raise _LayoutError(f"{key} has no {name!r}")
    return block[name]


def _number(value: Any, key: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e6:
        raise _LayoutError(f"{key} must be a number, not {value!r}")
    return float(value)
