"""Data files: read as they were written; empty, cut or missing ones are named with the command that makes them."""

import os

import numpy as np
import pandas as pd
import pytest

from relecture import data_files
from relecture.atomic_files import write_json
from relecture.errors import UserError

TABLE = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "z"]})


def write(kind, path):
    match kind:
        case "csv":
            data_files.write_csv(path, TABLE)
        case "parquet":
            data_files.write_parquet(path, TABLE)
        case "arrays":
            data_files.write_arrays(path, a=np.arange(3), name="x")
        case "json":
            write_json(path, {"a": 1})


def read(kind, path):
    return getattr(data_files, f"read_{kind}")(path)


KINDS = ["csv", "parquet", "arrays", "json"]


def test_every_kind_is_read_as_it_was_written(tmp_path):
    for kind in KINDS:
        write(kind, tmp_path / kind)
    pd.testing.assert_frame_equal(read("csv", tmp_path / "csv"), TABLE)
    pd.testing.assert_frame_equal(read("parquet", tmp_path / "parquet"), TABLE)
    arrays = read("arrays", tmp_path / "arrays")
    assert (arrays["a"].tolist(), str(arrays["name"])) == ([0, 1, 2], "x")
    assert read("json", tmp_path / "json") == {"a": 1}


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_file_is_named_with_the_command_that_makes_it(kind, tmp_path):
    (tmp_path / "x").touch()
    with pytest.raises(UserError, match=f"{tmp_path}/x is empty .*snakemake {tmp_path}/x --force"):
        read(kind, tmp_path / "x")


@pytest.mark.parametrize("kind", ["parquet", "arrays", "json"])  # half a CSV file is one: see `changed_files`
def test_half_a_file_is_damaged(kind, tmp_path):
    write(kind, tmp_path / "x")
    os.truncate(tmp_path / "x", (tmp_path / "x").stat().st_size // 2)
    with pytest.raises(UserError, match="x is damaged "):
        read(kind, tmp_path / "x")


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_file_is_named(kind, tmp_path):
    with pytest.raises(UserError, match="x is missing "):
        read(kind, tmp_path / "x")
