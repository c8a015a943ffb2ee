"""The files of folders of sheets: which are pages, of which form, and why others are ignored."""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from relecture.data.config import composed
from relecture.errors import UserError
from relecture.tallies.segmentation.cell_crops import IGNORED, UNREAD
from relecture.tallies.segmentation.image_io import FORMATS, BrokenImageError, is_image, n_pages, sheet_name
from relecture.tallies.segmentation.layout import FormLayout
from relecture.tallies.segmentation.lost_sheets import Surroundings, surroundings
from relecture.tallies.segmentation.rectify import UnreadableSheet, find_sheets, make_template, open_page, to_template
from relecture.tallies.segmentation.template_matching import TemplatePage

LAYOUT_FILE, SOURCE_FILE = "layout.json", "source.json"
COMPANION_FILES = {
    LAYOUT_FILE: "it is the layout",
    SOURCE_FILE: "it names the source of simulated sheets",
    "stations.csv": "it is the table of the stations",
    "truth.csv": "it is the table of the true votes",
}
MAX_TEMPLATE_TRIES = 20  # pages that are tried as the template of a folder
N_COMPARED = 5  # readable pages that tell what the form shows beside its sheet


_TEMPLATE = (
    "it is the template page of the layout, which is not counted: if it holds votes, name a copy of it outside the "
    "folder as template_page"
)


@dataclass(frozen=True)
class Form:
    """The form of some pages.

    It has a layout, a page with which others are compared (None without one), and what its pages usually show beside
    their sheet.
    """

    layout: FormLayout
    template: TemplatePage | None = None
    usual: Surroundings = field(default_factory=Surroundings)


@dataclass(frozen=True)
class SheetFile:
    """One page: page number `page` (from 0) of the file `path`.

    `name` is the name of its sheet, `form` the index of its form, and `label` names the file in a listing.
    """

    path: Path
    page: int
    name: str
    form: int
    label: str


@dataclass(frozen=True)
class SheetListing:
    """All pages of some folders with their forms, and rows (FILE_COLUMNS) of the files that are no page."""

    files: list[SheetFile]
    forms: list[Form]
    others: list[tuple[str, str, str, str]] = field(default_factory=list)


def list_sheets(
    paths: Sequence[Path], layout: Path | None = None, form_layout: FormLayout | None = None
) -> SheetListing:
    """Return the pages of files and folders, sub-folders included, each with the layout of its folder.

    A sheet's name is that of its file without the suffix; where two folders hold files of one name, with the folder
    before it; with `-page-2` after it for the second page of a file.

    Args:
        paths: Page images, or folders of them.
        layout: File of the layout of all pages; without it that of the nearest folder above the page that has one.
        form_layout: The layout of all pages, in place of the content of the file `layout`.

    Raises:
        UserError: A path does not exist, a folder has no layout or no page, or two sheets have the same name.
    """
    if missing := [str(path) for path in paths if not path.exists()]:
        raise UserError(f"there is no sheet {', '.join(missing[:5])}")
    pages: list[tuple[Path, str, Path]] = []  # file, its label, and the folder above which no layout is looked for
    others: list[tuple[str, str, str, str]] = []
    for path in paths:
        if path.is_dir():
            prefix = f"{path.resolve().name}/" if len(paths) > 1 else ""
            for file in _walk(path):
                label = composed(prefix + file.relative_to(path).as_posix())
                reason = _why_ignored(file, path)
                if reason is None:
                    pages.append((file, label, path))
                else:
                    others.append((label, "", IGNORED, reason))
        else:
            pages.append((path, composed(path.name), path.parent))
    if not pages:
        FormLayout.read(layout or paths[0] / LAYOUT_FILE)
        raise UserError(f"{', '.join(map(str, paths[:5]))} holds no page image ({FORMATS})")
    times = Counter(file.resolve() for file, _, _ in pages)
    if twice := [str(file) for file, n_times in times.items() if n_times > 1]:
        raise UserError(f"{', '.join(twice[:5])} would be counted twice: name every file and folder once")
    layouts: dict[Path, FormLayout] = {}
    layout_paths = [layout or _nearest_layout(file, top) for file, _, top in pages]
    for path in layout_paths:
        if path not in layouts:
            layouts[path] = form_layout or FormLayout.read(path)
    templates = {form.template_page.resolve() for form in layouts.values() if form.template_page is not None}
    order, files = list(layouts), []
    stems = Counter(sheet_name(file) for file, _, _ in pages if file.resolve() not in templates)
    for (file, label, _), layout_path in zip(pages, layout_paths, strict=True):
        if file.resolve() in templates and len(pages) > 1:
            others.append((label, sheet_name(file), UNREAD, _TEMPLATE))
            continue
        stem = sheet_name(file)
        if stems[stem] > 1 and "/" in label:
            stem = label.removesuffix(file.suffix)
        try:
            count = n_pages(file)
        except BrokenImageError as error:
            others.append((label, stem, UNREAD, str(error)))
            continue
        if count == 0:
            others.append((label, stem, UNREAD, "it has no page"))
        names = [stem] if count == 1 else [f"{stem}-page-{number + 1}" for number in range(count)]
        files += [SheetFile(file, page, name, order.index(layout_path), label) for page, name in enumerate(names)]
    _check_unique_names(files)
    forms = [_form(layouts[path], [file for file in files if file.form == number]) for number, path in enumerate(order)]
    return SheetListing(files, forms, others)


