"""A table of one's own in place of Hitters: coded as R does, and one message for each thing wrong with it."""

import json

import numpy as np
import pandas as pd
import pytest

from relecture.errors import UserError
from relecture.salaries import data, user_table
from relecture.salaries.cli import app

ROWS = 60
SPEC = {"target": "wage", "leave_out": [], "relaxed_lasso": ["age"], "test_size": 20, "folds": 5}


@pytest.fixture(scope="module")
def wages() -> pd.DataFrame:
    """Sixty made-up people: two numbers, and two factors of three and of two levels."""
    random = np.random.default_rng(4)
    people = pd.DataFrame(
        {
            "wage": random.normal(20, 4, ROWS).round(2),
            "age": random.integers(18, 65, ROWS),
            "region": random.choice(["south", "North", "east"], ROWS),
            "union": random.choice(["no", "yes"], ROWS),
        }
    )
    people["wage"] += 0.1 * people.age + 3 * (people.union == "yes")
    return people.round(2)


@pytest.fixture
def read(tmp_path):
    """Reads a table after it was written to a file: `read(table, test_size=10)`."""

    def call(table: pd.DataFrame, **more) -> pd.DataFrame:
        path = tmp_path / "mine.csv"
        table.to_csv(path, index=False)
        return user_table.read({**SPEC, "path": str(path), **more})

    return call


@pytest.fixture
def told(read):
    """The lines of the message below its head."""

    def call(table: pd.DataFrame, **more) -> list[str]:
        with pytest.raises(UserError) as caught:
            read(table, **more)
        head, *lines = str(caught.value).splitlines()
        assert head.startswith("the table in salaries.data cannot be used (")
        assert head.endswith("mine.csv):")
        return [line.strip() for line in lines]

    return call


def test_a_factor_of_k_levels_is_k_minus_1_columns_named_as_in_r(read, wages):
    table = read(wages)
    assert list(table.columns) == ["age", "regionNorth", "regionsouth", "unionyes", "wage"]
    assert table.wage.tolist() == wages.wage.tolist()
    assert table.regionsouth.tolist() == (wages.region == "south").astype(int).tolist()
    first_level = table[["regionNorth", "regionsouth"]].sum(axis=1) == 0  # by the alphabet, capitals or not
    assert first_level.tolist() == (wages.region == "east").tolist()


def test_hitters_read_as_a_table_of_one_s_own_is_coded_as_in_the_book(hitters_csv, players):
    config = {**SPEC, "path": str(hitters_csv), "target": "Salary", "relaxed_lasso": ["Hits"], "test_size": 87}
    pd.testing.assert_frame_equal(user_table.read(config), players)


def test_rows_with_a_missing_value_are_left_out_and_counted(read, wages, capsys):
    holes = wages.astype(object)
    holes.loc[[3, 7], "age"], holes.loc[[7, 9], "region"], holes.loc[11, "wage"] = None, "NA", None
    table = read(holes)
    assert table.wage.tolist() == wages.drop(index=[3, 7, 9, 11]).wage.tolist()
    said = capsys.readouterr().err
    assert "4 of 60 rows have a missing value and are left out (wage 1, age 2, region 2)" in said
    assert "factors: region (3 levels, compared with east), union (2 levels, compared with no)" in said


def test_columns_can_be_left_out(read, told, wages):
    named = wages.assign(name=[f"person {i}" for i in range(ROWS)])
    assert told(named) == [
        "the column `name` holds 60 different texts in 60 rows, so it names rows rather than groups of them: "
        "name it in salaries.data.leave_out"
    ]
    assert list(read(named, leave_out=["name", "region"]).columns) == ["age", "unionyes", "wage"]
    assert told(named, leave_out=["nmae"]) == ["it has no column `nmae`: did you mean `name`?"]
    assert told(named, leave_out=["wage"]) == ["`wage` is both the target and in salaries.data.leave_out"]


def test_a_missing_target_is_told_with_the_one_that_was_probably_meant(told, wages):
    assert told(wages, target="wgae") == ["it has no column `wgae`: did you mean `wage`?"]
    assert told(wages, target="Salary") == ["it has no column `Salary`: there are wage, age, region, union"]


def test_a_column_without_values_is_told(told, wages):
    assert told(wages.assign(height="")) == [
        "the column `height` has no values at all: name it in salaries.data.leave_out"
    ]
    assert told(wages.assign(wage="NA")) == ["the column `wage` has no values at all"]


def test_text_among_numbers_is_told_with_its_row(told, wages):
    mixed = wages.astype({"age": str})
    mixed.loc[4, "age"] = "n/a"
    assert told(mixed) == [
        'the column `age` holds text ("n/a" in row 5), and numbers elsewhere: write all as one or the other; '
        "an empty field is a missing value"
    ]


@pytest.mark.parametrize("written", ["{},5", "{} %", "€{}", "1 00{}"])
def test_numbers_with_a_decimal_comma_or_a_unit_are_no_factor(told, wages, written):
    odd = wages.assign(score=[written.format(i % 7) for i in range(ROWS)])
    assert told(odd) == [
        f'the column `score` holds numbers that are no plain ones ("{odd.score[0]}" in row 1): '
        "write them with a point, and without signs and units"
    ]


