"""The return type of every draw function."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from relecture import plotting
from relecture.data_files import write_csv


@dataclass(frozen=True)
class Illustration:
    """A figure and the numbers it shows; `sample` names the data if they are a small sample."""

    figure: Figure
    numbers: pd.DataFrame
    sample: str = ""

    def save(self, stem: Path) -> None:
        """Write `stem`.svg, `stem`.png and `stem`.csv."""
        plotting.save(self.figure, stem, self.sample)
        write_csv(stem.with_suffix(".csv"), self.numbers)
