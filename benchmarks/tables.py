"""A comparison with the quick preset on a made-up table: how time and memory grow with its rows."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from benchmarks.workflow import ROOT
from benchmarks.workflow import measure as measure_workflow
from relecture.config.yaml_files import merge, read
from relecture.errors import UserError

N_CLUSTERS = 5
FIGURES = ("seconds", "cpu_seconds", "peak_memory_gib")


def measure(comparison: str, rows: int, columns: int) -> dict[str, float]:
    """Return seconds, CPU seconds and peak memory of a comparison on a table of `rows` x `columns`.

    Raises:
        UserError: The comparison takes no table.
    """
    if comparison not in TABLES:
        raise UserError(f"`{comparison}` takes no table; there are {', '.join(TABLES)}")
    with tempfile.TemporaryDirectory() as folder:
        path, overlay = Path(folder) / "table.csv", Path(folder) / "config.yaml"
        block = TABLES[comparison](path, rows, columns)
        overlay.write_text(
            yaml.safe_dump(merge(read(ROOT / "config/quick.yaml"), {comparison: block})), encoding="utf-8"
        )
        figures = measure_workflow([comparison], overlay, None, no_op_runs=1)
    return {name: value for name, value in figures.items() if name in FIGURES and isinstance(value, float)}


def clusters_table(path: Path, rows: int, columns: int) -> dict[str, Any]:
    """Write a table of five groups that overlap, and return the configuration of `clusters` for it."""
    random = np.random.default_rng(1)
    centres, groups = 1.2 * random.normal(size=(N_CLUSTERS, columns)), random.integers(0, N_CLUSTERS, rows)
    names = [f"v{i}" for i in range(columns)]
    values = centres[groups] + random.normal(size=(rows, columns))
    pd.DataFrame(values.round(4), columns=names).to_csv(path, index=False)
    table = {"name": "large", "path": str(path), "columns": names, "n_clusters": N_CLUSTERS}
    return {"datasets": [table]}


def salaries_table(path: Path, rows: int, columns: int) -> dict[str, Any]:
    """Write a table of numbers, a factor and a target, and return the configuration of `salaries` for it."""
    random = np.random.default_rng(1)
    names = [f"x{i}" for i in range(columns - 2)]
    x, region = random.normal(size=(rows, columns - 2)).round(4), random.choice(["east", "north", "south"], rows)
    target = x[:, :4].sum(1) + x[:, 4] * x[:, 5] + 3 * (region == "east") + random.normal(size=rows)
    pd.DataFrame(x, columns=names).assign(region=region, wage=target.round(4)).to_csv(path, index=False)
    return {"data": {"path": str(path), "target": "wage"}, "relaxed_lasso": names[:4]}


#: The function that writes the table of each comparison.
TABLES: dict[str, Callable[[Path, int, int], dict[str, Any]]] = {"clusters": clusters_table, "salaries": salaries_table}
