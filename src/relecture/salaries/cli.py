"""Command line of the comparison `salaries`: data, splits, fit, overview, table, figures."""

import json
from pathlib import Path
from pkgutil import resolve_name
from typing import Annotated

import typer

from relecture.cli import Command, PathOption, TextOption
from relecture.salaries import BOOK, METHODS

app = Command("Linear regression, lasso, relaxed lasso or a network for the salaries of 263 baseball players?")


@app.command()
def data(config_json: TextOption, source: PathOption, out: PathOption) -> None:
    """Write the complete rows of a table, coded as in R; SOURCE is the manifest of the players, or a CSV file."""
    from relecture.data import hitters
    from relecture.salaries import user_table
    from relecture.salaries.data import players

    config = json.loads(config_json)
    if config["path"] != BOOK:
        user_table.read(config).to_csv(out, index=False)
        return
    raw = hitters.load(source.parent / "Hitters.csv")
    print(f"relecture: {user_table.said_of_missing(raw.isna(), 'players')}", flush=True)
    players(raw).to_csv(out, index=False)


@app.command()
def splits(data: PathOption, config_json: TextOption, out: PathOption) -> None:
    """Draw the splits of one protocol."""
    import pandas as pd

    from relecture.salaries.data import check, draw, target

    table = pd.read_csv(data)
    drawn = draw(players=len(table), **json.loads(config_json))
    check(drawn, target(table))
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
    subject: Annotated[str | None, typer.Option(help="Words for a table other than that of the players.")] = None,
) -> None:
    """Fit one method on the splits of one protocol and leave its record in OUT."""
    import pandas as pd

    from relecture import records
    from relecture.salaries import data as divided
    from relecture.salaries.scoring import named
    from relecture.salaries.table_labels import HITTERS, Subject

    function, config = resolve_name(METHODS[method]), json.loads(config_json)
    about = Subject(**json.loads(subject)) if subject else HITTERS
    result = function(pd.read_csv(data), list(divided.splits(pd.read_parquet(splits))), config, checkpoint_dir)
    source = about.source(records.file_digest(data))
    named(result, about).save(out, f"salaries/{protocol}/{method}", config, source, rule, about.question)
    records.remove_checkpoints(checkpoint_dir)


@app.command()
def overview(record: PathOption, out: PathOption) -> None:
    """Draw one method by itself to OUT.svg and OUT.png."""
    from relecture import plotting, records
    from relecture.salaries.figures import overview

    with plotting.style():
        plotting.save(overview(records.read(record)), out)


@app.command()
def table(
    records: list[Path],
    published: PathOption,
    splits: PathOption,
    out: PathOption,
) -> None:
    """Write table.*, differences.* and quantities.csv into the folder OUT from RECORDS and the random SPLITS."""
    import pandas as pd

    from relecture.salaries import result_tables
    from relecture.scorecard.published_values import load

    found, printed = result_tables.read(records), load(published)
    result_tables.table(found, printed, out / "table")
    fold = pd.read_parquet(splits).fold
    result_tables.differences(found, (fold == 0).sum() / (fold > 0).sum(), out / "differences")
    result_tables.quantities(found, printed, out / "quantities.csv")


@app.command()
def figures(records: list[Path], published: PathOption, out: PathOption) -> None:
    """Draw every figure of the comparison into the folder OUT."""
    from relecture import plotting
    from relecture.salaries import figures as drawings
    from relecture.salaries.result_tables import read
    from relecture.scorecard.published_values import load

    found, printed = read(records), load(published)
    with plotting.style():
        plotting.save(drawings.splits(found, printed), out / "splits")
        plotting.save(drawings.lasso_path(found), out / "lasso_path")
        plotting.save(drawings.residuals(found), out / "residuals")