@pytest.mark.parametrize("written", ["NaN", "N/A", "."])
def test_what_other_programs_write_for_a_missing_value_is_no_level(told, wages, written):
    odd = wages.copy()
    odd.loc[3, "region"] = written
    assert told(odd) == [f'the column `region` says "{written}" in row 4: leave the field empty if a value is missing']


def test_a_target_of_text_is_told(told, wages):
    assert told(wages, target="union") == [
        f'the target `union` holds text ("{wages.union[0]}" in row 1), it must be numbers; '
        "an empty field is a missing value"
    ]


def test_infinite_values_are_told_with_their_row(told, wages):
    wages = wages.astype({"age": float})
    wages.loc[8, "age"] = np.inf
    assert told(wages) == ["the column `age` is infinite in row 9: write a number, or leave the field empty"]


def test_one_class_and_a_constant_target_are_told(told, wages):
    assert told(wages.assign(union="no", age=30)) == [
        "the column `age` is 30 in every row, so it predicts nothing: name it in salaries.data.leave_out",
        "the column `union` is no in every row, so it predicts nothing: name it in salaries.data.leave_out",
    ]
    assert told(wages.assign(wage=7)) == ["the target `wage` is 7 in every row, there is nothing to predict"]


def test_three_rows_are_told_with_how_many_are_needed(told, wages):
    assert told(wages.head(3)) == [
        "it has 3 complete rows, and salaries.test_size = 20 leaves 0 of them to learn from; 15 are needed, "
        "3 for each of the 5 folds of salaries.lasso.folds"
    ]


def test_no_complete_row_is_told_with_the_column_that_misses_most(told, wages):
    holes = wages.astype(object)
    holes.loc[:50, "age"] = None
    holes.loc[51:, "region"] = None
    assert told(holes) == [
        "no row is complete; the column `age` misses 51 of 60: name it in salaries.data.leave_out",
    ]


def test_more_columns_than_rows_to_learn_from_are_told(told, wages):
    random = np.random.default_rng(5)
    wide = pd.concat([wages, pd.DataFrame(random.normal(size=(ROWS, 300))).add_prefix("x")], axis=1)
    assert told(wide) == [
        "it has 60 complete rows, and salaries.test_size = 20 leaves 40 of them to learn from; 306 are needed, "
        "more than the 304 predictors: least squares has no answer otherwise (a factor has one per level but one)"
    ]


def test_a_column_without_a_name_is_told(told, wages):
    assert told(wages.reset_index().rename(columns={"index": ""})) == [
        "a column has no name: give it one in the header line, or remove it if it only numbers the rows"
    ]


def test_a_column_named_as_that_of_a_level_is_told(told, wages):
    assert told(wages.assign(unionyes=range(ROWS))) == [
        "two columns are called `unionyes` once factors have a column per level: rename one"
    ]


@pytest.mark.parametrize("name", ["const", "intercept"])
def test_a_column_named_as_the_constant_is_told(told, wages, name):
    assert told(wages.rename(columns={"age": name})) == [
        f"a column is called `{name}`, as the constant of a regression is: rename it"
    ]


def test_a_target_alone_is_told(told, wages):
    assert told(wages[["wage"]]) == ["it has no column but the target `wage`, so nothing can predict it"]


def test_predictors_that_the_table_does_not_have_are_told(told, wages):
    assert told(wages, relaxed_lasso=["aeg", "union", "Hits"]) == [
        "salaries.relaxed_lasso names `aeg`: it has no column `aeg`: did you mean `age`?",
        "salaries.relaxed_lasso names `union`: it has no column `union`: did you mean `unionyes`?",
        "salaries.relaxed_lasso names `Hits`: it has no column `Hits`: there are age, regionNorth, regionsouth, "
        "unionyes",
    ]


def test_everything_wrong_with_the_fields_is_told_at_once(told, wages):
    mixed = wages.assign(height="", age=wages.age.astype(str).where(wages.index > 0, "young"))
    assert len(told(mixed)) == 2


def test_a_split_without_variation_is_told():
    observed = pd.Series([0.0] * 29 + [1.0], name="struck")
    with pytest.raises(UserError, match=r"split-0001: `struck` is 0.0 in all 10 rows that are held out; set another"):
        data.check(data.draw([1], 30, 10, 3), observed)


def test_the_command_tells_it_without_a_traceback(tmp_path, monkeypatch, wages):
    monkeypatch.chdir(tmp_path)
    wages.to_csv("mine.csv", index=False, sep=";")
    config = json.dumps({**SPEC, "path": "mine.csv"})
    with pytest.raises(SystemExit) as ended:
        app(["data", "--config-json", config, "--source", "mine.csv", "--out", "table.csv"])
    assert str(ended.value) == (
        "relecture: salaries.data names the file mine.csv: its columns are separated by semicolons: "
        "save it with commas between them (and with points in numbers)"
    )
    assert not (tmp_path / "table.csv").exists()
