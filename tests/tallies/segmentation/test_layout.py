"""The layout of a form, and the file that holds it."""

import json
import re
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relecture.errors import UserError
from relecture.tallies.segmentation.layout import FormLayout, SumRule, parse_sums

BY_HAND = {
    "frame": {"width": 160, "height": 220},
    "parties": [
        {"name": "Citizens", "boxes": [[110, 30, 12, 12], [123, 30, 12, 12]]},
        {"name": "Workers", "boxes": [[110, 48, 12, 12], [123, 48, 12, 12]]},
    ],
}


def written(tmp_path, content: object):
    path = tmp_path / "layout.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_a_layout_written_by_hand_is_read(tmp_path):
    layout = FormLayout.read(written(tmp_path, BY_HAND))
    assert (layout.width, layout.height, layout.parties) == (160, 220, ("Citizens", "Workers"))
    assert layout.boxes.shape == (2, 2, 4)
    assert layout.boxes[1, 0].tolist() == [110, 48, 12, 12]


def test_the_examples_in_the_docstring_are_layouts(tmp_path):
    from relecture.tallies.segmentation import layout

    (tmp_path / "empty-form.png").touch()
    one, several = re.findall(r"^    {\n.*?^    }\n", layout.__doc__, re.MULTILINE | re.DOTALL)
    assert FormLayout.read(written(tmp_path, one)).parties == ("Party A", "Party B")
    form = FormLayout.read(written(tmp_path, several))
    assert form.row_names == ("01", "02", "valid", "invalid")
    assert form.parties == ("01", "02")
    assert [table.name for table in form.tables] == ["IV", "V"]


TABLES = {
    "tables": [
        {
            "name": "candidates",
            "frame": {"width": 100, "height": 40},
            "rows": [
                {"name": "A", "boxes": [[60, 10, 10, 10], [70, 10, 10, 10]]},
                {"name": "B + C", "boxes": [[60, 25, 10, 10], [70, 25, 10, 10]]},
            ],
        },
        {
            "name": "sums",
            "frame": {"width": 100, "height": 30},
            "rows": [
                {"name": "valid", "boxes": [[50, 10, 10, 10], [60, 10, 10, 10], [70, 10, 10, 10]]},
                {"name": "invalid", "party": False, "boxes": [[120, 10, 10, 10]]},
            ],
        },
    ],
    "sums": ["valid = A + B + C"],
}


def test_rows_of_all_tables_are_aligned_at_the_right(tmp_path):
    form = FormLayout.read(written(tmp_path, TABLES))
    assert form.row_names == ("A", "B + C", "valid", "invalid")
    assert form.has_box.tolist() == [[False, True, True], [False, True, True], [True, True, True], [False, False, True]]
    assert form.boxes.shape == (4, 3, 4)
    assert form.boxes[0, 2].tolist() == [70, 10, 10, 10]
    assert form.boxes[3, 2].tolist() == [120, 10, 10, 10]  # beside the frame
    assert np.isnan(form.boxes[~form.has_box]).all()


def test_the_total_of_a_sum_is_no_party_and_the_defaults_are_those_of_the_documentation(tmp_path):
    form = FormLayout.read(written(tmp_path, TABLES))
    assert form.is_party == (True, True, False, False)
    assert form.parties == ("A", "B + C")
    assert form.sums == (SumRule("valid", ("A", "B + C")),)
    assert (form.empty_means, form.mark_means, form.template_page) == ("0", "look", None)


def test_a_form_of_one_table_may_have_rows_sums_and_meanings_as_well(tmp_path):
    (tmp_path / "page.png").touch()
    parties = [*BY_HAND["parties"], {"name": "All", "party": True, "boxes": [[110, 60, 12, 12], [123, 60, 12, 12]]}]
    more = {"sums": ["All=Citizens+Workers"], "empty": "look", "mark": "0", "template_page": "page.png"}
    form = FormLayout.read(written(tmp_path, {"frame": BY_HAND["frame"], "rows": parties, **more}))
    assert form.parties == ("Citizens", "Workers", "All")
    assert form.sums == (SumRule("All", ("Citizens", "Workers")),)
    assert (form.empty_means, form.mark_means) == ("look", "0")
    assert form.template_page == tmp_path / "page.png"


def test_a_layout_of_several_tables_is_read_back(tmp_path):
    form = FormLayout.read(written(tmp_path, TABLES))
    form.write(tmp_path / "again.json")
    again = FormLayout.read(tmp_path / "again.json")
    assert (again.row_names, again.is_party, again.sums) == (form.row_names, form.is_party, form.sums)
    assert [(table.name, table.width, table.height) for table in again.tables] == [
        ("candidates", 100, 40),
        ("sums", 100, 30),
    ]
    np.testing.assert_array_equal(again.boxes, form.boxes)


