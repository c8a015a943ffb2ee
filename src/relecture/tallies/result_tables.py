"""The comparison's table, its paired differences, and the numbers for the scorecard."""

from itertools import combinations
from pathlib import Path
from typing import Any

import pandas as pd

from relecture import records, tables
from relecture.records import Record
from relecture.scorecard.published_values import PublishedValue
from relecture.scorecard.reproduced_values import ReproducedValues
from relecture.tallies import TRANSFERS
from relecture.uncertainty import Difference, paired

NAMES = {
    "base/default": "Default network, MNIST only",
    "base/selected": "Selected network, MNIST only",
    "transfer/frozen": "First block frozen (the paper's)",
    "transfer/frozen_augmented": "The same, with varied cells",
    "transfer/unfrozen": "Nothing frozen",
    "transfer/conv_frozen": "All convolutions frozen",
    "transfer/scratch": "From scratch",
}
FEW = 500  # labelled cells at which the frozen and the untaught network are compared
#: The printed accuracy of the trial that leads Table A.3.
BEST = "tallies.search.accuracy"


def read(folders: list[Path]) -> dict[str, Record]:
    """Records by method: `base/default`, `transfer/frozen`, `labels/scratch`, `search`, `final`."""
    return {record.params["method"]: record for record in map(records.read, folders)}


def table(found: dict[str, Record], printed: list[PublishedValue], out: Path) -> None:
    """Write what each network reads of MNIST and of the target's cells, before and after transfer."""
    best = next((entry.value for entry in printed if entry.id == BEST), "")
    numbers, shown = [], []
    for method, name in NAMES.items():
        record = found[method]
        scores = records.summarize(record)
        cells = int(scores.loc["cells", "mean"]) if "cells" in scores.index else 0
        row = {"model": name, "labelled_cells": cells, "parameters": record.params["parameters"]}
        text = {"model": name, "labelled cells": f"{row['labelled_cells']:,}", "parameters": f"{row['parameters']:,}"}
        validation_printed = best if method == "base/selected" else ""
        text["target validation, printed, %"] = f"{100 * float(best):.1f}" if validation_printed else "–"
        row["validation_accuracy_printed"] = validation_printed
        for metric, label in (("validation_accuracy", "target validation, %"), ("target_accuracy", "target test, %"),
                              ("mnist_accuracy", "MNIST test, %")):  # fmt: skip
            mean, sd, n = scores.loc[metric] if metric in scores.index else (None, None, 0)
            row |= {metric: mean, f"{metric}_sd": sd}
            text[label] = "–" if mean is None or sd is None else _spread(100 * mean, 100 * sd, n)
        row["n"] = int(scores.loc["target_accuracy", "n"])
        numbers.append(row)
        shown.append(text | {"n": str(row["n"])})
    note = (
        f"Share of single digits read right. Target: {found['base/selected'].params['data']['name']}. Printed: the "
        "best trial of Table A.3, on other handwriting (Mexican tally sheets). Mean ± standard deviation over n "
        "networks that differ in their seed."
    )
    tables.write(
        out, pd.DataFrame(numbers), pd.DataFrame(shown), "Tallies: digits read before and after transfer", note
    )


def differences(found: dict[str, Record], out: Path) -> None:
    """Write the paired differences in accuracy on target cells between the ways of transfer, over the same seeds."""
    gaps = {}
    for a, b in combinations(TRANSFERS, 2):
        name = f"{NAMES[f'transfer/{a}']} − {_lower(NAMES[f'transfer/{b}'])}"
        gaps[a, b, name] = paired(_scores(found[f"transfer/{a}"]), _scores(found[f"transfer/{b}"]))
    few = [100 * with_cells(found[f"labels/{method}"], FEW) for method in ("frozen", "scratch")]
    if all(len(scores) for scores in few):
        gaps["frozen", "scratch", f"With {FEW} cells: first block frozen − from scratch"] = paired(*few)
    numbers = [{"a": a, "b": b, "comparison": name, **vars(gap)} for (a, b, name), gap in gaps.items()]
    shown = [{"methods": name, **_shown(gap)} for (_, _, name), gap in gaps.items()]
    seeds = next(iter(gaps.values())).n
    note = (
        f"Paired over {seeds} seeds: the same labelled cells, the same base. In percentage points of target test "
        f"cells; a positive number favours the first. Target: {found['base/selected'].params['data']['name']}."
    )
    tables.write(out, pd.DataFrame(numbers), pd.DataFrame(shown), "Tallies: which gaps mean anything?", note)


