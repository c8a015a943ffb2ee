"""Rectify a page: find the form's frame, and map it to the layout."""

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, combinations, product, starmap
from pathlib import Path

import cv2
import numpy as np

from relecture.errors import UserError
from relecture.tallies import IMAGE_SIZE
from relecture.tallies.segmentation.cell_normalization import CellImages, crop_cells
from relecture.tallies.segmentation.frame_detection import darkness, frame_candidates
from relecture.tallies.segmentation.image_io import BrokenImageError, read_grey
from relecture.tallies.segmentation.layout import FormLayout, FormTable
from relecture.tallies.segmentation.line_detection import (
    detect_lines,
    estimate_correction,
    line_offsets,
    lines_present,
)
from relecture.tallies.segmentation.orientation import aspect_fits, turn_corners, turned_agreement
from relecture.tallies.segmentation.template_matching import TemplatePage

MAX_PAGE_SIDE = 1800  # pixels: a larger page is scaled down
MIN_PAGE_SIDE = 200
BOX_SIZE = 56  # pixels of the shorter side of the smallest box on a rectified form
MAX_CORRECTIONS = 3  # refinements of the form's position, each by the lines detected before
MAX_LINE_OFFSET = 3.0  # pixels: how far a box's line may be from its position in the layout
MIN_PRESENT = 0.8  # share of all box lines that must be present
SURE_PRESENT = 0.97  # share at which no other frame candidate is tried
MIN_PRESENT_BY_TEMPLATE = 0.5  # share of all box lines where printed features have found the form
MIN_RIVAL = 0.5  # share of a turned form's box lines on lines of the form, from which it may be taken for the form
MIN_LEAD = 0.1  # of the share of present lines: by so much a form is ahead of itself turned
BESIDE_MARGIN = 16  # pixels around boxes that lie beside the frame


class UnreadableSheet(Exception):
    """The reason why a sheet cannot be segmented. The sheet is listed, and does not stop the others."""


@dataclass(frozen=True)
class RectifiedForm:
    """A table of a form as seen straight from above.

    `dark` is float32 (height, width), 0 = paper, 1 = black; `scale` is pixels per unit of the layout, `matrix` (3, 3)
    maps points of `dark` to points of the page. `lines` (boxes, 4) are left, top, right and bottom of every box as
    detected, in pixels of `dark`; `line_darkness` is the median darkness of the boxes' lines.
    """

    dark: np.ndarray
    scale: float
    matrix: np.ndarray
    lines: np.ndarray
    line_darkness: float

    def outlines(self) -> np.ndarray:
        """Return the corners of every box on the page: (boxes, 4, 2), clockwise from the upper left."""
        left, top, right, bottom = self.lines.T
        corners = np.stack([[left, top], [right, top], [right, bottom], [left, bottom]]).transpose(2, 0, 1)
        outlines: np.ndarray = cv2.perspectiveTransform(corners.reshape(1, -1, 2), self.matrix)[0].reshape(-1, 4, 2)
        return outlines


@dataclass(frozen=True)
class RectifiedSheet:
    """The tables of one sheet; with `by_template` they were found by what is printed on another page of the form."""

    tables: list[RectifiedForm]
    by_template: bool = False


def open_page(path: Path, page: int = 0) -> np.ndarray:
    """Return a page of a file as uint8 (height, width), 255 = white.

    Raises:
        UnreadableSheet: The file is not an image, or is truncated.
        UserError: The file does not exist.
    """
    if not path.is_file():
        raise UserError(f"the sheet {path} does not exist")
    try:
        return read_grey(path, page)
    except BrokenImageError as error:
        raise UnreadableSheet(str(error)) from error


def segment(page: np.ndarray, layout: FormLayout, template: TemplatePage | None = None) -> np.ndarray:
    """Return the normalised cells of a page that shows one sheet: uint8 (rows, boxes, 28, 28), as `segment_cells`."""
    return segment_cells(page, layout, template).normalised


def segment_cells(page: np.ndarray, layout: FormLayout, template: TemplatePage | None = None) -> CellImages:
    """Return the cells of a page that shows one sheet; all arrays begin with (rows, boxes).

    A box that does not exist is blank and empty.

    Raises:
        UnreadableSheet: The page has no frame, or its boxes are not where the layout has them.
    """
    return sheet_cells(rectify(page, layout, template), layout)


