"""Command line of the comparison `clusters`: data, fit, limits, overview, table, figures."""

import json
from pathlib import Path
from pkgutil import resolve_name
from typing import Annotated

import typer

from relecture.cli import Command, PathOption, TextOption
from relecture.clusters import DATASETS, LIMITS, METHODS, OWN, QUESTION

app = Command("K-means: how many clusters, how many restarts, and what do they mean?")


@app.command()
def data(
    dataset: TextOption,
    config_json: TextOption,
    out: PathOption,
    source: Annotated[Path | None, typer.Option(help="The file that it is made from, where there is one.")] = None,
) -> None:
    """Make or read one data set."""
    from relecture.clusters.data import save

    save(resolve_name(DATASETS.get(dataset, OWN))(json.loads(config_json), source), out)


@app.command()
def fit(method: TextOption, config_json: TextOption, data: PathOption, out: PathOption, rule: TextOption) -> None:
    """Do one method on one data set and leave its record in OUT."""
    from relecture.clusters.data import load

    dataset, config = load(data), json.loads(config_json)
    result = resolve_name(METHODS[method])(dataset, config)
    source = {"name": dataset.source, "digest": dataset.digest, "sample": dataset.sample}
    result.save(out, f"clusters/{dataset.name}/{method}", config, source, rule, QUESTION)


@app.command()
def limits(config_json: TextOption, out: PathOption, rule: TextOption) -> None:
    """Measure what k-means cannot do and leave the record in OUT."""
    config = json.loads(config_json)
    result = resolve_name(LIMITS["limits"])(config)
    source = {"name": "simulated groups", "digest": "seeds in the configuration", "sample": False}
    result.save(out, "clusters/limits", config, source, rule, QUESTION)


@app.command()
def overview(record: PathOption, out: PathOption) -> None:
    """Draw one record by itself to OUT.svg and OUT.png."""
    from relecture import plotting, records
    from relecture.clusters.figures.overview import overview

    found = records.read(record)
    with plotting.style():
        plotting.save(overview(found), out, found.sample_name)


@app.command()
def table(records: list[Path], published: PathOption, out: PathOption) -> None:
    """Write every table and quantities.csv into the folder OUT from all RECORDS."""
    from relecture.clusters import result_tables
    from relecture.scorecard.published_values import load

    found, printed = result_tables.read(records), load(published)
    for name, write in result_tables.TABLES.items():
        write(found, printed, out / name)
    result_tables.quantities(found, printed, out / "quantities.csv")


@app.command()
def figures(records: list[Path], data: PathOption, out: PathOption) -> None:
    """Draw every figure of the comparison into the folder OUT; DATA is the folder of the data sets."""
    from relecture import plotting
    from relecture.clusters.data import load
    from relecture.clusters.figures import FIGURES, OF_IMAGES
    from relecture.clusters.result_tables import read

    found = read(records)
    sets = {name: load(data / f"{name}.npz") for name in DATASETS}
    with plotting.style():
        for name, draw in FIGURES.items():
            sample = found["images/interpretation"].sample_name if name in OF_IMAGES else ""
            plotting.save(draw(found, sets), out / name, sample)
