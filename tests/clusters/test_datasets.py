"""The data sets: the labs' streams, the states, the images; and one message for each thing wrong with an own table."""

import numpy as np
import pandas as pd
import pytest

from relecture.clusters import elbow
from relecture.clusters.data import load, save
from relecture.clusters.datasets import book_r
from relecture.clusters.user_table import read
from relecture.errors import UserError

TABLE = "town,age,income,note,same\nA,30,1.5,x,7\nB,40,2.5,y,7\nC,50,,z,7\nD,60,4.5,w,7\n"


@pytest.fixture
def own(tmp_path):
    """Reads a CSV file with this content: `own(["age"], content)`."""
    path = tmp_path / "mine.csv"

    def call(columns, content=TABLE, clusters=2, names=""):
        path.write_text(content)
        return read({"name": "mine", "path": str(path), "columns": columns, "clusters": clusters, "names": names})

    return call


def told(call, *arguments, **more) -> list[str]:
    """The lines of the message below its head."""
    with pytest.raises(UserError) as caught:
        call(*arguments, **more)
    head, *lines = str(caught.value).splitlines()
    assert "`mine` in clusters.datasets" in head
    assert "mine.csv" in head
    return [line.strip() for line in lines]


def test_the_r_lab_s_data_are_filled_column_by_column(datasets):
    x = datasets["book_r"].x
    # R: set.seed(2); rnorm(2) is -0.8969145 and 0.1848492; both are in the first column, shifted by 3.
    assert x[:2, 0] == pytest.approx([2.1030855, 3.1848492], abs=1e-7)
    assert x.shape == (50, 2)
    assert x[:25].mean(0) - x[25:].mean(0) == pytest.approx([3, -4], abs=0.8)


def test_the_python_lab_s_data_are_filled_row_by_row(datasets):
    x = datasets["book_python"].x
    assert x[0] == pytest.approx([1.764052 + 3, 0.400157 - 4], abs=1e-6)


def test_the_states_are_51_and_standardised(datasets):
    states = datasets["statecrime"]
    assert states.x.shape == (51, 7)
    assert states.x.mean(0) == pytest.approx(0, abs=1e-12)
    assert states.x.std(0, ddof=1) == pytest.approx(1)
    assert {"California", "District of Columbia"} <= set(states.rows)
    murder = states.features.tolist().index("murders per 100,000")
    dc = states.rows.tolist().index("District of Columbia")
    assert (states.x * states.scale + states.center)[dc, murder] == pytest.approx(24.2, abs=0.5)


def test_the_images_are_drawn_with_their_digits_and_say_that_they_are_of_a_sample(datasets):
    images = datasets["images"]
    assert images.x.shape == (300, 784)
    assert images.x.min() == 0
    assert images.x.max() == 1
    assert set(images.groups) == set("0123456789")
    assert images.sample


def test_nobody_listens_for_less_than_no_time(datasets):
    music = datasets["music"]
    assert music.x.min() == 0
    assert len(np.unique(music.groups)) == 3


def test_a_data_set_is_read_as_it_was_kept(datasets, tmp_path):
    for name, dataset in datasets.items():
        save(dataset, tmp_path / "data.npz")
        again = load(tmp_path / "data.npz")
        assert np.array_equal(again.x, dataset.x)
        assert (again.name, again.source, again.sample) == (name, dataset.source, dataset.sample)
        assert again.digest == dataset.digest


def test_another_seed_is_other_data_with_another_digest(datasets):
    assert book_r({"seed": 3}).digest != datasets["book_r"].digest


def test_an_own_table_is_standardised_and_its_rows_keep_their_names(own):
    mine = own(["age"], names="town")
    assert mine.x.std(ddof=1) == pytest.approx(1)
    assert list(mine.rows) == ["A", "B", "C", "D"]
    assert (mine.x * mine.scale + mine.center).ravel() == pytest.approx([30, 40, 50, 60])


def test_missing_values_are_told_with_their_row(own):
    assert told(own, ["age", "income"]) == [
        "the column `income` has 1 missing value, first in row 3: fill or remove those rows"
    ]


def test_text_is_told_with_what_stands_there(own):
    assert told(own, ["age", "note"]) == ['the column `note` holds text ("x" in row 1): only numbers have distances']


def test_a_constant_column_is_told_with_its_value(own):
    assert told(own, ["age", "same"]) == [
        "the column `same` is 7 in every row, so it tells nothing apart: leave it out"
    ]


def test_fewer_rows_than_clusters_are_told(own):
    assert told(own, ["age"], clusters=5) == ["it has 4 rows, fewer than the 5 clusters asked for"]


def test_fewer_different_rows_than_clusters_are_told(own):
    content = "age\n1\n1\n1\n2\n"
    assert told(own, ["age"], content, clusters=3) == ["it has 2 different rows, fewer than the 3 clusters asked for"]


def test_a_table_with_two_different_rows_has_no_number_of_clusters_to_choose(own):
    assert told(own, ["age"], "age\n1\n1\n2\n2\n") == [
        "it has 2 different rows: with fewer than 3 there is no number of clusters to choose"
    ]


