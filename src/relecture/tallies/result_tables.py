"""The comparison's tables of networks, their paired differences, and the reproduced values for the scorecard."""

from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from relecture import records, tables
from relecture.data_files import read_json
from relecture.findings import Choice, Finding
from relecture.rank_correlation import rank_correlation
from relecture.records import Record
from relecture.scorecard.published_values import PublishedValue
from relecture.scorecard.reproduced_values import ReproducedValues
from relecture.tallies import AS_CUT, BASES, LABEL_CURVES, METHOD_NAMES, VARIANTS
from relecture.tallies.networks.hyperband_results import describe_network
from relecture.tallies.networks.search_space import PRINTED_TRIALS, SAMPLED, grid
from relecture.text_format import interval, number, p_value, signed, spread
from relecture.uncertainty import HOLM_NOTE, Difference, holm, paired

N_FEW = 500  # labelled cells at which the frozen network is compared with the one from scratch
#: The key of that comparison in `gaps`.
WITH_FEW = ("frozen", "scratch", f"With {N_FEW} cells: first block frozen − from scratch")
#: The published accuracy of the first trial in Table A.3.
BEST = "tallies.search.accuracy"
BEST_PRINTED = "trial-5"


@dataclass(frozen=True)
class NetworkResults:
    """Records by method, as `base/default` or `label_curve/scratch`; published values; what the search selected.

    `choice` is the result of `hyperband_results.select_network`; `quality_threshold` is a setting of the count.
    """

    records: dict[str, Record]
    published: list[PublishedValue] = field(default_factory=list)
    choice: dict[str, Any] = field(default_factory=dict)
    quality_threshold: float = np.nan


def load(
    folders: list[Path], published: list[PublishedValue], selected: Path, quality_threshold: float
) -> NetworkResults:
    """Read the records of all methods and the file selected.json."""
    by_method = {record.params["method"]: record for record in map(records.read, folders)}
    choice = read_json(selected)
    return NetworkResults(by_method, published, choice, quality_threshold)


def table(results: NetworkResults, stem: Path) -> None:
    """Write each network's accuracy on MNIST and on the target's cells, before and after transfer.

    On cells as cut that of the same variant of transfer, trained on such cells; of a base, which MNIST trains, its own.
    """
    by_method = results.records
    rates = {name: by_method[f"base/{name}"].params["config"].get("learning_rate", np.nan) for name in BASES}
    numbers, texts = [], []
    for method, name in METHOD_NAMES.items():
        record = by_method[method]
        summary = records.summarize(record)
        n_labelled = int(summary.loc["n_labelled", "mean"]) if "n_labelled" in summary.index else 0
        row = {"model": name, "n_labelled": n_labelled, "parameters": record.params["parameters"]}
        text = {"model": name, "labelled cells": f"{n_labelled:,}", "parameters": f"{row['parameters']:,}"}
        for metric, label in (("validation_accuracy", "target validation, %"), ("target_accuracy", "target test, %"),
                              ("mnist_accuracy", "MNIST test, %")):  # fmt: skip
            mean, sd = summary.loc[metric, ["mean", "sd"]] if metric in summary.index else (np.nan, np.nan)
            row |= {metric: mean, f"{metric}_sd": sd}
            text[label] = spread(100 * mean, 100 * sd, 1)
        mean, sd = _as_cut(by_method, method)
        row |= {"target_accuracy_as_cut": mean, "target_accuracy_as_cut_sd": sd}
        text["target test as cut, %"] = spread(100 * mean, 100 * sd, 1)
        row["n"] = int(summary.loc["target_accuracy", "n"])
        numbers.append(row)
        texts.append(text | {"n": str(row["n"])})
    note = (
        f"Accuracy on single digits. Target: {_target(by_method)}. Cells are normalised as MNIST's digits; as cut, "
        "they keep place and size in the box, so that part of the gap to MNIST is geometry. The default network has "
        f"the learning rate {rates['default']:g}, the selected one {rates['selected']:g}; at the latter the default "
        "network shows what the architecture alone changes. The paper has no such numbers: its trials are in the table "
        "of the printed trials. Mean ± standard deviation over n networks that differ in their seed."
    )
    caption = "Tallies: accuracy on digits before and after transfer"
    tables.write(stem, pd.DataFrame(numbers), pd.DataFrame(texts), caption, note)


