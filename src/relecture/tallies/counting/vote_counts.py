"""From cells to digits, from digits to numbers, from numbers to votes.

The paper classifies each digit by itself: the one with the highest probability. The digits of a tally sheet, though,
are not equally frequent in every box: the hundreds of a small party are zeros. Their frequencies can be estimated from
the sheets themselves, without labels (`estimate_digit_priors`); a prior-corrected count weights every digit with them.
Both counts are computed, and tables and figures say which one is the paper's. A sum-constrained count takes the digits
with which the sums of the form hold (`sums`), and says for each number how sure it is; of MIN_SHEETS sheets or more,
numbers that are not sure are weighted with the frequencies of digits as well.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from relecture.data_files import read_parquet, write_csv, write_parquet
from relecture.errors import UserError
from relecture.tallies.config import CountVariant
from relecture.tallies.counting.material import Material
from relecture.tallies.counting.sheet_numbers import CHECK_COLUMNS, NumberRules, SheetNumbers
from relecture.tallies.counting.sums import solve
from relecture.tallies.networks.cnn import N_CLASSES
from relecture.tallies.networks.digit_classifier import UNIFORM_PRIOR, DigitClassifier
from relecture.tallies.networks.pretraining import load_ensemble
from relecture.tallies.segmentation.cell_crops import CellCrops
from relecture.tallies.segmentation.station_tables import ALL_DISTRICTS

PROBABILITY_COLUMNS = [f"p{digit}" for digit in range(N_CLASSES)]
MAX_ITERATIONS, TOLERANCE = 500, 1e-5  # of expectation maximisation
DIGIT_PSEUDOCOUNT = 0.1  # cells: prior count of every digit in every box
MIN_SHEETS = 50  # fewer do not tell the frequencies of digits for a sum-constrained count
PARTY_PSEUDOCOUNT = 10.0  # sheets: weight of a box's frequencies over all parties in the estimate of one party


@dataclass(frozen=True)
class ConstrainedNumbers:
    """The parties' numbers by the sums of their forms.

    `digits` (sheets, parties, boxes); `certainty` (sheets, parties), the probability that a number is right, NaN for
    numbers in no sum; `states` (sheets, parties), text.
    """

    digits: np.ndarray
    certainty: np.ndarray
    states: np.ndarray


@dataclass(frozen=True)
class VoteCounts:
    """The digits and votes of a set of sheets.

    `probabilities` (sheets, parties, boxes, 10), the leftmost box first, are the classifier's, with the layout's
    meaning of empty boxes and marks, each summing to 1;
    `sheets` (sheets,) and `parties` are names; `districts`, `stations` (sheets,) are those of each sheet. With
    `prior_corrected`, digits are chosen by `posterior`, else by `probabilities`. `train_prior` (10 numbers) is the
    frequency of each digit among the classifier's training cells. With `constrained`, digits are those of the sums.
    `material` tells how clear the cells are to the classifier, `classifier` is its name.
    """

    probabilities: np.ndarray
    sheets: np.ndarray
    parties: tuple[str, ...]
    districts: np.ndarray
    stations: np.ndarray
    prior_corrected: bool = False
    train_prior: tuple[float, ...] = UNIFORM_PRIOR
    constrained: ConstrainedNumbers | None = None
    material: Material = field(default_factory=Material)
    classifier: str = ""

    @cached_property
    def posterior(self) -> np.ndarray:
        """The probabilities corrected for the frequency of each digit in each box, of the same shape.

        In a sum-constrained count the digits of a number have at least the number's certainty.
        """
        # First as if the classifier had been trained on every digit equally often.
        likelihoods = reweight(self.probabilities, 1 / np.array(self.train_prior))
        posterior = reweight(likelihoods, estimate_digit_priors(likelihoods))
        if self.constrained is None:
            return posterior
        certainty = np.nan_to_num(self.constrained.certainty)[..., None, None]
        chosen = np.eye(N_CLASSES)[self.constrained.digits]
        mixed: np.ndarray = (certainty * chosen + (1 - certainty) * posterior).astype(posterior.dtype)
        return mixed

    @cached_property
    def digits(self) -> np.ndarray:
        """The digit in each box, (sheets, parties, boxes)."""
        digits: np.ndarray = self._chosen_by.argmax(-1) if self.constrained is None else self.constrained.digits
        return digits

    @cached_property
    def confidence(self) -> np.ndarray:
        """The probability of that digit, (sheets, parties, boxes); in a sum-constrained count that of its number."""
        confidence: np.ndarray = self._chosen_by.max(-1)
        if self.constrained is None:
            return confidence
        certainty = self.constrained.certainty[..., None]
        return np.where(np.isnan(certainty), confidence, certainty)

    @cached_property
    def votes(self) -> np.ndarray:
        """The votes of each party on each sheet, (sheets, parties)."""
        votes: np.ndarray = self.digits @ self.place_values
        return votes

    @cached_property
    def place_values(self) -> np.ndarray:
        """The place value of each box: 100, 10, 1 for three boxes."""
        return 10 ** np.arange(self.probabilities.shape[2])[::-1]

    @cached_property
    def quality(self) -> np.ndarray:
        """The paper's quality of each sheet: the mean of the highest probabilities of its digits, (sheets,)."""
        quality: np.ndarray = self.confidence.mean((1, 2), dtype=np.float64)
        return quality

    def expected(self) -> tuple[np.ndarray, np.ndarray]:
        """Return mean and variance of the votes, (sheets, parties), by the posterior and with independent digits."""
        values, p = np.arange(N_CLASSES), self.posterior.astype(np.float64)
        mean = p @ values
        variance = np.maximum(p @ values**2 - mean**2, 0)  # rounding can make a zero slightly negative
        return mean @ self.place_values, variance @ self.place_values**2

    def expected_vote_error(self) -> np.ndarray:
        """Return the expected number of miscounted votes on each sheet, (sheets,).

        That is the sum over its digits of the mean distance from the chosen digit, times the place value.
        """
        distance = np.abs(np.arange(N_CLASSES) - self.digits[..., None])
        error: np.ndarray = ((self.posterior * distance).sum(-1) @ self.place_values).sum(1)
        return error

    def counts(self) -> pd.DataFrame:
        """Return a row per sheet and party.

        Columns: sheet, district, station, party, votes, quality and, in a sum-constrained count, state.
        """
        n_parties = len(self.parties)
        columns = {"sheet": self.sheets, "district": self.districts, "station": self.stations}
        table = pd.DataFrame({key: np.repeat(values, n_parties) for key, values in columns.items()})
        table["party"] = np.tile(np.array(self.parties, dtype=object), len(self.sheets))
        table["votes"], table["quality"] = self.votes.ravel(), np.repeat(self.quality, n_parties)
        if self.constrained is not None:
            table["state"] = self.constrained.states.astype(str).ravel()
        return table

    def totals(self) -> pd.DataFrame:
        """Return the votes of each party by district and of all sheets together: district, party, votes, sheets."""
        by_district = self.counts().groupby(["district", "party"], sort=False).votes.agg(votes="sum", sheets="count")
        by_party = self.counts().groupby("party", sort=False).votes.agg(votes="sum", sheets="count")
        overall = by_party.reset_index().assign(district=ALL_DISTRICTS)
        rows = by_district.reset_index()
        return pd.concat([rows[rows.district != ALL_DISTRICTS], overall], ignore_index=True)

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
                "probability": self.confidence.ravel(),
                "prior_corrected": self.prior_corrected,
            }
        )
        table[PROBABILITY_COLUMNS] = self.probabilities.reshape(-1, N_CLASSES)
        if self.constrained is not None:
            for name in ("certainty", "states"):
                values = getattr(self.constrained, name)[sheet, party]
                table[name] = values.astype(str) if name == "states" else values
        table.attrs["train_prior"] = list(self.train_prior)
        table.attrs["material"] = self.material.as_dict()
        table.attrs["classifier"] = self.classifier
        write_parquet(folder / "digits.parquet", table)
        write_csv(folder / "totals.csv", self.totals())
        write_csv(folder / "counts.csv", self.counts())

    @classmethod
    def load(cls, folder: Path) -> "VoteCounts":
        """Read what `save` wrote."""
        table = read_parquet(folder / "digits.parquet")
        n_boxes, parties = int(table.box.max()), tuple(map(str, table.party.unique()))
        by_sheet = table.iloc[:: n_boxes * len(parties)]
        shape = (len(by_sheet), len(parties), n_boxes)
        sheets, districts, stations = (by_sheet[key].to_numpy(dtype=object) for key in ("sheet", "district", "station"))
        return cls(
            probabilities=table[PROBABILITY_COLUMNS].to_numpy().reshape(-1, len(parties), n_boxes, N_CLASSES),
            sheets=sheets,
            parties=parties,
            districts=districts,
            stations=stations,
            prior_corrected=bool(table.prior_corrected.iloc[0]),
            train_prior=tuple(table.attrs["train_prior"]),
            constrained=_load_constrained(table, shape) if "certainty" in table else None,
            material=Material(**table.attrs["material"]),
            classifier=table.attrs["classifier"],
        )

    @property
    def _chosen_by(self) -> np.ndarray:
        return self.posterior if self.prior_corrected else self.probabilities


