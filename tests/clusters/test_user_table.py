"""A user's table is read and standardised; every problem with it is one line of an error message."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relecture.clusters import elbow
from relecture.clusters.config import UserTable
from relecture.clusters.user_table import read, read_and_profile
from relecture.errors import UserError

TABLE = "town,age,income,note,same\nA,30,1.5,x,7\nB,40,2.5,y,7\nC,50,,z,7\nD,60,4.5,w,7\n"


def user_table(path: Path | str, columns: list[str], n_clusters: int = 2, id_column: str = "") -> UserTable:
    return UserTable(name="mine", path=str(path), columns=columns, n_clusters=n_clusters, id_column=id_column)


@pytest.fixture
def read_table(tmp_path):
    """Reads a CSV file with this content: `read_table(["age"], content)`."""
    path = tmp_path / "mine.csv"

    def call(columns, content=TABLE, n_clusters=2, id_column=""):
        path.write_text(content)
        return read(user_table(path, columns, n_clusters, id_column))

    return call


def problems(call, *arguments, **more) -> list[str]:
    """The lines of the error message below its head."""
    with pytest.raises(UserError) as caught:
        call(*arguments, **more)
    head, *lines = str(caught.value).splitlines()
    assert "`mine` in clusters.datasets" in head
    assert "mine.csv" in head
    return [line.strip() for line in lines]


def test_a_user_table_is_standardised_and_its_rows_keep_their_names(read_table):
    mine = read_table(["age"], id_column="town")
    assert mine.x.std(ddof=1) == pytest.approx(1)
    assert list(mine.rows) == ["A", "B", "C", "D"]
    assert (mine.x * mine.scale + mine.center).ravel() == pytest.approx([30, 40, 50, 60])


def test_missing_values_are_reported_with_their_row(read_table):
    assert problems(read_table, ["age", "income"]) == [
        "the column `income` has 1 missing value, first in row 3: fill or remove those rows"
    ]


def test_text_is_reported_with_its_row_and_content(read_table):
    assert problems(read_table, ["age", "note"]) == [
        'the column `note` holds text ("x" in row 1): k-means needs numbers'
    ]


def test_a_constant_column_is_reported_with_its_value(read_table):
    assert problems(read_table, ["age", "same"]) == ["the column `same` is constant (7 in every row): leave it out"]


def test_fewer_rows_than_clusters_are_reported(read_table):
    assert problems(read_table, ["age"], n_clusters=5) == ["the table has 4 rows, fewer than n_clusters = 5"]


def test_fewer_distinct_rows_than_clusters_are_reported(read_table):
    content = "age\n1\n1\n1\n2\n"
    assert problems(read_table, ["age"], content, n_clusters=3) == [
        "the table has 2 distinct rows, fewer than n_clusters = 3"
    ]


def test_two_distinct_rows_are_too_few_to_choose_a_number_of_clusters(read_table):
    assert problems(read_table, ["age"], "age\n1\n1\n2\n2\n") == [
        "the table has 2 distinct rows: to choose a number of clusters takes at least three"
    ]


def test_three_distinct_rows_are_enough_for_the_silhouette(read_table, standard):
    mine = read_table(["age"], "age\n1\n1\n2\n4\n")
    config = standard.clusters.method("elbow", "statecrime").model_copy(update={"n_init": 5, "n_references": 5})
    scores = {row["metric"]: row["value"] for row in elbow.fit(mine, config).metrics}
    assert scores["silhouette"] == 2


def test_a_misspelt_column_is_reported_with_the_closest_name(read_table):
    assert problems(read_table, ["aeg"]) == ["it has no column `aeg`: did you mean `age`?"]
    assert problems(read_table, ["weight"])[0].startswith("it has no column `weight`: there are town, age")


def test_infinite_values_are_reported(read_table):
    assert problems(read_table, ["age"], "age\n1\ninf\n3\n") == ["the column `age` is infinite in row 2"]


@pytest.mark.parametrize("size", ["1e-320", "1e308"])
def test_numbers_whose_squares_cannot_be_computed_are_reported(read_table, size):
    content = "\n".join(["age", *(f"{digit}{size[1:]}" for digit in (1, -1, 1, -1.5))])
    assert problems(read_table, ["age"], content) == [
        "the numbers in the column `age` are too large or too small to be squared: use another unit"
    ]


def test_all_problems_are_reported_at_once(read_table):
    assert len(problems(read_table, ["income", "note", "same", "aeg"])) == 4


def test_a_missing_file_is_reported(tmp_path):
    config = user_table(tmp_path / "no.csv", ["a"])
    with pytest.raises(UserError, match=r"`mine` in clusters.datasets names the file .*no.csv: there is no such file"):
        read(config)


@pytest.mark.parametrize("content", ["", 'a,b\n"1,2\n', "\x00"])
def test_a_file_without_a_table_is_reported(read_table, content):
    with pytest.raises(UserError, match="mine"):
        read_table(["a"], content)


def test_the_command_reports_it_without_a_traceback(tmp_path):
    import subprocess
    import sys

    config = user_table("no.csv", ["a"])
    done = subprocess.run(
        [sys.executable, "-m", "relecture", "clusters", "data", "--dataset", "mine",
         "--config-json", config.to_json(), "--profile", "mine_profile", "--out", "mine.npz"],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.strip() == (
        "relecture: the data set `mine` in clusters.datasets names the file no.csv: there is no such file"
    )


def test_every_method_fits_a_user_table(read_table, standard):
    from pkgutil import resolve_name

    from relecture.clusters import METHODS

    random = np.random.default_rng(0)
    table = pd.DataFrame(np.vstack([random.normal(size=(12, 2)), random.normal(size=(12, 2)) + 8]), columns=["a", "b"])
    mine = read_table(["a", "b"], table.to_csv(index=False))
    for method, function in METHODS.items():
        config = standard.clusters.method(method, "music")
        brief = {"n_clusters": 2, "n_init": 20, "n_references": 3}
        config = config.model_copy(update={key: value for key, value in brief.items() if key in config.as_dict()})
        result = resolve_name(function)(mine, config)
        assert result.metrics
        if method == "elbow":
            assert {m["metric"]: m["value"] for m in result.metrics}["silhouette"] == 2


def test_a_column_without_values_is_reported(read_table):
    assert problems(read_table, ["age"], "age,b\n,1\nNA,2\n,3\n") == ["the column `age` has no values: leave it out"]


def test_one_row_too_few_is_reported(read_table):
    assert problems(read_table, ["age"], "age\n3\n") == ["the column `age` is constant (3 in every row): leave it out"]
    assert problems(read_table, ["age", "b"], "age,b\n1,2\n2,2.5\n3,1\n", n_clusters=4) == [
        "the table has 3 rows, fewer than n_clusters = 4"
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("town;age\nA;30\n", "its columns are separated by semicolons"),
        ("town,age\nZoë,30\n".encode("latin-1"), "it is not UTF-8 (byte 0xeb in line 2)"),
        ("age,age\n1,2\n", "the name `age` is used for the columns 1 and 2"),
        ("town,age\nA,30\nB,40,1\n", "row 2 has 3 fields, but the header 2"),
    ],
)
def test_an_invalid_csv_file_is_reported(tmp_path, content, problem):
    path = tmp_path / "mine.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UserError) as caught:
        read(user_table(path, ["age"]))
    assert str(caught.value).startswith(f"the data set `mine` in clusters.datasets names the file {path}: {problem}")


def test_only_the_configured_columns_are_read(read_table):
    random = np.random.default_rng(0)
    wide = pd.DataFrame(random.normal(size=(40, 300))).add_prefix("x")
    assert read_table(["x7", "x299"], wide.to_csv(index=False)).x.shape == (40, 2)
    assert read_table(list(wide), wide.to_csv(index=False)).x.shape == (40, 300)


def test_row_names_are_read_as_text(read_table):
    assert list(read_table(["age"], "code,age\nNA,1\n007,2\n,4\n", id_column="code").rows) == ["NA", "007", ""]


@pytest.mark.parametrize("names", [["NA", "EU"], ["null", "None"], ["007", "08"], ["nan", "N/A"]])
def test_a_column_may_have_any_name(read_table, standard, tmp_path, names):
    from relecture import records
    from relecture.clusters import interpretation
    from relecture.clusters.record_access import distinctive_features

    values = np.random.default_rng(0).normal(size=(30, 2)).round(2)
    mine = read_table(names, pd.DataFrame(values, columns=names).to_csv(index=False))
    config = standard.clusters.method("interpretation", "music").model_copy(update={"n_init": 2, "n_resamples": 20})
    source = {"name": "mine.csv", "digest": "", "sample": False}
    interpretation.fit(mine, config).save(tmp_path, "clusters/mine/interpretation", config, source, "rule", "?")
    features = distinctive_features(records.read(tmp_path))
    assert set(features.feature) == set(names)
    assert features[["difference", "low", "high"]].notna().all(axis=None)


def test_points_that_may_separate_thousands_are_an_error_until_a_setting_says_what_they_are(read_table, tmp_path):
    content = "town,people\nA,1.250\nB,875\nC,12.400\nD,990\n"
    assert problems(read_table, ["people"], content) == [
        'the column `people` may have points for thousands ("1.250" in row 1): if this is 1250, set thousands: "." for '
        'the data set `mine` in clusters.datasets; if it is 1.25, set decimal: "." for the data set `mine` in '
        "clusters.datasets"
    ]
    config = user_table(tmp_path / "mine.csv", ["people"]).model_copy(update={"thousands": "."})
    mine = read(config)
    assert (mine.x * mine.scale + mine.center).ravel() == pytest.approx([1250, 875, 12400, 990])


def test_numbers_in_another_form_are_an_error(read_table):
    assert problems(read_table, ["pay"], 'pay\n"1,5"\n"2,5"\n"3,7"\n') == [
        'the column `pay` holds numbers that are not read: separators in the number ("1,5" in row 1); set decimal: "," '
        "for the data set `mine` in clusters.datasets"
    ]


def test_a_european_file_needs_two_settings(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("town;pay\nA;1,5\nB;2,25\nC;-4\n")
    with pytest.raises(UserError, match='set separator: ";" and decimal: "," for the data set `mine`'):
        read(user_table(path, ["pay"]))
    mine = read(user_table(path, ["pay"]).model_copy(update={"separator": ";", "decimal": ","}))
    assert (mine.x * mine.scale + mine.center).ravel() == pytest.approx([1.5, 2.25, -4])


def test_a_total_row_is_an_error(read_table):
    table = pd.DataFrame({"name": list("ABCDEFGH"), "x": range(3, 11), "y": [5, 1, 8, 2, 9, 4, 7, 3]})
    total = pd.DataFrame({"name": ["Total"], "x": [table.x.sum()], "y": [table.y.sum()]})
    content = pd.concat([table, total]).to_csv(index=False)
    assert problems(read_table, ["x", "y"], content) == [
        "the last row (9) is the sum of all others (x 52, y 39): remove it"
    ]


def test_what_looks_suspicious_is_in_the_profile(tmp_path):
    table = pd.DataFrame({"id": range(100, 130), "age": np.random.default_rng(0).normal(size=30), "AGE": 1})
    table.to_csv(tmp_path / "mine.csv", index=False)
    _, profile = read_and_profile(user_table(tmp_path / "mine.csv", ["id", "age"], id_column="AGE"))
    assert [warning.split(":")[0] for warning in profile.warnings] == [
        'the names of the columns have "age" and "AGE", which differ only in capitals',
        "the column `id` seems to number the rows (100, 101, 102, ...)",
        'row 2 has the name "1" of another row',
    ]
    assert profile.columns[0].content == "100 to 129"


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.floats(-1e9, 1e9), min_size=3, max_size=12),
    st.sampled_from([None, "%.3f", "%.2f", "%.0f", "%e", "{:,.1f}", "{:,.0f}", "{:.0f} kg", "${:.2f}"]),
    st.sampled_from([{}, {"decimal": "."}, {"thousands": ","}]),
)
def test_numbers_that_pandas_writes_are_read_back_equal_or_refused(tmp_path_factory, values, form, table_format):
    path = tmp_path_factory.mktemp("pandas") / "mine.csv"
    write = form.format if form and "{" in form else (lambda value: form % value) if form else repr
    written = [write(value) for value in values]
    pd.DataFrame({"x": written}).to_csv(path, index=False)
    try:
        mine = read(user_table(path, ["x"]).model_copy(update=table_format))
    except UserError:
        return
    expected = [float(text.replace(",", "")) for text in written]  # what a person reads
    assert (mine.x * mine.scale + mine.center).ravel() == pytest.approx(
        expected, rel=1e-9, abs=1e-9 * max(map(abs, expected))
    )
