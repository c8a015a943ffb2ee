"""The handwriting on the sheets, divided so that no image of a labelled cell is also on a counted sheet.

The USPS files list ZIP codes digit by digit (zip.train.gz starts 6,5,4,7,3 | 6,3,1,0,1 | 7,0,1,1,7), so neighbouring
images come from one hand. The division is by blocks of neighbours, with a gap between them that nobody uses: of USPS,
no writer of a labelled cell writes on a counted sheet. (Of scikit-learn's digits, the stand-in, 13 people wrote more
than a hundred each, so there the same hand may do both.) It is always the same, without a seed, so that cells and
sheets that are drawn in different jobs never share an image.
"""

from dataclasses import dataclass

import numpy as np

from relecture.data.usps import Usps

SHEETS = "sheets"
#: Blocks are dealt out in this order, again and again: half of them are to learn from, a quarter for the sheets.
ORDER = ("train", SHEETS, "train", "validation", "train", SHEETS, "train", "test")
BLOCK, GAP = 100, 10  # images


@dataclass(frozen=True)
class Handwriting:
    """Images float32 (n, 16, 16), 0 = paper, 1 = ink; labels (n,), 0..9; `parts` (n,): a part of the cells, or SHEETS.

    Images of the gaps are left out. `source` (n,) is the number of each image in the raw data.
    """

    images: np.ndarray
    labels: np.ndarray
    parts: np.ndarray
    source: np.ndarray
    name: str
    sample: bool
    digest: str

    def choose(self, numbers: np.ndarray, part: str, random: np.random.Generator) -> np.ndarray:
        """Rows of images of the digits `numbers` (...), as int64 (...), all from one part.

        An image comes a second time only when all others of its digit have come, so that a few writers do not
        stand for all.
        """
        rows = np.empty(numbers.shape, dtype=np.int64)
        for digit in np.unique(numbers):
            own = np.flatnonzero((self.parts == part) & (self.labels == digit))
            wanted = np.count_nonzero(numbers == digit)
            rounds = [random.permutation(own) for _ in range(-(-wanted // len(own)))]
            rows[numbers == digit] = np.concatenate(rounds)[:wanted]
        return rows


def divide(raw: Usps) -> Handwriting:
    """Blocks of BLOCK images dealt out in ORDER, GAP images between two blocks left out."""
    places = np.arange(len(raw.labels))
    block, within = np.divmod(places, BLOCK + GAP)
    kept = within < BLOCK
    parts = np.array(ORDER)[block[kept] % len(ORDER)]
    return Handwriting(
        raw.images[kept], raw.labels[kept].astype(np.int64), parts, places[kept], raw.name, raw.sample, raw.digest
    )