def differences(results: NetworkResults, stem: Path) -> None:
    """Write the paired differences in accuracy on target test cells between the variants of transfer."""
    by_method = results.records
    tested = gaps(by_method)
    numbers = [{"a": a, "b": b, "comparison": name, **vars(gap)} for (a, b, name), gap in tested.items()]
    texts = [{"methods": name, **_gap_texts(gap)} for (_, _, name), gap in tested.items()]
    n_seeds = next(iter(tested.values())).n
    note = (
        f"Paired over {n_seeds} seeds: the same labelled cells, the same base. In percentage points of target test "
        f"cells; a positive number favours the first method. {HOLM_NOTE} Target: {_target(by_method)}."
    )
    caption = "Tallies: paired differences in accuracy"
    tables.write(stem, pd.DataFrame(numbers), pd.DataFrame(texts), caption, note)


def gaps(by_method: dict[str, Record]) -> dict[tuple[str, str, str], Difference]:
    """Return the paired differences, by both variants and a description, with adjusted p-values."""
    gaps = {}
    for a, b in combinations(VARIANTS, 2):
        name = f"{METHOD_NAMES[f'transfer/{a}']} − {_lower(METHOD_NAMES[f'transfer/{b}'])}"
        gaps[a, b, name] = paired(_accuracies(by_method[f"transfer/{a}"]), _accuracies(by_method[f"transfer/{b}"]))
    for variant in VARIANTS:
        crops = [_accuracies(by_method[f"transfer/{method}"]) for method in (variant, f"{variant}{AS_CUT}")]
        name = f"{METHOD_NAMES[f'transfer/{variant}']}: normalised cells − as cut"
        gaps[variant, f"{variant}{AS_CUT}", name] = paired(*crops)
    for crop, ending in (("", ""), (AS_CUT, ", as cut")):
        methods = [f"{variant}{crop}" for variant in ("frozen", "scratch")]
        few = [100 * accuracy_with(by_method[f"label_curve/{method}"], N_FEW) for method in methods]
        if all(len(values) for values in few):
            name = f"With {N_FEW} cells{ending}: first block frozen − from scratch"
            gaps[methods[0], methods[1], name] = paired(*few)
    return dict(zip(gaps, holm(list(gaps.values())), strict=True))


def findings(results: NetworkResults) -> list[Finding]:
    """Return the finding of each difference."""
    return [Finding.of(name, gap) for (_, _, name), gap in gaps(results.records).items()]


def choices(results: NetworkResults) -> list[Choice]:
    """Return what the search selected: the trial, and each hyperparameter that it samples.

    How firm it is was measured for the trial alone. The learning rate is sampled from a range, so it has no border.
    """
    choice = results.choice
    trial = choice["choice"]
    share = np.nan if trial["share_of_wins"] is None else trial["share_of_wins"]  # of a single finalist
    selected = [Choice(**trial | {"share_of_wins": share})]
    for row in SAMPLED:
        value = choice["values"][row.name]
        if value is not None:  # the filters of a block that the selected network does not have
            ends = grid(row)[:1] + grid(row)[-1:]
            lowest = _general(choice["lowest_values"][row.name])
            selected.append(Choice(f"search/{row.name}", f"{value:g}", np.nan, value in ends, lowest))
    return selected


