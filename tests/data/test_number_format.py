"""Numbers in any form: read as the format says, or recognised as numbers that are not read."""

import numpy as np
import pandas as pd
import pytest

from relecture.data import number_format
from relecture.data.config import TableFormat


def numbers(fields: list[str], **table_format) -> list[float]:
    """The numbers among the fields, with NaN for the others."""
    settings, column = TableFormat(**table_format), pd.Series(fields, dtype=str)
    return number_format.to_numbers(column.where(number_format.is_number(column, settings)), settings).tolist()


@pytest.mark.parametrize(
    ("table_format", "fields", "expected"),
    [
        ({}, ["12", "-3.5", "+.5", "1e3", "2.", "\u22127"], [12, -3.5, 0.5, 1000, 2, -7]),
        ({"decimal": ","}, ["1,5", "-2", "3,25e1"], [1.5, -2, 32.5]),
        ({"thousands": ","}, ["1,250,000", "875", "-1,000.5"], [1250000, 875, -1000.5]),
        ({"thousands": "."}, ["1.250", "875", "1.000,5"], [1250, 875, 1000.5]),
        ({"thousands": " ", "decimal": ","}, ["1 250", "1\u00a0250", "1\u202f250,5"], [1250, 1250, 1250.5]),
        ({"thousands": "'"}, ["1'250", "1\u2019250.5"], [1250, 1250.5]),
        ({"thousands": "_"}, ["2_000"], [2000]),
    ],
)
def test_numbers_are_read_as_the_format_says(table_format, fields, expected):
    assert numbers(fields, **table_format) == expected


@pytest.mark.parametrize(
    ("table_format", "fields"),
    [
        ({}, ["1,5", "1 000", "1_000", "0x10", "nan", "1.2.3", "\uff11\uff12", "\u0663", "--1", "e5", ".", ""]),
        ({"decimal": ","}, ["1.5", "1.250", "1,2,3"]),
        ({"thousands": ","}, ["1,5", "12,50", "1,2500", "12,34,567", ",500"]),
        ({"thousands": "."}, ["1.5", "12.50", "1.250.5"]),
    ],
)
def test_a_number_in_another_form_is_not_read(table_format, fields):
    assert np.isnan(numbers(fields, **table_format)).all()


def test_whole_numbers_stay_whole():
    assert number_format.to_numbers(pd.Series(["1", "9007199254740993"]), TableFormat()).tolist()[1] == 2**53 + 1


@pytest.mark.parametrize(
    ("fields", "may_be_thousands"),
    [
        (["1.250", "875"], True),
        (["12.400", "-1.250", "7"], True),
        (["1.250", "2.375"], True),
        (["1.250", "2.5"], False),
        (["1.250", "0.875"], False),
        (["1.250", "1000"], False),
        (["1.25", "875"], False),
        (["1", "875"], False),
    ],
)
def test_points_before_three_digits_may_separate_thousands(fields, may_be_thousands):
    column = pd.Series(fields, dtype=str)
    assert number_format.has_points_of_thousands(column, TableFormat()) == may_be_thousands
    assert not number_format.has_points_of_thousands(column, TableFormat(decimal="."))


@pytest.mark.parametrize(
    ("fields", "formats"),
    [
        (["1,5", "2,25"], [{"decimal": ","}]),
        (["1,250", "3,500"], [{"decimal": ","}, {"thousands": ","}]),
        (["1,250,000", "12"], [{"thousands": ","}]),
        (["1.250,5"], [{"thousands": "."}]),
        (["1 250,5"], [{"decimal": ",", "thousands": " "}]),
        (["1 250", "3.5"], [{"thousands": " "}]),
        (["1'250"], [{"thousands": "'"}]),
        (["1,2,3"], []),
    ],
)
def test_the_formats_that_fit_are_proposed_and_read_the_numbers(fields, formats):
    assert number_format.fitting_formats(fields, TableFormat()) == formats
    for settings in formats:
        assert not np.isnan(numbers(fields, **settings)).any()


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        (["\u00a512", "$1,200"], "currencies"),
        (["12 %", "7.5%"], "percent signs"),
        (["(12)", "(7)"], "negative numbers in parentheses"),
        (["12-", "7-"], "a minus behind the number"),
        (["12k", "1.5M", "2 bn"], "k or M for thousands or millions"),
        (["\uff11\uff12", "\u0663\u0664"], "digits other than 0 to 9"),
        (['="12"'], "formulas"),
        (["'12", "\u201912"], "apostrophes"),
        (["1.5D+03", "2d2", "1.5 x 10^3"], "exponents other than e"),
        (["0:50", "12:30:15", "9:15 am", "1h 30m"], "clock times"),
        (["12 (10-14)", "15 ± 2", "7 [1]"], "several numbers in a field"),
        (["0x1F"], "hexadecimal numbers"),
        (["2020-01-31", "31.12.2020", "1/2/2020", "3 Mar 2021", "March 3, 2021"], "dates"),
        (["1/2", "3 1/4"], "fractions"),
        (["USD 12", "12 kg", "about 7", "arm 1", "A12"], "units or other text beside the number"),
        (["1,250", "1 000", "2_000", "1.250.000", "12,34,567"], "separators in the number"),
    ],
)
def test_a_number_to_a_person_is_recognised_with_the_reason(fields, reason):
    assert number_format.clothing(fields) == dict.fromkeys(fields, reason)


@pytest.mark.parametrize(
    "fields", [["18-24", "25-64", "65+"], ["1st", "2nd", "3rd"], ["low", "high"], ["<18", "18 to 64"]]
)
def test_ranges_and_ordinals_are_categories(fields):
    assert number_format.clothing(fields) == {}


def test_numbers_that_cannot_be_kept_are_found():
    fields = pd.Series(["12345678901234567890", "9007199254740993", "10000000000000000000", "1e-400", "0.00", "7"])
    lost = number_format.loses_digits(fields, number_format.to_numbers(fields, TableFormat()))
    assert lost.tolist() == [True, True, False, True, False, False]
