"""From cells to digits, from digits to numbers, from numbers to votes: what a reader makes of the sheets.

The paper reads each digit by itself: the one with the highest probability. The digits of a tally sheet, though, are not
equally frequent in every place: the hundreds of a small party are zeros. How frequent they are shows in the sheets
themselves, without a single label (`place_shares`), and with `prior` every digit is weighed with it. Both are counted,
side by side, and which one is the paper's is said wherever they are shown.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from relecture.errors import UserError
from relecture.tallies.networks.digit_classifier import CLASSES, EQUAL, Recognizer
from relecture.tallies.segmentation.cell_crops import Cut

PROBABILITIES = [f"p{digit}" for digit in range(CLASSES)]
ALL = "all"  # the district that sheets of an unknown one are in, and the name of all of them together
ROUNDS, ENOUGH = 500, 1e-5
EACH_DIGIT = 0.1  # cells: how often every digit has been seen in every place before there are sheets
PLACE = 10.0  # sheets: what a place over all parties counts in the estimate of one party


@dataclass(frozen=True)
class Reading:
    """What was read on the sheets.

    `probabilities` (sheets, parties, boxes, 10), the leftmost box first, are the reader's, each summing to 1; `sheets`
    (sheets,) and `parties` are names; `districts`, `stations` (sheets,) say where each sheet is from. With `prior`,
    digits are read by `beliefs`, else by `probabilities`. `learned` (10 numbers) says how frequent each digit was among
    those that the reader learned from.
    """

    probabilities: np.ndarray
    sheets: np.ndarray
    parties: tuple[str, ...]
    districts: np.ndarray
    stations: np.ndarray
    prior: bool = False
    learned: tuple[float, ...] = EQUAL

    @cached_property
    def beliefs(self) -> np.ndarray:
        """The probabilities of a reader that knows how often each digit stands in each box, of the same shape."""
        # First as if the reader had learned from every digit equally often.
        evidence = weighed(self.probabilities, 1 / np.array(self.learned))
        return weighed(evidence, place_shares(evidence))

    @cached_property
    def digits(self) -> np.ndarray:
        """The digit in each box, (sheets, parties, boxes)."""
        return self._ground.argmax(-1)

    @cached_property
    def certainty(self) -> np.ndarray:
        """The probability of that digit, (sheets, parties, boxes)."""
        return self._ground.max(-1)

    @cached_property
    def votes(self) -> np.ndarray:
        """The votes of each party on each sheet, (sheets, parties)."""
        return self.digits @ self.places

    @cached_property
    def places(self) -> np.ndarray:
        """What a one in each box is worth: 100, 10, 1 for three boxes."""
        return 10 ** np.arange(self.probabilities.shape[2])[::-1]

    @cached_property
    def quality(self) -> np.ndarray:
        """The paper's quality of each sheet: the mean of the highest probabilities of its digits, (sheets,)."""
        return self.certainty.mean((1, 2), dtype=np.float64)

    def expected(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean and variance of the votes, (sheets, parties), if the beliefs are right and digits independent."""
        values, p = np.arange(CLASSES), self.beliefs.astype(np.float64)
        mean = p @ values
        variance = np.maximum(p @ values**2 - mean**2, 0)  # zero can come out as a little less
        return mean @ self.places, variance @ self.places**2

    def at_stake(self) -> np.ndarray:
        """Votes that are expected to be misread on each sheet, (sheets,): over its digits, the mean distance from what
        was read, each in its place's worth."""
        away = np.abs(np.arange(CLASSES) - self.digits[..., None])
        return ((self.beliefs * away).sum(-1) @ self.places).sum(1)

    def counts(self) -> pd.DataFrame:
        """A row per sheet and party, with the columns sheet, district, station, party, votes and quality."""
        parties = len(self.parties)
        named = {"sheet": self.sheets, "district": self.districts, "station": self.stations}
        table = pd.DataFrame({key: np.repeat(values, parties) for key, values in named.items()})
        table["party"] = np.tile(np.array(self.parties, dtype=object), len(self.sheets))
        table["votes"], table["quality"] = self.votes.ravel(), np.repeat(self.quality, parties)
        return table

    def totals(self) -> pd.DataFrame:
        """Votes of each party in each district, and in ALL of them: district, party, votes, sheets."""
        by_district = self.counts().groupby(["district", "party"], sort=False).votes.agg(votes="sum", sheets="count")
        everything = self.counts().groupby("party", sort=False).votes.agg(votes="sum", sheets="count")
        overall = everything.reset_index().assign(district=ALL)
        rows = by_district.reset_index()
        return pd.concat([rows[rows.district != ALL], overall], ignore_index=True)

    def save(self, folder: Path) -> None:
        """Write digits.parquet (a row per box), counts.csv (a row per sheet and party) and totals.csv into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        shape = self.digits.shape
        sheet, party, box = (index.ravel() for index in np.indices(shape))
        table = pd.DataFrame(
            {
                "sheet": self.sheets[sheet],
                "district": self.districts[sheet],
                "station": self.stations[sheet],
                "party": np.array(self.parties, dtype=object)[party],
                "box": box + 1,
                "predicted": self.digits.ravel(),
                "probability": self.certainty.ravel(),
                "prior": self.prior,
            }
        )
        table[PROBABILITIES] = self.probabilities.reshape(-1, CLASSES)
        table.attrs["learned"] = list(self.learned)
        table.to_parquet(folder / "digits.parquet", index=False)
        self.totals().to_csv(folder / "totals.csv", index=False)
        self.counts().to_csv(folder / "counts.csv", index=False)

    @classmethod
    def load(cls, folder: Path) -> "Reading":
        """Read what `save` wrote."""
        table = pd.read_parquet(folder / "digits.parquet")
        boxes, parties = int(table.box.max()), tuple(map(str, table.party.unique()))
        first = table.iloc[:: boxes * len(parties)]
        probabilities = table[PROBABILITIES].to_numpy().reshape(-1, len(parties), boxes, CLASSES)
        names = (first[key].to_numpy(dtype=object) for key in ("sheet", "district", "station"))
        prior, learned = bool(table.prior.iloc[0]), tuple(table.attrs["learned"])
        return cls(probabilities, next(names), parties, next(names), next(names), prior, learned)

    @property
    def _ground(self) -> np.ndarray:
        return self.beliefs if self.prior else self.probabilities


def read(cut: Cut, recognizer: Recognizer, prior: bool = False) -> Reading:
    """Read all cells of `cut`; with `prior`, by beliefs about how often each digit stands in each box.

    Sheets without a known district are all in one, ALL. Raises UserError when no sheet could be cut.
    """
    if not len(cut.names):
        reasons = "; ".join(f"{row.sheet}: {row.reason}" for row in cut.unread.head(3).itertuples())
        raise UserError(f"none of the {len(cut.unread)} sheets of {cut.name} can be read ({reasons})")
    where = cut.stations.set_index("sheet").reindex(cut.names)
    return Reading(
        probabilities=recognizer.probabilities(cut.images),
        sheets=cut.names.astype(object),
        parties=cut.parties,
        districts=where.district.fillna(ALL).replace("", ALL).to_numpy(dtype=object),
        stations=where.station.fillna("").to_numpy(dtype=object),
        prior=prior,
        learned=recognizer.learned,
    )


def place_shares(probabilities: np.ndarray) -> np.ndarray:
    """How often each digit stands in each party's boxes, (parties, boxes, 10), estimated without a single label.

    `probabilities` (sheets, parties, boxes, 10) are those of a reader that learned from every digit equally often.
    Expectation maximisation by Saerens, Latinne and Decaestecker (2002), "Adjusting the outputs of a classifier to new
    a priori probabilities", Neural Computation 14, eq. 2.9: first for each place over all parties, EACH_DIGIT keeping
    a digit possible that was never read there; then for each party, whose own sheets count beside PLACE sheets on
    which digits are as frequent as in the place over all.
    """
    cells = probabilities.astype(np.float64)
    place = _shares(cells.reshape(-1, *cells.shape[2:]), np.full(cells.shape[2:], EACH_DIGIT))
    return _shares(cells, PLACE * np.broadcast_to(place, cells.shape[1:]))


def weighed(probabilities: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Probabilities (..., 10) of a reader that knows how often each digit comes, `shares` (..., 10)."""
    product = probabilities * shares
    return (product / product.sum(-1, keepdims=True)).astype(probabilities.dtype)


def _shares(cells: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Shares (..., 10) by expectation maximisation over cells (n, ..., 10); `before` (..., 10) were seen before."""
    shares = np.full(before.shape, 1 / CLASSES)
    for _ in range(ROUNDS):
        last = shares
        shares = weighed(cells, last).sum(0) + before
        shares /= shares.sum(-1, keepdims=True)
        if np.abs(shares - last).max() < ENOUGH:
            break
    return shares


def count(cut: Path, reader: Path, prior: bool, out: Path) -> None:
    """Read the sheets whose cells are in `cut` with `reader`; digits.parquet, counts.csv and totals.csv into `out`."""
    read(Cut.load(cut), Recognizer.load(reader), prior).save(out)
