"""Command line of the comparison `clusters`: data, fit, limits, portrait, table, figures."""

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
    spec: TextOption,
    out: PathOption,
    source: Annotated[Path | None, typer.Option(help="The file that it is made from, where there is one.")] = None,
) -> None:
    """Make or read one data set."""
    from relecture.clusters.data import save

    save(resolve_name(DATASETS.get(dataset, OWN))(json.loads(spec), source), out)


@app.command()
def fit(method: TextOption, spec: TextOption, data: PathOption, out: PathOption, rule: TextOption) -> None:
    """Do one method on one data set and leave its record in OUT."""
    from relecture.clusters.data import load

    dataset, settings = load(data), json.loads(spec)
    result = resolve_name(METHODS[method])(dataset, settings)
    source = {"name": dataset.source, "digest": dataset.digest, "sample": dataset.sample}
    result.leave(out, f"clusters/{dataset.name}/{method}", settings, source, rule, QUESTION)


@app.command()
def limits(spec: TextOption, out: PathOption, rule: TextOption) -> None:
    """Measure what k-means cannot do and leave the record in OUT."""
    settings = json.loads(spec)
    result = resolve_name(LIMITS["limits"])(settings)
    source = {"name": "simulated groups", "digest": "seeds in the spec", "sample": False}
    result.leave(out, "clusters/limits", settings, source, rule, QUESTION)


@app.command()
def portrait(record: PathOption, out: PathOption) -> None:
    """Draw one record by itself to OUT.svg and OUT.png."""
    from relecture import plotting, records
    from relecture.clusters.figures.overview import portrait

    found = records.read(record)
    with plotting.look():
        plotting.save(portrait(found), out, found.sample_name)


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
    with plotting.look():
        for name, draw in FIGURES.items():
            sample = found["images/interpretation"].sample_name if name in OF_IMAGES else ""
            plotting.save(draw(found, sets), out / name, sample)
