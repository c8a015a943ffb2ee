"""Bulk counting of sheets with the command `count`: cells and sheets per second, memory, and a national election.

The classifier is the CNN with 64, 96 and 112 filters; its speed does not depend on its weights. The sheets are
links to a few standard pages under many names. A rate is a difference in sheets divided by the difference in seconds of
two runs, which leaves out the start of the command; memory is the peak of all processes of the command together.
"""

import sys
import tempfile
from functools import partial
from pathlib import Path

import numpy as np
import torch

from benchmarks.timing import run_in_turns, time_call, time_command, timing
from relecture.data import usps
from relecture.tallies.config import Architecture, LeadingBoxesConfig, SimulationConfig
from relecture.tallies.counting.vote_counts import count_cells
from relecture.tallies.networks.cnn import cnn
from relecture.tallies.networks.digit_classifier import DigitClassifier
from relecture.tallies.segmentation.sheet_folder import list_pages, segment_folder
from relecture.tallies.simulation.handwriting import split_handwriting
from relecture.tallies.simulation.simulate import simulate_sheets

ARCHITECTURE: Architecture = {"filters": [64, 96, 112], "dropout": 0.1, "fc1": 150, "fc2": 70}
ELECTION = SimulationConfig(
    seed=1,
    n_stations=100,
    n_districts=5,
    n_parties=10,
    n_ballots=400,
    concentration=20.0,
    severity=1.0,
    bad_scan_rate=0.1,
    leading_boxes=LeadingBoxesConfig(empty=0.06, cross=0.09, dash=0.04, struck_out=0.01),
)
CELLS_PER_SHEET = ELECTION.n_parties * 3
NATIONAL_SHEETS = 150_000
MEMORY_INTERVAL = 0.1  # seconds between two samples of the memory


def measure(few: int, many: int, rounds: int) -> dict[str, float]:
    """Return rates, memory with two processes, and the hours of a national election.

    The rate with one process is between `few` and 3 `few` sheets, the rate with two between `few` and `many`. With a
    GPU the cells are classified there; pages are always segmented on the processor.
    """
    n_sheets = {1: (few, 3 * few), 2: (few, many)}  # by number of processes
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        simulate_sheets(ELECTION, split_handwriting(usps.sample()), folder / "sheets", folder / "truth.csv")
        DigitClassifier(cnn(ARCHITECTURE, seed=1), ARCHITECTURE, "untrained").save(folder / "classifier.pt")
        cells = _cells_per_second(folder, rounds)
        runs = {(processes, n): _count(folder, n, processes) for processes, pair in n_sheets.items() for n in pair}
    rates = {}
    for processes, (fewer, more) in n_sheets.items():
        seconds = runs[processes, more][0] - runs[processes, fewer][0]
        rates[f"sheets_per_second_{processes}_processes"] = (more - fewer) / seconds
    device = "gpu" if torch.cuda.is_available() else "one_thread"
    return {
        f"cells_per_second_{device}": cells,
        **rates,
        f"memory_mib_{few}_sheets": runs[2, few][1] / 2**20,
        f"memory_mib_{many}_sheets": runs[2, many][1] / 2**20,
        "national_election_hours_2_processes": NATIONAL_SHEETS / rates["sheets_per_second_2_processes"] / 3600,
        f"national_election_hours_of_cells_{device}": NATIONAL_SHEETS * CELLS_PER_SHEET / cells / 3600,
    }


def _cells_per_second(folder: Path, rounds: int) -> float:
    """Return the number of cells classified per second, by the median time of the rounds."""
    crops, classifier = segment_folder(folder / "sheets"), DigitClassifier.load(folder / "classifier.pt")
    results = run_in_turns({"count": partial(time_call, partial(count_cells, crops, classifier))}, rounds)
    seconds = timing([seconds for seconds, _ in results["count"]])["median_s"]
    return float(np.prod(crops.images.shape[:3]) / seconds)


def _count(folder: Path, n_sheets: int, processes: int) -> tuple[float, int]:
    """Return the seconds of the command and the peak of its memory (bytes)."""
    pages, _ = list_pages(folder / "sheets")
    links = folder / f"{n_sheets}-{processes}"
    links.mkdir()
    for number in range(n_sheets):
        (links / f"sheet-{number:06d}.jpg").hardlink_to(pages[number % len(pages)])
    (links / "layout.json").hardlink_to(folder / "sheets" / "layout.json")
    options = ["--classifier", folder / "classifier.pt", "--out", links / "counts.csv", "--processes", str(processes)]
    command = [sys.executable, "-m", "relecture", "tallies", "count", links, *options]
    return time_command(command, links / "log", MEMORY_INTERVAL)
