"""Command line of the comparison `tallies`: labelled cells, sheets, networks, the count; and `read` for any sheets."""

import json
from pathlib import Path
from pkgutil import resolve_name
from typing import Annotated, Any

import typer

from relecture import records
from relecture.command import Command, PathOption, TextOption
from relecture.tallies import FINAL, LABELS, QUESTION, TRANSFERS
from relecture.tallies.options import needed
from relecture.tallies.read_command import read

app = Command(QUESTION)


@app.command()
def cells(spec: TextOption, out: PathOption, handwriting: Path | None = None, own: Path | None = None) -> None:
    """Make the labelled cells: drawn with the HANDWRITING of a manifest, or read from the folder OWN."""
    settings = json.loads(spec)
    if own is not None:
        from relecture.tallies.own_cells import from_folder

        from_folder(own, settings).save(out)
        return
    from relecture.data import usps
    from relecture.tallies.handwriting import divide
    from relecture.tallies.labelled import drawn

    drawn(settings, divide(usps.load(needed(handwriting, "--handwriting or --own")))).save(out)


@app.command()
def sheets(spec: TextOption, handwriting: PathOption, out: PathOption, truth: PathOption) -> None:
    """Draw the sheets of the simulated election into the folder OUT, and write their TRUTH elsewhere."""
    from relecture.data import usps
    from relecture.tallies.handwriting import divide
    from relecture.tallies.sheets import make

    make(json.loads(spec), divide(usps.load(handwriting)), out, truth)


@app.command()
def cut(sheets: PathOption, out: PathOption) -> None:
    """Find the frame of every sheet in the folder SHEETS, and cut its cells."""
    from relecture.tallies.sheets import cut_all

    cut_all(sheets).save(out)


@app.command()
def shard(
    spec: TextOption,
    place: Annotated[str, typer.Option(help="Bracket, rung and shard, counted from 0: 2/0/3.")],
    shards: Annotated[int, typer.Option(help="Into how many the rung is split.")],
    mnist: PathOption,
    cells: PathOption,
    scratch: PathOption,
    out: PathOption,
    ranking: Annotated[Path | None, typer.Option(help="That of the rung before; none for the first.")] = None,
    before: Annotated[list[Path] | None, typer.Option(help="A folder of its checkpoints; give all of them.")] = None,
) -> None:
    """Train the trials of one shard of a rung."""
    from relecture.data import mnist as images
    from relecture.tallies.cells import Cells
    from relecture.tallies.search import train_shard

    bracket, rung, number = map(int, place.split("/"))
    train_shard(
        json.loads(spec),
        images.load(mnist),
        Cells.load(cells),
        bracket=bracket,
        rung=rung,
        shard=number,
        shards=shards,
        ranking=ranking,
        before=before or [],
        scratch=scratch,
        out=out,
    )
    records.clear(scratch)


@app.command()
def rank(scores: list[Path], out: PathOption) -> None:
    """Merge the SCORES of a rung's shards, the best trial first."""
    from relecture.tallies.search import rank

    rank(scores, out)


@app.command()
def search(
    rankings: list[Path], spec: TextOption, mnist: PathOption, cells: PathOption, out: PathOption, rule: TextOption
) -> None:
    """Gather the RANKINGS of all rungs into the record OUT, trials.csv and selected.json."""
    from relecture.data import mnist as images
    from relecture.tallies.cells import Cells
    from relecture.tallies.search import collect, tables

    data = Cells.load(cells).described(images.load(mnist))
    _leave(collect(rankings), out, "search", json.loads(spec), data, rule)
    tables(rankings, out)


@app.command()
def base(
    architecture: TextOption,
    spec: TextOption,
    mnist: PathOption,
    cells: PathOption,
    scratch: PathOption,
    out: PathOption,
    rule: TextOption,
    network: Annotated[str | None, typer.Option(help="Its architecture and learning rate (JSON).")] = None,
    selected: Annotated[Path | None, typer.Option(help="Where the search left them.")] = None,
) -> None:
    """Train one architecture on MNIST and leave its record in OUT."""
    from relecture.data import mnist as images
    from relecture.tallies.base import base
    from relecture.tallies.cells import Cells

    found = json.loads(network or needed(selected, "--network or --selected").read_text())
    settings = json.loads(spec) | {key: found[key] for key in ("architecture", "learning_rate")}
    source, target = images.load(mnist), Cells.load(cells)
    result, data = base(settings, source, target, scratch), target.described(source)
    _leave(result, out, f"base/{architecture}", settings, data, rule)
    records.clear(scratch)


@app.command()
def transfer(
    method: TextOption,
    spec: TextOption,
    cells: PathOption,
    base: PathOption,
    scratch: PathOption,
    out: PathOption,
    rule: TextOption,
) -> None:
    """Carry the networks of the folder BASE over to the labelled cells and leave the record in OUT."""
    from relecture.tallies.base import learned_from
    from relecture.tallies.cells import Cells

    functions = {f"transfer/{name}": function for name, function in TRANSFERS.items()}
    functions |= {f"labels/{name}": function for name, function in LABELS.items()} | FINAL
    settings, target = json.loads(spec), Cells.load(cells)
    result = resolve_name(functions[method])(settings, target, base, scratch)
    data = target.described() if settings["start"] == "scratch" else learned_from(base)
    _leave(result, out, method, settings, data, rule)
    records.clear(scratch)


@app.command()
def validate(final: PathOption, out: PathOption) -> None:
    """Fit the temperature of the FINAL model on validation cells; the calibrated reader is in OUT."""
    from relecture.tallies.calibration import calibrate

    calibrate(final, out)


@app.command()
def count(
    cut: PathOption,
    reader: PathOption,
    out: PathOption,
    prior: Annotated[bool, typer.Option(help="Weigh digits with how often each stands in a party's box.")] = False,
) -> None:
    """Read the cells of all sheets and count the votes."""
    from relecture.tallies.counting import count

    count(cut, reader, prior, out)


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
    from relecture.tallies import outcome

    folders = {name: count / name for name in outcome.READINGS}
    outcome.write(outcome.load(folders, cut, truth, high, orders), out)


@app.command()
def table(
    folders: Annotated[list[Path], typer.Argument(metavar="RECORDS...")],
    selected: PathOption,
    published: PathOption,
    out: PathOption,
) -> None:
    """Write table, differences, labels and selected into OUT, and quantities.csv, from all RECORDS."""
    from relecture.published import load
    from relecture.tallies import summary

    found, chosen = summary.read(folders), json.loads(selected.read_text())
    summary.table(found, load(published), out / "table")
    summary.differences(found, out / "differences")
    summary.labels(found, out / "labels")
    summary.selected(chosen["rows"], out / "selected")
    summary.quantities(found, chosen, out / "quantities.csv")


@app.command()
def portrait(record: PathOption, out: PathOption) -> None:
    """Draw one record by itself to OUT.svg and OUT.png."""
    from relecture import figures
    from relecture.tallies.figures.portrait import portrait

    found = records.read(record)
    with figures.look():
        figures.save(portrait(found), out, found.sample_name)


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
    from relecture.tallies.figures.all import draw

    draw(results, sheets, mnist, high, orders, truth)


def _leave(result: Any, out: Path, method: str, spec: dict[str, Any], data: dict[str, Any], rule: str) -> None:
    result.leave(out, f"tallies/{method}", spec, data, rule, QUESTION)


app.command()(read)


if __name__ == "__main__":
    app()
