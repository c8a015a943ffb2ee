"""The comparison's table, its paired differences, and its reproduced values for the scorecard."""

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from relecture import records, tables
from relecture.data import hitters
from relecture.data_files import read_json, read_parquet
from relecture.records import Record
from relecture.salaries import BOOK_PREDICTORS, BOOK_SPLIT
from relecture.salaries.caveats import caveats, sample_caveat
from relecture.salaries.table_labels import HITTERS, OTHER_SPLIT, TableLabels
from relecture.scorecard.published_values import PublishedValue
from relecture.scorecard.reproduced_values import ReproducedValues
from relecture.text_format import interval, number, p_value, percent, spread
from relecture.uncertainty import HOLM_NOTE, Difference, holm, paired

#: Records by protocol and method.
Records = dict[tuple[str, str], Record]

#: Every method, with its name in tables and figures.
NAMES = {
    "linear": "Linear regression",
    "lasso": "Lasso",
    "relaxed_lasso": "Relaxed lasso",
    "ridge": "Ridge regression",
    "knn": "k nearest neighbours",
    "tree": "Regression tree",
    "bagging": "Bagging",
    "random_forest": "Random forest",
    "network": "Neural network",
    "network_standardised": "Network, standardised target",
}
#: The methods of the book's Tables 10.2 and 10.3.
PUBLISHED_METHODS = ("linear", "lasso", "relaxed_lasso", "network")
#: The differences that are tested, chosen by the questions and not by the results: every method against the simplest
#: one, the book's network against the book's other models, the network with a standardised target against the best of
#: these, and the two networks against each other.
PAIRS = (
    *(("linear", method) for method in NAMES if method != "linear"),
    ("lasso", "network"),
    ("relaxed_lasso", "network"),
    ("relaxed_lasso", "network_standardised"),
    ("network", "network_standardised"),
)
DECIMALS = {"mae": 1, "r2": 2}  # as the book prints them
SIGNIFICANT_DIGITS = 3  # of an error in another unit


@dataclass(frozen=True)
class SalariesResults:
    """The records, the published values, and the numbers of training and test rows of the random splits.

    `learning_curve` is the record of all methods on smaller training sets; `players` is what `count_players` counted,
    nothing for a user's table.
    """

    records: Records
    published: list[PublishedValue] = field(default_factory=list)
    n_train: int = 0
    n_test: int = 0
    learning_curve: Record | None = None
    players: dict[str, int] = field(default_factory=dict)

    @property
    def test_to_train(self) -> float:
        """The ratio of test to training rows, for intervals over splits that share rows; 0 if it is not known."""
        return self.n_test / self.n_train if self.n_train else 0.0

    @property
    def methods(self) -> list[str]:
        """The methods that were fitted, in the order of NAMES."""
        return [method for method in NAMES if ("book", method) in self.records]

    @property
    def random_errors(self) -> dict[str, pd.Series]:
        """The mean absolute errors of every method by random split."""
        return {method: _errors(self.records["resampled", method]) for method in self.methods}


def load(
    folders: list[Path], published: list[PublishedValue], splits: Path | None = None, hitters_csv: Path | None = None
) -> SalariesResults:
    """Read the records of all methods on both protocols, that of the learning curve, and the file of random splits.

    The players are counted in `hitters_csv`; a user's table has none.
    """
    by_method, learning_curve, sizes = {}, None, {}
    for record in map(records.read, folders):
        protocol, _, method = record.params["method"].partition("/")
        if method:
            by_method[protocol, method] = record
        else:
            learning_curve = record
    if splits is not None:
        table = read_parquet(splits)
        fold = table.fold[table.seed == table.seed.iloc[0]]
        sizes = {"n_train": int((fold > 0).sum()), "n_test": int((fold == 0).sum())}
    players = count_players(hitters_csv, **sizes) if hitters_csv and sizes else {}
    return SalariesResults(by_method, published, learning_curve=learning_curve, players=players, **sizes)


def count_players(hitters_csv: Path, n_train: int, n_test: int) -> dict[str, int]:
    """Count players under the names of the published values."""
    n_all = len(hitters.load(hitters_csv))
    return {"all": n_all, "complete": n_train + n_test, "train": n_train, "test": n_test}


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
    if method not in PUBLISHED_METHODS or not table_labels(by_method).is_isl_split:
        return False
    return method != "relaxed_lasso" or _has_book_predictors(by_method)


def count_parameters(record: Record) -> tuple[int | None, int | None]:
    """Return the number of fitted parameters with all intercepts, and without any; None where it has no meaning.

    The book counts with them (linear regression 20, relaxed lasso 5, network 1,345) but for the lasso, whose 12 are its
    predictors; the `parameters` of the records follow the book. A network has an intercept for every unit.
    """
    counted = record.params["parameters"]
    if counted is None:
        return None, None
    n_intercepts = record.params["config"]["hidden"] + 1 if "hidden" in record.params["config"] else 1
    without = counted if record.params["method"].endswith("/lasso") else counted - n_intercepts
    return without + n_intercepts, without


