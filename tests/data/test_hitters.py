"""The table of players; its bytes come from a source that has them, or the test is skipped."""

import csv
from pathlib import Path

import pytest
import yaml

from relecture.data import hitters
from relecture.data.fetch import MIRROR, Unavailable, fetch
from relecture.errors import UserError

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def original(tmp_path_factory) -> Path:
    config = yaml.safe_load((ROOT / "config/config.yaml").read_text())
    mirrors = [ROOT / "resources", *(ROOT / mirror for mirror in config["data"]["mirrors"])]
    try:
        return fetch("Hitters.csv", tmp_path_factory.mktemp("hitters"), mirrors)
    except Unavailable:
        pytest.skip(f"needs Hitters.csv; no source has it (name a folder that does in {MIRROR})")


def test_hitters_has_322_players_of_whom_263_have_a_salary(original):
    table = hitters.load(original)
    assert table.shape == (322, 20)
    assert tuple(table.columns) == hitters.COLUMNS
    assert table.drop(columns="Salary").notna().all(axis=None)
    assert table["Salary"].notna().sum() == 263


def test_hitters_keeps_the_order_and_the_digits_of_the_file(original):
    table = hitters.load(original)
    with original.open(newline="") as file:
        rows = list(csv.DictReader(file))
    for column in hitters.COLUMNS:
        if column in ("League", "Division", "NewLeague"):
            assert table[column].tolist() == [row[column] for row in rows]
        else:
            known = table[column].notna()
            assert [row[column] != "" for row in rows] == known.tolist()
            assert table.loc[known, column].tolist() == [float(row[column]) for row in rows if row[column]]
    assert table.iloc[1].tolist()[:7] == [315, 81, 7, 24, 38, 39, 14]
    assert table.loc[1, ["League", "Division", "Salary", "NewLeague"]].tolist() == ["N", "W", 475.0, "N"]
    assert set(table["League"]) == set(table["NewLeague"]) == {"A", "N"}
    assert set(table["Division"]) == {"E", "W"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda text: text.replace("AtBat", "At_Bat", 1), "has the columns At_Bat"),
        (lambda text: text.rsplit("\n", 2)[0] + "\n", "has 321 players instead of 322"),
        (lambda text: text.replace("475.0", "476.0", 1), "was changed: expected sha256"),
        (lambda text: "", "cannot be read"),
        (lambda text: text + "1,2,3," * 40, "cannot be read"),
    ],
)
def test_a_changed_table_is_a_user_error(original, tmp_path, change, reason):
    path = tmp_path / "Hitters.csv"
    path.write_text(change(original.read_text()))
    with pytest.raises(UserError, match=reason):
        hitters.load(path)


def test_a_missing_table_is_a_user_error_that_says_how_to_get_it(tmp_path):
    with pytest.raises(UserError, match=r"snakemake resources/hitters\.json --force"):
        hitters.load(tmp_path / "Hitters.csv")
