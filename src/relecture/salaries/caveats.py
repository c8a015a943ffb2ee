"""What the table of errors must say of fits: samples of rows, predictors without a coefficient, untrained networks."""

from collections import Counter

import pandas as pd

from relecture.data_files import read_json
from relecture.records import Record
from relecture.text_format import counted, listed


def caveats(record: Record, name: str) -> list[str]:
    """Return sentences about the fits of a record that a reader of its errors must know; none for ordinary fits.

    Args:
        record: The record of one method.
        name: The method's name in the sentences.
    """
    return [*_redundant_predictors(record, name), *_fewer_epochs(record, name), *_worse_than_mean(record, name)]


def sample_caveat(record: Record) -> list[str]:
    """Return a sentence about the samples of rows that the methods, this one as all others, were trained on."""
    rows = _values(record, "training_rows")
    if rows.empty:
        return []
    return [
        f"Every method is trained on a random sample of {rows.iloc[0]:,.0f} of the rows outside the test set, another "
        "for each split (salaries.max_training_rows): with all of them its errors may be lower."
    ]


def _redundant_predictors(record: Record, name: str) -> list[str]:
    if "redundant" not in set(record.metrics.metric):
        return []
    models = read_json(record.folder / "model" / "coefficients.json")
    n_splits = Counter(
        term for model in models.values() for term, row in model["train"].items() if row["coefficient"] is None
    )
    terms = [f"{term} (in {n} of {counted(len(models), 'split')})" for term, n in n_splits.items()]
    return [
        f"{name} has no coefficient (NA, as R's lm) for {listed(terms)}: constant in the training rows, or a linear "
        "function of earlier predictors."
    ]


def _fewer_epochs(record: Record, name: str) -> list[str]:
    epochs = _values(record, "epochs")
    if epochs.empty:
        return []
    config = record.params["config"]
    return [
        f"{name}: {epochs.iloc[0]:.0f} of {counted(config['training']['epochs'], 'epoch')}, because "
        f"salaries.network.max_steps is {config['max_steps']:,}."
    ]


def _worse_than_mean(record: Record, name: str) -> list[str]:
    worse = _values(record, "worse_than_mean")
    if worse.empty:
        return []
    return [
        f"{name}: the squared error of {worse.sum():.0f} of {counted(len(worse), 'fit')} on their own training rows is "
        "above that of predicting the mean, so these networks have not learned; change "
        "salaries.network.training.learning_rate or epochs."
    ]


def _values(record: Record, metric: str) -> pd.Series:
    """Return the values of a metric, one per member; none if the record does not have it."""
    values: pd.Series = record.metrics.value[record.metrics.metric == metric]
    return values
