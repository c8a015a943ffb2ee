"""Command line of the comparison `digits`: data, fit, overview, table, figures."""

import json
from pathlib import Path
from pkgutil import resolve_name
from typing import Annotated

import typer

from relecture.cli import Command, PathOption, TextOption
from relecture.digits import METHODS, SEARCH

QUESTION = "Which regulariser helps a network to read handwritten digits?"
app = Command(QUESTION)
Images = Annotated[int, typer.Option(help="Training images held out for validation.")]


@app.command()
def data(manifest: PathOption, out: PathOption) -> None:
    """Keep the images and labels as one file that loads fast."""
    from relecture.data import mnist
    from relecture.digits.data import save

    save(mnist.load(manifest), out)


@app.command()
def fit(
    method: TextOption,
    config_json: TextOption,
    data: PathOption,
    validation_images: Images,
    checkpoint_dir: PathOption,
    out: PathOption,
    rule: TextOption,
    search: Annotated[Path | None, typer.Option(help="Record of the search that chooses the penalty.")] = None,
) -> None:
    """Fit one method and leave its record in OUT."""
    from relecture import records
    from relecture.digits.data import load

    config = json.loads(config_json)
    if search is not None:
        from relecture.digits.networks import best_penalty

        config["penalty"] = best_penalty(records.read(search).metrics)
    digits = load(data, validation_images)
    result = resolve_name({**METHODS, **SEARCH}[method])(digits, config, checkpoint_dir)
    source = {"name": digits.name, "digest": digits.digest, "sample": digits.sample}
    result.save(out, f"digits/{method}", config, source, rule, QUESTION)
    records.remove_checkpoints(checkpoint_dir)


@app.command()
def overview(record: PathOption, out: PathOption) -> None:
    """Draw one method by itself to OUT.svg and OUT.png."""
    from relecture import plotting, records
    from relecture.digits.figures import overview

    found = records.read(record)
    with plotting.style():
        plotting.save(overview(found), out, found.sample_name)


@app.command()
def table(records: list[Path], published: PathOption, out: PathOption) -> None:
    """Write table.*, differences.* and quantities.csv into the folder OUT from all RECORDS."""
    from relecture.digits import result_tables
    from relecture.scorecard.published_values import load

    found = result_tables.read(records)
    result_tables.table(found, load(published), out / "table")
    result_tables.differences(found, out / "differences")
    result_tables.quantities(found, out / "quantities.csv")


@app.command()
def figures(records: list[Path], published: PathOption, data: PathOption, out: PathOption) -> None:
    """Draw every figure of the comparison into the folder OUT."""
    from relecture import plotting
    from relecture.digits import figures as drawings
    from relecture.digits.data import load
    from relecture.digits.result_tables import read
    from relecture.scorecard.published_values import load as load_printed

    found, printed = read(records), load_printed(published)
    images = load(data, 0).test_images
    sample = found["plain"].sample_name
    with plotting.style():
        plotting.save(drawings.test_error(found, printed), out / "test_error", sample)
        plotting.save(drawings.curves(found), out / "curves", sample)
        plotting.save(drawings.weights(found), out / "weights", sample)
        plotting.save(drawings.confusion(found), out / "confusion", sample)
        plotting.save(drawings.confidently_wrong(found, images), out / "confidently_wrong", sample)
