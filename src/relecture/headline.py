"""The headline number of a record, for a line on the terminal. Snakemake's process reads it: nothing heavy."""

import csv
import json
import math
from pathlib import Path
from statistics import fmean, stdev

from relecture.members import WHOLE_RECORD, are_replicates

#: The metrics that come first, with their names and units; of a record that has none of them the first metric counts.
_METRICS = {
    "test_error": ("test error", "%"),
    "mae": ("MAE", ""),
    "target_accuracy": ("accuracy", "%"),
    "accuracy": ("accuracy", "%"),
    "validation_error": ("validation error", "%"),
    "best_wss": ("best WSS", ""),
    "wss": ("WSS", ""),
}


def headline(folder: Path) -> str:
    """Return the headline number of the record in `folder`, in ASCII: `test error 1.77 % (sd 0.05, n = 10)`.

    Replicates have a mean and its standard deviation; members that differ in more than chance have a range.
    """
    values: dict[str, dict[str, float]] = {}
    with (folder / "metrics.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            values.setdefault(row["metric"], {})[row["member"]] = float(row["value"] or "nan")
    if not values:
        return ""
    metric = next((name for name in _METRICS if name in values), next(iter(values)))
    label, unit = _METRICS.get(metric, (metric.replace("_", " "), ""))
    members = values[metric]
    if WHOLE_RECORD in members:
        members = {WHOLE_RECORD: members[WHOLE_RECORD]}
    numbers = [100 * value for value in members.values()] if unit else list(members.values())
    decimals = 2 if unit else _decimals(numbers)
    ending = f" {unit}" if unit else ""
    if len(numbers) == 1:
        return f"{label} {numbers[0]:,.{decimals}f}{ending}"
    params = json.loads((folder / "params.json").read_text(encoding="utf-8"))
    if are_replicates(list(members)) and not params.get("members"):
        mean, sd = fmean(numbers), stdev(numbers)
        return f"{label} {mean:,.{decimals}f}{ending} (sd {sd:,.{decimals}f}, n = {len(numbers)})"
    ends = dict.fromkeys(f"{number:,.{decimals}f}" for number in (min(numbers), max(numbers)))
    return f"{label} {' to '.join(ends)}{ending} ({len(numbers)} members)"


def _decimals(numbers: list[float]) -> int:
    """Return how many decimals the largest of the numbers needs for four digits; none if all are whole numbers."""
    largest = max(map(abs, numbers))
    if all(number.is_integer() for number in numbers) or not 0 < largest < math.inf:
        return 0
    return min(max(0, 3 - math.floor(math.log10(largest))), 9)
