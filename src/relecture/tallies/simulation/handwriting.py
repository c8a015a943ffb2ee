"""The handwriting on the sheets, split so that no image of a labelled cell is also on a counted sheet.

The USPS files list ZIP codes digit by digit (zip.train.gz starts 6,5,4,7,3 | 6,3,1,0,1 | 7,0,1,1,7), so neighbouring
images come from one writer. The split is by blocks of neighbours, with an unused gap between them: of USPS, no writer
of a labelled cell writes on a counted sheet. (Each of the 13 writers of scikit-learn's digits, the stand-in, wrote more
than a hundred, so there one writer may be in both.) The split is fixed, without a seed, so that cells and sheets that
are simulated in different jobs never share an image.
"""

from dataclasses import dataclass

import numpy as np

from relecture.data.usps import Usps

SHEET_PART = "sheets"
#: Parts of consecutive blocks, repeated: half of the blocks are for training, a quarter for the sheets.
BLOCK_PARTS = ("train", SHEET_PART, "train", "validation", "train", SHEET_PART, "train", "test")
BLOCK_SIZE, GAP_SIZE = 100, 10  # images


@dataclass(frozen=True)
class Handwriting:
    """Images of digits with their labels, split into parts.

    Images are float32 (n, 16, 16), 0 = paper, 1 = ink; labels (n,) are 0..9; `parts` (n,) names a part of the cells or
    SHEET_PART. Images of the gaps are left out. `source` (n,) is the number of each image in the raw data.
    """

    images: np.ndarray
    labels: np.ndarray
    parts: np.ndarray
    source: np.ndarray
    name: str
    sample: bool
    digest: str

    def draw_rows(self, digits: np.ndarray, part: str, rng: np.random.Generator) -> np.ndarray:
        """Return rows of images of `digits` (...), as int64 (...), all from one part.

        An image is repeated only after all others of its digit have been used, so that no few writers dominate.
        """
        rows = np.empty(digits.shape, dtype=np.int64)
        for digit in np.unique(digits):
            candidates = np.flatnonzero((self.parts == part) & (self.labels == digit))
            n_rows = np.count_nonzero(digits == digit)
            rounds = [rng.permutation(candidates) for _ in range(-(-n_rows // len(candidates)))]
            rows[digits == digit] = np.concatenate(rounds)[:n_rows]
        return rows


def split_handwriting(raw: Usps) -> Handwriting:
    """Assign blocks of BLOCK_SIZE images to BLOCK_PARTS in turn; leave out GAP_SIZE images between two blocks."""
    source = np.arange(len(raw.labels))
    block, position = np.divmod(source, BLOCK_SIZE + GAP_SIZE)
    used = position < BLOCK_SIZE
    parts = np.array(BLOCK_PARTS)[block[used] % len(BLOCK_PARTS)]
    return Handwriting(
        raw.images[used], raw.labels[used].astype(np.int64), parts, source[used], raw.name, raw.sample, raw.digest
    )
