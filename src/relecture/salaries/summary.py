"""The comparison's table, its paired differences, and the numbers for the scorecard."""

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import pandas as pd

from relecture import records, tables
from relecture.published import Printed
from relecture.quantities import Quantities
from relecture.records import Record
from relecture.uncertainty import paired

NAMES = {
    "linear": "Linear regression",
    "lasso": "Lasso",
    "relaxed_lasso": "Relaxed lasso",
    "network": "Neural network",
}
DIGITS = {"mae": 1, "r2": 2}


def read(folders: list[Path]) -> dict[tuple[str, str], Record]:
    """Records by protocol and method."""
    found = [records.read(folder) for folder in folders]
    return {tuple(record.params["method"].split("/")): record for record in found}


def table(found: dict[tuple[str, str], Record], printed: list[Printed], out: Path) -> None:
    """Write the printed table with what came out beside it: the book's split, then the random ones."""
    by_id = {entry.id: entry for entry in printed}
    numbers, shown = [], []
    for method, name in NAMES.items():
        book = records.summary(found["book", method])
        random = records.summary(found["resampled", method])
        row: dict[str, Any] = {"model": name}
        text = {"model": name}
        parameters = found["book", method].params["parameters"]
        row |= {"parameters_printed": _printed(by_id, method, "parameters"), "parameters": parameters}
        text |= {"parameters printed": row["parameters_printed"] or "–", "parameters": f"{parameters:,}"}
        for metric, label in (("mae", "MAE"), ("r2", "R²")):
            mean, sd, n = book.loc[metric]
            row |= {f"{metric}_printed": _printed(by_id, method, metric), metric: mean, f"{metric}_sd": sd}
            row |= {
                f"{metric}_random": random.loc[metric, "mean"],
                f"{metric}_random_sd": random.loc[metric, "sd"],
            }
            digits = DIGITS[metric] + (n > 1)  # an uncertain number is shown with one digit more
            spread = "" if n == 1 else f" ± {tables.number(sd, digits)}"
            text |= {f"{label} printed": row[f"{metric}_printed"] or "–"}
            text |= {label: tables.number(mean, digits) + spread}
        row |= {"n": int(n), "n_random": int(random.loc["mae", "n"])}
        text |= {"n": str(int(n))}
        text |= {
            "MAE, random splits": f"{tables.number(random.loc['mae', 'mean'], 1)} "
            f"± {tables.number(random.loc['mae', 'sd'], 1)}"
        }
        numbers.append(row)
        shown.append(text)
    note = (
        "Test error on Hitters: mean absolute error (MAE) in thousands of dollars, and R². The book's own split; "
        "mean ± standard deviation over n networks that differ in their seed. "
        f"Last column: mean ± standard deviation over {numbers[0]['n_random']} random splits of the same sizes."
    )
    tables.write(out, pd.DataFrame(numbers), pd.DataFrame(shown), "Salaries: printed and reproduced", note)


def differences(found: dict[tuple[str, str], Record], test_to_train: float, out: Path) -> None:
    """Write the paired differences in MAE between all methods over the same random splits."""
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
                "difference in MAE": tables.number(gap.mean, 1),
                "95 % interval": f"{tables.number(gap.low, 1)} to {tables.number(gap.high, 1)}",
                "first is better in": f"{100 * share:.0f} %",
                "finding": "clear" if gap.clear else "not told apart",
            }
        )
    note = (
        f"Paired over {gap.n} random splits, in thousands of dollars. The intervals allow for the rows that the "
        "splits share (Nadeau and Bengio 2003)."
    )
    tables.write(out, pd.DataFrame(numbers), pd.DataFrame(shown), "Salaries: which gaps mean anything?", note)


def quantities(found: dict[tuple[str, str], Record], printed: list[Printed], out: Path) -> None:
    """Write every number that the book prints of this comparison."""
    collected = Quantities()
    for method in NAMES:
        record = found["book", method]
        scores = records.summary(record)
        collected.add(f"salaries.{method}.parameters", record.params["parameters"])
        collected.add(f"salaries.{method}.mae", *scores.loc["mae"])
        if method != "relaxed_lasso":  # no R2 is printed for it
            collected.add(f"salaries.{method}.r2", *scores.loc["r2"])
    collected.add("salaries.lasso.mae_in_r", records.summary(found["book", "lasso"]).loc["mae", "mean"])
    path = found["book", "relaxed_lasso"].folder / "model" / "coefficients.json"
    (split,) = json.loads(path.read_text()).values()
    for term, values in split["test"].items():
        id = f"salaries.table_10_3.{'intercept' if term == 'const' else term}"
        if id in {entry.id for entry in printed}:  # not so with predictors of one's own
            collected.add(id, values["coefficient"])
    collected.write(out)


def _printed(by_id: dict[str, Printed], method: str, metric: str) -> str:
    entry = by_id.get(f"salaries.{method}.{metric}")
    return entry.value if entry else ""
