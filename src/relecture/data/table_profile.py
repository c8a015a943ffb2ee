"""The profile of a table: what was read, what was dropped and why, and what looks suspicious in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

#: Columns, and levels of a factor, that the profile shows for reading; its CSV file has all columns.
N_SHOWN, N_LEVELS_SHOWN = 50, 6


@dataclass(frozen=True)
class ColumnProfile:
    """A column: how it is used, its known values (numbers or texts), and the number of missing ones."""

    name: str
    use: str
    values: pd.Series
    n_missing: int
    reference: str = ""

    @property
    def is_number(self) -> bool:
        """Whether the values are numbers."""
        return bool(pd.api.types.is_numeric_dtype(self.values))

    @property
    def content(self) -> str:
        """The range of the numbers, or the most frequent levels with their rows."""
        if self.values.empty:
            return "no values"
        if self.is_number:
            n_different = self.values.nunique()
            few = f" ({n_different} different)" if n_different <= 10 else ""
            return f"{self.values.min():,.6g} to {self.values.max():,.6g}{few}"
        counts = self.values.value_counts()
        levels = ", ".join(f"{level} ({count})" for level, count in counts.head(N_LEVELS_SHOWN).items())
        more = f" and {len(counts) - N_LEVELS_SHOWN} more" if len(counts) > N_LEVELS_SHOWN else ""
        compared = f", compared with {self.reference}" if self.reference else ""
        return f"{len(counts)} levels{compared}: {levels}{more}"


@dataclass(frozen=True)
class TableProfile:
    """What was read from a table.

    `n_rows` are all rows, `n_used` those that are used, `dropped` says why the others are not; `warnings` are sentences
    about what looks suspicious, and None if nothing was looked for.
    """

    source: str
    n_rows: int
    n_used: int
    columns: Sequence[ColumnProfile]
    dropped: str = ""
    warnings: Sequence[str] | None = None

    @property
    def summary(self) -> str:
        """A sentence about the rows."""
        rows = f"{self.n_rows} rows, {self.n_used} used"
        return f"{self.source}: {rows}" + (f"; {self.dropped}" if self.dropped else "")

    def numbers(self) -> pd.DataFrame:
        """Return a row per column at full precision, and a row per warning."""
        rows: list[dict[str, object]] = []
        for column in self.columns:
            statistics = column.values.agg(["min", "mean", "max"]).to_dict() if column.is_number else {}
            rows.append(
                {
                    "column": column.name,
                    "use": column.use,
                    "type": "number" if column.is_number else "text",
                    "n_known": len(column.values),
                    "n_missing": column.n_missing,
                    "n_different": column.values.nunique(),
                    **statistics,
                }
            )
        names = ["column", "use", "type", "n_known", "n_missing", "n_different", "min", "mean", "max", "warning"]
        rows += [{"warning": warning} for warning in self.warnings or ()]
        return pd.DataFrame(rows).reindex(columns=names).astype({"n_known": "Int64", "n_missing": "Int64"})

    def text(self) -> pd.DataFrame:
        """Return a row per column for reading."""
        rows = [
            {"column": column.name, "use": column.use, "values": column.content, "missing": str(column.n_missing)}
            for column in self.columns[:N_SHOWN]
        ]
        if len(self.columns) > N_SHOWN:
            more = f"{len(self.columns) - N_SHOWN} more columns"
            rows.append({"column": more, "use": "", "values": "in the CSV file of this table", "missing": ""})
        return pd.DataFrame(rows)

    def note(self) -> str:
        """Return the rows that were read, and the warnings."""
        nothing = [] if self.warnings is None else ["Nothing in it looks suspicious."]
        found = [f"Warning: {warning}." for warning in self.warnings or ()]
        return " ".join([f"{self.summary}.", *(found or nothing)])

    def lines(self) -> Iterator[str]:
        """Yield the profile as lines of a log."""
        yield f"relecture: {self.summary}"
        for row in self.text().itertuples():
            missing = f"; {row.missing} missing" if row.missing not in ("", "0") else ""
            yield f"  {row.column} ({row.use}): {row.values}{missing}" if row.use else f"  {row.column}"
        for warning in self.warnings or ():
            yield f"relecture: warning: {warning}"
