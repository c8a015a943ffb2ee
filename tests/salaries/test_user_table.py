"""A user's table: coded as in R, with one message per problem."""

import json

import numpy as np
import pandas as pd
import pytest

from relecture.data.config import TableFormat, TableSource
from relecture.errors import UserError
from relecture.salaries import data, user_table
from relecture.salaries.cli import app
from relecture.salaries.config import DataJobConfig, SplitsConfig, UserTableConfig

ROWS = 60
SOURCE = TableSource(path="", named_by="salaries.data", setting="salaries.data.{}")
CONFIG = UserTableConfig(
    **{"source": SOURCE, "target": "wage", "exclude_columns": [], "factors": [], "relaxed_lasso": ["age"]},
    **{"test_size": 20, "n_folds": 5},
)


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
    """Write a table to a file and read it: `read(table, test_size=10)`."""

    def call(table: pd.DataFrame, **more) -> pd.DataFrame:
        path = tmp_path / "mine.csv"
        table.to_csv(path, index=False)
        table_format = TableFormat(**{key: more.pop(key) for key in TableFormat.model_fields if key in more})
        source = SOURCE.model_copy(update={"path": str(path), "format": table_format})
        coded, call.profile = user_table.read(CONFIG.model_copy(update={"source": source, **more}))
        return coded

    return call


@pytest.fixture
def problems(read):
    """The problems in the message, one per line."""

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


def test_hitters_as_a_user_s_table_is_coded_as_in_the_book(hitters_csv, players):
    source = SOURCE.model_copy(update={"path": str(hitters_csv)})
    update = {"source": source, "target": "Salary", "relaxed_lasso": ["Hits"], "test_size": 87}
    pd.testing.assert_frame_equal(user_table.read(CONFIG.model_copy(update=update))[0], players)


def test_rows_with_a_missing_value_are_excluded_and_counted(read, wages):
    holes = wages.astype(object)
    holes.loc[[3, 7], "age"], holes.loc[[7, 9], "region"], holes.loc[11, "wage"] = None, "NA", None
    table = read(holes)
    assert table.wage.tolist() == wages.drop(index=[3, 7, 9, 11]).wage.tolist()
    message = "\n".join(read.profile.lines())
    assert "60 rows read, 56 used; 4 of 60 rows have a missing value" in message
    assert "are excluded (wage 1, age 2, region 2)" in message
    assert "region (factor): 3 levels, compared with east: " in message


def test_columns_can_be_excluded(read, problems, wages):
    named = wages.assign(name=[f"Person {chr(65 + i // 26)}{chr(65 + i % 26)}" for i in range(ROWS)])
    assert problems(named) == [
        "the column `name` holds 60 different texts in 60 rows, so it names rows instead of groups: "
        "name it in salaries.data.exclude_columns"
    ]
    assert list(read(named, exclude_columns=["name", "region"]).columns) == ["age", "unionyes", "wage"]
    assert problems(named, exclude_columns=["nmae"]) == ["it has no column `nmae`: did you mean `name`?"]
    assert problems(named, exclude_columns=["wage"]) == [
        "`wage` is both the target and in salaries.data.exclude_columns"
    ]


def test_a_missing_target_is_an_error_that_suggests_a_similar_name(problems, wages):
    assert problems(wages, target="wgae") == ["it has no column `wgae`: did you mean `wage`?"]
    assert problems(wages, target="Salary") == ["it has no column `Salary`: there are wage, age, region, union"]


def test_a_column_without_values_is_an_error(problems, wages):
    assert problems(wages.assign(height="")) == [
        "the column `height` has no values: name it in salaries.data.exclude_columns"
    ]
    assert problems(wages.assign(wage="NA")) == ["the column `wage` has no values"]


def test_text_among_numbers_is_an_error_with_its_row(problems, wages):
    mixed = wages.astype({"age": str})
    mixed.loc[4, "age"] = "n/a"
    assert problems(mixed) == [
        'the column `age` has "n/a" in row 5: set salaries.data.na_values: ["NA", "n/a"] if it marks a missing value, '
        'or set salaries.data.factors: ["age"] if these are categories'
    ]
    mixed.loc[4, "age"] = "old"
    assert problems(mixed) == [
        'the column `age` holds text ("old" in row 5), and numbers elsewhere: write all as one or the other, '
        'or set salaries.data.factors: ["age"] if these are categories; an empty field is a missing value'
    ]


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("{},5", 'separators in the number ("{}" in row 1); set salaries.data.decimal: ","'),
        ("{} %", 'percent signs ("{}" in row 1); write plain numbers with a decimal point'),
        ("€{}", 'currencies ("{}" in row 1); write plain numbers with a decimal point'),
        ("1 00{}", 'separators in the number ("{}" in row 1); set salaries.data.thousands: " "'),
    ],
)
def test_numbers_in_another_form_are_an_error(problems, wages, written, reason):
    table = wages.assign(score=[written.format(i % 7) for i in range(ROWS)])
    assert problems(table) == [
        f"the column `score` holds numbers that are not read: {reason.format(table.score[0])}, "
        'or set salaries.data.factors: ["score"] if these are categories'
    ]


