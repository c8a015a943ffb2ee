"""Reading and counting real sheets with known numbers: sheets opened, numbers right, and sheets per second.

The truth is a CSV file with the columns sheet, number, value: the name of a sheet, the name of a row of the layout, and
the number that is written there. Rows of the truth that are not in the layout are left out. Sheets are segmented and
classified in one process, whose own time is measured.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pandas as pd

from relecture.errors import UserError
from relecture.tallies.counting.count_sheets import batch_numbers
from relecture.tallies.networks.digit_classifier import DigitClassifier
from relecture.tallies.segmentation.cell_crops import FILE_COLUMNS
from relecture.tallies.segmentation.layout import FormLayout, Meaning, parse_sums
from relecture.tallies.segmentation.sheet_folder import segment_files
from relecture.tallies.segmentation.sheet_listing import list_sheets

TRUTH_COLUMNS = ("sheet", "number", "value")


def measure(
    folder: Path,
    layout_paths: Sequence[Path],
    truth_path: Path,
    classifier_path: Path,
    sums: Sequence[str] = (),
    mark: Meaning | None = None,
) -> dict[str, float]:
    """Return what came out right on the sheets of a folder, and the speed.

    Args:
        folder: The page images.
        layout_paths: Layouts of the form; the tables of several ones are counted together, from top to bottom.
        truth_path: The true numbers.
        classifier_path: The file of the classifier.
        sums: Sums that are printed on the form, besides those of the layouts: "valid = 01 + 02".
        mark: What a box with a cross or dash means, in place of what the layouts say.

    Raises:
        UserError: The truth is not such a table or has no sheet of the folder, or no sheet is readable.
    """
    layout = join_layouts([FormLayout.read(path) for path in layout_paths], sums, mark)
    classifier, truth = DigitClassifier.load(classifier_path), read_numbers(truth_path, layout)
    begin = time.process_time()
    listing = list_sheets([folder], layout_paths[0], form_layout=layout)
    batches = list(segment_files(listing.files, listing.forms))
    segmented = time.process_time()
    tables = [batch_numbers(batch, classifier) for batch in batches if batch.names]
    counted = pd.concat(
        [numbers.table().assign(look=numbers.needs_a_look.ravel()) for numbers in tables] or [pd.DataFrame()]
    )
    end = time.process_time()
    files = pd.DataFrame([*chain(*(batch.files for batch in batches))], columns=list(FILE_COLUMNS))
    for row in files[files.reason != ""].itertuples():
        print(f"{row.state}  {row.sheet}: {row.reason}")
    if counted.empty or truth.sheet.isin(counted.sheet).sum() == 0:
        raise UserError(f"{truth_path} has no number of a readable sheet in {folder}")
    known = truth.rename(columns={"value": "true"}).merge(counted, on=["sheet", "number"])
    return describe(known, len(truth)) | {
        "sheets": len(listing.files),
        "sheets_opened": counted.sheet.nunique(),
        "sheets_segmented_per_processor_second": len(listing.files) / (segmented - begin),
        "sheets_counted_per_processor_second": len(listing.files) / (end - begin),
    }


def describe(known: pd.DataFrame, n_true: int) -> dict[str, float]:
    """Return shares in % of numbers: columns sheet, true, as_read, value (with sums), look, one row per number.

    Args:
        known: The numbers of the readable sheets.
        n_true: True numbers, those of unreadable sheets as well.
    """
    right = {"digit_by_digit": known.as_read == known.true, "with_sums": known.value == known.true}
    passed = known[~known.look]
    figures: dict[str, float] = {"numbers": len(known)}
    for name, hits in right.items():
        figures[f"numbers_right_{name}_percent"] = 100 * float(hits.mean())
        figures[f"numbers_right_{name}_unread_sheets_counted_as_wrong_percent"] = 100 * float(hits.sum()) / n_true
        figures[f"sheets_wholly_right_{name}_percent"] = 100 * float(hits.groupby(known.sheet).all().mean())
    return figures | {
        "numbers_nobody_looks_at": len(passed),
        "wrong_among_numbers_nobody_looks_at": int((passed.value != passed.true).sum()),
        "sheets_that_need_a_person_percent": 100 * float(known.look.groupby(known.sheet).any().mean()),
        "sum_digit_by_digit": float(known.as_read.sum()),
        "sum_with_sums": float(known.value.sum()),
        "sum_true": float(known.true.sum()),
    }


def join_layouts(layouts: Sequence[FormLayout], sums: Sequence[str] = (), mark: Meaning | None = None) -> FormLayout:
    """Return one layout with the tables of all, and more sums; tables without a name are named by their number."""
    named = len(layouts) == 1
    tables = [table for layout in layouts for table in layout.tables]
    tables = [
        table if named or table.name else replace(table, name=str(number))
        for number, table in enumerate(tables, start=1)
    ]
    rules = chain(*(layout.sums for layout in layouts))
    names = tuple(name for table in tables for name in table.row_names)
    return FormLayout(
        tuple(tables),
        tuple(chain(*(layout.is_party for layout in layouts))),
        (*rules, *parse_sums(list(sums), names)),
        layouts[0].empty_means,
        mark or layouts[0].mark_means,
        layouts[0].template_page,
    )


def read_numbers(path: Path, layout: FormLayout) -> pd.DataFrame:
    """Return the true numbers of a layout's rows: columns TRUTH_COLUMNS."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    if missing := [column for column in TRUTH_COLUMNS if column not in table]:
        raise UserError(f"{path} has no column {missing[0]!r}; it needs {', '.join(TRUTH_COLUMNS)}")
    table = table.loc[table.number.isin(layout.row_names), list(TRUTH_COLUMNS)]
    return table.assign(value=pd.to_numeric(table.value).astype(int)).reset_index(drop=True)
