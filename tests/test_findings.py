"""Choices and findings: the rule of one standard error, how often a candidate wins, and their files."""

import numpy as np
import pandas as pd

from relecture.findings import (
    Finding,
    choose,
    read_choices,
    read_findings,
    resample_seeds,
    write_choices,
    write_findings,
)
from relecture.uncertainty import Difference, holm


def errors(**columns: list[float]) -> pd.DataFrame:
    return pd.DataFrame(columns)


def test_a_simpler_candidate_within_one_standard_error_is_chosen():
    # c has the lowest mean, 1.0, with standard error 0.1 / sqrt(4) = 0.05; b's mean is 1.04 and a's 1.06.
    table = errors(a=[1.06] * 4, b=[1.04] * 4, c=[0.9134, 1.0866, 0.9134, 1.0866])
    choice = choose("penalty", table, resample_seeds(table, 200))
    assert (choice.value, choice.lowest, choice.on_border) == ("b", "c", False)


def test_with_a_large_effect_one_candidate_always_wins():
    table = errors(a=[5.0, 5.1, 4.9], b=[1.0, 1.1, 0.9], c=[3.0, 3.1, 2.9])
    assert choose("k", table, resample_seeds(table, 100)).share_of_wins == 1


def test_without_an_effect_no_candidate_is_firm():
    table = pd.DataFrame(np.random.default_rng(0).normal(size=(3, 5)))
    replicates = pd.DataFrame(np.random.default_rng(1).normal(size=(500, 5)))
    assert choose("k", table, replicates).share_of_wins < 0.9


def test_a_choice_at_the_end_of_a_grid_is_on_its_border():
    table = errors(a=[1.0, 1.0], b=[2.0, 2.0], c=[3.0, 3.0])
    assert choose("grid", table, table).on_border
    assert not choose("names", table, table, has_border=False).on_border


def test_with_one_seed_the_lowest_error_is_chosen():
    table = errors(a=[1.01], b=[1.0])
    assert choose("k", table, table).value == "b"


def test_findings_and_choices_are_read_as_they_were_written(tmp_path):
    (gap,) = holm([Difference(1.0, 0.5, 1.5, 9, 0.01)])
    write_findings(tmp_path / "findings.csv", [Finding.of("a - b", gap)])
    found = read_findings(tmp_path / "findings.csv").loc["a - b"]
    numbers = {"estimate": 1.0, "low": 0.5, "high": 1.5, "adjusted_p": 0.01, "n": 9}
    assert found.to_dict() == {**numbers, "finding": "significant"}
    table = errors(**{"1e-05": [1.0, 1.0], "0.0001": [2.0, 2.0]})
    write_choices(tmp_path / "choices.csv", [choose("lambda", table, table)])
    assert read_choices(tmp_path / "choices.csv").value["lambda"] == "1e-05"
    write_choices(tmp_path / "none.csv", [])
    assert list(read_choices(tmp_path / "none.csv").columns) == ["value", "share_of_wins", "on_border", "lowest"]