def _walk(folder: Path) -> list[Path]:
    """Return all files below a folder, sorted by name, those of the folder itself first."""
    files: list[Path] = []
    for parent, folders, names in os.walk(folder, onerror=_refuse_unlisted):
        folders.sort()
        if links := [name for name in folders if (Path(parent) / name).is_symlink()]:
            raise UserError(f"{Path(parent) / links[0]} is a link to a folder, which is not followed: name that folder")
        # Snakemake leaves a mark in a folder that is an output, such as that of the simulated sheets.
        files += [Path(parent) / name for name in sorted(names) if name != ".snakemake_timestamp"]
    return files


def _refuse_unlisted(error: OSError) -> None:
    raise UserError(f"{error.filename} cannot be listed: {error.strerror}") from error


def _why_ignored(file: Path, top: Path) -> str | None:
    """Return why a file of a folder is no page; None if it is one."""
    if any(part.startswith(".") for part in file.relative_to(top).parts):
        return "it is hidden"
    if file.name in COMPANION_FILES:
        return COMPANION_FILES[file.name]
    try:
        return None if is_image(file) else f"it is no page ({FORMATS})"
    except BrokenImageError as error:
        return str(error)


def _nearest_layout(file: Path, top: Path) -> Path:
    for folder in file.parents:
        if (folder / LAYOUT_FILE).is_file():
            return folder / LAYOUT_FILE
        if folder == top:
            break
    return top / LAYOUT_FILE


def _check_unique_names(files: Sequence[SheetFile]) -> None:
    seen: dict[str, SheetFile] = {}
    for file in files:
        if (other := seen.get(file.name)) is not None:
            raise UserError(
                f"{file.path.parent} holds two images of the sheet {file.name!r}: two sheets are named {file.name}: "
                f"{other.path} and {file.path}. Rename or remove one of them"
            )
        seen[file.name] = file


def _form(layout: FormLayout, files: Sequence[SheetFile]) -> Form:
    """Return the form of some pages; its template is the layout's, or the first page of theirs that is readable."""
    template, shown = None, []
    if layout.template_page is not None:
        try:
            if n_pages(layout.template_page) > 1:
                raise UnreadableSheet("it has several pages")
            page = open_page(layout.template_page)
            template = make_template(page, layout, f"template page {layout.template_page.name}")
            usual = surroundings(page, find_sheets(page, layout, template))
        except UnreadableSheet as error:
            raise UserError(
                f"{layout.template_page}, the template_page of the layout, cannot be used: {error}. Name an upright, "
                "well-scanned page of the form"
            ) from error
        return Form(layout, template, usual)
    for file in files[:MAX_TEMPLATE_TRIES]:
        try:
            page = open_page(file.path, file.page)
            sheets = find_sheets(page, layout)
            template = template or to_template(page, sheets[0], f"sheet {file.name}")
            shown.append(surroundings(page, sheets))
        except Exception:  # whatever is wrong with this page is reported where it is segmented
            continue
        if len(shown) == N_COMPARED:
            break
    return Form(layout, template, Surroundings.usual(shown))
