"""Reproduced values of the numbers on the slides."""

import numpy as np
import pandas as pd
import pytest
import torch
import torch.nn.functional as F

from relecture.illustrations.convolution import digit_one
from relecture.illustrations.result_tables import count_in_layout, reproduced_values
from relecture.scorecard.verdicts import build


def test_every_printed_number_of_the_slides_is_reproduced_exactly(tmp_path, published, draw_by_command):
    names = ("parameters", "squares", "convolution")
    for name in names:
        draw_by_command(name, {"seed": 2} if name == "squares" else {}, tmp_path)
    reproduced_values({name: tmp_path / f"{name}.csv" for name in names}).write(tmp_path / "reproduced_values.csv")
    scorecard = build(published, pd.read_csv(tmp_path / "reproduced_values.csv"))
    assert scorecard.kind.tolist() == ["deterministic"] + 9 * ["arithmetic"]
    assert set(scorecard.verdict) == {"exact"}


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
