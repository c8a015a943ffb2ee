"""Counting sheets with the command `count`: cells and sheets per second, memory, and a national election.

The classifier is the CNN with 64, 96 and 112 filters; its speed does not depend on its weights. The sheets are
links to some standard pages under many names. Rates are between two numbers of sheets, so that the start of the command
is no part of them; memory is the most that all processes of the command held together.
"""

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import torch

from relecture.data import usps
from relecture.tallies.config import Architecture, SimulationConfig
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
)
NATION = 150_000  # sheets


def measure(few: int, many: int, rounds: int) -> dict[str, Any]:
    """Rates with one process (few and 3 x few sheets) and two (few and many), memory with two, and the nation's hours.

    On a machine with a GPU the cells are read there; pages are cut on the processor in any case.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "usps.json").write_text(json.dumps({"name": "usps", "sample": True, "files": {}}))
        handwriting = split_handwriting(usps.load(folder / "usps.json"))
        simulate_sheets(ELECTION, handwriting, folder / "sheets", folder / "truth.csv")
        DigitClassifier(cnn(ARCHITECTURE, seed=1), ARCHITECTURE, "untaught").save(folder / "classifier.pt")
        cells = _cells(folder, rounds)
        counts = {1: (few, 3 * few), 2: (few, many)}
        runs = {
            (processes, sheets): _run(folder, sheets, processes)
            for processes, pair in counts.items()
            for sheets in pair
        }
    rates = {}
    for processes, (less, more) in counts.items():
        seconds = runs[processes, more][0] - runs[processes, less][0]
        rates[f"sheets_per_second_{processes}_processes"] = (more - less) / seconds
    a_sheet = ELECTION.n_parties * 3
    where = "gpu" if torch.cuda.is_available() else "one_thread"
    return {
        f"cells_per_second_{where}": cells,
        **rates,
        f"memory_mib_{few}_sheets": runs[2, few][1] / 2**20,
        f"memory_mib_{many}_sheets": runs[2, many][1] / 2**20,
        "national_election_hours_2_processes": NATION / rates["sheets_per_second_2_processes"] / 3600,
        f"national_election_hours_of_cells_{where}": NATION * a_sheet / cells / 3600,
    }


def _cells(folder: Path, rounds: int) -> float:
    """Cells read per second, the median of the rounds after an untimed one."""
    crops, classifier, seconds = segment_folder(folder / "sheets"), DigitClassifier.load(folder / "classifier.pt"), []
    for turn in range(rounds + 1):
        start = time.perf_counter()
        count_cells(crops, classifier)
        if turn:
            seconds.append(time.perf_counter() - start)
    return float(np.prod(crops.images.shape[:3]) / statistics.median(seconds))


def _run(folder: Path, sheets: int, processes: int) -> tuple[float, int]:
    """Seconds of the command and the most memory it held, in bytes."""
    pages, _ = list_pages(folder / "sheets")
    many = folder / f"{sheets}-{processes}"
    many.mkdir()
    for number in range(sheets):
        (many / f"sheet-{number:06d}.jpg").hardlink_to(pages[number % len(pages)])
    (many / "layout.json").hardlink_to(folder / "sheets" / "layout.json")
    command = [sys.executable, "-m", "relecture", "tallies", "count", many, "--classifier", folder / "classifier.pt",
               "--out", many / "counts.csv", "--processes", str(processes)]  # fmt: skip
    start, peak = time.perf_counter(), 0
    with (many / "log").open("w") as log, psutil.Popen(list(map(str, command)), stdout=log, stderr=log) as run:
        while run.poll() is None:
            peak = max(peak, _memory(run))
            time.sleep(0.1)
    if run.returncode:
        sys.exit(f"reading failed:\n{(many / 'log').read_text()[-2000:]}")
    return time.perf_counter() - start, peak


def _memory(run: psutil.Process) -> int:
    try:
        return sum(process.memory_info().rss for process in [run, *run.children(recursive=True)])
    except psutil.NoSuchProcess:
        return 0  # one ended meanwhile: this sample does not count
