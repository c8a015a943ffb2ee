"""Reproduced values of the numbers on the slides."""

import pandas as pd

from relecture.illustrations.result_tables import reproduced_values
from relecture.scorecard.verdicts import build


def test_every_printed_number_of_the_slides_is_reproduced_exactly(tmp_path, printed, draw_by_command):
    names = ("parameters", "squares", "convolution")
    for name in names:
        draw_by_command(name, {"seed": 2} if name == "squares" else {}, tmp_path)
    reproduced_values({name: tmp_path / f"{name}.csv" for name in names}).write(tmp_path / "reproduced_values.csv")
    scorecard = build(printed, pd.read_csv(tmp_path / "reproduced_values.csv"))
    assert len(scorecard) == 14
    assert set(scorecard.verdict) == {"exact"}
