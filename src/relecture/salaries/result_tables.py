"""The comparison's table, its paired differences, and its reproduced values for the scorecard."""

import json
import math
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

import pandas as pd

from relecture import records, tables
from relecture.findings import Finding
from relecture.records import Record
from relecture.salaries import BOOK_PREDICTORS, BOOK_SPLIT
from relecture.salaries.table_labels import HITTERS, OTHER_SPLIT, TableLabels
from relecture.scorecard.published_values import PublishedValue
from relecture.scorecard.reproduced_values import ReproducedValues
from relecture.text_format import interval, number, p_value, percent, spread
from relecture.uncertainty import HOLM_NOTE, Difference, holm, paired

#: Records by protocol and method.
Records = dict[tuple[str, str], Record]

NAMES = {
    "linear": "Linear regression",
    "lasso": "Lasso",
    "relaxed_lasso": "Relaxed lasso",
    "network": "Neural network",
}
DECIMALS = {"mae": 1, "r2": 2}  # as the book prints them
SIGNIFICANT_DIGITS = 3  # of an error in another unit


@dataclass(frozen=True)
class SalariesResults:
    """The records, the published values, and the ratio of test to training rows of the random splits."""

    records: Records
    published: list[PublishedValue] = field(default_factory=list)
    test_to_train: float = 0.0


def load(folders: list[Path], published: list[PublishedValue], test_to_train: float = 0.0) -> SalariesResults:
    """Read the records of all methods on both protocols."""
    by_method = {}
    for record in map(records.read, folders):
        protocol, method = record.params["method"].split("/")
        by_method[protocol, method] = record
    return SalariesResults(by_method, published, test_to_train)


def table_labels(by_method: Records) -> TableLabels:
    """Return the labels of the table that the records were fitted on."""
    return record_labels(by_method["book", "linear"])


def record_labels(record: Record) -> TableLabels:
    """Return the labels of a record's table; HITTERS only for the book's split."""
    data = record.params["data"]
    if "target" in data:
        return TableLabels(**{key: data[key] for key in TableLabels.model_fields})
    return HITTERS if _is_book_split(record) else OTHER_SPLIT


def error_decimals(by_method: Records) -> int:
    """Return the decimals of an error: the book's for Hitters, otherwise enough for three significant digits."""
    if table_labels(by_method).is_isl_table:
        return DECIMALS["mae"]
    error = records.summarize(by_method["book", "linear"]).loc["mae", "mean"]
    return max(0, SIGNIFICANT_DIGITS - 1 - math.floor(math.log10(error))) if error > 0 else SIGNIFICANT_DIGITS


def has_published_values(by_method: Records, method: str) -> bool:
    """Return `True` if the book publishes values for this fit: its table, its split, its predictors."""
    return table_labels(by_method).is_isl_split and (method != "relaxed_lasso" or _has_book_predictors(by_method))


def table(results: SalariesResults, stem: Path) -> None:
    """Write the published and reproduced values of every method on the book's split, and those on random splits.

    The table of a user's data, or of another split, has no columns of published values.
    """
    by_method = results.records
    labels = table_labels(by_method)
    by_id = {entry.id: entry.value for entry in results.published}
    decimals = {**DECIMALS, "mae": error_decimals(by_method)}
    rows, text_rows = [], []
    for method, name in NAMES.items():
        book, random = (records.summarize(by_method[protocol, method]) for protocol in ("book", "resampled"))
        parameters = by_method["book", method].params["parameters"]
        values = by_id if has_published_values(by_method, method) else {}
        row: dict[str, Any] = {"model": name}
        text = {"model": name}
        if labels.is_isl_split:
            row["parameters_published"] = values.get(f"salaries.{method}.parameters", "")
            text["parameters published"] = row["parameters_published"] or "–"
        row["parameters"] = parameters
        text["parameters"] = f"{parameters:,}"
        for metric, label in (("mae", "MAE"), ("r2", "R²")):
            mean, sd, n = book.loc[metric]
            if labels.is_isl_split:
                row[f"{metric}_published"] = values.get(f"salaries.{method}.{metric}", "")
                text[f"{label} published"] = row[f"{metric}_published"] or "–"
            row |= {metric: mean, f"{metric}_sd": sd}
            row |= {f"{metric}_random": random.loc[metric, "mean"], f"{metric}_random_sd": random.loc[metric, "sd"]}
            text[label] = spread(mean, sd, decimals[metric] + (n > 1))  # one more decimal for an uncertain value
        row |= {"n": int(n), "n_random": int(random.loc["mae", "n"])}
        text["n"] = str(int(n))
        text["MAE, random splits"] = spread(random.loc["mae", "mean"], random.loc["mae", "sd"], decimals["mae"])
        rows.append(row)
        text_rows.append(text)
    split = labels.first_split
    note = (
        f"Test error on {labels.name}: mean absolute error (MAE) {labels.in_unit}, and R². "
        f"{split[0].upper()}{split[1:]}; mean ± standard deviation over n networks that differ in their seed. "
        f"Last column: mean ± standard deviation over {rows[0]['n_random']} random splits of the same sizes."
    )
    caption = "Salaries: published and reproduced" if labels.is_isl_split else f"{labels.title}: errors of the methods"
    tables.write(stem, pd.DataFrame(rows), pd.DataFrame(text_rows), caption, note)


