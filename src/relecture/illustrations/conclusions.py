"""Conclusions of the comparison `illustrations`: sentences from the numbers and findings of its figures."""

from pathlib import Path

import pandas as pd

from relecture.data_files import read_csv
from relecture.findings import read_findings
from relecture.illustrations import QUESTION
from relecture.illustrations.figure_findings import error_rates, errors_at_best_rate, names_against_largest
from relecture.text_format import interval, listed, number, sentence, spread

#: The figure that shows each conclusion, in their order.
FIGURES = (
    *("parameters", "representation", "interaction", "flexibility", "linear_overfit"),
    *("activation_errors", "filters", "flipping"),
)


def question(results: Path) -> str:
    """Return the question of the comparison."""
    return QUESTION


def conclusions(results: Path) -> tuple[str, ...]:
    """Return a sentence on the numbers on the slides, one on each figure of made-up data, and one on each of MNIST.

    Args:
        results: The folder of all results; `scorecard.csv` and, of `illustrations/`, findings.csv and the numbers of
            the figures that the findings are about are read.
    """
    folder = results / "illustrations"
    scorecard, findings = read_csv(results / "scorecard.csv"), read_findings(folder / "findings.csv")
    made_up = [
        _representation(read_csv(folder / "representation.csv"), findings),
        _interaction(read_csv(folder / "interaction.csv"), findings),
        _flexibility(read_csv(folder / "flexibility.csv"), findings),
        _linear_overfit(findings),
    ]
    digits = [
        _activation_errors(read_csv(folder / "activation_errors.csv"), findings),
        _filters(read_csv(folder / "filters.csv"), findings),
        _flipping(read_csv(folder / "flipping.csv"), findings),
    ]
    return (
        _reproduced(scorecard[scorecard.comparison == "illustrations"]),
        *map(sentence, made_up),
        *(sentence(f"on a subset of MNIST, {clause}") for clause in digits),
    )


def _reproduced(scorecard: pd.DataFrame) -> str:
    """Count the numbers on the slides that are reproduced exactly, arithmetic apart; name the others."""
    is_arithmetic = scorecard.kind == "arithmetic"
    counts = [
        _share_exact(scorecard[is_arithmetic], "count or identity", "counts and identities"),
        _share_exact(scorecard[~is_arithmetic], "other result", "other results"),
    ]
    others = scorecard[scorecard.verdict != "exact"]
    exceptions = f"; the exceptions are {', '.join(others.quantity)}" if len(others) else ""
    return f"Of the numbers on the slides, {' and '.join(filter(None, counts))} are reproduced exactly{exceptions}."


def _share_exact(rows: pd.DataFrame, noun: str, plural: str) -> str:
    """Return `all 9 results`, `8 of 9 results`, `the one result`; nothing without rows."""
    n, n_exact = len(rows), int((rows.verdict == "exact").sum())
    if n_exact < n:
        return f"{n_exact} of {n} {plural}"
    return "" if n == 0 else f"the one {noun}" if n == 1 else f"all {n} {plural}"


def _representation(numbers: pd.DataFrame, findings: pd.DataFrame) -> str:
    summary = 100 * numbers.groupby("representation").accuracy.agg(["mean", "std"])
    accuracy = {name: f"{spread(mean, sd, 1)} %" for name, mean, sd in summary.itertuples()}
    return (
        f"a straight line classifies {accuracy['cartesian']} of the points in two rings correctly by their x and y, "
        f"and {accuracy['polar']} by distance and angle{_remark(findings.loc['representation: polar - cartesian'])}"
    )


def _interaction(numbers: pd.DataFrame, findings: pd.DataFrame) -> str:
    """Report test R2 for the truth that is the product of two variables."""
    summary = numbers[numbers.truth == "product"].groupby("model").r2.agg(["mean", "std"])
    r2 = {name: spread(mean, sd, 2) for name, mean, sd in summary.itertuples()}
    remarks = {
        pair: _remark(findings.loc[f"interaction: product, {pair}"])
        for pair in ("network - curves", "products - network")
    }
    return (
        f"where two variables interact, a small network has an R² of {r2['network']}, squares and cubes alone "
        f"{r2['curves']}{remarks['network - curves']}, and with the product as a term "
        f"{r2['products']}{remarks['products - network']}"
    )


