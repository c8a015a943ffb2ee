"""Commands of the comparison `salaries`: data, splits, fit, overviews, tables, figures."""

import sys
from pathlib import Path
from pkgutil import resolve_name
from typing import Annotated

import typer

from relecture.cli import Command, PathOption, TextOption, parse_config
from relecture.salaries import METHODS
from relecture.salaries.exhibits import EXHIBITS

app = Command("Linear models, neighbours, trees and networks on the salaries of 263 baseball players.")


@app.command()
def data(
    config_json: TextOption, source: PathOption, out: PathOption, out_one_hot: PathOption, profile: PathOption
) -> None:
    """Write the complete rows of a table, coded as in R and one-hot, and the table's profile into the folder PROFILE.

    SOURCE is the manifest of Hitters, or a CSV file. OUT_ONE_HOT has a column for every level of a factor of three or
    more; Hitters has none. Beside each is what a model takes: table_inputs.json and one_hot_inputs.json.
    """
    from relecture.atomic_files import write_text
    from relecture.data import hitters
    from relecture.data.config import TableFormat
    from relecture.data_files import write_csv
    from relecture.salaries import user_table
    from relecture.salaries.config import DataJobConfig
    from relecture.salaries.data import encode, encode_players, inputs
    from relecture.salaries.table_labels import HITTERS

    config = parse_config(DataJobConfig, config_json).user_table
    if config:
        complete, read = user_table.read(config)
        coded, one_hot = (encode(complete, config.target, one_hot=wanted) for wanted in (False, True))
        target, table_format, excluded = config.target, config.source.format, config.exclude_columns
    else:
        raw = hitters.load(source.parent / "Hitters.csv")
        read = user_table.profile_of(raw, HITTERS.target, HITTERS.name)
        complete, target, table_format, excluded = raw.dropna(), HITTERS.target, TableFormat(), []
        coded = one_hot = encode_players(raw)
    for file, table in ((out_one_hot, one_hot), (out, coded)):
        columns = inputs(complete, target, table_format, one_hot=file == out_one_hot)
        write_text(_inputs_file(file), columns.model_copy(update={"others": [target, *excluded]}).to_json() + "\n")
        write_csv(file, table)
    print(*read.lines(), sep="\n", file=sys.stderr)
    EXHIBITS.write_tables(read, profile, "data")


def _inputs_file(table: Path) -> Path:
    """Return the file that says what a model of a coded table takes."""
    return table.with_name(f"{table.stem}_inputs.json")


@app.command()
def splits(data: PathOption, config_json: TextOption, out: PathOption) -> None:
    """Draw the splits of one protocol."""
    from relecture.data_files import read_csv, write_parquet
    from relecture.salaries.config import SplitsConfig
    from relecture.salaries.data import draw_splits, require_variation, target

    table = read_csv(data)
    config = parse_config(SplitsConfig, config_json)
    drawn = draw_splits(len(table), config)
    if (n_train := len(table) - config.test_size) > config.max_training_rows:
        print(
            f"relecture: every split trains on a random sample of {config.max_training_rows:,} of {n_train:,} rows "
            "(salaries.max_training_rows)",
            file=sys.stderr,
        )
    require_variation(drawn, target(table))
    write_parquet(out, drawn)