def test_the_standard_form_may_have_a_total(tmp_path):
    form = FormLayout.standard(("A", "B"), total="All")
    assert (form.row_names, form.parties, form.sums) == (("A", "B", "All"), ("A", "B"), (SumRule("All", ("A", "B")),))
    form.write(tmp_path / "layout.json")
    again = FormLayout.read(tmp_path / "layout.json")
    assert (again.is_party, again.sums) == (form.is_party, form.sums)


def plain(name: str) -> str:
    return unicodedata.normalize("NFC", " ".join(name.split()))


@given(st.lists(st.text(min_size=1).filter(str.strip), min_size=1, max_size=20, unique_by=plain))
def test_a_written_layout_is_read_back(tmp_path_factory, parties):
    path = tmp_path_factory.mktemp("form") / "layout.json"
    layout = FormLayout.standard(tuple(parties))
    layout.write(path)
    again = FormLayout.read(path)
    assert (again.width, again.height, again.parties) == (layout.width, layout.height, layout.parties)
    np.testing.assert_array_equal(again.boxes, layout.boxes)


@pytest.mark.parametrize("parties", [2, 10, 20])
def test_the_boxes_of_the_standard_form_lie_in_its_frame_and_do_not_touch(parties):
    layout = FormLayout.standard(tuple(map(str, range(parties))))
    left, top, width, height = layout.boxes.reshape(-1, 4).T
    assert (left > 0).all()
    assert (top > 0).all()
    assert (left + width < layout.width).all()
    assert (top + height < layout.height).all()
    assert (layout.boxes[:, 1:, 0] > layout.boxes[:, :-1, 0] + layout.boxes[:, :-1, 2]).all()


def changed(**more: object) -> dict:
    return {**BY_HAND, **more}


def with_party(**more: object) -> dict:
    return changed(parties=[{**BY_HAND["parties"][0], **more}, BY_HAND["parties"][1]])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "cannot be read as JSON"),
        ("[]", "the layout has no 'frame'"),
        (changed(frame=3), "frame has no 'width'"),
        (changed(frame={"width": "160", "height": 220}), r"frame\.width must be a number, not '160'"),
        (changed(frame={"width": 0, "height": 220}), "must be above 0"),
        (changed(parties=[]), "at least one party"),
        (changed(parties=["Citizens"]), r"parties\[0\] has no 'name'"),
        (with_party(name=" "), r"parties\[0\]\.name must be text"),
        (with_party(name="Workers"), "two parties have the name 'Workers'"),
        (with_party(boxes=[]), r"parties\[0\]\.boxes must be a list with at least one box"),
        (with_party(boxes=[[410, 30, 12, 12], [423, 30, 12, 12]]), "is too far from the frame of 160 x 220"),
        (with_party(party="yes"), r"parties\[0\]\.party must be true or false, not 'yes'"),
        (with_party(partty=False), r"parties\[0\] has 'partty': is it 'party'\?"),
        (changed(sum=["Citizens = Workers"]), r"the layout has 'sum': is it 'sums'\?"),
        (changed(sums="Citizens = Workers"), "sums must be a list"),
        (changed(sums=["Citizens"]), r"sums\[0\] must be a sum such as"),
        (changed(sums=["All = Citizens + Workers"]), r"sums\[0\]: there is no row 'All'"),
        (changed(sums=["Citizens = Workers + Worker"]), r"no row 'Worker'; is it 'Workers'\?"),
        (changed(sums=["Citizens = Workers + Workers"]), "names a row twice"),
        (changed(sums=["Citizens = Workers", "Workers = Citizens"]), r"in a circle \(sums\[0\] = .*, sums\[1\] = "),
        (changed(parties=[{**row, "party": False} for row in BY_HAND["parties"]]), "no row is a party"),
        (with_party(name="Workers "), "two parties have the name 'Workers'"),
        ('{"frame": {"width": 160, "width": 16}}', r"frame has 'width' twice: keep one of them"),
        ('{"parties": [{"name": "A", "boxes": [], "boxes": []}]}', r"parties\[0\] has 'boxes' twice"),
        ('{"sums": [], "sums": []}', "the layout has 'sums' twice"),
        (with_party(empty="look"), r"parties\[0\] has 'empty', which belongs into the layout: move it there"),
        (changed(width=160), "the layout has 'width', which belongs into a frame: move it there"),
        (changed(frame={**BY_HAND["frame"], "boxes": []}), "frame has 'boxes', which belongs into a row"),
        (changed(comment="by hand"), "the layout has 'comment': remove it; the keys there are frame, parties, rows"),
        ({"tables": [{**TABLES["tables"][0], "sums": []}]}, r"tables\[0\] has 'sums', which belongs into the layout"),
        (with_party(boxes=[[110, 30, 12, 12], [115, 30, 12, 12]]), r"parties\[0\]\.boxes\[0\] and boxes\[1\] overlap"),
        (
            with_party(boxes=[[110, 40, 12, 12], [123, 40, 12, 12]]),
            r"\('Citizens'\) and parties\[1\] \('Workers'\) over",
        ),
        (with_party(boxes=[[100, 48, 9, 12], [145, 48, 9, 12]]), r"\('Citizens'\) and parties\[1\] \('Workers'\) over"),
        (changed(empty="1"), 'empty must be "0" or "look", not \'1\''),
        (changed(mark=0), 'mark must be "0" or "look", not 0'),
        (changed(template_page="page.png"), "template_page: there is no file"),
        (changed(rows=[]), "both 'parties' and 'rows'"),
        (changed(tables=[]), "both 'tables' and 'frame'"),
        ({"tables": []}, "at least one table"),
        ({"tables": [{"frame": {"width": 1, "height": 1}}]}, r"tables\[0\] has no 'rows'"),
        ({"tables": [TABLES["tables"][0], TABLES["tables"][0]]}, "two rows have the name 'A' .*a name of its own"),
        (with_party(boxes=[[110, 30, 12], [123, 30, 12, 12]]), r"boxes\[0\] must be four numbers"),
        (with_party(boxes=[[110, 30, 0, 12], [123, 30, 12, 12]]), "width and a height above 0"),
        (with_party(boxes=[[110, 30, 12, 12], [153, 30, 12, 12]]), r"reaches out of the frame of 160 x 220"),
        (with_party(boxes=[[123, 30, 12, 12], [110, 30, 12, 12]]), "in order from left to right"),
        (with_party(boxes=[[110, 30, 12, True], [123, 30, 12, 12]]), "must be a number, not True"),
    ],
)
def test_the_error_of_a_wrong_layout_names_the_key_and_shows_an_example(tmp_path, content, reason):
    path = written(tmp_path, content)
    with pytest.raises(UserError, match=reason) as caught:
        FormLayout.read(path)
    assert str(path) in str(caught.value)
    assert '"boxes": [[110, 30, 12, 12]' in str(caught.value)


