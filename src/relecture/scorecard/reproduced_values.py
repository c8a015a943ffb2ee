"""The hand-over from a comparison to the scorecard: numbers under the ids of `config/published.yaml`."""

from pathlib import Path

import pandas as pd

COLUMNS = ("id", "reproduced", "sd", "n", "data")


class ReproducedValues:
    """Collects what came out. `data` names the data if it is not the real thing; then nothing is judged."""

    def __init__(self, data: str = ""):
        self._data = data
        self._rows: list[tuple[str, float, float | None, int, str]] = []

    def add(self, id: str, reproduced: float, sd: float | None = None, n: int = 1) -> None:
        """One number; `sd` and `n` are those of the members that it is the mean of."""
        self._rows.append((id, reproduced, sd, n, self._data))

    def write(self, path: Path) -> None:
        pd.DataFrame(self._rows, columns=list(COLUMNS)).to_csv(path, index=False)
