"""Commands of the comparison `digits`: data, fit, overviews, tables, figures."""

from pathlib import Path
from pkgutil import resolve_name
from typing import Annotated

import typer

from relecture.cli import Command, PathOption, TextOption, parse_config
from relecture.digits import LAMBDA_CHOICE, METHODS, QUESTION, SEARCH
from relecture.digits.config import (
    KnnConfig,
    LambdaGridConfig,
    LdaConfig,
    MethodConfig,
    NetworkConfig,
    RandomForestConfig,
    SklearnLogisticConfig,
)

app = Command(QUESTION)

#: The configuration of every method that does not have a NetworkConfig.
CONFIGS: dict[str, type[MethodConfig]] = {
    "ridge_search": LambdaGridConfig,
    "l1": LambdaGridConfig,
    "sklearn_logistic": SklearnLogisticConfig,
    "lda": LdaConfig,
    "knn": KnnConfig,
    "random_forest": RandomForestConfig,
}


@app.command()
def data(manifest: PathOption, out: PathOption) -> None:
    """Write images and labels to one file that loads fast."""
    from relecture.data import mnist
    from relecture.digits.data import save

    save(mnist.load(manifest), out)


@app.command()
def fit(
    method: TextOption,
    config_json: TextOption,
    data: PathOption,
    n_validation: Annotated[int, typer.Option(help="Training images held out for validation.")],
    checkpoint_dir: PathOption,
    out: PathOption,
    rule: TextOption,
    search: Annotated[Path | None, typer.Option(help="Record of the search that chooses ridge's lambda.")] = None,
) -> None:
    """Fit one method and write its record to OUT."""
    from relecture import records
    from relecture.digits.data import inputs, load
    from relecture.prediction.model import add_model

    config = parse_config(CONFIGS.get(method, NetworkConfig), config_json)
    if search is not None:
        config = config.model_copy(update={"hidden_l2": resolve_name(LAMBDA_CHOICE)(records.read(search))})
    digits = load(data, n_validation)
    result = resolve_name({**METHODS, **SEARCH}[method])(digits, config, checkpoint_dir)
    source = {"name": digits.name, "digest": digits.digest, "sample": digits.sample}
    add_model(result, inputs())
    result.save(out, f"digits/{method}", config, source, rule, QUESTION)
    records.remove_checkpoints(checkpoint_dir)


@app.command()
def overviews(folders: Annotated[list[Path], typer.Argument(metavar="RECORDS...")]) -> None:
    """Draw each of the RECORDS to overview.svg and overview.png in its folder."""
    from relecture import plotting, records
    from relecture.digits.exhibits import EXHIBITS

    plotting.draw_overviews(EXHIBITS, map(records.read, folders))


@app.command()
def tables(
    records: list[Path],
    published: PathOption,
    data: PathOption,
    n_validation: Annotated[int, typer.Option(help="Training images held out for validation.")],
    out: PathOption,
) -> None:
    """Write every table, and reproduced_values.csv, into the folder OUT from RECORDS and the images in DATA."""
    from relecture.digits import result_tables
    from relecture.digits.data import load as load_digits
    from relecture.digits.exhibits import EXHIBITS
    from relecture.scorecard.published_values import load

    n_images = result_tables.count_images(load_digits(data, n_validation))
    results = result_tables.load(records, load(published), n_images=n_images)
    EXHIBITS.write_tables(results, out)
    result_tables.reproduced_values(results, out / "reproduced_values.csv")


@app.command()
def figures(records: list[Path], published: PathOption, data: PathOption, out: PathOption) -> None:
    """Draw every figure into the folder OUT from RECORDS and the images in DATA."""
    from relecture import plotting
    from relecture.digits import result_tables
    from relecture.digits.data import load as load_digits
    from relecture.digits.exhibits import EXHIBITS
    from relecture.scorecard.published_values import load

    results = result_tables.load(records, load(published), load_digits(data, 0).test_images)
    plotting.draw_figures(EXHIBITS, results, out, results.sample_name)
