"""The layout of a form, and the file that holds it."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relecture.errors import UserError
from relecture.tallies.segmentation.layout import FormLayout

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


def test_the_example_in_the_docstring_is_a_layout(tmp_path):
    from relecture.tallies.segmentation import layout

    docstring = layout.__doc__
    example = docstring[docstring.index("    {") : docstring.rindex("}") + 1]
    assert FormLayout.read(written(tmp_path, example)).parties == ("Party A", "Party B")


@given(st.lists(st.text(min_size=1).filter(str.strip), min_size=1, max_size=20, unique=True))
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
        (with_party(boxes=[[110, 30, 12, 12]]), "every party needs the same number"),
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


def test_a_missing_layout_is_a_user_error(tmp_path):
    with pytest.raises(UserError, match=r"layout\.json is missing"):
        FormLayout.read(tmp_path / "layout.json")