def count_cells(
    crops: CellCrops, classifier: DigitClassifier, prior_corrected: bool = False, sum_constrained: bool = False
) -> VoteCounts:
    """Classify all cells and count the votes.

    `prior_corrected` chooses digits by the posterior, `sum_constrained` those with which the form's sums hold. Sheets
    without a known district are all in ALL_DISTRICTS.

    Raises:
        UserError: No sheet was readable.
    """
    stations = crops.stations.set_index("sheet").reindex(crops.sheets)
    counts = votes_of(
        read_numbers(crops, classifier),
        districts=stations.district.fillna(ALL_DISTRICTS).replace("", ALL_DISTRICTS).to_numpy(dtype=object),
        stations=stations.station.fillna("").to_numpy(dtype=object),
        train_prior=classifier.train_prior,
        prior_corrected=prior_corrected,
        sum_constrained=sum_constrained,
    )
    return replace(counts, classifier=classifier.name)


def read_numbers(crops: CellCrops, classifier: DigitClassifier) -> SheetNumbers:
    """Classify all cells and return all numbers, those of totals as well, weighted with their digit frequencies.

    Raises:
        UserError: No sheet was readable.
    """
    if not len(crops.sheets):
        reasons = "; ".join(f"{row.sheet}: {row.reason}" for row in crops.unreadable.head(3).itertuples())
        raise UserError(f"none of the {len(crops.unreadable)} sheets of {crops.name} is readable ({reasons})")
    rules = NumberRules(
        crops.rows, np.array(crops.is_party), crops.has_box, crops.sums, crops.empty_means, crops.mark_means
    )
    classes = classifier.probabilities(crops.images)
    numbers = SheetNumbers.of(crops.sheets.tolist(), rules, classes, crops.empty, classifier.test_quality)
    return weight_by_frequency(numbers, classifier.train_prior)


