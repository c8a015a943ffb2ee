"""Commands of the comparison `clusters`: data, profile, fit, limits, overviews, tables, figures."""

import sys
from pathlib import Path
from pkgutil import resolve_name
from typing import Annotated

import typer

from relecture.cli import Command, PathOption, TextOption, parse_config
from relecture.clusters import DATASETS, LIMITS, METHODS, QUESTION
from relecture.clusters.exhibits import EXHIBITS, SHOW_IMAGES

app = Command(QUESTION)


@app.command()
def data(
    dataset: TextOption,
    config_json: TextOption,
    out: PathOption,
    profile: PathOption,
    source: Annotated[Path | None, typer.Option(help="File that the data set is made from, if any.")] = None,
) -> None:
    """Make or read one data set; write its profile to PROFILE.csv, .json and others."""
    from relecture.clusters import table_profiles, user_table
    from relecture.clusters.config import DATASET_CONFIGS, UserTable
    from relecture.clusters.data import save

    config = parse_config(DATASET_CONFIGS.get(dataset, UserTable), config_json)
    if isinstance(config, UserTable):
        made, read = user_table.read_and_profile(config)
    else:
        made = resolve_name(DATASETS[dataset])(config, source)
        read = user_table.profile_of(made)
    save(made, out)
    print(*read.lines(), sep="\n", file=sys.stderr)
    table_profiles.write(read, profile)


@app.command(name="profile")
def profile_table(data: PathOption, datasets: TextOption, out: PathOption) -> None:
    """Write one table of the profiles of some DATASETS, separated by commas, in the folder DATA."""
    EXHIBITS.write_tables([data / f"{name}_profile" for name in datasets.split(",")], out, "profile")


@app.command()
def fit(method: TextOption, config_json: TextOption, data: PathOption, out: PathOption, rule: TextOption) -> None:
    """Fit one method on one data set and write its record to OUT."""
    from relecture.clusters.config import METHOD_CONFIGS
    from relecture.clusters.data import load
    from relecture.clusters.row_sample import record_sample, sample_rows
    from relecture.prediction.model import add_model

    dataset, config = load(data), parse_config(METHOD_CONFIGS[method], config_json)
    used, rows = sample_rows(dataset, config)
    result = resolve_name(METHODS[method])(used, config)
    record_sample(result, rows, len(dataset.x))
    add_model(result, dataset.inputs)
    source = {"name": dataset.source, "digest": dataset.digest, "sample": dataset.sample}
    result.save(out, f"clusters/{dataset.name}/{method}", config, source, rule, QUESTION)


@app.command()
def limits(config_json: TextOption, out: PathOption, rule: TextOption) -> None:
    """Measure the limits of k-means on simulated data and write the record to OUT."""
    from relecture.clusters.config import Limits
    from relecture.prediction.inputs import Inputs
    from relecture.prediction.model import add_model

    config = parse_config(Limits, config_json)
    result = resolve_name(LIMITS["limits"])(config)
    result.why_no_estimator = "it simulates its data; use the method `interpretation` of a data set"
    add_model(result, Inputs(columns=[]))
    source = {"name": "simulated groups", "digest": "seeds in the configuration", "sample": False}
    result.save(out, "clusters/limits", config, source, rule, QUESTION)


@app.command()
def overviews(folders: Annotated[list[Path], typer.Argument(metavar="RECORDS...")]) -> None:
    """Draw each of the RECORDS to overview.svg and overview.png in its folder."""
    from relecture import plotting, records

    plotting.draw_overviews(EXHIBITS, map(records.read, folders))


@app.command()
def tables(records: list[Path], published: PathOption, out: PathOption) -> None:
    """Write every table, and reproduced_values.csv, into the folder OUT from RECORDS."""
    from relecture.clusters import result_tables
    from relecture.clusters.record_access import ClustersResults, read_records
    from relecture.scorecard.published_values import load

    results = ClustersResults(read_records(records), published=load(published))
    EXHIBITS.write_tables(results, out)
    result_tables.reproduced_values(results, out / "reproduced_values.csv")


@app.command()
def figures(records: list[Path], data: PathOption, out: PathOption) -> None:
    """Draw every figure into the folder OUT from RECORDS and the data sets in the folder DATA."""
    from relecture import plotting
    from relecture.clusters.data import load
    from relecture.clusters.record_access import ClustersResults, read_records

    datasets = {name: load(data / f"{name}.npz") for name in DATASETS}
    results = ClustersResults(read_records(records), datasets=datasets)
    sample = results.records["images/interpretation"].sample_name
    plotting.draw_figures(EXHIBITS, results, out, sample, SHOW_IMAGES)
