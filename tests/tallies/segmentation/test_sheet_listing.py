"""Every file of a folder is a page, unread or ignored, with its name and the reason."""

import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageDraw, ImageFont

from relecture.errors import UserError
from relecture.tallies.segmentation import sheet_folder
from relecture.tallies.segmentation.cell_crops import COUNTED, IGNORED, UNREAD, describe_files
from relecture.tallies.segmentation.layout import FormLayout
from relecture.tallies.segmentation.lost_sheets import Surroundings
from relecture.tallies.segmentation.sheet_folder import segment_files, segment_folder
from relecture.tallies.segmentation.sheet_listing import list_sheets


@pytest.fixture
def folder(election_folder, tmp_path):
    """A folder with the layout and the first page of an election, page.png."""
    (tmp_path / "sheets").mkdir()
    shutil.copy(election_folder / "sheets" / "layout.json", tmp_path / "sheets")
    Image.open(election_folder / "sheets" / "sheet-001.jpg").save(tmp_path / "sheets" / "page.png")
    return tmp_path / "sheets"


@pytest.fixture
def page(folder) -> np.ndarray:
    return np.asarray(Image.open(folder / "page.png"))


def rows(*paths) -> dict[str, tuple[str, str]]:
    """Return state and reason of every file, by file and sheet."""
    listing = list_sheets(list(paths))
    found = [row for batch in segment_files(listing.files, listing.forms) for row in batch.files] + listing.others
    return {f"{file}|{sheet}": (state, reason) for file, sheet, state, reason in found}


@pytest.mark.parametrize(
    ("name", "kind"), [("a.tif", "TIFF"), ("a.webp", "WEBP"), ("a.bmp", "BMP"), ("a.jfif", "JPEG"), ("scan", "PNG")]
)
def test_a_page_of_another_kind_is_counted(folder, page, name, kind):
    Image.fromarray(page).save(folder / name, kind)
    assert rows(folder)[f"{name}|{name.split('.')[0]}"] == (COUNTED, "")


def test_a_pdf_of_two_pages_has_two_sheets(folder, page):
    pytest.importorskip("pypdfium2")
    image = Image.fromarray(page)
    image.save(folder / "both.pdf", "PDF", save_all=True, append_images=[image])
    found = rows(folder)
    assert found["both.pdf|both-page-1"] == (COUNTED, "")
    assert found["both.pdf|both-page-2"] == (COUNTED, "")


def test_every_page_of_a_tiff_is_a_sheet_and_an_unreadable_one_is_listed(folder, page):
    blank = Image.new("L", (900, 900), 240)
    Image.fromarray(page).save(folder / "all.tif", save_all=True, append_images=[blank, Image.fromarray(page)])
    found = rows(folder)
    assert found["all.tif|all-page-1"] == (COUNTED, "")
    assert found["all.tif|all-page-2"] == (UNREAD, "no frame was found on it")
    assert found["all.tif|all-page-3"] == (COUNTED, "")


def test_files_that_are_no_page_are_ignored_and_other_kinds_of_images_unread(folder, page):
    Image.fromarray(page).save(folder / "b.gif")
    (folder / "c.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 400 400\n")
    (folder / "notes.txt").write_text("notes")
    (folder / "._page.png").write_bytes(b"\0")
    (folder / ".hidden").mkdir()
    shutil.copy(folder / "page.png", folder / ".hidden" / "page.png")
    found = rows(folder)
    assert found["b.gif|b"][0] == UNREAD
    assert "it is a GIF file, which is not opened" in found["b.gif|b"][1]
    assert "it is a PostScript file, which is not opened" in found["c.png|c"][1]
    assert found["notes.txt|"][0] == IGNORED
    assert found["._page.png|"] == (IGNORED, "it is hidden")
    assert found[".hidden/page.png|"] == (IGNORED, "it is hidden")
    assert found["layout.json|"] == (IGNORED, "it is the layout")
    assert found["page.png|page"] == (COUNTED, "")


@pytest.mark.parametrize("side", [9_000, 20_000])
def test_a_page_of_too_many_pixels_is_not_decoded(folder, side):
    Image.new("1", (side, side)).save(folder / "bomb.png")
    state, reason = rows(folder)["bomb.png|bomb"]
    assert state == UNREAD
    assert "more than 80 million pixels" in reason


@pytest.mark.parametrize("error", [np.linalg.LinAlgError("Singular matrix"), MemoryError()])
def test_no_failure_on_a_page_stops_the_others(folder, page, monkeypatch, error):
    Image.fromarray(page[:, ::-1]).save(folder / "bad.png")
    find_sheets = sheet_folder.find_sheets

    def failing(image, *more):
        if (image == page[:, ::-1]).all():
            raise error
        return find_sheets(image, *more)

    monkeypatch.setattr(sheet_folder, "find_sheets", failing)
    found = rows(folder)
    assert found["page.png|page"] == (COUNTED, "")
    assert found["bad.png|bad"][0] == UNREAD
    assert "LinAlgError: Singular matrix" in found["bad.png|bad"][1] or "more memory" in found["bad.png|bad"][1]


