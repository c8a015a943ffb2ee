"""Command line of the comparison `tallies`: labelled cells, sheets, networks, the count; and `read` for any sheets."""

import json
import sys
import tempfile
from pathlib import Path
from pkgutil import resolve_name
from typing import Annotated, Any, TypeVar

import typer

from relecture import records
from relecture.cli import Command, PathOption, TextOption, parse_config
from relecture.errors import UserError
from relecture.tallies import FINAL, LABELS, QUESTION, TRANSFERS
from relecture.tallies.config import LabelledCellsJob, SimulationConfig

app = Command(QUESTION)


@app.command()
def cells(config_json: TextOption, out: PathOption, handwriting: Path | None = None, own: Path | None = None) -> None:
    """Make the labelled cells: drawn with the HANDWRITING of a manifest, or read from the folder OWN."""
    config = parse_config(LabelledCellsJob, config_json)
    if own is not None:
        from relecture.tallies.networks.image_folder import from_folder

        from_folder(own, config).save(out)
        return
    from relecture.data import usps
    from relecture.tallies.simulation.handwriting import split_handwriting
    from relecture.tallies.simulation.labelled_cells import simulate_labelled_cells

    simulate_labelled_cells(config, split_handwriting(usps.load(needed(handwriting, "--handwriting or --own")))).save(
        out
    )


@app.command()
def sheets(config_json: TextOption, handwriting: PathOption, out: PathOption, truth: PathOption) -> None:
    """Draw the sheets of the simulated election into the folder OUT, and write their TRUTH elsewhere."""
    from relecture.data import usps
    from relecture.tallies.simulation.handwriting import split_handwriting
    from relecture.tallies.simulation.simulate import simulate_sheets

    config = parse_config(SimulationConfig, config_json)
    simulate_sheets(config, split_handwriting(usps.load(handwriting)), out, truth)


@app.command()
def cut(sheets: PathOption, out: PathOption) -> None:
    """Find the frame of every sheet in the folder SHEETS, and cut its cells."""
    from relecture.tallies.segmentation.sheet_folder import segment_folder

    segment_folder(sheets).save(out)


@app.command()
def shard(
    config_json: TextOption,
    place: Annotated[str, typer.Option(help="Bracket, rung and shard, counted from 0: 2/0/3.")],
    shards: Annotated[int, typer.Option(help="Into how many the rung is split.")],
    mnist: PathOption,
    cells: PathOption,
    checkpoint_dir: PathOption,
    out: PathOption,
    ranking: Annotated[Path | None, typer.Option(help="That of the rung before; none for the first.")] = None,
    before: Annotated[list[Path] | None, typer.Option(help="A folder of its checkpoints; give all of them.")] = None,
) -> None:
    """Train the trials of one shard of a rung."""
    from relecture.data import mnist as images
    from relecture.tallies.networks.cell_dataset import Cells
    from relecture.tallies.networks.hyperband_search import train_shard

    bracket, rung, number = map(int, place.split("/"))
    train_shard(
        json.loads(config_json),
        images.load(mnist),
        Cells.load(cells),
        bracket=bracket,
        rung=rung,
        shard=number,
        shards=shards,
        ranking=ranking,
        before=before or [],
        checkpoint_dir=checkpoint_dir,
        out=out,
    )
    records.remove_checkpoints(checkpoint_dir)


@app.command()
def rank(scores: list[Path], out: PathOption) -> None:
    """Merge the SCORES of a rung's shards, the best trial first."""
    from relecture.tallies.networks.hyperband_search import rank

    rank(scores, out)


@app.command()
def search(
    rankings: list[Path],
    config_json: TextOption,
    mnist: PathOption,
    cells: PathOption,
    out: PathOption,
    rule: TextOption,
) -> None:
    """Gather the RANKINGS of all rungs into the record OUT, trials.csv and selected.json."""
    from relecture.data import mnist as images
    from relecture.tallies.networks.cell_dataset import Cells
    from relecture.tallies.networks.hyperband_search import collect, tables

    data = Cells.load(cells).described(images.load(mnist))
    _save_record(collect(rankings), out, "search", json.loads(config_json), data, rule)
    tables(rankings, out)


