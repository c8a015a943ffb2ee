"""The names of a record's members say what they are."""

import re
from collections.abc import Sequence

WHOLE_RECORD = "all"  # the member with the metrics of the record as a whole

# Members that differ by chance only: `seed-03`, `split-1001-seed-00`; `fit` and `data` where nothing is random.
_REPLICATE = re.compile(r"(?:seed|split|run|fit|data)(?:-\d+)?(?:-(?:seed|split|run)-\d+)*")


def are_replicates(names: Sequence[str]) -> bool:
    """Return True if members with these names differ by chance only, or if there is only one."""
    return len(names) == 1 or all(map(_REPLICATE.fullmatch, names))
