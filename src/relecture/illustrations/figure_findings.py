"""Findings and choices of the comparison `illustrations`, from the numbers of its figures.

A difference is paired over the members of a figure. Its p-value is adjusted by Holm's method over all differences of
that figure.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from relecture.data_files import read_csv
from relecture.findings import Choice, Finding, resample_seeds
from relecture.uncertainty import Difference, holm, paired

Differences = dict[str, Difference]

_N_RESAMPLES = 1000


def findings(numbers: Mapping[str, Path]) -> list[Finding]:
    """Return the finding of every difference; `numbers` are the CSV files of TESTED_FIGURES, by figure.

    The id of a finding is the figure, what was compared, and `a - b`. The unit is a percentage point, but that of R2 in
    `interaction`, of the mean squared error in `flexibility`, and of its logarithm to base 10 in `linear_overfit`.
    """
    return [
        Finding.of(f"{figure}: {name}", gap)
        for figure in DIFFERENCES
        for name, gap in gaps(figure, read_csv(numbers[figure])).items()
    ]


def choices(numbers: Mapping[str, Path]) -> list[Choice]:
    """Return the learning rate of each activation function, and the elbow of the figure `elbow`."""
    return [
        *_learning_rates(read_csv(numbers["activation_errors"])),
        *_elbow(read_csv(numbers["elbow"])),
    ]


def gaps(figure: str, numbers: pd.DataFrame) -> Differences:
    """Return the differences in the numbers of a figure by name, with adjusted p-values."""
    named = DIFFERENCES[figure](numbers)
    return dict(zip(named, holm(list(named.values())), strict=True))


def best_learning_rates(numbers: pd.DataFrame) -> pd.Series:
    """Return the learning rate with the lowest mean validation error of each activation function."""
    means = numbers.pivot_table(index="activation", columns="learning_rate", values="validation_error")
    return means.idxmin(axis=1)


def errors_at_best_rate(numbers: pd.DataFrame) -> pd.DataFrame:
    """Return test errors (shares) at the chosen learning rates: a row per member, a column per activation function."""
    chosen = numbers[numbers.learning_rate == numbers.activation.map(best_learning_rates(numbers))]
    return chosen.pivot(index="member", columns="activation", values="test_error")


def error_rates(counts: pd.DataFrame, by: list[str]) -> pd.Series:
    """Return the share of misclassified test images per member and the further columns `by`."""
    sums = counts.groupby(["member", *by])[["n_images", "n_misclassified"]].sum()
    return (sums.n_misclassified / sums.n_images).rename("error")


def elbows(numbers: pd.DataFrame) -> pd.Series:
    """Return the number of clusters at the elbow of each member that has one."""
    return numbers[numbers.is_elbow].set_index("member").n_clusters


def names_against_largest(varied: str, values: Sequence[int]) -> dict[int, str]:
    """Return the names of the differences between every size or number of filters and the largest, by the former."""
    *smaller, largest = sorted(values)
    return {value: f"{varied} {value} - {largest}" for value in smaller}


def _representation(numbers: pd.DataFrame) -> Differences:
    accuracy = 100 * numbers.pivot(index="member", columns="representation", values="accuracy")
    return {"polar - cartesian": paired(accuracy.polar, accuracy.cartesian)}


def _activation_errors(numbers: pd.DataFrame) -> Differences:
    errors = 100 * errors_at_best_rate(numbers)
    pairs = (("sigmoid", "ReLU"), ("tanh", "ReLU"), ("sigmoid", "tanh"))
    return {f"{a} - {b}": paired(errors[a], errors[b]) for a, b in pairs}


def _interaction(numbers: pd.DataFrame) -> Differences:
    r2 = numbers.pivot(index="member", columns=["truth", "model"], values="r2")
    compared = (("product", "network", "curves"), ("product", "products", "network"), ("switch", "network", "products"))
    return {f"{truth}, {a} - {b}": paired(r2[truth, a], r2[truth, b]) for truth, a, b in compared}


def _flexibility(numbers: pd.DataFrame) -> Differences:
    """Compare every size with the one that has the lowest mean test error."""
    test = numbers.pivot(index="member", columns="units", values="test")
    best = test.mean().idxmin()
    return {f"{units} - {best} units": paired(test[units], test[best]) for units in test if units != best}


def _linear_overfit(numbers: pd.DataFrame) -> Differences:
    """Compare as many predictors as rows with those that matter, and with the largest number of predictors."""
    logs = np.log10(numbers.pivot(index="member", columns="predictors", values="test"))
    few, peak = (
        min(logs, key=lambda count: abs(count - wanted)) for wanted in (numbers.relevant.iloc[0], numbers.rows.iloc[0])
    )
    pairs = ((peak, few), (peak, logs.columns.max()), (logs.columns.max(), few))
    return {f"{a} - {b} predictors": paired(logs[a], logs[b]) for a, b in dict.fromkeys(pairs) if a != b}


def _feature_maps(numbers: pd.DataFrame) -> Differences:
    """Compare the output of every layer with that of the layer before; layer 0 is the image."""
    errors = 100 * numbers.pivot(index="member", columns="layer", values="test_error")
    return {f"layer {a} - {b}": paired(errors[a], errors[b]) for a, b in pairwise(errors)}


def _filters(numbers: pd.DataFrame) -> Differences:
    """Compare every size and every number of filters with the largest."""
    differences: Differences = {}
    for varied in ("kernel_size", "n_filters"):
        rows = numbers[numbers.varied == varied]
        errors = 100 * rows.pivot(index="member", columns="value", values="test_error")
        names = names_against_largest(varied, list(errors))
        differences |= {name: paired(errors[value], errors[errors.columns.max()]) for value, name in names.items()}
    return differences


def _flipping(numbers: pd.DataFrame) -> Differences:
    errors = 100 * error_rates(numbers, ["training", "test"]).unstack(["training", "test"])
    written = errors["as written", "as written"]
    return {
        "tested left-right - as written": paired(errors["as written", "left-right"], written),
        "tested upside down - as written": paired(errors["as written", "upside down"], written),
        "trained left-right - as written": paired(errors["left-right", "as written"], written),
    }


#: Figure -> the differences in its numbers, by name, before their p-values are adjusted.
DIFFERENCES: dict[str, Callable[[pd.DataFrame], Differences]] = {
    "representation": _representation,
    "activation_errors": _activation_errors,
    "interaction": _interaction,
    "flexibility": _flexibility,
    "linear_overfit": _linear_overfit,
    "feature_maps": _feature_maps,
    "filters": _filters,
    "flipping": _flipping,
}


def _learning_rates(numbers: pd.DataFrame) -> list[Choice]:
    """Return the learning rate with the lowest mean validation error of each activation function."""
    made = []
    for activation, rate in best_learning_rates(numbers).items():
        rows = numbers[numbers.activation == activation]
        errors = rows.pivot(index="member", columns="learning_rate", values="validation_error")
        wins = resample_seeds(errors, _N_RESAMPLES).idxmin(axis=1) == rate
        on_border = rate in (errors.columns[0], errors.columns[-1])
        made.append(Choice(f"learning rate, {activation}", f"{rate:g}", float(wins.mean()), on_border, f"{rate:g}"))
    return made


def _elbow(numbers: pd.DataFrame) -> list[Choice]:
    """Return the elbow of the first draw, and in which share of all draws it is there; nothing if it has none."""
    found, first = elbows(numbers), numbers.member.iloc[0]
    if first not in found.index:
        return []
    count = int(found[first])
    share = float((found == count).sum() / numbers.member.nunique())
    on_border = count in (numbers.n_clusters.min(), numbers.n_clusters.max())
    return [Choice("number of clusters, elbow", str(count), share, on_border, str(count))]
