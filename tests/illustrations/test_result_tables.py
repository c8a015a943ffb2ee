"""Reproduced values of the numbers on the slides; findings and choices beside them."""

import numpy as np
import pandas as pd
from made_up_figures import made_up_figures

from relecture.findings import read_choices, read_findings
from relecture.illustrations import PUBLISHED_FIGURES, TESTED_FIGURES
from relecture.illustrations.cli import app
from relecture.illustrations.convolution import compute_stages, digit_one, nonzero_cells
from relecture.illustrations.parameters import parameter_counts
from relecture.illustrations.quadratic_activation import coefficients
from relecture.scorecard.verdicts import build


def test_every_printed_number_of_the_slides_is_reproduced_exactly(tmp_path, printed):
    published = {
        "parameters": parameter_counts(),
        "squares": coefficients(seed=2),
        "convolution": nonzero_cells(compute_stages(digit_one())),
    }
    made_up = made_up_figures(effect=True)
    assert (tuple(published), set(made_up)) == (PUBLISHED_FIGURES, set(TESTED_FIGURES))
    for name, numbers in (published | made_up).items():
        numbers.to_csv(tmp_path / f"{name}.csv", index=False)
    paths = [str(tmp_path / f"{name}.csv") for name in (*PUBLISHED_FIGURES, *TESTED_FIGURES)]
    app(["tables", *paths, "--out", str(tmp_path)], standalone_mode=False)
    scorecard = build(printed, pd.read_csv(tmp_path / "reproduced_values.csv"))
    assert len(scorecard) == 14
    assert set(scorecard.verdict) == {"exact"}
    findings = read_findings(tmp_path / "findings.csv")
    assert {id.partition(":")[0] for id in findings.index} == set(TESTED_FIGURES) - {"elbow"}
    assert read_choices(tmp_path / "choices.csv").value["number of clusters, elbow"] == "2"
