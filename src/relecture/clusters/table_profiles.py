"""The profiles of the data sets: one per data set, and one table of them all."""

from pathlib import Path

import pandas as pd

from relecture import tables
from relecture.clusters import TITLES
from relecture.data.table_profile import TableProfile
from relecture.data_files import read_csv

_SUFFIX = "_profile"  # of the files of one data set


def write(profile: TableProfile, stem: Path) -> None:
    """Write the profile of one data set."""
    name = stem.name.removesuffix(_SUFFIX)
    tables.write(
        stem, profile.numbers(), profile.text(), f"Profile of the data set {TITLES.get(name, name)}", profile.note()
    )


def profiles(results: list[Path], stem: Path) -> None:
    """Write the profiles of all data sets as one table.

    Args:
        results: The files of each data set that `write` wrote, without suffix.
        stem: The files to write, without suffix.
    """
    numbers, display, notes = [], [], []
    for path in results:
        name = path.name.removesuffix(_SUFFIX)
        numbers.append(read_csv(path.with_suffix(".csv"), dtype=str, keep_default_na=False).assign(dataset=name))
        one = tables.read(path)
        text = pd.DataFrame(one.rows, columns=one.columns)
        text.insert(0, "data", [TITLES.get(name, name), *[""] * (len(text) - 1)])
        display.append(text)
        notes.append(f"{TITLES.get(name, name)}: {one.note}")
    tables.write(
        stem, pd.concat(numbers), pd.concat(display, ignore_index=True), "Profiles of the data sets", " ".join(notes)
    )
