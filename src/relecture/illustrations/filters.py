"""Size and number of a CNN's filters against its test error, on a subset of MNIST."""

from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from relecture import plotting
from relecture.data import mnist
from relecture.illustrations.classifiers import cnn, draw_subset, misclassified, train
from relecture.illustrations.config import FiltersFigureConfig
from relecture.illustrations.error_bars import percentage_intervals
from relecture.illustrations.figure_findings import gaps, names_against_largest
from relecture.illustrations.illustration import Illustration
from relecture.text_format import listed
from relecture.training.mlp import count_parameters

#: What stays as it is while the other varies: the width of all filters, and the filters of the first convolution.
FIXED_KERNEL_SIZE, FIXED_N_FILTERS = 3, 8


def variants(config: FiltersFigureConfig) -> list[tuple[str, int, int, int]]:
    """Return what varies, its value, the filters of the first convolution and the width of all filters."""
    return [
        *(("kernel_size", size, FIXED_N_FILTERS, size) for size in config.kernel_sizes),
        *(("n_filters", count, count, FIXED_KERNEL_SIZE) for count in config.n_filters),
    ]


def errors_by_variant(config: FiltersFigureConfig, images: mnist.Mnist) -> pd.DataFrame:
    """Return the columns varied, value, parameters, member, test_error (a share); the variants share their images."""
    rows, errors = [], {}
    for seed in range(config.seed, config.seed + config.n_seeds):
        digits = draw_subset(images, seed, n_train=config.n_images, n_test=config.n_test)
        for varied, value, n_filters, kernel_size in variants(config):
            network = cnn((n_filters, 2 * n_filters), (kernel_size, kernel_size), seed=seed)
            if (seed, n_filters, kernel_size) not in errors:  # the fixed values are in both rows of variants
                train(
                    network, digits.images[digits.train], digits.labels[digits.train], epochs=config.epochs, seed=seed
                )
                wrong = misclassified(network, digits.images[digits.test], digits.labels[digits.test])
                errors[seed, n_filters, kernel_size] = wrong.mean()
            error = errors[seed, n_filters, kernel_size]
            rows.append((varied, value, count_parameters(network), f"seed-{seed}", error))
    return pd.DataFrame(rows, columns=["varied", "value", "parameters", "member", "test_error"])


def draw(config: FiltersFigureConfig, data: Path) -> Illustration:
    """Draw the test error against the size and against the number of the filters; `data` is the manifest of MNIST."""
    images = mnist.load(data)
    numbers = errors_by_variant(config, images)
    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 5.2), sharey=True)
    _draw_errors(left, numbers[numbers.varied == "kernel_size"])
    left.set(
        title=_title("kernel_size", numbers, "{0} × {0}"),
        xlabel=f"size of the filters in pixels ({FIXED_N_FILTERS} and {2 * FIXED_N_FILTERS} filters)",
        ylabel="test error (%)",
    )
    left.set_xticks(config.kernel_sizes, [f"{size} × {size}" for size in config.kernel_sizes])
    _draw_errors(right, numbers[numbers.varied == "n_filters"])
    right.set(
        title=_title("n_filters", numbers, "{0}/{1}"),
        xlabel=f"number of {FIXED_KERNEL_SIZE} × {FIXED_KERNEL_SIZE} filters (log scale)",
        xscale="log",
    )
    right.set_xticks(config.n_filters, [f"{count}/{2 * count}" for count in config.n_filters])
    right.minorticks_off()
    left.set_ylim(0, None)
    return Illustration(figure, numbers, images.name if images.sample else "")


def _title(varied: str, numbers: pd.DataFrame, form: str) -> str:
    """Return from which values the largest differs significantly; `form` formats a value and its double."""
    values = sorted(numbers[numbers.varied == varied].value.unique())
    differences = gaps("filters", numbers)
    found = {value: differences[name] for value, name in names_against_largest(varied, values).items()}
    names = {value: form.format(value, 2 * value) for value in values}
    clauses = [
        f"a {comparative} error than {listed([names[value] for value in others])}"
        for comparative, sign in (("lower", 1), ("higher", -1))
        if (others := [value for value, gap in found.items() if gap.finding == "significant" and sign * gap.mean > 0])
    ]
    if not clauses:
        return f"{names[values[-1]]}: no significant difference"
    return f"{names[values[-1]]}: {', '.join(clauses)}"


def _draw_errors(axes: Axes, numbers: pd.DataFrame) -> None:
    """Draw every network as a thin line, and the mean with its 95 % interval."""
    errors = 100 * numbers.pivot(index="member", columns="value", values="test_error")
    axes.plot(errors.T, color=plotting.GREY, linewidth=0.8, alpha=0.5)
    mean, reach = percentage_intervals(errors)
    axes.errorbar(mean.index, mean, reach, fmt="o-", color=plotting.BLUE, linewidth=2.5, markersize=8, capsize=5)