@app.command()
def base(
    architecture: TextOption,
    config_json: TextOption,
    mnist: PathOption,
    cells: PathOption,
    checkpoint_dir: PathOption,
    out: PathOption,
    rule: TextOption,
    network: Annotated[str | None, typer.Option(help="Its architecture and learning rate (JSON).")] = None,
    selected: Annotated[Path | None, typer.Option(help="Where the search left them.")] = None,
) -> None:
    """Train one architecture on MNIST and leave its record in OUT."""
    from relecture.data import mnist as images
    from relecture.tallies.networks.cell_dataset import Cells
    from relecture.tallies.networks.pretraining import base

    found = json.loads(network or needed(selected, "--network or --selected").read_text())
    config = json.loads(config_json) | {key: found[key] for key in ("architecture", "learning_rate")}
    source, target = images.load(mnist), Cells.load(cells)
    result, data = base(config, source, target, checkpoint_dir), target.described(source)
    _save_record(result, out, f"base/{architecture}", config, data, rule)
    records.remove_checkpoints(checkpoint_dir)


@app.command()
def transfer(
    method: TextOption,
    config_json: TextOption,
    cells: PathOption,
    base: PathOption,
    checkpoint_dir: PathOption,
    out: PathOption,
    rule: TextOption,
) -> None:
    """Carry the networks of the folder BASE over to the labelled cells and leave the record in OUT."""
    from relecture.tallies.networks.cell_dataset import Cells
    from relecture.tallies.networks.pretraining import learned_from

    functions = {f"transfer/{name}": function for name, function in TRANSFERS.items()}
    functions |= {f"labels/{name}": function for name, function in LABELS.items()} | FINAL
    config, target = json.loads(config_json), Cells.load(cells)
    result = resolve_name(functions[method])(config, target, base, checkpoint_dir)
    data = target.described() if config["start"] == "scratch" else learned_from(base)
    _save_record(result, out, method, config, data, rule)
    records.remove_checkpoints(checkpoint_dir)


@app.command()
def validate(final: PathOption, out: PathOption) -> None:
    """Fit the temperature of the FINAL model on validation cells; the calibrated reader is in OUT."""
    from relecture.tallies.networks.calibration import calibrate

    calibrate(final, out)


@app.command()
def count(
    cut: PathOption,
    reader: PathOption,
    out: PathOption,
    prior: Annotated[bool, typer.Option(help="Weigh digits with how often each stands in a party's box.")] = False,
) -> None:
    """Read the cells of all sheets and count the votes."""
    from relecture.tallies.counting.vote_counts import count_folder

    count_folder(cut, reader, prior, out)


@app.command()
def outcome(
    count: PathOption,
    cut: PathOption,
    high: Annotated[float, typer.Option(help="Quality above which a sheet's is high.")],
    orders: Annotated[int, typer.Option(help="Random orders of checking.")],
    out: PathOption,
    truth: Annotated[Path | None, typer.Option(help="The true votes, where they are known.")] = None,
) -> None:
    """Write totals, districts, quality and checking into OUT, from the readings in the folder COUNT."""
    from relecture.tallies.counting import vote_tables

    folders = {name: count / name for name in vote_tables.COUNT_VARIANTS}
    vote_tables.write(vote_tables.load(folders, cut, truth, high, orders), out)


@app.command()
def table(
    folders: Annotated[list[Path], typer.Argument(metavar="RECORDS...")],
    selected: PathOption,
    published: PathOption,
    out: PathOption,
) -> None:
    """Write table, differences, labels and selected into OUT, and quantities.csv, from all RECORDS."""
    from relecture.scorecard.published_values import load
    from relecture.tallies import result_tables

    found, chosen = result_tables.read(folders), json.loads(selected.read_text())
    result_tables.table(found, load(published), out / "table")
    result_tables.differences(found, out / "differences")
    result_tables.labels(found, out / "labels")
    result_tables.selected(chosen["rows"], out / "selected")
    result_tables.quantities(found, chosen, out / "quantities.csv")