@pytest.mark.parametrize("written", ["NaN", "N/A", ".", "none", "#DIV/0!", "(blank)", "?", "\\N", "–"])
def test_other_marks_of_a_missing_value_are_an_error_until_they_are_set(read, problems, wages, written):
    table = wages.copy()
    table.loc[3, "region"] = written
    marks = json.dumps(["NA", written], ensure_ascii=False)
    assert problems(table) == [
        f'the column `region` has "{written}" in row 4: set salaries.data.na_values: {marks} if it marks a missing '
        'value, or set salaries.data.factors: ["region"] if these are categories'
    ]
    assert len(read(table, na_values=["NA", written])) == ROWS - 1
    assert len(read(table, factors=["region"])) == ROWS


def test_a_target_of_text_is_an_error(problems, wages):
    assert problems(wages, target="union") == [
        f'the target `union` holds text ("{wages.union[0]}" in row 1), it must be numbers; '
        "an empty field is a missing value"
    ]


def test_infinite_values_are_an_error_with_their_row(problems, wages):
    wages = wages.astype({"age": float})
    wages.loc[8, "age"] = np.inf
    assert problems(wages) == ["the column `age` is infinite in row 9: write a number, or leave the field empty"]


def test_one_class_and_a_constant_target_are_an_error(problems, wages):
    assert problems(wages.assign(union="no", age=30)) == [
        "the column `age` is 30 in every row, so it predicts nothing: name it in salaries.data.exclude_columns",
        "the column `union` is no in every row, so it predicts nothing: name it in salaries.data.exclude_columns",
    ]
    assert problems(wages.assign(wage=7)) == ["the target `wage` is 7 in every row, there is nothing to predict"]


def test_too_few_rows_are_an_error_with_the_number_needed(problems, wages):
    assert problems(wages.head(3)) == [
        "it has 3 complete rows, and salaries.test_size = 20 leaves 0 for training; 15 are needed, "
        "3 for each of the 5 folds of salaries.lasso.n_folds"
    ]


def test_no_complete_row_is_an_error_with_the_column_that_misses_most(problems, wages):
    holes = wages.astype(object)
    holes.loc[:50, "age"] = None
    holes.loc[51:, "region"] = None
    assert problems(holes) == [
        "no row is complete; the column `age` misses 51 of 60 values: name it in salaries.data.exclude_columns",
    ]


def test_more_columns_than_training_rows_are_an_error(problems, wages):
    random = np.random.default_rng(5)
    wide = pd.concat([wages, pd.DataFrame(random.normal(size=(ROWS, 300))).add_prefix("x")], axis=1)
    assert problems(wide) == [
        "it has 60 complete rows, and salaries.test_size = 20 leaves 40 for training; 306 are needed, "
        "more than the 304 predictors for a unique least-squares fit (a factor has one per level but one)"
    ]


def test_a_column_without_a_name_is_an_error(problems, wages):
    assert problems(wages.reset_index().rename(columns={"index": ""})) == [
        "a column has no name: name it in the header line, or remove it if it only numbers the rows"
    ]


def test_a_column_named_as_that_of_a_level_is_an_error(problems, wages):
    assert problems(wages.assign(unionyes=range(ROWS))) == [
        "two columns are called `unionyes` once factors have a column per level: rename one"
    ]


@pytest.mark.parametrize("name", ["const", "intercept"])
def test_a_column_named_as_the_constant_is_an_error(problems, wages, name):
    assert problems(wages.rename(columns={"age": name})) == [
        f"a column is called `{name}`, which is the name of a regression's constant: rename it"
    ]


def test_a_target_alone_is_an_error(problems, wages):
    assert problems(wages[["wage"]]) == ["it has no column but the target `wage`, so there are no predictors"]


def test_unknown_predictors_are_an_error(problems, wages):
    assert problems(wages, relaxed_lasso=["aeg", "union", "Hits"]) == [
        "salaries.relaxed_lasso names `aeg`: it has no column `aeg`: did you mean `age`?",
        "salaries.relaxed_lasso names `union`: it has no column `union`: did you mean `unionyes`?",
        "salaries.relaxed_lasso names `Hits`: it has no column `Hits`: there are age, regionNorth, regionsouth, "
        "unionyes",
    ]


def test_all_problems_of_the_fields_are_reported_together(problems, wages):
    mixed = wages.assign(height="", age=wages.age.astype(str).where(wages.index > 0, "young"))
    assert len(problems(mixed)) == 2


def test_a_split_without_variation_is_an_error():
    observed = pd.Series([0.0] * 29 + [1.0], name="struck")
    drawn = data.draw_splits(30, SplitsConfig(seeds=[1], test_size=10, n_folds=3))
    with pytest.raises(UserError, match=r"split-0001: `struck` is 0.0 in all 10 test rows; change salaries.test_size"):
        data.require_variation(drawn, observed)


def test_the_command_reports_it_without_a_traceback(tmp_path, monkeypatch, wages):
    monkeypatch.chdir(tmp_path)
    wages.to_csv("mine.csv", index=False, sep=";")
    source = SOURCE.model_copy(update={"path": "mine.csv"})
    config = DataJobConfig(user_table=CONFIG.model_copy(update={"source": source})).to_json()
    with pytest.raises(SystemExit) as ended:
        app(["data", "--config-json", config, "--source", "mine.csv", "--profile", ".", "--out", "table.csv"])
    assert str(ended.value) == (
        "relecture: salaries.data names the file mine.csv: its columns are separated by semicolons: "
        'set salaries.data.separator: ";"'
    )
    assert not (tmp_path / "table.csv").exists()
