"""The votes that every trained network counts, and intervals over seeds, stations and handwriting.

The tables of the votes are those of all networks together. Another seed gives another network and other votes; other
stations, and other writers, would do so as well. `error_interval` resamples all three: it draws a network, stations
(with replacement), and blocks of the images that the simulated digits were written with, whose neighbours are of few
writers.
A digit counts with the product of the weights of its station and of its block (Owen 2007, "The pigeonhole bootstrap",
Annals of Applied Statistics 1).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from relecture import tables
from relecture.data_files import read_csv, write_parquet
from relecture.tallies import AS_CUT, METHOD_NAMES
from relecture.tallies.config import CountVariant
from relecture.tallies.counting.sheet_numbers import NumberRules, SheetNumbers
from relecture.tallies.counting.vote_counts import VoteCounts, votes_of, weight_by_frequency
from relecture.tallies.networks.cnn import cnn
from relecture.tallies.networks.digit_classifier import DigitClassifier
from relecture.tallies.networks.pretraining import load_weights
from relecture.tallies.segmentation.cell_crops import CellCrops
from relecture.tallies.segmentation.station_tables import true_votes
from relecture.text_format import counted, interval, listed, number, percent, signed

VOTE_COLUMNS = ("method", "network", "member", "variant", "sheet", "party", "votes")
FINAL = "final"
VARIANTS: dict[CountVariant, str] = {
    "transferred": "digit by digit",
    "prior_corrected": "prior-corrected",
    "sum_constrained": "sum-constrained",
}
INTERVAL = (2.5, 97.5)  # percentiles


def count_members(crops: Path, classifiers: list[Path], transfers: Mapping[str, Path], out: Path) -> None:
    """Write the votes that every network counts, columns VOTE_COLUMNS, as a Parquet file.

    Args:
        crops: The file of the cells.
        classifiers: The calibrated classifiers of the model that counts the votes, a file per seed.
        transfers: The folder `model/` of a record by variant of transfer.
        out: The file to write.
    """
    cells = CellCrops.load(crops)
    rows = [
        _votes(cells, cells.images, classifier, FINAL, f"seed-{seed:02d}")
        for seed, classifier in enumerate(map(DigitClassifier.load, classifiers))
    ]
    for method, folder in transfers.items():
        images = cells.as_cut if method.endswith(AS_CUT) else cells.images
        for seed, classifier in enumerate(_classifiers(folder)):
            rows.append(_votes(cells, images, classifier, f"transfer/{method}", f"seed-{seed:02d}"))
    write_parquet(out, pd.concat(rows, ignore_index=True))


def _classifiers(folder: Path) -> Iterator[DigitClassifier]:
    architecture, weights = load_weights(folder)
    for one in weights:
        network = cnn(architecture, seed=0)
        network.load_state_dict(one)
        yield DigitClassifier(network.eval(), architecture, folder.parent.name)


def _votes(cells: CellCrops, images: np.ndarray, classifier: DigitClassifier, method: str, member: str) -> pd.DataFrame:
    rules = NumberRules(
        cells.rows, np.array(cells.is_party), cells.has_box, cells.sums, cells.empty_means, cells.mark_means
    )
    numbers = weight_by_frequency(
        SheetNumbers.of(cells.sheets.tolist(), rules, classifier.probabilities(images), cells.empty),
        classifier.train_prior,
    )
    unknown = np.full(len(cells.sheets), "", dtype=object)
    parts = []
    for variant in VARIANTS:
        counts: VoteCounts = votes_of(
            numbers,
            unknown,
            unknown,
            classifier.train_prior,
            variant == "prior_corrected",
            variant == "sum_constrained",
        )
        table = counts.counts()[["sheet", "party", "votes"]]
        parts.append(
            table.assign(method=method, network=classifier.name, member=member, variant=variant)[list(VOTE_COLUMNS)]
        )
    return pd.concat(parts)


@dataclass(frozen=True)
class ErrorInterval:
    """The error of all votes, (counted − true) / true: mean and standard deviation over the networks, and interval."""

    n_seeds: int
    mean: float
    sd: float
    low: float
    high: float


def error_interval(
    votes: np.ndarray,
    truth: np.ndarray,
    blocks: np.ndarray | None = None,
    n_boxes: int = 3,
    n_resamples: int = 2000,
    seed: int = 1,
) -> ErrorInterval:
    """Return the error of all votes with its 95 % interval over networks, stations and blocks of handwriting.

    Args:
        votes: Counted votes, (networks, sheets, parties).
        truth: True votes, (sheets, parties).
        blocks: The block of the image in each box, int (sheets, parties, boxes), -1 where there is no digit; None where
            it is not known, so that the interval is over networks and stations.
        n_boxes: Boxes of a number.
        n_resamples: Number of resamples.
        seed: Seed of the resamples.
    """
    rng, places = np.random.default_rng(seed), 10 ** np.arange(n_boxes)[::-1]
    true_parts = truth[..., None] // places % 10 * places  # (sheets, parties, boxes)
    errors = votes[..., None] // places % 10 * places - true_parts
    n_networks, n_sheets = len(votes), len(truth)
    blocks = np.full(true_parts.shape, -1) if blocks is None else blocks
    n_blocks = int(blocks.max()) + 1
    # Sums by sheet and block; the last column is that of digits without a block, whose weight is always 1.
    column = np.where(blocks < 0, n_blocks, blocks)
    sheet = np.broadcast_to(np.arange(n_sheets)[:, None, None], column.shape)
    cells = np.ravel_multi_index((sheet.ravel(), column.ravel()), (n_sheets, n_blocks + 1))

    def by_block(values: np.ndarray) -> np.ndarray:
        sums = np.bincount(cells, values.ravel(), n_sheets * (n_blocks + 1))
        return sums.reshape(n_sheets, n_blocks + 1)

    true_sums, error_sums = by_block(true_parts), np.array([by_block(one) for one in errors])
    written = np.unique(blocks[blocks >= 0])
    samples = np.empty(n_resamples)
    for index in range(n_resamples):
        stations = np.bincount(rng.integers(n_sheets, size=n_sheets), minlength=n_sheets)
        weights = np.zeros(n_blocks + 1)
        weights[-1] = 1
        if len(written):
            np.add.at(weights, rng.choice(written, len(written)), 1)
        drawn = error_sums[rng.integers(n_networks)]
        true = stations @ true_sums @ weights
        samples[index] = stations @ drawn @ weights / true if true else np.nan
    single = errors.sum((1, 2, 3)) / true_parts.sum()
    sd = float(single.std(ddof=1)) if n_networks > 1 else np.nan
    low, high = np.nanpercentile(samples, INTERVAL)
    return ErrorInterval(n_networks, float(single.mean()), sd, float(low), float(high))


@dataclass(frozen=True)
class MemberVotes:
    """The votes that every network counts (columns VOTE_COLUMNS), and what they are compared with.

    `truth` is the table of the true votes, `images` that of the images in the boxes; both None if not known.
    """

    votes: pd.DataFrame
    name: str
    truth: Path | None
    images: Path | None


def write_seeds(members: MemberVotes, stem: Path) -> None:
    """Write the votes by network: the one that counts, with its seeds, and the variants of transfer."""
    keys = ["method", "member", "variant"]
    own = members.votes[(members.votes[keys] == members.votes[keys].iloc[0]).all(axis=1)]
    sheets, parties = own.sheet.unique().tolist(), own.party.unique().tolist()
    truth = None if members.truth is None else true_votes(members.truth, sheets, parties)
    images = None if members.images is None else read_csv(members.images, dtype={"sheet": str, "number": str})
    blocks = None if images is None else block_array(images, sheets, parties)
    numbers, rows = [], []
    for (method, variant), group in members.votes.groupby(["method", "variant"], sort=False):
        votes = group.votes.to_numpy().reshape(-1, len(sheets), len(parties))
        totals = votes.sum((1, 2))
        row = {"method": method, "network": group.network.iloc[0], "variant": variant, "n_seeds": len(votes),
               "counted": totals.mean(), "counted_sd": totals.std(ddof=1) if len(votes) > 1 else np.nan}  # fmt: skip
        text = {"network": _name(str(method)), "count": VARIANTS[variant], "n": str(len(votes)),
                "all votes": " ".join((number(totals.mean(), 0), f"({_range(totals)})"))}  # fmt: skip
        if truth is not None:
            error = error_interval(votes, truth, blocks, n_boxes=_n_boxes(votes, truth, blocks))
            shares = np.abs((votes - truth).sum(1)).sum(1) / truth.sum()
            row |= {"interval_over": _resampled(len(votes), images), "error": error.mean, "error_sd": error.sd,
                    "error_low": error.low, "error_high": error.high,
                    "absolute_error": shares.mean(), "first_error": totals[0] / truth.sum() - 1}  # fmt: skip
            text |= {"error of all votes, %": _spread(error.mean, error.sd),
                     "error, 95 %": interval(100 * error.low, 100 * error.high, 2),
                     "parties' absolute errors": percent(shares.mean(), 2)}  # fmt: skip
        numbers.append(row)
        rows.append(text)
    tables.write(stem, pd.DataFrame(numbers), pd.DataFrame(rows), "Tallies: votes by network", _note(members, images))


def block_array(images: pd.DataFrame, sheets: list[str], parties: list[str]) -> np.ndarray:
    """Return the block of the image in each box, int (sheets, parties, boxes), -1 where no image is known."""
    index = {name: {value: place for place, value in enumerate(values)} for name, values in
             (("sheet", sheets), ("number", parties))}  # fmt: skip
    blocks = np.full((len(sheets), len(parties), int(images.box.max())), -1)
    known = images[images.sheet.isin(sheets) & images.number.isin(parties)]
    place = known.sheet.map(index["sheet"]).to_numpy(int), known.number.map(index["number"]).to_numpy(int)
    blocks[(*place, known.box.to_numpy() - 1)] = pd.factorize(known.block, sort=True)[0]
    return blocks


def _n_boxes(votes: np.ndarray, truth: np.ndarray, blocks: np.ndarray | None) -> int:
    return blocks.shape[-1] if blocks is not None else len(str(max(votes.max(), truth.max())))


def _name(method: str) -> str:
    if method == FINAL:
        return "The networks that count together, each alone"
    variant = method.removeprefix("transfer/")
    plain = METHOD_NAMES[f"transfer/{variant.removesuffix(AS_CUT)}"]
    return f"{plain}, cells as cut" if variant.endswith(AS_CUT) else plain


def _range(totals: np.ndarray) -> str:
    return f"{number(totals.min(), 0)} to {number(totals.max(), 0)}"


def _resampled(n_networks: int, images: pd.DataFrame | None) -> str:
    """Return what an interval is over: `networks, stations and handwriting`, as far as it is resampled."""
    networks = ["networks"] if n_networks > 1 else []
    return listed([*networks, "stations", *(["handwriting"] if images is not None else [])])


def _spread(mean: float, sd: float) -> str:
    return signed(100 * mean, 2) + ("" if np.isnan(sd) else f" ± {number(100 * sd, 2)}")


def _note(members: MemberVotes, images: pd.DataFrame | None) -> str:
    text = (
        f"{members.name}. The networks that count: {members.votes.network.iloc[0]}. n networks that differ in their "
        "seed, each alone; in all other tables those of the first rows count together, with the means of their logits. "
        "All votes: mean, smallest and largest. The networks of the transfer variants have fewer labelled cells and "
        "the ten digits alone: they take marks for digits, and their probabilities are not calibrated."
    )
    if members.truth is None:
        return text
    text += (
        " Error: (counted − true) / true, mean ± standard deviation over the networks. Interval: resamples of "
        f"{_resampled(members.votes.member.nunique(), images)}."
    )
    if images is None:
        return text
    again = (images.use > 1).mean()
    return (
        f"{text} Of the handwriting, {counted(images.block.nunique(), 'block')} of neighbouring images are resampled. "
        f"{number(len(images), 0)} digits are written with {number(images.image.nunique(), 0)} images: an image is "
        f"used again only after all others of its digit, which holds for {percent(again)} of the digits."
    )