@app.command()
def overview(record: PathOption, out: PathOption) -> None:
    """Draw one record by itself to OUT.svg and OUT.png."""
    from relecture import plotting
    from relecture.tallies.figures.overview import overview

    found = records.read(record)
    with plotting.style():
        plotting.save(overview(found), out, found.sample_name)


@app.command()
def figures(
    results: Annotated[Path, typer.Option(help="The folder of the comparison.")],
    sheets: PathOption,
    mnist: PathOption,
    high: Annotated[float, typer.Option(help="Quality above which a sheet's is high.")],
    orders: Annotated[int, typer.Option(help="Random orders of checking.")],
    truth: Annotated[Path | None, typer.Option(help="The true votes, where they are known.")] = None,
) -> None:
    """Draw every figure of the comparison into RESULTS/figures."""
    from relecture.tallies.figures.draw_all import draw

    draw(results, sheets, mnist, high, orders, truth)


def _save_record(
    result: Any, out: Path, method: str, config_json: dict[str, Any], data: dict[str, Any], rule: str
) -> None:
    result.save(out, f"tallies/{method}", config_json, data, rule, QUESTION)


Value = TypeVar("Value")


def needed(value: Value | None, either: str) -> Value:
    """An option's value, where its alternative was not given.

    Args:
        value: None where this one was not given either.
        either: Both options, `--network or --selected`.

    Raises:
        UserError: Neither was given.
    """
    if value is None:
        raise UserError(f"one of two options is needed: give {either}")
    return value


#: The reader that `snakemake tallies` makes.
STANDARD_READER = Path("results/tallies/validation/reader.pt")


@app.command()
def read(
    sheets: Annotated[list[Path], typer.Argument(help="Page images, or folders of them.")],
    out: Annotated[Path, typer.Option(help="Where to write the counts, a row per sheet and party.")],
    layout: Annotated[
        Path | None, typer.Option(help="The form; `layout.json` beside the first sheet, unless given.")
    ] = None,
    reader: Annotated[Path | None, typer.Option(help="A reader.pt.")] = None,
    model: Annotated[str | None, typer.Option(help="A registered model, models:/tally-digits@champion.")] = None,
    processes: Annotated[int, typer.Option(min=1, help="How many read side by side.")] = 1,
) -> None:
    """Count sheets with a reader: a file, a model registered in MLflow, or the one that `snakemake tallies` made."""
    from relecture.tallies.counting.count_sheets import count_sheets
    from relecture.tallies.networks.digit_classifier import Recognizer
    from relecture.tallies.segmentation.layout import FormLayout

    paths = _pages(sheets)
    form = FormLayout.read(layout or paths[0].parent / "layout.json")
    with tempfile.TemporaryDirectory() as folder:
        recognizer = Recognizer.load(_reader(reader, model, Path(folder)))
    done = count_sheets(paths, form, recognizer, out, processes)
    print(f"{out}: {done.n_sheets:,} sheets counted by {recognizer.name}")
    for row in done.unreadable.itertuples():
        print(f"unreadable  {row.sheet}: {row.reason}", file=sys.stderr)


def _pages(sheets: list[Path]) -> list[Path]:
    """All pages that were named: files as they are, and the images in folders."""
    from relecture.tallies.segmentation.image_io import list_images

    if missing := [str(path) for path in sheets if not path.exists()]:
        raise UserError(f"there is no sheet {', '.join(missing[:5])}")
    paths = [page for path in sheets for page in (list_images(path) if path.is_dir() else [path])]
    if not paths:
        raise UserError(f"there is no PNG or JPEG image in {', '.join(map(str, sheets[:5]))}")
    return paths


def _reader(reader: Path | None, model: str | None, folder: Path) -> Path:
    """The file of the reader that was asked for."""
    if reader is not None and model is not None:
        raise UserError("--reader and --model both name a reader; give one of them")
    if model is None:
        return reader or STANDARD_READER
    # By name: this file is a part of every fit, and no fit may load MLflow.
    connect, fetch = map(resolve_name, ("relecture.tracking.store:connect", "relecture.tracking.model_registry:fetch"))
    return fetch(connect(), model, folder)
