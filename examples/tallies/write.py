"""Write cells/ and sheets/ with the handwriting of scikit-learn.

1,797 digits by 13 people (E. Alpaydin and C. Kaynak, UCI repository, CC BY 4.0), drawn on tally sheets. The folders
have the layout of a user's folders: labelled cells in a sub-folder per digit, pages with layout.json, stations.csv and
truth.csv.

.venv/bin/python examples/tallies/write.py
"""

import shutil
from pathlib import Path

import cv2

from relecture.data.usps import sample
from relecture.tallies.config import LabelledCellsJob, LeadingBoxesConfig, SimulationConfig
from relecture.tallies.simulation.handwriting import split_handwriting
from relecture.tallies.simulation.labelled_cells import simulate_labelled_cells
from relecture.tallies.simulation.simulate import simulate_sheets

CELLS = LabelledCellsJob(seed=1, n_train=1000, n_validation=300, n_test=300, severity=1.0, bad_scan_rate=0.1)
ELECTION = SimulationConfig(
    seed=1,
    n_stations=12,
    n_districts=3,
    n_parties=6,
    n_ballots=300,
    concentration=20.0,
    severity=1.0,
    bad_scan_rate=0.1,
    leading_boxes=LeadingBoxesConfig(empty=0.06, cross=0.09, dash=0.04, struck_out=0.01),
)


def write(folder: Path) -> None:
    """Write cells/ and sheets/ into `folder`, in place of existing ones."""
    handwriting = split_handwriting(sample())
    for name in ("cells", "sheets"):
        shutil.rmtree(folder / name, ignore_errors=True)
    cells = simulate_labelled_cells(CELLS, handwriting)
    for number, (image, label) in enumerate(zip(cells.as_cut, cells.labels, strict=True)):
        path = folder / "cells" / str(label) / f"{number:04d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), 255 - image)  # dark ink on light paper, as it is scanned
    simulate_sheets(ELECTION, handwriting, folder / "sheets", folder / "truth.csv")
    (folder / "truth.csv").rename(folder / "sheets" / "truth.csv")


if __name__ == "__main__":
    write(Path(__file__).parent)