def test_pages_of_sub_folders_are_named_by_their_folder_only_where_it_is_needed(folder):
    for name in ("north", "south"):
        (folder / name).mkdir()
        shutil.copy(folder / "page.png", folder / name / "one.png")
    shutil.copy(folder / "page.png", folder / "north" / "two.png")
    assert set(rows(folder)) >= {
        "page.png|page",
        "north/one.png|north/one",
        "south/one.png|south/one",
        "north/two.png|two",
    }


def test_each_folder_has_its_own_layout(folder, tmp_path):
    east, west = tmp_path / "east", tmp_path / "west"
    layout = FormLayout.read(folder / "layout.json")
    other = FormLayout.one_table(layout.width, layout.height, layout.row_names[::-1], layout.boxes)
    for path, form in ((east, layout), (west, other)):
        path.mkdir()
        form.write(path / "layout.json")
        shutil.copy(folder / "page.png", path / f"{path.name}.png")
    listing = list_sheets([east, west])
    assert [listing.forms[file.form].layout.row_names for file in listing.files] == [layout.row_names, other.row_names]
    assert [file.name for file in listing.files] == ["east", "west"]


def test_sub_folders_with_the_rows_in_another_order_are_put_in_the_order_of_the_first(folder):
    layout = FormLayout.read(folder / "layout.json")
    (folder / "west").mkdir()
    table = replace(layout.tables[0], row_names=layout.row_names[::-1])
    replace(layout, tables=(table,), is_party=layout.is_party[::-1]).write(folder / "west" / "layout.json")
    shutil.copy(folder / "page.png", folder / "west" / "west.png")
    crops = segment_folder(folder)
    assert crops.rows == layout.row_names
    np.testing.assert_array_equal(crops.images[1], crops.images[0][::-1])
    replace(layout, empty_means="look").write(folder / "west" / "layout.json")
    with pytest.raises(UserError, match="layouts that differ in rows, sums or what a box without a digit means"):
        segment_folder(folder)


def test_two_sheets_on_one_scan_are_two_sheets(folder, page):
    Image.fromarray(np.hstack([page, page])).save(folder / "both.png")
    Image.fromarray(np.hstack([page, page[::-1, ::-1]])).save(folder / "turned.png")
    found = rows(folder)
    assert found["both.png|both-form-1"] == (COUNTED, "sheet 1 of 2 on the page")
    assert found["both.png|both-form-2"] == (COUNTED, "sheet 2 of 2 on the page")
    assert "turned.png|turned-form-2" in found


def torn(page: np.ndarray) -> np.ndarray:
    """Return a page without the right edge of its frame."""
    page = page.copy()
    page[:, -110:] = 230
    return page


@pytest.mark.parametrize("quarters", [0, 2])
def test_a_sheet_with_a_broken_frame_beside_another_is_listed_as_unread(folder, page, quarters):
    for number in range(4):  # what the first pages show belongs to the form
        Image.fromarray(page).save(folder / f"a{number}.png")
    Image.fromarray(np.hstack([page, np.rot90(torn(page), quarters)])).save(folder / "right.png")
    Image.fromarray(np.vstack([torn(page), page])).save(folder / "left.png")
    Image.fromarray(np.hstack([page, page, torn(page)])).save(folder / "three.png")
    found = rows(folder)
    assert found["right.png|right"] == found["left.png|left"] == (COUNTED, "")
    for name in ("right.png|right-form-2", "left.png|left-form-2", "three.png|three-form-3"):
        assert found[name][0] == UNREAD
        assert "may show another sheet, which was not found" in found[name][1]
    unreadable = segment_folder(folder).unreadable
    assert unreadable.sheet.tolist() == ["left-form-2", "right-form-2", "three-form-3"]


def test_a_page_by_itself_with_a_broken_frame_beside_its_sheet_is_listed_as_unread(folder, page):
    (folder / "page.png").unlink()
    Image.fromarray(np.hstack([page, torn(page)])).save(folder / "both.png")
    assert rows(folder)["both.png|both-form-2"][0] == UNREAD


def test_what_the_pages_of_a_form_show_beside_their_sheet_belongs_to_the_form():
    # (boxes, frames) of five pages: a form with another table, whose boxes writing hides on some
    usual = Surroundings.usual([Surroundings(*pair) for pair in [(7, 1), (9, 1), (0, 1), (3, 0), (1, 1)]])
    assert usual == (7, 1)
    assert not Surroundings(10, 1).may_show_another(usual, n_boxes=6)
    assert Surroundings(2, 2).may_show_another(usual, n_boxes=6)
    # a form that has no other: one page with a second sheet is not usual
    usual = Surroundings.usual([Surroundings(*pair) for pair in [(8, 1), (0, 0), (1, 0), (0, 0), (0, 0)]])
    assert usual == (1, 0)
    assert Surroundings(4, 0).may_show_another(usual, n_boxes=6)
    assert not Surroundings(3, 0).may_show_another(usual, n_boxes=6)
    assert Surroundings.usual([Surroundings(8, 1)]) == (0, 0)


