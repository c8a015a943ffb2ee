"""The comparison's table, its paired differences, and the numbers for the scorecard."""

from itertools import combinations
from pathlib import Path

import pandas as pd

from relecture import records, tables
from relecture.digits.data import CLASSES
from relecture.records import Record
from relecture.scorecard.published_values import PublishedValue
from relecture.scorecard.reproduced_values import ReproducedValues
from relecture.uncertainty import paired

NAMES = {
    "plain": "Network, no regularisation",
    "ridge": "Network with ridge",
    "dropout": "Network with dropout",
    "early_stopping": "Network with early stopping",
    "logistic": "Multinomial logistic regression",
    "sklearn_logistic": "The same by scikit-learn",
    "lda": "Linear discriminant analysis",
}
NETWORKS = ("plain", "ridge", "dropout", "early_stopping")
PRINTED = ("ridge", "dropout", "logistic", "lda")


def read(folders: list[Path]) -> dict[str, Record]:
    """Records by method."""
    found = [records.read(folder) for folder in folders]
    return {record.params["method"]: record for record in found}


def table(found: dict[str, Record], printed: list[PublishedValue], out: Path) -> None:
    """Write the printed table with what came out beside it."""
    by_id = {entry.id: entry.value for entry in printed}
    numbers, shown = [], []
    for method, name in NAMES.items():
        test = records.summarize(found[method]).loc["test_error"]
        validation = records.summarize(found[method]).loc["validation_error"]
        parameters = found[method].params["parameters"]
        error = by_id.get(f"digits.{method}.test_error", "")
        numbers.append(
            {
                "model": name,
                "parameters": parameters,
                "test_error_printed": error,
                "test_error": 100 * test["mean"],
                "test_error_sd": 100 * test.sd,
                "validation_error": 100 * validation["mean"],
                "n": int(test.n),
            }
        )
        spread = "" if test.n == 1 else f" ± {tables.number(100 * test.sd, 2)}"
        shown.append(
            {
                "model": name,
                "parameters": f"{parameters:,}",
                "test error printed, %": error or "–",
                "test error, %": tables.number(100 * test["mean"], 2) + spread,
                "validation error, %": tables.number(100 * validation["mean"], 2),
                "n": str(int(test.n)),
            }
        )
    penalty = found["ridge"].params["config"]["penalty"]
    data = found["plain"].params["data"]["name"]
    note = (
        f"{data}. Mean ± standard deviation over n networks that differ in their seed. The strength of ridge, "
        f"{penalty:g}, was chosen on validation images; the test images were used once, at the end."
    )
    tables.write(out, pd.DataFrame(numbers), pd.DataFrame(shown), "Digits: printed and reproduced", note)


def differences(found: dict[str, Record], out: Path) -> None:
    """Write the paired differences in test error between the networks over the same seeds."""
    scores = {
        method: 100 * record.metrics[record.metrics.metric == "test_error"].set_index("member").value
        for method, record in found.items()
    }
    numbers, shown = [], []
    for a, b in combinations(NETWORKS, 2):
        gap = paired(scores[a], scores[b])
        numbers.append({"a": a, "b": b, **vars(gap)})
        shown.append(
            {
                "methods": f"{NAMES[a]} − {NAMES[b].lower()}",
                "difference in test error, points": tables.number(gap.mean, 2),
                "95 % interval": f"{tables.number(gap.low, 2)} to {tables.number(gap.high, 2)}",
                "finding": "clear" if gap.significant else "not told apart",
            }
        )
    note = (
        f"Paired over {gap.n} seeds, in percentage points; a positive number favours the second. "
        f"Data: {found['plain'].params['data']['name']}."
    )
    tables.write(out, pd.DataFrame(numbers), pd.DataFrame(shown), "Digits: which gaps mean anything?", note)


def quantities(found: dict[str, Record], out: Path) -> None:
    """Write every number that the book prints of this comparison; errors in percent."""
    collected = ReproducedValues(found["plain"].sample_name)
    for method in PRINTED:
        mean, sd, n = records.summarize(found[method]).loc["test_error"]
        collected.add(f"digits.{method}.test_error", 100 * mean, 100 * sd, int(n))
    collected.add("digits.network.parameters", found["plain"].params["parameters"])
    # Of the softmax's ten sets of coefficients one is determined by the others.
    free = found["logistic"].params["parameters"] * (CLASSES - 1) // CLASSES
    collected.add("digits.logistic.parameters", free)
    collected.write(out)
