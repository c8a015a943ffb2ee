"""Commands of the comparison `salaries`: data, splits, fit, overview, tables, figures."""

import sys
from pathlib import Path
from pkgutil import resolve_name
from typing import Annotated

import typer

from relecture.cli import Command, PathOption, TextOption, parse_config
from relecture.salaries import METHODS
from relecture.salaries.exhibits import EXHIBITS

app = Command("Linear regression, lasso, relaxed lasso and a network on the salaries of 263 baseball players.")


@app.command()
def data(config_json: TextOption, source: PathOption, out: PathOption, profile: PathOption) -> None:
    """Write the complete rows of a table, coded as in R, and the table's profile into the folder PROFILE.

    SOURCE is the manifest of Hitters, or a CSV file.
    """
    from relecture.data import hitters
    from relecture.salaries import user_table
    from relecture.salaries.config import DataJobConfig
    from relecture.salaries.data import encode_players
    from relecture.salaries.table_labels import HITTERS

    config = parse_config(DataJobConfig, config_json)
    if config.user_table:
        table, read = user_table.read(config.user_table)
    else:
        raw = hitters.load(source.parent / "Hitters.csv")
        table, read = encode_players(raw), user_table.profile_of(raw, HITTERS.target, HITTERS.name)
    table.to_csv(out, index=False)
    print(*read.lines(), sep="\n", file=sys.stderr)
    EXHIBITS.write_tables(read, profile, "data")


@app.command()
def splits(data: PathOption, config_json: TextOption, out: PathOption) -> None:
    """Draw the splits of one protocol."""
    import pandas as pd

    from relecture.salaries.config import SplitsConfig
    from relecture.salaries.data import draw_splits, require_variation, target

    table = pd.read_csv(data)
    drawn = draw_splits(len(table), parse_config(SplitsConfig, config_json))
    require_variation(drawn, target(table))
    drawn.to_parquet(out, index=False)


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
    import pandas as pd

    from relecture import records
    from relecture.salaries.config import FIT_CONFIGS
    from relecture.salaries.data import iter_splits
    from relecture.salaries.scoring import rename_prediction_columns
    from relecture.salaries.table_labels import HITTERS, TableLabels

    config = parse_config(FIT_CONFIGS[method], config_json)
    labels = parse_config(TableLabels, labels_json) if labels_json else HITTERS
    fit_method = resolve_name(METHODS[method])
    result = fit_method(pd.read_csv(data), list(iter_splits(pd.read_parquet(splits))), config, checkpoint_dir)
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
def overview(record: PathOption, out: PathOption) -> None:
    """Draw one record to OUT.svg and OUT.png."""
    from relecture import plotting, records

    plotting.draw_overview(EXHIBITS, records.read(record), out)


@app.command()
def tables(records: list[Path], published: PathOption, splits: PathOption, out: PathOption) -> None:
    """Write every table, and reproduced_values.csv, into the folder OUT from RECORDS and the random SPLITS."""
    import pandas as pd

    from relecture.salaries import result_tables
    from relecture.scorecard.published_values import load

    fold = pd.read_parquet(splits).fold
    results = result_tables.load(records, load(published), test_to_train=(fold == 0).sum() / (fold > 0).sum())
    EXHIBITS.write_tables(results, out)
    result_tables.reproduced_values(results, out / "reproduced_values.csv")


@app.command()
def figures(records: list[Path], published: PathOption, out: PathOption) -> None:
    """Draw every figure into the folder OUT from RECORDS."""
    from relecture import plotting
    from relecture.salaries import result_tables
    from relecture.scorecard.published_values import load

    results = result_tables.load(records, load(published))
    plotting.draw_figures(EXHIBITS, results, out)