def table(results: SalariesResults, stem: Path) -> None:
    """Write the published and reproduced values of every method on the book's split, and those on random splits.

    The table of a user's data, or of another split, has no columns of published values.
    """
    by_method = results.records
    labels = table_labels(by_method)
    by_id = {entry.id: entry.value for entry in results.published}
    decimals = {**DECIMALS, "mae": error_decimals(by_method)}
    rows, text_rows = [], []
    for method in results.methods:
        book, random = (records.summarize(by_method[protocol, method]) for protocol in ("book", "resampled"))
        parameters, slopes = count_parameters(by_method["book", method])
        values = by_id if has_published_values(by_method, method) else {}
        row: dict[str, Any] = {"method": method, "model": NAMES[method]}
        text = {"model": NAMES[method]}
        if labels.is_isl_split:
            row["parameters_published"] = values.get(f"salaries.{method}.parameters", "")
            text["parameters published"] = row["parameters_published"] or "–"
        row |= {"parameters": parameters, "parameters_without_intercepts": slopes}
        text["parameters"] = "–" if parameters is None else number(parameters, 0)
        text["without intercepts"] = "–" if slopes is None else number(slopes, 0)
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
    as_printed = "; the book prints the lasso's without, all others with them" if labels.is_isl_split else ""
    note = (
        f"Test error on {labels.name}: mean absolute error (MAE) {labels.in_unit}, and R². "
        f"{split[0].upper()}{split[1:]}; mean ± standard deviation over n networks that differ in their seed. "
        f"Last column: mean ± standard deviation over {rows[0]['n_random']} random splits of the same sizes. "
        f"Parameters: those fitted, with intercepts (a network has one for every unit) and without{as_printed}; "
        "neighbours and trees have none that could be compared."
    )
    for (protocol, method), record in by_method.items():
        splits = "random splits" if protocol == "resampled" else split
        note = " ".join([note, *caveats(record, f"{NAMES[method]} ({splits})")])
    note = " ".join([note, *sample_caveat(next(iter(by_method.values())))])
    caption = "Salaries: published and reproduced" if labels.is_isl_split else f"{labels.title}: errors of the methods"
    frame = pd.DataFrame(rows).astype({"parameters": "Int64", "parameters_without_intercepts": "Int64"})
    tables.write(stem, frame, pd.DataFrame(text_rows), caption, note)


def gaps(results: SalariesResults) -> dict[tuple[str, str], Difference]:
    """Return the paired differences in MAE over the random splits, with p-values adjusted over all of them."""
    errors = results.random_errors
    pairs = [(a, b) for a, b in PAIRS if a in errors and b in errors]
    tested = holm([paired(errors[a], errors[b], results.test_to_train) for a, b in pairs])
    return dict(zip(pairs, tested, strict=True))


def differences(results: SalariesResults, stem: Path) -> None:
    """Write the paired differences in MAE of PAIRS over the same random splits."""
    by_method = results.records
    labels, decimals = table_labels(by_method), error_decimals(by_method)
    errors = results.random_errors
    rows, text_rows = [], []
    for (a, b), gap in gaps(results).items():
        share = float((errors[a] < errors[b]).mean())
        rows.append({"a": a, "b": b, **vars(gap), "a_wins": share})
        text_rows.append(
            {
                "methods": f"{NAMES[a]} − {NAMES[b][0].lower()}{NAMES[b][1:]}",
                "difference in MAE": number(gap.mean, decimals),
                "95 % interval": interval(gap.low, gap.high, decimals),
                "first is better in": percent(share),
                "adjusted p": p_value(gap.adjusted_p),
                "finding": gap.finding,
            }
        )
    others = "the network against the relaxed lasso"
    if "network" in errors:
        others = "the networks against the lasso and the relaxed lasso, and against each other"
    note = (
        f"Paired over {gap.n} random splits, {labels.in_unit}: every method against linear regression, {others}. The "
        f"intervals allow for the rows that the splits share (Nadeau and Bengio 2003). {HOLM_NOTE}"
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
    for name, count in results.players.items():
        reproduced.add(f"salaries.players.{name}", count)
    # The intercept is a parameter of the linear model and no input.
    reproduced.add("salaries.linear.predictors", by_method["book", "linear"].params["parameters"] - 1)
    book_predictors = _has_book_predictors(by_method)
    for method in PUBLISHED_METHODS:
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
    (model,) = read_json(coefficients).values()
    for term, estimates in model["test"].items() if book_predictors else ():
        name = "intercept" if term == "const" else term
        reproduced.add(f"salaries.table_10_3.{name}", estimates["coefficient"])
    reproduced.write(path)


def _errors(record: Record) -> pd.Series:
    errors: pd.Series = record.metrics[record.metrics.metric == "mae"].set_index("member").value
    return errors


def _is_book_split(record: Record) -> bool:
    """Compare the members' names, `split-0013` or `split-0013-seed-00`, and the size of the test set."""
    test_sizes = record.predictions.groupby("member").size()
    return all(
        int(member.split("-")[1]) == BOOK_SPLIT["seed"] and size == BOOK_SPLIT["test_size"]
        for member, size in test_sizes.items()
    )


def _has_book_predictors(by_method: Records) -> bool:
    return set(by_method["book", "relaxed_lasso"].params["config"]["predictors"]) == set(BOOK_PREDICTORS)
