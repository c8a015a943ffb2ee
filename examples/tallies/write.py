"""Writes cells/ and sheets/ with the handwriting of scikit-learn: .venv/bin/python examples/tallies/write.py

1,797 digits by 13 people (E. Alpaydin and C. Kaynak, UCI repository, CC BY 4.0), drawn on tally sheets. The folders
look as your own would: labelled cells in a sub-folder per digit, pages with layout.json, stations.csv and truth.csv.
"""

import shutil
from pathlib import Path

import cv2

from relecture.data.usps import sample
from relecture.tallies.segmentation.sheet_folder import make
from relecture.tallies.simulation.handwriting import divide
from relecture.tallies.simulation.labelled_cells import drawn

HERE = Path(__file__).parent
LOOK = {"severity": 1.0, "badly_scanned": 0.1}
CELLS = {"seed": 1, "train": 1000, "validation": 300, "test": 300, **LOOK}
ELECTION = {"seed": 1, "sheets": 12, "districts": 3, "parties": 6, "ballots": 300, "concentration": 20.0, **LOOK}

handwriting = divide(sample())
for folder in ("cells", "sheets"):
    shutil.rmtree(HERE / folder, ignore_errors=True)
cells = drawn(CELLS, handwriting)
for number, (image, label) in enumerate(zip(cells.images, cells.labels, strict=True)):
    path = HERE / "cells" / str(label) / f"{number:04d}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), 255 - image)  # dark ink on light paper, as it is scanned
make(ELECTION, handwriting, HERE / "sheets", HERE / "truth.csv")
(HERE / "truth.csv").rename(HERE / "sheets" / "truth.csv")
