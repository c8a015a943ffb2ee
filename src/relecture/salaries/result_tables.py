"""The comparison's table, its paired differences, and the numbers for the scorecard."""

import json
import math
from itertools import combinations
from pathlib import Path
from typing import Any

import pandas as pd

from relecture import records, tables
from relecture.records import Record
from relecture.salaries import BOOK_PREDICTORS, table_labels
from relecture.scorecard.published_values import PublishedValue
from relecture.scorecard.reproduced_values import ReproducedValues
from relecture.uncertainty import paired

NAMES = {
    "linear": "Linear regression",
    "lasso": "Lasso",
    "relaxed_lasso": "Relaxed lasso",
    "network": "Neural network",
}
DIGITS = {"mae": 1, "r2": 2}  # as the book prints them
SIGNIFICANT = 3  # digits of an error in any other unit


def read(folders: list[Path]) -> dict[tuple[str, str], Record]:
    """Records by protocol and method."""
    found = [records.read(folder) for folder in folders]
    return {tuple(record.params["method"].split("/")): record for record in found}


def decimals(found: dict[tuple[str, str], Record]) -> int:
    """Decimals of an error: the book's for its table, and for another as many as its size asks for."""
    record = found["book", "linear"]
    if "target" not in record.params["data"]:
        return DIGITS["mae"]
    error = records.summarize(record).loc["mae", "mean"]
    return max(0, SIGNIFICANT - 1 - math.floor(math.log10(error))) if error > 0 else SIGNIFICANT


def compared(found: dict[tuple[str, str], Record], method: str) -> bool:
    """Whether the book prints numbers of a method as it was fitted here: its table, its split, its predictors."""
    on_its_split = table_labels.of(found["book", "linear"]) == table_labels.HITTERS
    return on_its_split and (method != "relaxed_lasso" or _has_the_book_s_predictors(found))


def table(found: dict[tuple[str, str], Record], printed: list[PublishedValue], out: Path) -> None:
    """Write the printed table with what came out beside it: the book's split, then the random ones.

    Of a table of one's own, and of another split, nothing is printed, so they have no such columns.
    """
    about = table_labels.of(found["book", "linear"])
    columns = about == table_labels.HITTERS
    by_id, places = {entry.id: entry for entry in printed}, {**DIGITS, "mae": decimals(found)}
    numbers, shown = [], []
    for method, name in NAMES.items():
        book = records.summarize(found["book", method])
        random = records.summarize(found["resampled", method])
        row: dict[str, Any] = {"model": name}
        text = {"model": name}
        parameters = found["book", method].params["parameters"]
        known = by_id if compared(found, method) else {}
        if columns:
            row |= {"parameters_printed": _printed(known, method, "parameters")}
            text |= {"parameters printed": row["parameters_printed"] or "–"}
        row |= {"parameters": parameters}
        text |= {"parameters": f"{parameters:,}"}
        for metric, label in (("mae", "MAE"), ("r2", "R²")):
            mean, sd, n = book.loc[metric]
            if columns:
                row |= {f"{metric}_printed": _printed(known, method, metric)}
                text |= {f"{label} printed": row[f"{metric}_printed"] or "–"}
            row |= {metric: mean, f"{metric}_sd": sd}
            row |= {
                f"{metric}_random": random.loc[metric, "mean"],
                f"{metric}_random_sd": random.loc[metric, "sd"],
            }
            digits = places[metric] + (n > 1)  # an uncertain number is shown with one digit more
            spread = "" if n == 1 else f" ± {tables.number(sd, digits)}"
            text |= {label: tables.number(mean, digits) + spread}
        row |= {"n": int(n), "n_random": int(random.loc["mae", "n"])}
        text |= {"n": str(int(n))}
        text |= {
            "MAE, random splits": f"{tables.number(random.loc['mae', 'mean'], places['mae'])} "
            f"± {tables.number(random.loc['mae', 'sd'], places['mae'])}"
        }
        numbers.append(row)
        shown.append(text)
    note = (
        f"Test error on {about.name}: mean absolute error (MAE) {about.in_unit}, and R². "
        f"{about.own_split}; mean ± standard deviation over n networks that differ in their seed. "
        f"Last column: mean ± standard deviation over {numbers[0]['n_random']} random splits of the same sizes."
    )
    caption = "Salaries: printed and reproduced" if columns else f"{about.title}: which method predicts best?"
    tables.write(out, pd.DataFrame(numbers), pd.DataFrame(shown), caption, note)