def test_with_three_different_rows_the_silhouette_can_choose(own, standard):
    mine = own(["age"], "age\n1\n1\n2\n4\n")
    config = standard.clusters.method("elbow", "statecrime") | {"starts": 5, "references": 5}
    scores = {row["metric"]: row["value"] for row in elbow.fit(mine, config).metrics}
    assert scores["silhouette"] == 2


def test_a_misspelt_column_is_told_with_the_one_that_was_probably_meant(own):
    assert told(own, ["aeg"]) == ["it has no column `aeg`: did you mean `age`?"]
    assert told(own, ["weight"])[0].startswith("it has no column `weight`: there are town, age")


def test_infinite_values_are_told(own):
    assert told(own, ["age"], "age\n1\ninf\n3\n") == ["the column `age` is infinite in row 2"]


@pytest.mark.parametrize("size", ["1e-320", "1e308"])
def test_numbers_whose_squares_cannot_be_computed_are_told(own, size):
    content = "\n".join(["age", *(f"{digit}{size[1:]}" for digit in (1, -1, 1, -1.5))])
    assert told(own, ["age"], content) == [
        "the numbers in the column `age` are too large or too small to be squared: take another unit"
    ]


def test_everything_wrong_is_told_at_once(own):
    assert len(told(own, ["income", "note", "same", "aeg"])) == 4


def test_a_file_that_is_not_there_is_told(tmp_path):
    config = {"name": "mine", "path": str(tmp_path / "no.csv"), "columns": ["a"], "clusters": 2, "names": ""}
    with pytest.raises(UserError, match=r"`mine` in clusters.datasets names the file .*no.csv: there is no such file"):
        read(config)


@pytest.mark.parametrize("content", ["", 'a,b\n"1,2\n', "\x00"])
def test_a_file_that_is_no_table_is_told(own, content):
    with pytest.raises(UserError, match="mine"):
        own(["a"], content)


def test_the_command_tells_it_without_a_traceback(tmp_path):
    import json
    import subprocess
    import sys

    config = {"name": "mine", "path": "no.csv", "columns": ["a"], "clusters": 2, "names": ""}
    done = subprocess.run(
        [sys.executable, "-m", "relecture", "clusters", "data", "--dataset", "mine",
         "--config-json", json.dumps(config), "--out", "mine.npz"],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.strip() == (
        "relecture: the data set `mine` in clusters.datasets names the file no.csv: there is no such file"
    )


def test_an_own_table_goes_through_every_method(own, standard):
    from pkgutil import resolve_name

    from relecture.clusters import METHODS

    random = np.random.default_rng(0)
    table = pd.DataFrame(np.vstack([random.normal(size=(12, 2)), random.normal(size=(12, 2)) + 8]), columns=["a", "b"])
    mine = own(["a", "b"], table.to_csv(index=False))
    for method, function in METHODS.items():
        config = standard.clusters.method(method, "music") | {"clusters": 2, "starts": 20, "references": 3}
        fit = resolve_name(function)(mine, config)
        assert fit.metrics
        if method == "elbow":
            assert {m["metric"]: m["value"] for m in fit.metrics}["silhouette"] == 2


def test_a_column_without_values_is_told(own):
    assert told(own, ["age"], "age,b\n,1\nNA,2\n,3\n") == ["the column `age` has no values at all: leave it out"]


def test_one_row_too_few_is_told_as_such(own):
    assert told(own, ["age"], "age\n3\n") == [
        "the column `age` is 3 in every row, so it tells nothing apart: leave it out"
    ]
    assert told(own, ["age", "b"], "age,b\n1,2\n2,2.5\n3,1\n", clusters=4) == [
        "it has 3 rows, fewer than the 4 clusters asked for"
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("town;age\nA;30\n", "its columns are separated by semicolons"),
        ("town,age\nZoë,30\n".encode("latin-1"), "it is not UTF-8 (byte 0xeb in line 2)"),
        ("age,age\n1,2\n", "the name `age` is used for the columns 1 and 2"),
        ("town,age\nA,30,1\n", "row 1 has 3 fields, but the header 2"),
    ],
)
def test_a_file_that_is_not_as_it_must_be_is_told(tmp_path, content, problem):
    path = tmp_path / "mine.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UserError) as caught:
        read({"name": "mine", "path": str(path), "columns": ["age"], "clusters": 2, "names": ""})
    assert str(caught.value).startswith(f"the data set `mine` in clusters.datasets names the file {path}: {problem}")


def test_of_300_columns_those_asked_for_are_read(own):
    random = np.random.default_rng(0)
    wide = pd.DataFrame(random.normal(size=(40, 300))).add_prefix("x")
    assert own(["x7", "x299"], wide.to_csv(index=False)).x.shape == (40, 2)
    assert own(list(wide), wide.to_csv(index=False)).x.shape == (40, 300)


def test_rows_are_named_as_they_stand_in_the_file(own):
    assert list(own(["age"], "code,age\nNA,1\n007,2\n,4\n", names="code").rows) == ["NA", "007", ""]