def votes_of(
    numbers: SheetNumbers,
    districts: np.ndarray,
    stations: np.ndarray,
    train_prior: tuple[float, ...] = UNIFORM_PRIOR,
    prior_corrected: bool = False,
    sum_constrained: bool = False,
) -> VoteCounts:
    """Return the votes of the parties among some numbers.

    Args:
        numbers: All numbers on the sheets.
        districts: District of each sheet.
        stations: Station of each sheet.
        train_prior: Frequencies of the classifier's classes, which may have further ones after the digits.
        prior_corrected: Whether digits are chosen by the posterior.
        sum_constrained: Whether digits are those with which the form's sums hold.
    """
    parties = np.array(numbers.rules.is_party, bool)
    of_digits = np.array(train_prior[:N_CLASSES])
    constrained = None
    if sum_constrained:
        constrained = ConstrainedNumbers(
            numbers.counted[:, parties], numbers.certainty[:, parties], numbers.states[:, parties]
        )
    return VoteCounts(
        probabilities=numbers.read.probabilities[:, parties].astype(np.float32),
        sheets=np.array(numbers.sheets, dtype=object),
        parties=tuple(name for name, party in zip(numbers.rules.names, parties, strict=True) if party),
        districts=districts,
        stations=stations,
        prior_corrected=prior_corrected,
        train_prior=tuple((of_digits / of_digits.sum()).tolist()),
        constrained=constrained,
        material=numbers.material,
    )