ROWS = ("a", "b", "c", "d", "e", "a + b")


@pytest.mark.parametrize(
    ("sums", "reason"),
    [
        (
            ["a = b + c", "b = a + d"],
            r"circle \(sums\[0\] = 'a = b \+ c', sums\[1\] = 'b = a \+ d'\): a total cannot be",
        ),
        (["e = a + c", "a = b", "b = c", "c = a"], r"circle \(sums\[1\] = .*, sums\[2\] = .*, sums\[3\] = 'c = a'\)"),
        (["c = a + d", "c = d + a"], r"sums\[0\] and sums\[1\] are the same sum, 'c = a \+ d': remove one"),
        (
            ["c = a + d", "c = a + d + e"],
            "contradict each other: together they hold only where 'e' is 0; correct one of",
        ),
        (["c = a + d", "c = b + e", "b = a + d"], "hold only where 'e' is 0"),
        (["c = a + b"], r"can be understood as \['a \+ b'\] or as \['a', 'b'\]: rename one of these rows"),
    ],
)
def test_sums_that_cannot_be_meant_are_refused(sums, reason):
    with pytest.raises(UserError, match=reason):
        parse_sums(sums, ROWS)


def test_two_ways_to_add_up_one_number_are_sums():
    names = ("a", "b", "c", "d", "row 1", "row 2", "column 1", "column 2", "all")
    sums = ["row 1 = a + b", "row 2 = c + d", "column 1 = a + c", "column 2 = b + d"]
    sums += ["all = row 1 + row 2", "all = column 1 + column 2"]
    assert [str(rule) for rule in parse_sums(sums, names)] == sums


def test_boxes_measured_with_a_ruler_may_overlap_by_a_tenth(tmp_path):
    FormLayout.read(written(tmp_path, with_party(boxes=[[110, 30, 12, 12], [121, 30.5, 12, 12]])))


def test_a_missing_layout_is_a_user_error(tmp_path):
    with pytest.raises(UserError, match=r"layout\.json is missing"):
        FormLayout.read(tmp_path / "layout.json")
