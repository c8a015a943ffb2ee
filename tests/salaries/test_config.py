"""Settings of the table: the book's is as it is, and one of one's own is checked where it is read."""

from pathlib import Path

import pytest

from relecture.config import load
from relecture.config.yaml_files import merge, read
from relecture.errors import UserError

STANDARD = read(Path(__file__).parents[2] / "config/config.yaml")
MINE = {"path": "flats/rents.csv", "target": "rent"}


def told(change: dict) -> list[str]:
    """The mistakes in the settings of salaries with this change."""
    with pytest.raises(UserError) as caught:
        load(merge(STANDARD, {"salaries": change}))
    return [line.strip() for line in str(caught.value).splitlines()[1:-1]]


@pytest.mark.parametrize("change", [{"target": "Hits"}, {"rows": "people"}, {"unit": "cents"}, {"leave_out": ["Hits"]}])
def test_the_book_s_table_is_as_it_is_and_the_way_to_another_question_is_told(change):
    (line,) = told({"data": change})
    assert line.startswith("salaries.data is {")
    assert "to ask another question of it, name its file: path: resources/Hitters.csv" in line


def test_of_the_players_at_most_200_are_held_out():
    assert told({"test_size": 250}) == ["salaries.test_size is 250: of the 263 players at most 200 may be held out"]


def test_another_table_is_checked_where_it_is_read():
    settings = load(merge(STANDARD, {"salaries": {"data": MINE, "test_size": 250, "relaxed_lasso": ["size"]}})).salaries
    assert settings.subject() == {"name": "rents.csv", "target": "rent", "rows": "rows", "unit": ""}
    assert settings.table()["relaxed_lasso"] == ["size"]
    assert settings.splits("book")["test_size"] == 250


def test_what_another_table_has_is_still_checked_by_its_form():
    assert told({"data": {**MINE, "leave_out": "name"}}) == [
        'salaries.data.leave_out is "name": it must be a list of texts'
    ]
    assert told({"data": MINE, "relaxed_lasso": ["size", "size"]}) == [
        'salaries.relaxed_lasso is ["size", "size"]: every predictor may be named once'
    ]