def label_curve(results: NetworkResults, stem: Path) -> None:
    """Write the accuracy on target test cells by number of labelled cells."""
    by_method = results.records
    numbers, texts = [], []
    curves = {method: by_method[f"label_curve/{method}"] for method in LABEL_CURVES}
    for n_labelled in sorted({int(value) for record in curves.values() for value in _n_labelled(record)}):
        row: dict[str, float] = {"n_labelled": n_labelled}
        text = {"labelled cells": f"{n_labelled:,}"}
        for method, record in curves.items():
            values = 100 * accuracy_with(record, n_labelled)
            if values.empty:  # cells as cut have fewer numbers
                row |= {method: np.nan, f"{method}_sd": np.nan}
                text[_curve_name(method) + ", %"] = "–"
                continue
            row |= {method: values.mean(), f"{method}_sd": values.std(ddof=1), "n": len(values)}
            text[_curve_name(method) + ", %"] = spread(values.mean(), values.std(ddof=1), 1)
        numbers.append(row)
        texts.append(text | {"n": str(row["n"])})
    note = (
        "Accuracy on target test cells. Every training has the same number of cells, with repetition. "
        "Mean ± standard deviation over n seeds, each with its own sample of cells."
    )
    caption = "Tallies: accuracy by number of labelled cells"
    tables.write(stem, pd.DataFrame(numbers), pd.DataFrame(texts), caption, note)


def selected(results: NetworkResults, stem: Path) -> None:
    """Write Table A.2 with the hyperparameters that the paper's search and this search selected."""
    rows: list[dict[str, Any]] = results.choice["rows"]
    texts = [
        {"hyperparameter": row["hyperparameter"], **{key: _general(row[key]) for key in list(row)[1:]}} for row in rows
    ]
    note = (
        "Torres and Cantú (2022), Table A.2; the last column was selected here among the best trials of Hyperband in "
        "the same space, trained again."
    )
    tables.write(stem, pd.DataFrame(rows), pd.DataFrame(texts), "Tallies: the search space", note)


def finalists(results: NetworkResults, stem: Path) -> None:
    """Write the best trials of the search with the accuracy of the networks that were trained again."""
    choice = results.choice
    rows: list[dict[str, Any]] = choice["finalists"]
    spreads = [np.nan if row["accuracy_sd"] is None else 100 * row["accuracy_sd"] for row in rows]
    texts = [
        {
            "trial": row["trial"],
            "network": row["network"],
            "in the search, %": number(100 * row["accuracy_in_search"], 1),
            "trained again, %": spread(100 * row["accuracy"], sd, 1),
            "n": str(row["n"]),
            "selected in, % of resamples": number(100 * row["share_of_wins"], 0),
        }
        for row, sd in zip(rows, spreads, strict=True)
    ]
    note = (
        "Accuracy on target validation cells; trained again: mean ± standard deviation over n seeds. Selected is "
        f"{choice['trial']}: of the trials within one standard error of the best mean (of one seed: the best), it has "
        "the fewest parameters. The resamples are of cells and, where there are several, of seeds."
    )
    tables.write(stem, pd.DataFrame(rows), pd.DataFrame(texts), "Tallies: the best trials, trained again", note)


def printed_trials(results: NetworkResults, stem: Path) -> None:
    """Write the trials of the paper's Table A.3 with their accuracy here."""
    table, texts = printed_accuracies(results), []
    config = results.records["printed_trials"].params["config"]
    for row in table.itertuples():
        texts.append(
            {
                "network": row.network,
                "printed, %": number(100 * row.accuracy_published, 1),
                "here, %": spread(100 * row.accuracy, 100 * row.accuracy_sd, 1),
                "n": str(row.n),
            }
        )
    note = (
        "Torres and Cantú (2022), Table A.3: accuracy on target validation cells. Here the cells are normalised and of "
        f"other handwriting, and a network is trained on {config['n_images']:,} images of MNIST for at most "
        f"{config['max_epochs']} epochs, with the learning rate of Table A.2, as Table A.3 has none. Mean ± standard "
        "deviation over n seeds."
    )
    if table.accuracy.nunique() > 1 and table.accuracy_published.notna().all():
        order = rank_correlation(table.accuracy_published, table.accuracy)
        note += (
            f" Rank correlation of the printed accuracies with those here: {signed(order.rho, 2)} (permutation test "
            f"over {order.n} trials: p {p_value(order.p)})."
        )
    tables.write(stem, table, pd.DataFrame(texts), "Tallies: the printed trials", note)


