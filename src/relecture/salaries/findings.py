"""The findings and the choices of the comparison `salaries`."""

from relecture.findings import Choice, Finding
from relecture.salaries.learning_tables import epoch_errors, size_gaps
from relecture.salaries.result_tables import SalariesResults, gaps
from relecture.salaries.tuning_tables import lasso_choice, tunings


def findings(results: SalariesResults) -> list[Finding]:
    """Return the differences between methods, at each size of the training set, and to the networks' last epoch."""
    between = [Finding.of(f"{a} - {b}", gap) for (a, b), gap in gaps(results).items()]
    by_size = [Finding.of(f"n = {n}: {a} - {b}", gap) for (n, a, b), gap in size_gaps(results).items()]
    by_epoch = [
        Finding.of(f"{one.network}: epoch {one.epoch} - last epoch", one.change)
        for one in epoch_errors(results)
        if one.change is not None
    ]
    return [*between, *by_size, *by_epoch]


def choices(results: SalariesResults) -> list[Choice]:
    """Return what cross-validation chooses on the book's split, and the share of random splits that choose the same.

    The lowest error decides, so it is `lowest` too. The lambdas of the lasso differ between splits, so it has no share.
    """
    lasso_lambda, on_border = lasso_choice(results.records["book", "lasso"])
    chosen = [
        Choice(
            f"{one.method}.{one.hyperparameter}",
            f"{one.value:g}",
            float(one.shares[one.value]),
            one.on_border,
            f"{one.value:g}",
        )
        for one in tunings(results)
    ]
    return [Choice("lasso.lambda", f"{lasso_lambda:.3g}", float("nan"), on_border, f"{lasso_lambda:.3g}"), *chosen]
