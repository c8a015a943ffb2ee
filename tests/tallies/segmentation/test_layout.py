"""The printed form, and the layout file that describes one."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relecture.errors import UserError
from relecture.tallies.segmentation.layout import Form

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
    form = Form.read(written(tmp_path, BY_HAND))
    assert (form.width, form.height, form.parties) == (160, 220, ("Citizens", "Workers"))
    assert form.boxes.shape == (2, 2, 4)
    assert form.boxes[1, 0].tolist() == [110, 48, 12, 12]


def test_the_example_in_the_description_is_a_layout(tmp_path):
    from relecture.tallies.segmentation import layout

    example = layout.__doc__[layout.__doc__.index("    {") : layout.__doc__.rindex("}") + 1]
    assert Form.read(written(tmp_path, example)).parties == ("Party A", "Party B")


@given(st.lists(st.text(min_size=1).filter(str.strip), min_size=1, max_size=20, unique=True))
def test_a_form_that_was_written_is_read_back(tmp_path_factory, parties):
    path = tmp_path_factory.mktemp("form") / "layout.json"
    form = Form.standard(tuple(parties))
    form.write(path)
    again = Form.read(path)
    assert (again.width, again.height, again.parties) == (form.width, form.height, form.parties)
    np.testing.assert_array_equal(again.boxes, form.boxes)


@pytest.mark.parametrize("parties", [2, 10, 20])
def test_the_boxes_of_the_standard_form_lie_in_its_frame_and_do_not_touch(parties):
    form = Form.standard(tuple(map(str, range(parties))))
    left, top, width, height = form.boxes.reshape(-1, 4).T
    assert (left > 0).all()
    assert (top > 0).all()
    assert (left + width < form.width).all()
    assert (top + height < form.height).all()
    assert (form.boxes[:, 1:, 0] > form.boxes[:, :-1, 0] + form.boxes[:, :-1, 2]).all()


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
        (changed(frame={"width": "160", "height": 220}), r"frame\.width has to be a number, not '160'"),
        (changed(frame={"width": 0, "height": 220}), "have to be above 0"),
        (changed(parties=[]), "at least one party"),
        (changed(parties=["Citizens"]), r"parties\[0\] has no 'name'"),
        (with_party(name=" "), r"parties\[0\]\.name has to be text"),
        (with_party(name="Workers"), "two parties have the name 'Workers'"),
        (with_party(boxes=[]), r"parties\[0\]\.boxes has to be a list with at least one box"),
        (with_party(boxes=[[110, 30, 12, 12]]), "every party needs the same number"),
        (with_party(boxes=[[110, 30, 12], [123, 30, 12, 12]]), r"boxes\[0\] has to be four numbers"),
        (with_party(boxes=[[110, 30, 0, 12], [123, 30, 12, 12]]), "width and a height above 0"),
        (with_party(boxes=[[110, 30, 12, 12], [153, 30, 12, 12]]), r"reaches out of the frame of 160 x 220"),
        (with_party(boxes=[[123, 30, 12, 12], [110, 30, 12, 12]]), "in order from left to right"),
        (with_party(boxes=[[110, 30, 12, True], [123, 30, 12, 12]]), "has to be a number, not True"),
    ],
)
def test_a_wrong_layout_is_answered_with_the_place_and_an_example(tmp_path, content, reason):
    path = written(tmp_path, content)
    with pytest.raises(UserError, match=reason) as caught:
        Form.read(path)
    assert str(path) in str(caught.value)
    assert '"boxes": [[110, 30, 12, 12]' in str(caught.value)


def test_a_layout_that_is_not_there_is_a_user_error(tmp_path):
    with pytest.raises(UserError, match=r"layout\.json is missing"):
        Form.read(tmp_path / "layout.json")
