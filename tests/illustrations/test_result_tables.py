"""Reproduced values of the numbers on the slides; findings and choices beside them."""

import numpy as np
import pandas as pd
import pytest
import torch
import torch.nn.functional as F
from made_up_figures import made_up_figures

from relecture.findings import read_choices, read_findings
from relecture.illustrations import PUBLISHED_FIGURES, TESTED_FIGURES
from relecture.illustrations.cli import app
from relecture.illustrations.convolution import compute_stages, digit_one, nonzero_cells
from relecture.illustrations.parameters import parameter_counts
from relecture.illustrations.quadratic_activation import coefficients
from relecture.illustrations.result_tables import count_in_layout
from relecture.scorecard.verdicts import build


def test_every_printed_number_of_the_slides_is_reproduced_exactly(tmp_path, published):
    slides = {
        "parameters": parameter_counts(),
        "squares": coefficients(seed=2),
        "convolution": nonzero_cells(compute_stages(digit_one())),
    }
    made_up = made_up_figures(effect=True)
    assert (tuple(slides), set(made_up)) == (PUBLISHED_FIGURES, set(TESTED_FIGURES))
    for name, numbers in (slides | made_up).items():
        numbers.to_csv(tmp_path / f"{name}.csv", index=False)
    paths = [str(tmp_path / f"{name}.csv") for name in (*PUBLISHED_FIGURES, *TESTED_FIGURES)]
    app(["tables", *paths, "--out", str(tmp_path)], standalone_mode=False)
    scorecard = build(published, pd.read_csv(tmp_path / "reproduced_values.csv"))
    assert scorecard.kind.tolist() == ["deterministic"] + 9 * ["arithmetic"]
    assert set(scorecard.verdict) == {"exact"}
    findings = read_findings(tmp_path / "findings.csv")
    assert {id.partition(":")[0] for id in findings.index} == set(TESTED_FIGURES) - {"elbow"}
    assert read_choices(tmp_path / "choices.csv").value["number of clusters, elbow"] == "2"


@pytest.fixture(scope="module")
def feature_map() -> np.ndarray:
    """The feature map of the slide's 1 under the diagonal filter, by torch."""
    image = torch.from_numpy(digit_one())[None, None]
    return F.conv2d(image, torch.eye(3, dtype=image.dtype)[None, None])[0, 0].numpy().round(12)


def cells(values: np.ndarray) -> pd.DataFrame:
    rows = [(*cell, value) for cell, value in np.ndenumerate(values) if value]
    return pd.DataFrame(rows, columns=["row", "column", "value"])


def test_the_feature_map_has_all_five_printed_numbers_in_the_printed_layout(feature_map):
    assert count_in_layout(cells(feature_map)) == 5


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda values: np.where(values == 0, 0, values + 1e-9), 5),  # as numbers in a file
        (np.flipud, 2),  # another first row; 1.5 and below it 0.3, but 2.2 above both
        (lambda values: np.where(values == 2.2, 2.3, values), 4),
        (lambda values: np.where(values == 0.6, 0.5, values), 3),  # 1 alone at the top is not the printed pair
        (np.fliplr, 3),  # 1 and 0.6, not 0.6 and 1
    ],
)
def test_another_map_has_fewer_of_them(feature_map, change, expected):
    assert count_in_layout(cells(change(feature_map))) == expected


def test_the_note_on_the_feature_map_says_what_the_layout_does_not_settle(feature_map, published):
    (entry,) = [entry for entry in published if entry.id == "illustrations.feature_map"]
    assert [(feature_map == value).sum() for value in (1.5, 0.3)] == [2, 4]
    assert feature_map.max() == 2.3
    assert "1.5 stands in two cells of the map and 0.3 in four, and its largest number, 2.3," in entry.note