def printed_accuracies(results: NetworkResults) -> pd.DataFrame:
    """Return the trials of Table A.3: network, accuracy_published, and accuracy here with accuracy_sd and n."""
    values = results.records["printed_trials"].metrics.query("metric == 'accuracy'")
    by_trial = values.groupby(values.member.str.rpartition("-seed-")[0]).value
    published = {one.id: float(one.number) for one in results.published}
    rows = [
        {
            "trial": name,
            "network": describe_network(trial),
            "accuracy_published": published.get(_printed_id(name), np.nan),
            "accuracy": by_trial.mean()[name],
            "accuracy_sd": by_trial.std(ddof=1)[name],
            "n": by_trial.size()[name],
        }
        for name, trial in PRINTED_TRIALS.items()
    ]
    return pd.DataFrame(rows)


def _printed_id(trial: str) -> str:
    """Return the id of a published accuracy; the best one of the table is also that of the search."""
    return BEST if trial == BEST_PRINTED else f"tallies.table_a3.{trial.replace('-', '_')}"


def reproduced_values(results: NetworkResults, path: Path) -> None:
    """Write every value that the paper publishes; none is judged, because the handwriting is different."""
    by_method, choice = results.records, results.choice
    values = ReproducedValues(_target(by_method))
    default = by_method["base/default"].params["config"]
    network = default["architecture"]
    values.add_setting("tallies.default.blocks", len(network["filters"]))
    for name in ("dropout", "fc1", "fc2"):
        values.add_setting(f"tallies.default.{name}", network[name])
    values.add_setting("tallies.default.learning_rate", default["learning_rate"])
    values.add_setting("tallies.quality_threshold", results.quality_threshold)
    for name, value in choice["values"].items():
        if value is not None:  # the filters of a block that the selected network does not have
            values.add(f"tallies.selected.{name}", value)
    values.add(BEST, choice["accuracy"])
    for row in printed_accuracies(results).itertuples():
        if row.trial != BEST_PRINTED:
            values.add(_printed_id(row.trial), row.accuracy, row.accuracy_sd, row.n)
    values.add("tallies.base.accuracy", *records.summarize(by_method["base/selected"]).loc["validation_accuracy"])
    values.write(path)


def accuracy_with(record: Record, n_labelled: int) -> pd.Series:
    """Return the accuracy on target test cells with a number of labelled cells, by member."""
    wide = record.metrics.pivot(index="member", columns="metric", values="value")
    return wide.target_accuracy[wide.n_labelled == n_labelled]


def _curve_name(method: str) -> str:
    name = _lower(METHOD_NAMES[f"transfer/{method.removesuffix(AS_CUT)}"])
    return f"{name}, as cut" if method.endswith(AS_CUT) else name


def _as_cut(by_method: dict[str, Record], method: str) -> tuple[float, float]:
    """Return mean and standard deviation of a network's accuracy on target test cells as cut."""
    base = method.startswith("base/")
    summary = records.summarize(by_method[method if base else f"{method}{AS_CUT}"])
    mean, sd = summary.loc["target_accuracy_as_cut" if base else "target_accuracy", ["mean", "sd"]]
    return float(mean), float(sd)


def _accuracies(record: Record) -> pd.Series:
    """Return the accuracy on target test cells in percent, by member."""
    rows = record.metrics[record.metrics.metric == "target_accuracy"]
    return 100 * rows.set_index("member").value


def _n_labelled(record: Record) -> pd.Series:
    return record.metrics[record.metrics.metric == "n_labelled"].value


def _target(by_method: dict[str, Record]) -> str:
    name: str = by_method["base/selected"].params["data"]["name"]
    return name


def _gap_texts(gap: Difference) -> dict[str, str]:
    return {
        "difference in accuracy, points": number(gap.mean, 2),
        "95 % interval": interval(gap.low, gap.high, 2),
        "adjusted p": p_value(gap.adjusted_p),
        "finding": gap.finding,
    }


def _general(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"


def _lower(name: str) -> str:
    return name[0].lower() + name[1:]
