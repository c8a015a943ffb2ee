"""What the table of errors must say of single fits: predictors without a coefficient."""

import json
from collections import Counter

from relecture.records import Record
from relecture.text_format import counted, listed


def caveats(record: Record, name: str) -> list[str]:
    """Return sentences about the fits of a record that a reader of its errors must know; none for ordinary fits.

    Args:
        record: The record of one method.
        name: The method's name in the sentences.
    """
    return [*_redundant_predictors(record, name)]


def _redundant_predictors(record: Record, name: str) -> list[str]:
    if "redundant" not in set(record.metrics.metric):
        return []
    models = json.loads((record.folder / "model" / "coefficients.json").read_text())
    n_splits = Counter(
        term for model in models.values() for term, row in model["train"].items() if row["coefficient"] is None
    )
    terms = [f"{term} (in {n} of {counted(len(models), 'split')})" for term, n in n_splits.items()]
    return [
        f"{name} has no coefficient (NA, as R's lm) for {listed(terms)}: constant in the training rows, or a linear "
        "function of earlier predictors."
    ]
