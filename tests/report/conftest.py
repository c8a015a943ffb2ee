"""A small comparison with its table, its figure and its answer, as the workflow leaves them."""

from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from relecture import plotting, tables
from relecture.workflow import chapter

ANSWER = "**Is x < y?**\n\nIt is, by 1.5 (95 % interval 1.0 to 2.0). But not everywhere.\n"


@pytest.fixture
def contents(tmp_path, monkeypatch) -> dict:
    """What the page of the comparison `salaries` shows; its files are in the working folder."""
    monkeypatch.chdir(tmp_path)
    folder, captions = Path("results/salaries"), Path("workflow/report")
    captions.mkdir(parents=True)
    shown = pd.DataFrame(
        {"method": ["linear & plain", "lasso"], "gap": ["-9.9", "1.5"], "interval": ["-12 to -7", "–"]}
    )
    tables.write(folder / "table", shown, shown, "Which gaps mean anything?", "In thousands of dollars.")
    figure, axes = plt.subplots(figsize=(9, 5))
    axes.plot([0, 1], [0, 1])
    plotting.save(figure, folder / "figures" / "splits")
    (folder / "answer.md").write_text(ANSWER)
    (captions / "salaries_table_table.rst").write_text("Gaps between <methods>.\n")
    (captions / "salaries_splits.rst").write_text("Errors over splits.\n")
    return chapter("salaries", ["table"], ["splits"])


@pytest.fixture
def scorecard(tmp_path) -> Path:
    """A scorecard of four numbers, as a path without a suffix."""
    rows = [
        ("salaries", "linear regression, error", "254.7", 254.7, None, 1, "exact", ""),
        ("salaries", "network, error", "257.4", 257.8, 1.5, 50, "within", "A note."),
        ("digits", "ridge & co, error", "-2.3", -2.1, None, 1, "differs", "A note."),
        ("digits", "another", "7.2", 7.0, None, 1, "", "MNIST-5k sample: not judged."),
    ]
    columns = ["comparison", "quantity", "published", "reproduced", "sd", "n", "verdict", "note"]
    table = pd.DataFrame(rows, columns=columns).assign(source="ISL, <p. 9> & more")
    stem = tmp_path / "scorecard"
    table.to_csv(stem.with_suffix(".csv"), index=False)
    stem.with_suffix(".md").write_text("**Scorecard**\n\n| a |\n|:--|\n| b |\n\nMean ± sd. Budget: mine.\n")
    return stem
