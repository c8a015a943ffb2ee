"""The tables of errors by the size of the training set and by the number of epochs."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from relecture import tables
from relecture.records import Record
from relecture.salaries.result_tables import NAMES, SalariesResults, error_decimals, table_labels
from relecture.text_format import interval, number, p_value, spread
from relecture.uncertainty import HOLM_NOTE, Difference, half_width, holm, paired

NETWORKS = ("network", "network_standardised")
#: The differences that are tested at every size of the training set: the networks against linear regression, and the
#: better trained one against the forest.
SIZE_PAIRS = (
    ("network", "linear"),
    ("network_standardised", "linear"),
    ("network_standardised", "random_forest"),
)
#: Shares of all epochs at which the networks are compared with their last epoch.
EPOCH_SHARES = (0.1, 0.3)


@dataclass(frozen=True)
class EpochError:
    """The errors of a network after `epoch` epochs, by random split, and their difference to those after the last.

    `change` is None for the last epoch.
    """

    network: str
    epoch: int
    errors: pd.Series
    change: Difference | None


def errors_by_size(results: SalariesResults) -> dict[str, pd.DataFrame]:
    """Return the mean absolute errors of each method: a column per number of training rows, a row per split.

    The last column are all training rows, whose errors are those over the random splits.
    """
    if results.learning_curve is None:
        raise ValueError("the record of the learning curve is not among the results")
    history, errors = results.learning_curve.history, {}
    for method, all_rows in results.random_errors.items():
        rows = history[history.metric == f"{method}_mae"]
        table = rows.pivot(index="member", columns="step", values="value")
        table[results.n_train] = all_rows
        errors[method] = table
    return errors


def size_gaps(results: SalariesResults) -> dict[tuple[int, str, str], Difference]:
    """Return the paired differences of SIZE_PAIRS at every size, with p-values adjusted over all of them.

    Splits share test rows whatever the size of the training set, so every interval is widened as if it were that of
    all training rows; smaller parts share fewer of them.
    """
    errors = errors_by_size(results)
    keys = [(n, a, b) for a, b in SIZE_PAIRS if a in errors and b in errors for n in errors[a]]
    tested = holm([paired(errors[a][n], errors[b][n], results.test_to_train) for n, a, b in keys])
    return dict(zip(keys, tested, strict=True))


def learning_curve(results: SalariesResults, stem: Path) -> None:
    """Write the error of every method by the number of training rows, with 95 % intervals of the means."""
    labels, decimals = table_labels(results.records), error_decimals(results.records)
    rows, text_rows = [], []
    for method, errors in errors_by_size(results).items():
        text = {"model": NAMES[method]}
        for n_train, column in errors.items():
            half = half_width(float(column.std(ddof=1)), len(column), results.test_to_train)
            mean = float(column.mean())
            rows.append(
                {"method": method, "n_train": n_train, "mae": mean, "low": mean - half, "high": mean + half}
                | {"mae_sd": float(column.std(ddof=1)), "n": len(column)}
            )
            text[f"n = {n_train}"] = spread(mean, half, decimals)
        text_rows.append(text)
    note = (
        f"Mean absolute error {labels.in_unit} on the test rows, by the number of training rows n: mean ± half of its "
        f"95 % interval, over {rows[0]['n']} random splits. The intervals allow for the rows that the splits share "
        "(Nadeau and Bengio 2003). Every method chooses its settings anew in each training set; the networks have as "
        "many epochs in each, so fewer steps in smaller ones."
    )
    tables.write(
        stem,
        pd.DataFrame(rows),
        pd.DataFrame(text_rows),
        f"{labels.title}: errors by the size of the training set",
        note,
    )


def size_differences(results: SalariesResults, stem: Path) -> None:
    """Write the paired differences of SIZE_PAIRS at every size of the training set."""
    labels, decimals = table_labels(results.records), error_decimals(results.records)
    rows, text_rows = [], []
    for (n_train, a, b), gap in size_gaps(results).items():
        rows.append({"n_train": n_train, "a": a, "b": b, **vars(gap)})
        text_rows.append(
            {
                "methods": f"{NAMES[a]} − {NAMES[b].lower()}",
                "training rows": str(n_train),
                "difference in MAE": number(gap.mean, decimals),
                "95 % interval": interval(gap.low, gap.high, decimals),
                "adjusted p": p_value(gap.adjusted_p),
                "finding": gap.finding,
            }
        )
    note = (
        f"Paired over {gap.n} random splits, {labels.in_unit}. The intervals allow for the rows that the splits share "
        f"(Nadeau and Bengio 2003). {HOLM_NOTE}"
    )
    caption = f"{labels.title}: networks and other methods by the size of the training set"
    tables.write(stem, pd.DataFrame(rows), pd.DataFrame(text_rows), caption, note)


def epoch_errors(results: SalariesResults) -> list[EpochError]:
    """Return the errors of the networks after EPOCH_SHARES of their epochs and after all.

    They are those of one training, of the logged epochs that are nearest. The p-values are adjusted over all rows.
    """
    rows: list[tuple[str, int, pd.Series, Difference | None]] = []
    for network in NETWORKS:
        if network in results.methods:
            curves = test_errors(results.records["resampled", network])
            last = int(curves.columns.max())
            epochs = sorted({_nearest(curves, share * last) for share in EPOCH_SHARES} - {last})
            rows += [
                (network, one, curves[one], paired(curves[one], curves[last], results.test_to_train)) for one in epochs
            ]
            rows.append((network, last, curves[last], None))
    tested = iter(holm([change for *_, change in rows if change is not None]))
    return [
        EpochError(network, epoch, errors, None if change is None else next(tested))
        for network, epoch, errors, change in rows
    ]


def epochs(results: SalariesResults, stem: Path) -> None:
    """Write the errors of the networks after some of their epochs and after all."""
    labels, decimals = table_labels(results.records), error_decimals(results.records)
    rows, text_rows = [], []
    for one in epoch_errors(results):
        mean, sd, change = float(one.errors.mean()), float(one.errors.std(ddof=1)), one.change
        row = {"network": one.network, "epoch": one.epoch, "mae": mean, "mae_sd": sd, "n": len(one.errors)}
        text = {"model": NAMES[one.network], "epochs": f"{one.epoch:,}", "MAE": spread(mean, sd, decimals)}
        if change is not None:
            columns = ("mean", "low", "high", "p", "adjusted_p")
            row |= {"change" if name == "mean" else name: getattr(change, name) for name in columns}
        rows.append(row)
        text_rows.append(
            text
            | {
                "minus after all epochs": number(change.mean, decimals) if change else "–",
                "95 % interval": interval(change.low, change.high, decimals) if change else "–",
                "adjusted p": p_value(change.adjusted_p if change else None),
                "finding": change.finding if change else "–",
            }
        )
    note = (
        f"Mean absolute error {labels.in_unit} on the test rows of {rows[0]['n']} random splits, mean ± standard "
        "deviation, after some and after all epochs of the same trainings. Nothing is chosen by it. Differences are "
        f"paired, with intervals that allow for the rows that the splits share (Nadeau and Bengio 2003). {HOLM_NOTE}"
    )
    frame = pd.DataFrame(rows).reindex(
        columns=["network", "epoch", "mae", "mae_sd", "n", "change", "low", "high", "p", "adjusted_p"]
    )
    tables.write(stem, frame, pd.DataFrame(text_rows), f"{labels.title}: errors of the networks by epoch", note)


def test_errors(record: Record) -> pd.DataFrame:
    """Return the test errors of a network: a column per logged epoch, a row per member."""
    history = record.history[record.history.metric == "test_mae"]
    return history.pivot(index="member", columns="step", values="value")


def _nearest(curves: pd.DataFrame, epoch: float) -> int:
    return min(map(int, curves.columns), key=lambda logged: abs(logged - epoch))
