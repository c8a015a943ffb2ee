"""Reading and counting real sheets with known numbers: sheets opened, numbers right, and sheets per second.

The truth is a CSV file with the columns sheet, number, value: the name of a sheet, the name of a row of the layout, and
the number that is written there. Rows of the truth that are not in the layout are left out. Sheets are segmented and
classified in one process, whose own time is measured.
"""

import time
from pathlib import Path

import numpy as np
import pandas as pd

from relecture.errors import UserError
from relecture.tallies.counting.vote_counts import VoteCounts
from relecture.tallies.networks.digit_classifier import DigitClassifier
from relecture.tallies.segmentation.cell_crops import FILE_COLUMNS
from relecture.tallies.segmentation.layout import FormLayout
from relecture.tallies.segmentation.sheet_folder import SheetBatch, segment_files
from relecture.tallies.segmentation.sheet_listing import list_sheets

TRUTH_COLUMNS = ("sheet", "number", "value")


def measure(folder: Path, layout_path: Path, truth_path: Path, classifier_path: Path) -> dict[str, float]:
    """Return what came out right on the sheets of a folder, digit by digit, and the speed.

    Raises:
        UserError: The truth is not such a table or has no sheet of the folder, or no sheet is readable.
    """
    layout, classifier = FormLayout.read(layout_path), DigitClassifier.load(classifier_path)
    truth = read_numbers(truth_path, layout)
    begin = time.process_time()
    listing = list_sheets([folder], layout_path)
    batches = list(segment_files(listing.files, listing.forms))
    segmented = time.process_time()
    numbers = pd.concat([count_numbers(batch, classifier) for batch in batches if batch.names], ignore_index=True)
    counted = time.process_time()
    files = pd.DataFrame([row for batch in batches for row in batch.files], columns=list(FILE_COLUMNS))
    for row in files[files.reason != ""].itertuples():
        print(f"{row.state}  {row.sheet}: {row.reason}")
    known = truth.merge(numbers, on=["sheet", "number"])
    if known.empty:
        raise UserError(f"{truth_path} has no number of a readable sheet in {folder}")
    right = known.value == known.counted
    n_sheets, n_opened = len(listing.files), len(numbers.sheet.unique())
    return {
        "sheets": n_sheets,
        "sheets_opened": n_opened,
        "numbers": len(known),
        "numbers_right_digit_by_digit_percent": 100 * float(right.mean()),
        "numbers_right_with_unread_sheets_percent": 100 * float(right.sum()) / len(truth),
        "sheets_wholly_right_percent": 100 * float(right.groupby(known.sheet).all().mean()),
        "sum_counted": float(known.counted.sum()),
        "sum_true": float(known.value.sum()),
        "sheets_segmented_per_processor_second": n_sheets / (segmented - begin),
        "sheets_counted_per_processor_second": n_sheets / (counted - begin),
    }


def read_numbers(path: Path, layout: FormLayout) -> pd.DataFrame:
    """Return the true numbers of a layout's rows: columns TRUTH_COLUMNS."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    if missing := [column for column in TRUTH_COLUMNS if column not in table]:
        raise UserError(f"{path} has no column {missing[0]!r}; it needs {', '.join(TRUTH_COLUMNS)}")
    table = table.loc[table.number.isin(layout.row_names), list(TRUTH_COLUMNS)]
    return table.assign(value=pd.to_numeric(table.value).astype(int)).reset_index(drop=True)


def count_numbers(batch: SheetBatch, classifier: DigitClassifier) -> pd.DataFrame:
    """Return the numbers of a batch as they are counted digit by digit: columns sheet, number, counted."""
    names = np.array(batch.names, dtype=object)
    unknown = np.full(len(names), "", dtype=object)
    counts = VoteCounts(classifier.probabilities(batch.images), names, batch.layout.row_names, unknown, unknown)
    digits = np.where(batch.empty | ~batch.layout.has_box, 0, counts.digits)
    rows = len(batch.layout.row_names)
    return pd.DataFrame(
        {
            "sheet": np.repeat(names, rows),
            "number": np.tile(np.array(batch.layout.row_names, dtype=object), len(names)),
            "counted": (digits @ counts.place_values).ravel(),
        }
    )