@app.command()
def fit(
    protocol: TextOption,
    method: TextOption,
    config_json: TextOption,
    data: PathOption,
    splits: PathOption,
    checkpoint_dir: PathOption,
    out: PathOption,
    rule: TextOption,
    labels_json: Annotated[str | None, typer.Option(help="Labels of a user's table; Hitters if unset.")] = None,
) -> None:
    """Fit one method on the splits of one protocol and write its record to OUT."""
    from relecture import records
    from relecture.data_files import read_csv, read_json, read_parquet
    from relecture.prediction.inputs import Inputs
    from relecture.prediction.model import add_model
    from relecture.salaries.config import FIT_CONFIGS
    from relecture.salaries.data import iter_splits
    from relecture.salaries.scoring import rename_prediction_columns
    from relecture.salaries.table_labels import HITTERS, TableLabels

    config = parse_config(FIT_CONFIGS[method], config_json)
    labels = parse_config(TableLabels, labels_json) if labels_json else HITTERS
    fit_method = resolve_name(METHODS[method])
    table, of_splits = read_csv(data), list(iter_splits(read_parquet(splits)))
    result = fit_method(table, of_splits, config, checkpoint_dir)
    result.why_no_estimator = result.why_no_estimator or (
        f"it has a model for each of many splits; use results/salaries/book/{method}"
    )
    inputs = Inputs.model_validate(read_json(_inputs_file(data)))
    if len(of_splits) == 1:  # a level that only test rows have is new to the model
        inputs = inputs.seen_in(table.iloc[of_splits[0].train])
    add_model(result, inputs)
    rename_prediction_columns(result, labels).save(
        out,
        f"salaries/{protocol}/{method}",
        config,
        labels.source(records.file_digest(data)),
        rule,
        labels.question,
    )
    records.remove_checkpoints(checkpoint_dir)


@app.command()
def learning_curve(
    config_json: TextOption,
    data: PathOption,
    one_hot: PathOption,
    splits: PathOption,
    checkpoint_dir: PathOption,
    out: PathOption,
    rule: TextOption,
    labels_json: Annotated[str | None, typer.Option(help="Labels of a user's table; Hitters if unset.")] = None,
) -> None:
    """Fit every method on training sets of several sizes and write the record to OUT."""
    from relecture import records
    from relecture.data_files import read_csv, read_parquet
    from relecture.prediction.inputs import Inputs
    from relecture.prediction.model import add_model
    from relecture.salaries.config import LearningCurveFitConfig
    from relecture.salaries.data import iter_splits
    from relecture.salaries.learning_curve import fit
    from relecture.salaries.table_labels import HITTERS, TableLabels

    config = parse_config(LearningCurveFitConfig, config_json)
    labels = parse_config(TableLabels, labels_json) if labels_json else HITTERS
    drawn = list(iter_splits(read_parquet(splits)))
    result = fit(read_csv(data), read_csv(one_hot), drawn, config, checkpoint_dir)
    result.why_no_estimator = "it has models for many training sets; use a method in results/salaries/book"
    add_model(result, Inputs(columns=[]))
    source = labels.source(records.file_digest(data))
    result.save(out, "salaries/learning_curve", config, source, rule, labels.question)
    records.remove_checkpoints(checkpoint_dir)


@app.command()
def overviews(folders: Annotated[list[Path], typer.Argument(metavar="RECORDS...")]) -> None:
    """Draw each of the RECORDS to overview.svg and overview.png in its folder."""
    from relecture import plotting, records

    plotting.draw_overviews(EXHIBITS, map(records.read, folders))


@app.command()
def tables(
    records: list[Path],
    published: PathOption,
    splits: PathOption,
    out: PathOption,
    source: Annotated[Path | None, typer.Option(help="Manifest of Hitters, whose players are counted.")] = None,
) -> None:
    """Write every table, and reproduced_values.csv, into the folder OUT from RECORDS and the random SPLITS."""
    from relecture.salaries import result_tables
    from relecture.scorecard.published_values import load

    hitters_csv = source.parent / "Hitters.csv" if source else None
    results = result_tables.load(records, load(published), splits, hitters_csv)
    EXHIBITS.write_tables(results, out)
    result_tables.reproduced_values(results, out / "reproduced_values.csv")


@app.command()
def figures(records: list[Path], published: PathOption, splits: PathOption, out: PathOption) -> None:
    """Draw every figure into the folder OUT from RECORDS and the random SPLITS."""
    from relecture import plotting
    from relecture.salaries import result_tables
    from relecture.scorecard.published_values import load

    results = result_tables.load(records, load(published), splits)
    plotting.draw_figures(EXHIBITS, results, out)