def test_a_file_that_is_named_twice_is_refused(folder):
    for paths in ([folder, folder / "page.png"], [folder, folder / "." / "page.png"]):
        with pytest.raises(UserError, match=r"page.png would be counted twice: name every file and folder once"):
            list_sheets(paths)


def test_a_link_to_a_folder_is_refused(folder, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (folder / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UserError, match=r"link is a link to a folder, which is not followed"):
        list_sheets([folder])


def test_a_template_of_several_pages_is_refused(folder, page):
    image = Image.fromarray(page)
    image.save(folder / "batch.tif", save_all=True, append_images=[image])
    layout = FormLayout.read(folder / "layout.json")
    replace(layout, template_page=folder / "batch.tif").write(folder / "layout.json")
    with pytest.raises(UserError, match=r"batch.tif, the template_page of the layout, cannot be used: it has several"):
        list_sheets([folder])


def test_two_sheets_on_a_page_need_a_station_each(folder, page):
    Image.fromarray(np.hstack([page, page])).save(folder / "both.png")
    stations = "sheet,district,station\npage,D,1\nboth-form-1,D,2\n"
    (folder / "stations.csv").write_text(stations)
    with pytest.raises(UserError, match=r"stations.csv does not list 'both-form-2'"):
        segment_folder(folder)
    (folder / "stations.csv").write_text(stations + "both-form-2,D,3\n")
    assert segment_folder(folder).stations.station.tolist() == ["1", "2", "3"]


def test_a_table_of_stations_in_a_sub_folder_is_refused(folder):
    (folder / "north").mkdir()
    (folder / "page.png").rename(folder / "north/page.png")
    (folder / "north/stations.csv").write_text("sheet,district,station\npage,North,1\n")
    with pytest.raises(UserError, match=r"north/stations.csv is not read: list the sheets of all sub-folders in .*"):
        segment_folder(folder)
    (folder / "north/stations.csv").rename(folder / "stations.csv")
    (folder / ".old").mkdir()
    (folder / ".old/stations.csv").write_text("of another year")
    assert segment_folder(folder).stations.district.tolist() == ["North"]
    (folder / "north/truth.csv").write_text("sheet,party,votes\n")
    with pytest.raises(UserError, match=r"north/truth.csv is not read"):
        segment_folder(folder)


def test_a_frame_with_unreadable_boxes_beside_a_sheet_is_listed_as_unread(folder, page):
    boxless = page.copy()
    boxless[150:-150, 300:-110] = 240
    Image.fromarray(np.hstack([page, boxless])).save(folder / "both.png")
    assert rows(folder)["both.png|both-form-2"][0] == UNREAD


def test_one_sheet_on_a_large_page_with_writing_around_it_is_one_sheet(folder, page):
    height, width = page.shape
    large = np.full((2 * height, 2 * width), 240, np.uint8)
    large[:height, :width] = page
    image = Image.fromarray(large)
    pen = ImageDraw.Draw(image)
    for line in range(20):
        pen.text(
            (60, height + 20 + 30 * line), "MINUTES OF THE COUNT, 0 8 6 9 o B D " * 3, 20, ImageFont.load_default(26)
        )
    pen.rectangle((width + 80, 80, 2 * width - 80, 300), outline=20, width=3)  # a stamp, or a field for signatures
    image.save(folder / "large.png")
    large[:] = 15
    large[300 : 300 + height, 200 : 200 + width] = page  # on a dark table
    Image.fromarray(large).save(folder / "dark.png")
    found = rows(folder)
    assert [name for name in found if name.startswith(("large", "dark"))] == ["dark.png|dark", "large.png|large"]


def test_boxes_that_the_template_page_has_beside_its_sheet_belong_to_the_form(folder, page):
    layout = FormLayout.read(folder / "layout.json")
    both = np.hstack([page, torn(page)])
    Image.fromarray(both).save(folder / "form.png")
    Image.fromarray(both).save(folder / "other.png")
    Image.fromarray(np.vstack([both, np.hstack([torn(page), np.full_like(page, 240)])])).save(folder / "more.png")
    replace(layout, template_page=folder / "form.png").write(folder / "layout.json")
    found = rows(folder)
    assert "other.png|other-form-2" not in found
    assert found["more.png|more-form-2"][0] == UNREAD


def test_a_sheet_with_a_broken_frame_is_placed_by_another_sheet_and_the_listing_says_so(folder, page):
    Image.fromarray(torn(page)).save(folder / "torn.png")
    state, reason = rows(folder)["torn.png|torn"]
    assert state == COUNTED
    assert "placed by what is printed on sheet page as well" in reason


def test_the_line_about_the_files_counts_and_names_them():
    table = pd.DataFrame(
        [("a.png", "a", COUNTED, ""), ("b.tif", "b-page-1", COUNTED, ""), ("b.tif", "b-page-2", UNREAD, "no frame"),
         ("x.txt", "", IGNORED, "it is no page")],
        columns=["file", "sheet", "state", "reason"],
    )  # fmt: skip
    assert describe_files(table) == "of 3 files 2 counted, 1 unread (b.tif), 1 ignored (x.txt)"
