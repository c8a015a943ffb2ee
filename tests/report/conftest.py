"""A small comparison with its table, its figure and its conclusions, as the rules write them."""

import json
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from relecture import plotting, tables
from relecture.exhibit import Exhibit, Exhibits, table
from relecture.report import chapter

CONCLUSIONS = {
    "question": "Is x < y?",
    "conclusions": [["splits", "It is, by 1.5 (95 % interval 1.0 to 2.0)."], ["", "But not everywhere."]],
}


EXHIBITS = Exhibits(
    comparison="salaries",
    tables=(table("table", "gaps", "relecture.salaries.result_tables:table", in_handout=True),),
    figures=(
        Exhibit("splits", "errors over splits", "relecture.salaries.figures:splits", in_handout=True),
        Exhibit("residuals", "residuals", "relecture.salaries.figures:residuals"),
    ),
    conclusions_from=("salaries/table.csv",),
)


@pytest.fixture
def exhibits(tmp_path, monkeypatch) -> Exhibits:
    """The exhibits of the comparison `salaries`; its files are in the working folder, `results/salaries/`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(chapter, "load_exhibits", {"salaries": EXHIBITS, "digits": None}.get)
    folder, captions = Path("results/salaries"), Path("workflow/report")
    captions.mkdir(parents=True)
    text = pd.DataFrame({"method": ["linear & plain", "lasso"], "gap": ["-9.9", "1.5"], "interval": ["-12 to -7", "–"]})
    tables.write(folder / "table", text, text, "Which gaps are significant?", "In thousands of dollars.")
    for name in ("splits", "residuals"):
        figure, axes = plt.subplots(figsize=(9, 5))
        axes.plot([0, 1], [0, 1])
        plotting.save(figure, folder / "figures" / name)
    (folder / "conclusions.json").write_text(json.dumps(CONCLUSIONS))
    (captions / "salaries_table_table.rst").write_text("Gaps between <methods>.\n")
    (captions / "salaries_splits.rst").write_text("Errors over splits.\n")
    (captions / "salaries_residuals.rst").write_text("Residuals of each method.\n")
    return EXHIBITS


@pytest.fixture
def scorecard(tmp_path) -> Path:
    """The file scorecard.csv of a scorecard of four results and a count."""
    rows = [
        ("salaries", "linear regression, error", "254.7", 254.7, None, 1, None, None, "exact", ""),
        ("salaries", "network, error", "257.4", 257.8, 1.5, 50, 254.7, 260.9, "consistent", "A note."),
        ("digits", "ridge & co, error", "-2.3", -2.1, None, 1, None, None, "differs", "A note."),
        ("digits", "another", "7.2", 7.0, None, 1, None, None, "not judged", "Not judged: other data (a sample)."),
        ("salaries", "a count", "20", 20, None, 1, None, None, "exact", ""),
    ]
    columns = ["comparison", "quantity", "published", "reproduced", "sd", "n", "low", "high", "verdict", "note"]
    values = pd.DataFrame(rows, columns=columns).assign(source="ISL, <p. 9> & more", preset="mine")
    values["kind"] = ["deterministic", "random", "deterministic", "random", "arithmetic"]
    values.to_csv(tmp_path / "scorecard.csv", index=False)
    return tmp_path / "scorecard.csv"