def labels(found: dict[str, Record], out: Path) -> None:
    """Write the accuracy on target test cells by number of labelled cells."""
    numbers, shown = [], []
    by_method = {method.partition("/")[2]: record for method, record in found.items() if method.startswith("labels/")}
    for cells in sorted({int(value) for record in by_method.values() for value in _cells(record)}):
        row, text = {"cells": cells}, {"labelled cells": f"{cells:,}"}
        for method, record in by_method.items():
            scores = 100 * with_cells(record, cells)
            row |= {method: scores.mean(), f"{method}_sd": scores.std(ddof=1), "n": len(scores)}
            text[_lower(NAMES[f"transfer/{method}"]) + ", %"] = _spread(scores.mean(), scores.std(ddof=1), len(scores))
        numbers.append(row)
        shown.append(text | {"n": str(row["n"])})
    note = (
        "Accuracy on target test cells. Every network sees the same number of cells in training, with repetition. "
        "Mean ± standard deviation over n seeds, each with its own drawing of cells."
    )
    tables.write(out, pd.DataFrame(numbers), pd.DataFrame(shown), "Tallies: how many labels are worth it?", note)


def selected(rows: list[dict], out: Path) -> None:
    """Write Table A.2 with what the search selected here beside what the paper's selected."""
    shown = [
        {"hyperparameter": row["hyperparameter"], **{key: _plain(row[key]) for key in list(row)[1:]}} for row in rows
    ]
    note = "Torres and Cantú (2022), Table A.2; in the last column what Hyperband in the same space selected here."
    tables.write(out, pd.DataFrame(rows), pd.DataFrame(shown), "Tallies: the space of the search", note)


def quantities(found: dict[str, Record], chosen: dict[str, Any], out: Path) -> None:
    """Write every printed number that has a counterpart here. The handwriting is another, so nothing is judged.

    `chosen` is what `search.selected` gives.
    """
    collected = ReproducedValues(f"Target: {found['base/selected'].params['data']['name']}, not the paper's sheets")
    for name, value in chosen["values"].items():
        if value is not None:  # the filters of a block that the selected network does not have
            collected.add(f"tallies.selected.{name}", value)
    collected.add(BEST, chosen["accuracy"])
    collected.add("tallies.base.accuracy", *records.summarize(found["base/selected"]).loc["validation_accuracy"])
    collected.write(out)


def _scores(record: Record) -> pd.Series:
    """Accuracy on target test cells in percent, by member."""
    wide = record.metrics[record.metrics.metric == "target_accuracy"]
    return 100 * wide.set_index("member").value


def _cells(record: Record) -> pd.Series:
    return record.metrics[record.metrics.metric == "cells"].value


def with_cells(record: Record, cells: int) -> pd.Series:
    """Accuracy on target test cells with so many labelled ones, by member."""
    wide = record.metrics.pivot(index="member", columns="metric", values="value")
    return wide.target_accuracy[wide.cells == cells]


def _shown(gap: Difference) -> dict[str, str]:
    return {
        "difference in accuracy, points": tables.number(gap.mean, 2),
        "95 % interval": f"{tables.number(gap.low, 2)} to {tables.number(gap.high, 2)}",
        "finding": "clear" if gap.significant else "not told apart",
    }


def _spread(mean: float, sd: float, n: float) -> str:
    return tables.number(mean, 1) + (f" ± {tables.number(sd, 1)}" if n > 1 else "")


def _plain(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"


def _lower(name: str) -> str:
    return name[0].lower() + name[1:]
