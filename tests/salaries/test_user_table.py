"""A user's table: coded as in R, with one message per problem."""

import json
import unicodedata

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relecture.data.config import TableFormat, TableSource
from relecture.errors import UserError
from relecture.salaries import data, user_table
from relecture.salaries.cli import app
from relecture.salaries.config import DataJobConfig, SplitsConfig, UserTableConfig

ROWS = 60
SOURCE = TableSource(path="", named_by="salaries.data", setting="salaries.data.{}")
CONFIG = UserTableConfig(
    **{"source": SOURCE, "target": "wage", "exclude_columns": [], "factors": [], "relaxed_lasso": ["age"]},
    **{"test_size": 20, "n_folds": 5, "max_training_rows": 5_000},
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
    """Write a table to a file, read it and code it: `read(table, test_size=10)`."""

    def call(table: pd.DataFrame, *, one_hot: bool = False, **more) -> pd.DataFrame:
        path = tmp_path / "mine.csv"
        table.to_csv(path, index=False)
        table_format = TableFormat(**{key: more.pop(key) for key in TableFormat.model_fields if key in more})
        source = SOURCE.model_copy(update={"path": str(path), "format": table_format})
        config = CONFIG.model_copy(update={"source": source, **more})
        complete, call.profile = user_table.read(config)
        return data.encode(complete, config.target, one_hot=one_hot)

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


def test_one_hot_a_factor_of_three_levels_is_three_columns_and_one_of_two_is_one(read, wages):
    table = read(wages, one_hot=True)
    assert list(table.columns) == ["age", "regioneast", "regionNorth", "regionsouth", "unionyes", "wage"]
    expected = pd.get_dummies(wages.region).add_prefix("region")
    for column in expected:
        assert table[column].tolist() == expected[column].astype(int).tolist()


@pytest.mark.parametrize("one_hot", [False, True])
def test_hitters_as_a_user_s_table_is_coded_as_in_the_book(hitters_csv, players, one_hot):
    source = SOURCE.model_copy(update={"path": str(hitters_csv)})
    update = {"source": source, "target": "Salary", "relaxed_lasso": ["Hits"], "test_size": 87}
    complete, _ = user_table.read(CONFIG.model_copy(update=update))
    pd.testing.assert_frame_equal(data.encode(complete, "Salary", one_hot=one_hot), players)


def test_rows_with_a_missing_value_are_excluded_and_counted(read, wages):
    holes = wages.astype(object)
    holes.loc[[3, 7], "age"], holes.loc[[7, 9], "region"], holes.loc[11, "wage"] = None, "NA", None
    table = read(holes)
    assert table.wage.tolist() == wages.drop(index=[3, 7, 9, 11]).wage.tolist()
    message = "\n".join(read.profile.lines())
    assert "60 rows, 56 used; 4 of 60 rows have a missing value" in message
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


def test_more_columns_than_rows_of_a_sample_are_an_error(read, problems, wages):
    wide = wages.assign(**{f"x{i}": np.arange(ROWS) ** i % 7 for i in range(1, 9)})
    predictors = 1 + 2 + 1 + 8  # age, region, union and the new ones
    read(wide, max_training_rows=predictors + 2)
    (problem,) = problems(wide, max_training_rows=predictors + 1)
    assert f"salaries.max_training_rows is {predictors + 1}; {predictors + 2} are needed" in problem


def test_a_column_without_a_name_is_an_error(problems, wages):
    assert problems(wages.reset_index().rename(columns={"index": ""})) == [
        "a column has no name: name it in the header line, or remove it if it only numbers the rows"
    ]


@pytest.mark.parametrize("name", ["unionyes", "regioneast"])
def test_a_column_named_as_that_of_a_level_is_an_error(problems, wages, name):
    assert problems(wages.assign(**{name: range(ROWS)})) == [
        f"two columns are called `{name}` once factors have a column per level: rename one"
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
    drawn = data.draw_splits(30, SplitsConfig(seeds=[1], test_size=10, n_folds=3, max_training_rows=5_000))
    with pytest.raises(UserError, match=r"split-0001: `struck` is 0.0 in all 10 test rows; change salaries.test_size"):
        data.require_variation(drawn, observed)


def test_the_command_reports_it_without_a_traceback(tmp_path, monkeypatch, wages):
    monkeypatch.chdir(tmp_path)
    wages.to_csv("mine.csv", index=False, sep=";")
    source = SOURCE.model_copy(update={"path": "mine.csv"})
    config = DataJobConfig(user_table=CONFIG.model_copy(update={"source": source})).to_json()
    with pytest.raises(SystemExit) as ended:
        app([
            *("data", "--config-json", config, "--source", "mine.csv", "--profile", "."),
            *("--out", "table.csv", "--out-one-hot", "one_hot.csv"),
        ])  # fmt: skip
    assert str(ended.value) == (
        "relecture: salaries.data names the file mine.csv: its columns are separated by semicolons: "
        'set salaries.data.separator: ";"'
    )
    assert not (tmp_path / "table.csv").exists()


@pytest.mark.parametrize(("column", "what"), [("wage", "target"), ("age", "column")])
@pytest.mark.parametrize("unit", [1e-150, 1e150])
def test_numbers_whose_squares_cannot_be_computed_are_reported(problems, wages, column, what, unit):
    assert problems(wages.assign(**{column: wages[column] * unit})) == [
        f"the numbers in the {what} `{column}` are too large or too small to be squared: use another unit"
    ]


@pytest.mark.parametrize("unit", [1e-40, 1e40])
def test_numbers_that_float32_cannot_hold_are_read(read, wages, unit):
    assert read(wages.assign(wage=wages.wage * unit)).wage.tolist() == (wages.wage * unit).tolist()


def test_a_column_of_codes_is_a_factor_if_it_is_named_as_one(read, wages):
    coded = wages.assign(region=wages.region.map({"south": 10, "North": 2, "east": 1}))
    assert list(read(coded).columns) == ["age", "region", "unionyes", "wage"]
    table = read(coded, factors=["region"])
    assert list(table.columns) == ["age", "region2", "region10", "unionyes", "wage"]  # by size, as factor() in R
    assert table.region10.tolist() == (wages.region == "south").astype(int).tolist()
    assert "region (factor): 3 levels, compared with 1: " in "\n".join(read.profile.lines())


def test_a_factor_must_be_another_column_than_the_target_and_the_excluded_ones(problems, wages):
    assert problems(wages, factors=["rgion"]) == ["it has no column `rgion`: did you mean `region`?"]
    assert problems(wages, factors=["wage"]) == ["`wage` is both the target and in salaries.data.factors"]
    assert problems(wages, factors=["region"], exclude_columns=["region"]) == [
        "`region` is both in salaries.data.factors and in salaries.data.exclude_columns"
    ]


def test_a_number_that_is_written_in_two_ways_is_one_level(problems, wages):
    assert problems(wages.assign(region=["1", "1.0", "2"] * 20), factors=["region"]) == [
        'the column `region` holds one number as "1" and as "1.0": write it in one way'
    ]


def test_a_european_file_needs_two_settings(tmp_path, wages):
    path = tmp_path / "mine.csv"
    wages.to_csv(path, index=False, sep=";", decimal=",")
    source = SOURCE.model_copy(update={"path": str(path)})
    with pytest.raises(
        UserError, match=r'separated by semicolons: set salaries.data.separator: ";" and .*decimal: ","'
    ):
        user_table.read(CONFIG.model_copy(update={"source": source}))
    source = source.model_copy(update={"format": TableFormat(separator=";", decimal=",")})
    assert user_table.read(CONFIG.model_copy(update={"source": source}))[0].wage.tolist() == wages.wage.tolist()


def test_points_that_may_separate_thousands_are_an_error_until_a_setting_says_what_they_are(read, problems, wages):
    table = wages.assign(rent=["1.250", "875", "12.400"] * 20)
    assert problems(table) == [
        'the column `rent` may have points for thousands ("1.250" in row 1): if this is 1250, set '
        'salaries.data.thousands: "."; if it is 1.25, set salaries.data.decimal: "."'
    ]
    assert read(table, decimal=".").rent.tolist() == [1.25, 875, 12.4] * 20
    whole = table.drop(columns="wage").assign(pay=range(100, 160))
    assert read(whole, thousands=".", target="pay").rent.tolist() == [1250, 875, 12400] * 20


def test_levels_that_differ_only_in_capitals_are_an_error_until_they_are_factors(read, problems, wages):
    table = wages.assign(union=wages.union.where(wages.index % 3 > 0, "YES"))
    assert "which differ only in capitals" in problems(table)[0]
    assert {"unionyes", "unionYES"} <= set(read(table, factors=["union"]).columns)
    assert "which differ only in capitals" in read.profile.warnings[0]


def test_a_total_row_is_an_error(problems, wages):
    total = pd.DataFrame(
        {"wage": [wages.wage.sum().round(2)], "age": [wages.age.sum()], "region": "all", "union": "no"}
    )
    assert problems(pd.concat([wages, total])) == [
        f"the last row (61) is the sum of all others (wage {total.wage[0]}, age {total.age[0]}): remove it"
    ]


def test_row_numbers_and_names_that_look_alike_are_warnings(read, wages):
    read(wages.assign(id=range(1, ROWS + 1), Age=wages.age**2))
    assert read.profile.warnings == [
        'the names of the columns have "age" and "Age", which differ only in capitals: rename one unless both are '
        "meant",
        "the column `id` seems to number the rows (1, 2, 3, ...): name it in salaries.data.exclude_columns unless it "
        "is a measurement",
    ]


def test_the_profile_has_every_column_with_its_use(read, wages):
    read(wages, exclude_columns=["region"])
    assert [(column.name, column.use) for column in read.profile.columns] == [
        ("wage", "target"),
        ("age", "number"),
        ("union", "factor"),
        ("region", "excluded"),
    ]


TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=4)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(TEXTS, min_size=2, max_size=3, unique=True),
    st.tuples(st.integers(0, 2**32 - 1), st.integers(-3, 6), st.integers(0, 6), st.floats(0, 0.2)),
    st.tuples(st.sampled_from(",;\t"), st.sampled_from(".,"), st.sampled_from(["", "NA"]), st.booleans()),
)
def test_a_table_that_pandas_writes_is_coded_as_it_is_or_refused(tmp_path_factory, levels, random_numbers, style):
    seed, size, n_decimals, missing_share = random_numbers
    separator, decimal, na_rep, is_factor = style
    path = tmp_path_factory.mktemp("pandas") / "mine.csv"
    random = np.random.default_rng(seed)
    target, ages = random.normal(size=30), (random.normal(size=30) * 10.0**size).round(n_decimals)
    table = pd.DataFrame({"wage": target, "age": ages, "kind": random.choice(np.array(levels, object), 30)})
    table.loc[random.random(30) < missing_share, "age"] = np.nan
    table.loc[random.random(30) < missing_share, "kind"] = None
    table.to_csv(path, index=False, sep=separator, decimal=decimal, na_rep=na_rep)
    table_format = TableFormat(separator=separator, decimal=decimal, na_values=[na_rep])
    source = SOURCE.model_copy(update={"path": str(path), "format": table_format})
    update = {"source": source, "factors": ["kind"] if is_factor else [], "test_size": 10, "n_folds": 3}
    try:
        complete, _ = user_table.read(CONFIG.model_copy(update=update))
        coded = data.encode(complete, "wage")
    except UserError:
        return
    kind = table.kind.fillna("").map(lambda text: unicodedata.normalize("NFC", text).strip())
    known = table.age.notna() & ~kind.isin(["", na_rep])
    assert coded.wage.tolist() == target[known].tolist()
    assert coded.age.tolist() == table.age[known].tolist()
    for level in kind[known].unique():
        column = coded.get(f"kind{level}")
        if column is not None:
            assert column.tolist() == (kind[known] == level).astype(int).tolist()
    assert len(coded.columns) in (2 + kind[known].nunique() - 1, 3)  # 3 if all texts are numbers
