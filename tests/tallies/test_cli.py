"""Commands of tallies that need one of two options say which."""

from pathlib import Path

import pytest

from relecture.errors import UserError
from relecture.tallies.cli import base, cells


def test_cells_are_made_from_one_of_two_things(tmp_path):
    with pytest.raises(UserError, match="give --handwriting or --own"):
        cells(config="{}", out=tmp_path / "cells.npz")


def test_a_base_is_described_in_one_of_two_ways(tmp_path):
    nowhere = Path("nowhere")
    with pytest.raises(UserError, match="give --network or --selected"):
        base(
            "selected",
            config="{}",
            mnist=nowhere,
            cells=nowhere,
            checkpoint_dir=tmp_path,
            out=tmp_path,
            rule="tallies_base",
        )