def weight_by_frequency(numbers: SheetNumbers, train_prior: tuple[float, ...]) -> SheetNumbers:
    """Return numbers of which those that are not sure, at which a person looks, are weighted with digit frequencies.

    The frequencies are those in the boxes of the sheets themselves; fewer than MIN_SHEETS do not tell them.
    """
    if len(numbers.sheets) < MIN_SHEETS:
        return numbers
    likelihoods = reweight(numbers.read.probabilities, 1 / np.array(train_prior[:N_CLASSES]))
    posterior = reweight(likelihoods, estimate_digit_priors(likelihoods))
    by_sums = solve(numbers.rules.system, posterior).digits
    return replace(numbers, weighted=np.where(numbers.rules.system.is_part[:, None], by_sums, numbers.digits))


def count_folder(crops: Path, classifier: Path, variant: CountVariant, out: Path) -> None:
    """Count the sheets of the file `crops` in one variant; write digits.parquet, counts.csv and totals.csv into `out`.

    `classifier` is the file of a classifier, or the folder `model/` of a base, whose networks count together.
    What the sums say of all numbers, those of totals as well, goes to numbers.csv, and what a person must look at
    (numbers, and unreadable sheets) to to_check.csv.
    """
    digit_classifier = load_ensemble(classifier) if classifier.is_dir() else DigitClassifier.load(classifier)
    cells = CellCrops.load(crops)
    counts = count_cells(cells, digit_classifier, variant == "prior_corrected", variant == "sum_constrained")
    counts.save(out)
    numbers = read_numbers(cells, digit_classifier)
    write_csv(out / "numbers.csv", numbers.table())
    parts = [numbers.to_check(), cells.unreadable.reindex(columns=list(CHECK_COLUMNS))]
    write_csv(out / "to_check.csv", pd.concat([part for part in parts if len(part)] or parts[:1]))


def estimate_digit_priors(probabilities: np.ndarray) -> np.ndarray:
    """Estimate the frequency of each digit in each party's boxes, (parties, boxes, 10), without labels.

    Expectation maximisation by Saerens, Latinne and Decaestecker (2002), "Adjusting the outputs of a classifier to new
    a priori probabilities", Neural Computation 14, eq. 2.9: first for each box over all parties, where
    DIGIT_PSEUDOCOUNT keeps a digit possible that was never predicted there; then for each party, whose sheets are
    combined with PARTY_PSEUDOCOUNT sheets on which digits are as frequent as in the box over all parties.

    Args:
        probabilities: (sheets, parties, boxes, 10), of a classifier trained on every digit equally often.
    """
    cells = probabilities.astype(np.float64)
    overall = _em_priors(cells.reshape(-1, *cells.shape[2:]), np.full(cells.shape[2:], DIGIT_PSEUDOCOUNT))
    return _em_priors(cells, PARTY_PSEUDOCOUNT * np.broadcast_to(overall, cells.shape[1:]))


def reweight(probabilities: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return probabilities (..., 10) multiplied by `weights` (..., 10) and normalised."""
    product = probabilities * weights
    normalised: np.ndarray = (product / product.sum(-1, keepdims=True)).astype(probabilities.dtype)
    return normalised


def _load_constrained(table: pd.DataFrame, shape: tuple[int, ...]) -> ConstrainedNumbers:
    """Return the digits of a saved table of boxes, and the certainty and state of their numbers."""
    digits, certainty, states = (table[name].to_numpy().reshape(shape) for name in ("predicted", "certainty", "states"))
    return ConstrainedNumbers(digits, certainty[..., 0], states[..., 0])


def _em_priors(cells: np.ndarray, pseudocounts: np.ndarray) -> np.ndarray:
    """Return priors (..., 10) by expectation maximisation over cells (n, ..., 10) and `pseudocounts` (..., 10)."""
    priors = np.full(pseudocounts.shape, 1 / N_CLASSES)
    for _ in range(MAX_ITERATIONS):
        previous = priors
        priors = reweight(cells, previous).sum(0) + pseudocounts
        priors /= priors.sum(-1, keepdims=True)
        if np.abs(priors - previous).max() < TOLERANCE:
            break
    return priors