def sheet_cells(forms: list[RectifiedForm], layout: FormLayout) -> CellImages:
    """Return the cells of the tables of one sheet, as `segment_cells`."""
    by_table = [crop_cells(form) for form in forms]
    cells = CellImages(*(np.zeros(array.shape[1:], array.dtype) for array in no_cells(layout)))
    cells.empty[:] = True
    for target, parts in zip(cells, zip(*by_table, strict=True), strict=True):
        target[layout.has_box] = np.concatenate(parts)
    return cells


def no_cells(layout: FormLayout) -> CellImages:
    """Return the cells of no sheet: arrays that begin with (0, rows, boxes)."""
    shape = (0, *layout.has_box.shape)
    images = np.zeros((*shape, IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    return CellImages(images, images, np.zeros(shape, bool))


def rectify(page: np.ndarray, layout: FormLayout, template: TemplatePage | None = None) -> list[RectifiedForm]:
    """Return the tables of the form on a page (uint8, 255 = white) in any orientation.

    Raises:
        UnreadableSheet: As `segment_cells`, or the page shows several sheets.
    """
    sheets = find_sheets(page, layout, template)
    if len(sheets) > 1:
        raise UnreadableSheet(f"it shows {len(sheets)} sheets")
    return sheets[0].tables


def make_template(page: np.ndarray, layout: FormLayout, name: str) -> TemplatePage:
    """Return a page as the template for others; it must lie upright.

    Raises:
        UnreadableSheet: As `segment_cells`.
    """
    dark, _ = _page_darkness(page)
    placements = [_place_table(dark, table, upright=True) for table in layout.tables]
    for table, found in zip(layout.tables, placements, strict=True):
        if len(found) != 1:
            raise UnreadableSheet(_reason(dark, table, layout, len(found)))
    forms = [found[0].form for found in placements]
    return TemplatePage(name, dark, tuple(form.matrix for form in forms), tuple(form.dark for form in forms))


def to_template(page: np.ndarray, sheet: RectifiedSheet, name: str) -> TemplatePage:
    """Return a page whose sheet was found as the template for others of the same form."""
    dark, shrink = _page_darkness(page)
    return TemplatePage(
        name,
        dark,
        tuple(_enlarge(form.matrix, 1 / shrink) for form in sheet.tables),
        tuple(form.dark for form in sheet.tables),
    )


def find_sheets(page: np.ndarray, layout: FormLayout, template: TemplatePage | None = None) -> list[RectifiedSheet]:
    """Return the tables of every sheet on a page (uint8, 255 = white), which may show several sheets.

    Args:
        page: In any orientation.
        layout: Of the form.
        template: A page of the same form: where a frame is broken the form is found by what is printed on both, and
            where it looks alike when turned the template tells which way up it is.

    Returns:
        For each sheet, from top to bottom and from left to right, its tables.

    Raises:
        UnreadableSheet: As `segment_cells`.
    """
    dark, shrink = _page_darkness(page)
    placements = [_place_table(dark, table) for table in layout.tables]
    missing = next((table for table, found in zip(layout.tables, placements, strict=True) if not found), None)
    if missing is None:
        sheets = [
            [_decide_orientation(dark, placement, number, template) for number, placement in enumerate(sheet)]
            for sheet in _group_by_sheet(placements)
        ]
    else:
        located = None if template is None else _place_by_template(dark, layout, template)
        if located is None:
            raise UnreadableSheet(_reason(dark, missing, layout, 0))
        sheets = [located]
    return [
        RectifiedSheet(
            [replace(placement.form, matrix=_enlarge(placement.form.matrix, shrink)) for placement in sheet],
            by_template=missing is not None,
        )
        for sheet in sheets
    ]


@dataclass(frozen=True)
class _Placement:
    """A table at one place of a page: its form, the share of lines that are present, and its corners (4, 2)."""

    table: FormTable
    form: RectifiedForm
    present: float
    corners: np.ndarray

    @property
    def centre(self) -> np.ndarray:
        centre: np.ndarray = self.corners.mean(0)
        return centre


def _page_darkness(page: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the darkness of a page of at most MAX_PAGE_SIDE pixels, and its size relative to the page's."""
    if min(page.shape) < MIN_PAGE_SIDE:
        raise UnreadableSheet(f"it has only {page.shape[1]} x {page.shape[0]} pixels")
    shrink = min(1.0, MAX_PAGE_SIDE / max(page.shape))
    if shrink < 1:
        page = cv2.resize(page, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    return darkness(page), shrink


def _enlarge(matrix: np.ndarray, shrink: float) -> np.ndarray:
    enlarged: np.ndarray = np.diag([1 / shrink, 1 / shrink, 1]) @ matrix
    return enlarged


def _place_table(dark: np.ndarray, table: FormTable, upright: bool = False) -> list[_Placement]:
    """Return the places of a page where the boxes of a table are; best first, none overlapping another.

    Every frame is tried as it lies, and only then turned, for a page on its side or upside down.
    """
    placed: list[_Placement] = []
    waiting: list[np.ndarray] = []
    for level in frame_candidates(dark):
        for corners in level:
            if any(_overlap(corners, other.corners) for other in placed if other.present >= SURE_PRESENT):
                continue
            waiting.append(corners)
            _try_frame(dark, table, corners, placed)
        if any(other.present >= SURE_PRESENT for other in placed):
            break
    if upright:
        return placed
    # Of turned frames, only those that may be another sheet: of about the size of the first.
    for quarters, corners in product((2, 1, 3), waiting):
        if any(_overlap(corners, other.corners) for other in placed if other.present >= SURE_PRESENT):
            continue
        if placed and not 0.7 < _area(corners) / _area(placed[0].corners) < 1.4:
            continue
        _try_frame(dark, table, turn_corners(corners, quarters), placed)
    return placed


def _try_frame(dark: np.ndarray, table: FormTable, corners: np.ndarray, placed: list[_Placement]) -> None:
    """Add a table to `placed` if its boxes are between four corners, in place of a worse one that overlaps it."""
    if not aspect_fits(corners, table.width, table.height):
        return
    placement = _fit_table(dark, corners, table)
    if placement.present < MIN_PRESENT:
        return
    overlapping = [other for other in placed if _overlap(placement.corners, other.corners)]
    if all(other.present < placement.present for other in overlapping):
        placed[:] = [other for other in placed if not any(other is worse for worse in overlapping)] + [placement]


def _area(corners: np.ndarray) -> float:
    return float(cv2.contourArea(corners.astype(np.float32)))


def _overlap(first: np.ndarray, second: np.ndarray) -> bool:
    """Return whether two quadrilaterals (4, 2) share a tenth of the smaller one."""
    a, b = first.astype(np.float32), second.astype(np.float32)
    if (a.max(0) < b.min(0)).any() or (b.max(0) < a.min(0)).any():
        return False
    shared, _ = cv2.intersectConvexConvex(cv2.convexHull(a), cv2.convexHull(b))
    return bool(shared > 0.1 * min(_area(a), _area(b)))


def _place_by_template(dark: np.ndarray, layout: FormLayout, template: TemplatePage) -> list[_Placement] | None:
    """Return the place of each table that the template's print tells; None if its boxes are not there."""
    matrices = template.locate(dark)
    if matrices is None:
        return None
    placements = []
    for table, matrix in zip(layout.tables, matrices, strict=True):
        corners = cv2.perspectiveTransform(_canvas(table).frame[None], matrix)[0]
        if not cv2.isContourConvex(corners.astype(np.float32)) or not aspect_fits(corners, table.width, table.height):
            return None
        placement = _fit_table(dark, corners, table)
        if placement.present < MIN_PRESENT_BY_TEMPLATE:
            return None
        placements.append(placement)
    return placements


def _group_by_sheet(placements: list[list[_Placement]]) -> list[list[_Placement]]:
    """Return the tables of each sheet; sheets in reading order.

    Raises:
        UnreadableSheet: The tables are not at places of their own and in the layout's order, or several sheets have
            several tables, of which it is not known which belong together.
    """
    if len(placements) == 1:
        step = float(np.median([np.ptp(placement.corners[:, 1]) for placement in placements[0]])) / 2
        return [[one] for one in sorted(placements[0], key=lambda one: (one.centre[1] // step, one.centre[0]))]
    sheets = [list(sheet) for sheet in product(*placements) if all(starmap(_in_order, combinations(sheet, 2)))]
    if not sheets:
        raise UnreadableSheet(
            "its tables are not in the order of the layout, from top to bottom and from left to right"
        )
    if len(sheets) > 1:
        raise UnreadableSheet("its tables are at more than one place: scan every sheet by itself")
    return sheets


def _in_order(first: _Placement, second: _Placement) -> bool:
    """Return whether a table is below or right of another, as seen on the form, and no more turned than that."""
    if _overlap(first.corners, second.corners):
        return False
    seen = cv2.perspectiveTransform(second.corners[None].astype(float), np.linalg.inv(first.form.matrix))[0]
    width, height = first.form.dark.shape[::-1]
    edge = seen[1] - seen[0]
    return bool(edge[0] > 3 * abs(edge[1]) and (seen[:, 1].mean() > height or seen[:, 0].mean() > width))


def _decide_orientation(
    dark: np.ndarray, placement: _Placement, number: int, template: TemplatePage | None
) -> _Placement:
    """Return the placement in the orientation for which there is evidence.

    Raises:
        UnreadableSheet: The table looks alike when it is turned, and nothing tells which way up it is.
    """
    rivals = [placement]
    for quarters, share in _agreements(placement.table).items():
        if share < MIN_RIVAL:
            continue
        corners = turn_corners(placement.corners, quarters)
        if aspect_fits(corners, placement.table.width, placement.table.height):
            rival = _fit_table(dark, corners, placement.table)
            if rival.present > placement.present - max((1 - share) / 2, MIN_LEAD):
                rivals.append(rival)
    if len(rivals) == 1:
        return placement
    best = None
    if template is not None:
        boxes = _canvas(placement.table).boxes
        best = template.best_turn(number, [rival.form.dark for rival in rivals], boxes)
    if best is None:
        raise UnreadableSheet(
            "it looks alike when it is turned, so it is not clear which way up it is: name an upright page of the form "
            "as template_page in the layout"
        )
    return rivals[best]


@lru_cache(maxsize=64)
def _cached_agreements(boxes: bytes, width: float, height: float) -> dict[int, float]:
    return turned_agreement(np.frombuffer(boxes).reshape(-1, 4), width, height)


def _agreements(table: FormTable) -> dict[int, float]:
    """Return how much a turned table looks like itself, by the number of quarters."""
    scale = _canvas(table).scale
    return _cached_agreements((table.flat_boxes * scale).tobytes(), table.width * scale, table.height * scale)


def _reason(dark: np.ndarray, table: FormTable, layout: FormLayout, n_places: int) -> str:
    """Return why a table cannot be segmented on a page where its boxes are at `n_places` places."""
    which = f"table {table.name!r}: " if len(layout.tables) > 1 else ""
    if n_places:
        return f"{which}it is there {n_places} times"
    if next(chain.from_iterable(frame_candidates(dark)), None) is None:
        return f"{which}no frame was found on it"
    return f"{which}its boxes are not where the layout has them"


def _fit_table(dark: np.ndarray, corners: np.ndarray, table: FormTable) -> _Placement:
    """Return a table between four corners of a page."""
    canvas = _canvas(table)
    boxes, size = canvas.boxes, canvas.size
    matrix = cv2.getPerspectiveTransform(canvas.frame.astype(np.float32), corners.astype(np.float32))
    for _ in range(MAX_CORRECTIONS):
        flat = cv2.warpPerspective(dark, matrix, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        lines, strength = detect_lines(flat, boxes)
        present = lines_present(flat, boxes, strength)
        if (correction := estimate_correction(boxes, lines, present)) is None:
            break
        matrix = matrix @ correction
    offsets = line_offsets(boxes, lines)
    found = present & (offsets <= MAX_LINE_OFFSET)
    # Where a line is not seen it is where the layout has it.
    lines = np.where(found, lines, np.column_stack([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]]))
    form = RectifiedForm(flat, canvas.scale, matrix, lines, float(np.median(strength)))
    return _Placement(table, form, float(found.mean()), cv2.perspectiveTransform(canvas.frame[None], matrix)[0])


@dataclass(frozen=True)
class _Canvas:
    """The image that a table is rectified to: as large as the frame, and larger where boxes lie beside it.

    `scale` is pixels per unit of the layout; `boxes` (boxes, 4) and `frame`, the corners (4, 2) of the frame, clockwise
    from the upper left, are in pixels, and `size` is width and height.
    """

    scale: float
    boxes: np.ndarray
    frame: np.ndarray
    size: tuple[int, int]


def _canvas(table: FormTable) -> _Canvas:
    scale = float(BOX_SIZE / table.flat_boxes[:, 2:].min())
    boxes = table.flat_boxes * scale
    width, height = round(table.width * scale), round(table.height * scale)
    first = np.minimum((boxes[:, :2] - BESIDE_MARGIN).min(0), 0).round()
    last = np.maximum((boxes[:, :2] + boxes[:, 2:] + BESIDE_MARGIN).max(0), [width, height]).round()
    inside = (boxes[:, :2] >= 0).all() and (boxes[:, :2] + boxes[:, 2:] <= [width + 1, height + 1]).all()
    if inside:
        first, last = np.zeros(2), np.array([width, height])
    frame = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=float) - first
    boxes = np.column_stack([boxes[:, :2] - first, boxes[:, 2:]])
    return _Canvas(scale, boxes, frame, (int(last[0] - first[0]), int(last[1] - first[1])))
