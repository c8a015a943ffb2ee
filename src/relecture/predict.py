"""The command `relecture predict`: predictions for new rows by the model of a record."""

import sys
import tempfile
import warnings
from pathlib import Path
from typing import Annotated

import typer

from relecture.errors import UserError

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def predict(
    model: Annotated[
        str, typer.Argument(help="A record's folder, results/salaries/book/lasso, or runs:/ID, or models:/NAME/1.")
    ],
    table: Annotated[Path, typer.Argument(metavar="NEW.csv", help="New rows, with the columns of training.")],
    out: Annotated[Path, typer.Option(help="File for the predictions (CSV), a row for each new row.")],
) -> None:
    """Predict new rows; they are checked like the table that the model was fitted to."""
    from relecture.data_files import write_csv
    from relecture.prediction import new_rows
    from relecture.prediction.model import load

    if out.resolve() == table.resolve():
        raise UserError(f"--out is {table} itself, which would be overwritten: name another file")
    with tempfile.TemporaryDirectory() as folder:
        loaded = load(_model_folder(model, Path(folder)))
    rows, notices = new_rows.read(table, loaded.inputs)
    with warnings.catch_warnings(action="ignore", category=UserWarning):  # which are among the notices
        predictions = loaded.predict(rows)
    predictions.insert(0, "row", range(1, len(rows) + 1))
    for notice in notices:
        print(f"relecture: warning: {notice}", file=sys.stderr)
    write_csv(out, predictions)
    print(f"{out}: {int(predictions.notna().all(axis=1).sum())} predictions by {model} ({loaded.estimator.member})")


def _model_folder(model: str, folder: Path) -> Path:
    """Return the folder of a model: of a record, or downloaded from MLflow to `folder`."""
    if model.startswith(("runs:/", "models:/")):
        from relecture.tracking.record_models import download
        from relecture.tracking.store import connect

        return download(connect(), model, folder)
    record = Path(model)
    if not (record / "params.json").is_file():
        raise UserError(
            f"{model} is no record: give its folder, such as results/salaries/book/lasso, or an address in MLflow, "
            "runs:/ID or models:/NAME/VERSION"
        )
    if not (record / "model" / "prediction.json").is_file():
        raise UserError(
            f"the record in {model} has no model that predicts new rows: the methods of salaries, digits and clusters "
            "leave one; one of an earlier version is made by fitting again. For cells of tally sheets there is: "
            "relecture tallies count"
        )
    return record / "model"