def _flexibility(numbers: pd.DataFrame, findings: pd.DataFrame) -> str:
    """Report the size with the lowest test error, and the sizes that do not differ significantly from it."""
    best = numbers.groupby("units").test.mean().idxmin()
    sizes = sorted(numbers.units.unique())
    others = {units: findings.loc[f"flexibility: {units} - {best} units"] for units in sizes if units != best}
    similar = [str(units) for units, row in others.items() if row.finding != "significant"]
    rest = f", not significantly different from {listed(similar)}" if similar else ""
    verb = "has" if best == 1 else "have"
    return f"of {sizes[0]} to {sizes[-1]} hidden units, {best} {verb} the lowest test error{rest}"


def _linear_overfit(findings: pd.DataFrame) -> str:
    """Report the ratio of the test errors with as many predictors as rows and with those that matter."""
    name, row = _first(findings, "linear_overfit: ")
    peak, few = name.removesuffix(" predictors").split(" - ")
    if row.finding != "significant":
        return f"the test errors of a linear model with {peak} and with {few} predictors do not differ significantly"
    ratio, low, high = (10**exponent for exponent in (row.estimate, row.low, row.high))
    return (
        f"the test error of a linear model with {peak} predictors, as many as rows, is {number(ratio, 1)} times that "
        f"with {few} (95 % interval {interval(low, high, 1)})"
    )


def _activation_errors(numbers: pd.DataFrame, findings: pd.DataFrame) -> str:
    """Report the test error of each activation function, and which differ significantly from ReLU."""
    errors = 100 * errors_at_best_rate(numbers)
    error = {name: f"{spread(column.mean(), column.std(), 1)} %" for name, column in errors.items()}
    remarks = {name: _remark(findings.loc[f"activation_errors: {name} - ReLU"]) for name in ("tanh", "sigmoid")}
    return (
        f"at the learning rate chosen for each, a network with ReLU misclassifies {error['ReLU']} of the test digits, "
        f"with tanh {error['tanh']}{remarks['tanh']}, and with the sigmoid {error['sigmoid']}{remarks['sigmoid']}"
    )


def _filters(numbers: pd.DataFrame, findings: pd.DataFrame) -> str:
    """Report from which sizes and numbers of filters the largest differs significantly."""
    clauses = []
    for varied, form, others in (("kernel_size", "{0} × {0}", "smaller"), ("n_filters", "{0}", "fewer")):
        values = sorted(numbers[numbers.varied == varied].value.unique())
        rows = {v: findings.loc[f"filters: {name}"] for v, name in names_against_largest(varied, values).items()}
        significant = {value: row for value, row in rows.items() if row.finding == "significant"}
        comparisons = [
            f"a {comparative} error than {listed([form.format(value) for value in differing])}"
            for comparative, sign in (("lower", 1), ("higher", -1))
            if (differing := [value for value, row in significant.items() if sign * row.estimate > 0])
        ]
        effect = (
            listed(comparisons) if comparisons else f"an error not significantly different from that of {others} ones"
        )
        clauses.append((form.format(values[-1]), effect))
    (size, size_effect), (count, count_effect) = clauses
    return (
        f"a CNN with filters of {size} has {size_effect}, and one with {count} filters in its first layer has "
        f"{count_effect}"
    )


def _flipping(numbers: pd.DataFrame, findings: pd.DataFrame) -> str:
    """Report the error on digits flipped left-right, and what training with them does to that on digits as written."""
    errors = 100 * error_rates(numbers[numbers.training == "as written"], ["test"]).groupby("test").mean()
    tested = findings.loc["flipping: tested left-right - as written"]
    trained = findings.loc["flipping: trained left-right - as written"]
    effect = (
        f"{'raises' if trained.estimate > 0 else 'lowers'} the error on digits as written by "
        f"{number(abs(trained.estimate), 1)} points"
        if trained.finding == "significant"
        else "does not change the error on digits as written significantly"
    )
    return (
        f"a CNN misclassifies {number(errors['as written'], 1)} % of the digits as written and "
        f"{number(errors['left-right'], 1)} % of those flipped left-right{_remark(tested)}, and training with flipped "
        f"digits {effect}"
    )


def _remark(finding: pd.Series) -> str:
    """Return the words that follow the second of two numbers whose difference was not found significant."""
    remarks = {"significant": "", "not significant": " (not significantly different)"}
    return remarks.get(finding.finding, " (not tested)")


def _first(findings: pd.DataFrame, prefix: str) -> tuple[str, pd.Series]:
    """Return the first finding whose id begins with `prefix`, and the rest of its id."""
    id = next(id for id in findings.index if id.startswith(prefix))
    return id.removeprefix(prefix), findings.loc[id]
