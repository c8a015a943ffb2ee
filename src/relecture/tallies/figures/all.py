"""Every figure of the comparison, from what its steps have left in `results/tallies/`."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from relecture import figures, records
from relecture.data import mnist as images
from relecture.tallies import LABELS, TRANSFERS, outcome, reader
from relecture.tallies.calibration import LOGITS
from relecture.tallies.cells import Cells
from relecture.tallies.cut import Cut
from relecture.tallies.explanation import explain, pairs
from relecture.tallies.figures import checking, counting, learning, pages, validation
from relecture.tallies.figures import search as of_search
from relecture.tallies.form import Form
from relecture.tallies.images import among
from relecture.tallies.recognizer import Recognizer, softmax

EXPLAINED = 6  # pairs of a misread and a right cell

Drawn = Iterator[tuple[str, Callable[[], Figure]]]


def draw(results: Path, sheets: Path, mnist: Path, high: float, orders: int, truth: Path | None) -> None:
    """Draw all figures into `results`/figures: the networks' from their records, the count's from its readings."""
    election = outcome.load({name: results / "count" / name for name in outcome.READINGS},
                            results / "data" / "cut.npz", truth, high, orders)  # fmt: skip
    final = records.read(results / "final")
    stand_in = final.sample_name or election.name * election.sample
    with figures.look():
        for name, figure in [
            *_of_the_material(results, sheets, mnist),
            *_of_networks(results),
            *_of_the_reader(results, final),
            *_of_the_count(results, sheets, election),
        ]:
            figures.save(figure(), results / "figures" / name, stand_in)


def _of_the_material(results: Path, sheets: Path, mnist: Path) -> Drawn:
    source = images.load(mnist)
    yield "pages", lambda: pages.examples(sheets)
    cells = Cells.load(results / "data" / "cells.npz")
    yield "cells", lambda: pages.cells_grid(cells, source.train_images, source.train_labels)


def _of_networks(results: Path) -> Drawn:
    search = records.read(results / "search")
    chosen = json.loads((results / "search" / "selected.json").read_text())
    found = {"base/selected": records.read(results / "base" / "selected")}
    found |= {f"transfer/{way}": records.read(results / "transfer" / way) for way in TRANSFERS}
    found |= {f"labels/{way}": records.read(results / "labels" / way) for way in LABELS}
    yield "hyperparameters", lambda: of_search.hyperparameters(search)
    yield "budget", lambda: of_search.budget(search, chosen)
    yield "transfer", lambda: learning.transfer(found)
    yield "labels", lambda: learning.labels(found)


def _of_the_reader(results: Path, final: records.Record) -> Drawn:
    test = final.predictions[final.predictions.part == "test"].reset_index(drop=True)
    cells, _ = Cells.load(results / "data" / "cells.npz").part("test")
    table = pd.read_csv(results / "validation" / "reliability.csv")
    found = json.loads((results / "validation" / "temperature.json").read_text())
    # As sure as the reader that counts is, whose probabilities are calibrated.
    test["probability"] = softmax(test[LOGITS].to_numpy(), found["temperature"]).max(1)
    yield "confusion", lambda: validation.confusion(test)
    yield "misread", lambda: validation.misread(test, cells)
    yield "reliability", lambda: validation.reliability(table, found)
    recognizer = Recognizer.load(results / "validation" / "reader.pt")
    chosen = pairs(test, EXPLAINED)
    wrong, right = (explain(recognizer, cells[chosen[f"{kind}_cell"].to_numpy(int)]) for kind in ("wrong", "right"))
    yield "attribution", lambda: validation.attributions(chosen, cells, wrong, right)


def _of_the_count(results: Path, sheets: Path, election: outcome.Election) -> Drawn:
    checked = election.readings["after"]
    number = counting.example(checked)
    path = next(path for path in among(sheets) if path.stem == checked.reading.sheets[number])
    page = reader.open_page(path)
    outlines = reader.straighten(page, Form.read(sheets / "layout.json")).outlines()
    yield "reading", lambda: counting.sheet(page, outlines, checked, number)
    cut = Cut.load(results / "data" / "cut.npz")
    lost = cut.unread.merge(cut.stations, on="sheet", how="left").fillna({"district": counting.ALL})
    yield "quality", lambda: counting.quality(election, lost)
    yield "result", lambda: counting.result(election)
    yield "checking", lambda: checking.curves(election)
    yield "groups", lambda: checking.groups(election)
    yield "margins", lambda: checking.margins(election)
