"""Values that a comparison hands to the scorecard, under the ids of `config/published.yaml`."""

from pathlib import Path

import pandas as pd

from relecture.data_files import write_csv

COLUMNS = ("id", "reproduced", "sd", "n", "data")


class ReproducedValues:
    """Collect reproduced values. `data` names the data if it is a stand-in; then nothing is judged."""

    def __init__(self, data: str = "") -> None:
        self._data = data
        self._rows: list[tuple[str, float, float | None, int, str]] = []

    def add(self, id: str, reproduced: float, sd: float | None = None, n: int = 1) -> None:
        """Add one value; `sd` and `n` are those of the members that it is the mean of."""
        self._rows.append((id, reproduced, sd, n, self._data))

    def add_setting(self, id: str, value: float) -> None:
        """Add a setting, which is of no data."""
        self._rows.append((id, value, None, 1, ""))

    def write(self, path: Path) -> None:
        """Write all values as CSV."""
        write_csv(path, pd.DataFrame(self._rows, columns=list(COLUMNS)))