def differences(found: dict[tuple[str, str], Record], test_to_train: float, out: Path) -> None:
    """Write the paired differences in MAE between all methods over the same random splits."""
    about, places = table_labels.of(found["book", "linear"]), decimals(found)
    scores = {
        method: record.metrics[record.metrics.metric == "mae"].set_index("member").value
        for (protocol, method), record in found.items()
        if protocol == "resampled"
    }
    numbers, shown = [], []
    for a, b in combinations(NAMES, 2):
        gap = paired(scores[a], scores[b], test_to_train)
        share = float((scores[a] < scores[b]).mean())
        numbers.append({"a": a, "b": b, **vars(gap), "a_wins": share})
        shown.append(
            {
                "methods": f"{NAMES[a]} − {NAMES[b].lower()}",
                "difference in MAE": tables.number(gap.mean, places),
                "95 % interval": f"{tables.number(gap.low, places)} to {tables.number(gap.high, places)}",
                "first is better in": f"{100 * share:.0f} %",
                "finding": "clear" if gap.significant else "not told apart",
            }
        )
    note = (
        f"Paired over {gap.n} random splits, {about.in_unit}. The intervals allow for the rows that the "
        "splits share (Nadeau and Bengio 2003)."
    )
    caption = f"{about.title}: which gaps mean anything?"
    tables.write(out, pd.DataFrame(numbers), pd.DataFrame(shown), caption, note)


def quantities(found: dict[tuple[str, str], Record], printed: list[PublishedValue], out: Path) -> None:
    """Write every number that the book prints of this comparison; of another table none is a counterpart to those.

    With another split than the book's the numbers are written and not judged; with other predictors the relaxed
    lasso has none.
    """
    about = table_labels.of(found["book", "linear"])
    if about not in (table_labels.HITTERS, table_labels.OTHER_SPLIT):
        other = ReproducedValues(about.name)
        for entry in printed:
            if entry.comparison == "salaries":
                other.add(entry.id, math.nan, n=0)
        other.write(out)
        return
    collected = ReproducedValues(
        "" if about == table_labels.HITTERS else f"{about.name}, with another split than the book's"
    )
    relaxed = _has_the_book_s_predictors(found)
    for method in NAMES:
        if method == "relaxed_lasso" and not relaxed:
            continue
        record = found["book", method]
        scores = records.summarize(record)
        collected.add(f"salaries.{method}.parameters", record.params["parameters"])
        collected.add(f"salaries.{method}.mae", *scores.loc["mae"])
        if method != "relaxed_lasso":  # no R2 is printed for it
            collected.add(f"salaries.{method}.r2", *scores.loc["r2"])
    collected.add("salaries.lasso.mae_in_r", records.summarize(found["book", "lasso"]).loc["mae", "mean"])
    path = found["book", "relaxed_lasso"].folder / "model" / "coefficients.json"
    (split,) = json.loads(path.read_text()).values()
    for term, values in split["test"].items() if relaxed else ():
        collected.add(f"salaries.table_10_3.{'intercept' if term == 'const' else term}", values["coefficient"])
    collected.write(out)


def _has_the_book_s_predictors(found: dict[tuple[str, str], Record]) -> bool:
    return set(found["book", "relaxed_lasso"].params["config"]["predictors"]) == set(BOOK_PREDICTORS)


def _printed(by_id: dict[str, PublishedValue], method: str, metric: str) -> str:
    entry = by_id.get(f"salaries.{method}.{metric}")
    return entry.value if entry else ""
