"""What cross-validation chooses: for each split, and how often."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from relecture import tables
from relecture.records import Record
from relecture.salaries.result_tables import NAMES, SalariesResults, table_labels
from relecture.text_format import percent

#: The candidates of each method: the name of the chosen value in the metrics, of the list in the configuration, and the
#: candidates that end the grid but no range of possible values, as nothing lies beyond.
_GRIDS: dict[str, list[tuple[str, str, tuple[float, ...]]]] = {
    "ridge": [("lambda", "lambdas", ())],
    "knn": [("n_neighbors", "n_neighbors", (1,))],
    "tree": [("cp", "cp", (0,))],
    "random_forest": [("max_features", "max_features", (1,)), ("min_samples_leaf", "min_samples_leaf", (1,))],
}
_WORDS = {
    "lambda": "λ",
    "n_neighbors": "k",
    "cp": "complexity",
    "max_features": "share of predictors at a split",
    "min_samples_leaf": "smallest leaf",
}


@dataclass(frozen=True)
class Tuning:
    """The choice of a hyperparameter: `value` on the book's split, and the share of random splits that choose each.

    `border` are the first and the last candidate, where a better value may lie outside the grid.
    """

    method: str
    hyperparameter: str
    value: float
    shares: pd.Series
    border: tuple[float, ...]

    @property
    def on_border(self) -> bool:
        """Whether the choice on the book's split is on the border of the grid."""
        return self.value in self.border

    @property
    def border_share(self) -> float:
        """The share of the random splits whose choice is on the border of the grid."""
        return float(self.shares[self.shares.index.isin(self.border)].sum())


def tunings(results: SalariesResults) -> list[Tuning]:
    """Return the choice of every hyperparameter with more than one candidate."""
    found = []
    for method, grids in _GRIDS.items():
        book, random = (results.records[protocol, method] for protocol in ("book", "resampled"))
        for metric, key, natural_ends in grids:
            candidates = sorted(map(float, book.params["config"][key]))
            if len(candidates) > 1:
                shares = _metric(random, metric).value_counts(normalize=True).reindex(candidates, fill_value=0.0)
                border = tuple(end for end in (candidates[0], candidates[-1]) if end not in natural_ends)
                found.append(Tuning(method, metric, float(_metric(book, metric).iloc[0]), shares, border))
    return found


def lasso_choice(record: Record) -> tuple[float, bool]:
    """Return the lambda chosen on the single split of a record of the lasso, and whether it ends the path."""
    curves = record.history.pivot(index="step", columns="metric", values="value")
    best = curves["cv_mae"].idxmin()
    return float(curves["lambda"][best]), best in (curves.index[0], curves.index[-1])


def tuning(results: SalariesResults, stem: Path) -> None:
    """Write how often each candidate is chosen, a row per hyperparameter; the CSV has a row per candidate."""
    labels = table_labels(results.records)
    rows, text_rows = [], []
    for one in tunings(results):
        for candidate, share in one.shares.items():
            rows.append(
                {"method": one.method, "hyperparameter": one.hyperparameter, "candidate": candidate, "share": share}
                | {"chosen": candidate == one.value, "on_border": candidate in one.border}
            )
        text_rows.append(
            {
                "model": NAMES[one.method],
                "setting": _WORDS[one.hyperparameter],
                labels.first_split: f"{one.value:g}",
                "chosen on random splits": _listed(one.shares),
                "on the border": percent(one.border_share),
            }
        )
    columns = ["method", "hyperparameter", "candidate", "share", "chosen", "on_border"]
    n_splits = len(results.random_errors["linear"])
    note = (
        f"The candidate with the lowest absolute error inside the training set, on {labels.first_split} and as a share "
        f"of {n_splits} random splits: by cross-validation, for the forest on rows out of bag. On the border: "
        "share of the splits that choose the first or last candidate, so that a better one may lie outside the grid; "
        "ends beyond which there is nothing, such as k = 1, do not count."
    )
    tables.write(
        stem,
        pd.DataFrame(rows, columns=columns),
        pd.DataFrame(text_rows),
        f"{labels.title}: settings that are chosen by cross-validation",
        note,
    )


def _listed(shares: pd.Series) -> str:
    return ", ".join(f"{value:g}: {percent(share)}" for value, share in shares.items() if share > 0)


def _metric(record: Record, metric: str) -> pd.Series:
    values: pd.Series = record.metrics[record.metrics.metric == metric].value
    return values