def gaps(results: SalariesResults) -> dict[tuple[str, str], Difference]:
    """Return the paired differences in MAE over the random splits, with adjusted p-values."""
    errors = _random_errors(results)
    pairs = list(combinations(NAMES, 2))
    tested = holm([paired(errors[a], errors[b], results.test_to_train) for a, b in pairs])
    return dict(zip(pairs, tested, strict=True))


def findings(results: SalariesResults) -> list[Finding]:
    """Return the finding of each difference."""
    return [Finding.of(f"{a} - {b}", gap) for (a, b), gap in gaps(results).items()]


def differences(results: SalariesResults, stem: Path) -> None:
    """Write the paired differences in MAE between all methods over the same random splits."""
    by_method = results.records
    labels, decimals = table_labels(by_method), error_decimals(by_method)
    errors = _random_errors(results)
    rows, text_rows = [], []
    for (a, b), gap in gaps(results).items():
        share = float((errors[a] < errors[b]).mean())
        rows.append({"a": a, "b": b, **vars(gap), "a_wins": share})
        text_rows.append(
            {
                "methods": f"{NAMES[a]} − {NAMES[b].lower()}",
                "difference in MAE": number(gap.mean, decimals),
                "95 % interval": interval(gap.low, gap.high, decimals),
                "first is better in": percent(share),
                "adjusted p": p_value(gap.adjusted_p),
                "finding": gap.finding,
            }
        )
    note = (
        f"Paired over {gap.n} random splits, {labels.in_unit}. The intervals allow for the rows that the "
        f"splits share (Nadeau and Bengio 2003). {HOLM_NOTE}"
    )
    caption = f"{labels.title}: paired differences between methods"
    tables.write(stem, pd.DataFrame(rows), pd.DataFrame(text_rows), caption, note)


def reproduced_values(results: SalariesResults, path: Path) -> None:
    """Write every value of this comparison that the book publishes.

    For a user's table all are empty. On another split than the book's they are written but not judged, and with
    other predictors there are none of the relaxed lasso.
    """
    by_method = results.records
    labels = table_labels(by_method)
    if not labels.is_isl_table:
        empty = ReproducedValues(labels.name)
        for entry in results.published:
            if entry.comparison == "salaries":
                empty.add(entry.id, math.nan, n=0)
        empty.write(path)
        return
    data = "" if labels.is_isl_split else f"{labels.name}, with another split than the book's"
    reproduced = ReproducedValues(data)
    book_predictors = _has_book_predictors(by_method)
    for method in NAMES:
        if method == "relaxed_lasso" and not book_predictors:
            continue
        record = by_method["book", method]
        summary = records.summarize(record)
        reproduced.add(f"salaries.{method}.parameters", record.params["parameters"])
        reproduced.add(f"salaries.{method}.mae", *summary.loc["mae"])
        if method != "relaxed_lasso":  # the book prints no R2 of it
            reproduced.add(f"salaries.{method}.r2", *summary.loc["r2"])
    lasso_error = records.summarize(by_method["book", "lasso"]).loc["mae", "mean"]
    reproduced.add("salaries.lasso.mae_in_r", lasso_error)
    coefficients = by_method["book", "relaxed_lasso"].folder / "model" / "coefficients.json"
    (model,) = json.loads(coefficients.read_text(encoding="utf-8")).values()
    for term, estimates in model["test"].items() if book_predictors else ():
        name = "intercept" if term == "const" else term
        reproduced.add(f"salaries.table_10_3.{name}", estimates["coefficient"])
    reproduced.write(path)


def _random_errors(results: SalariesResults) -> dict[str, pd.Series]:
    return {
        method: record.metrics[record.metrics.metric == "mae"].set_index("member").value
        for (protocol, method), record in results.records.items()
        if protocol == "resampled"
    }


def _is_book_split(record: Record) -> bool:
    """Compare the members' names, `split-0013` or `split-0013-seed-00`, and the size of the test set."""
    test_sizes = record.predictions.groupby("member").size()
    return all(
        int(member.split("-")[1]) == BOOK_SPLIT["seed"] and size == BOOK_SPLIT["test_size"]
        for member, size in test_sizes.items()
    )


def _has_book_predictors(by_method: Records) -> bool:
    return set(by_method["book", "relaxed_lasso"].params["config"]["predictors"]) == set(BOOK_PREDICTORS)
