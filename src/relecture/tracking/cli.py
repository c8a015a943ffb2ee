"""`relecture tracking`: make the store, publish records, register the reader, look at the runs."""

import json
from collections import Counter
from pathlib import Path

import typer

from relecture.cli import Command
from relecture.errors import UserError
from relecture.tracking.model_registry import ALIAS, CELLS, NAME, READER, RECORD, Registered, example
from relecture.tracking.model_registry import register as register_model
from relecture.tracking.store import connect, explained
from relecture.tracking.sync import Published, complete_records, load
from relecture.tracking.sync import publish as publish_record
from relecture.tracking.ui import serve

app = Command(help=__doc__)


@app.command()
def store(
    experiment: list[str] = typer.Option(..., help="An experiment to make; may be given several times."),
    out: Path = typer.Option(..., help="Where to write, last, the store's address and the experiments' ids (JSON)."),
) -> None:
    """Make the store and its experiments, before anyone writes to them."""
    opened = connect()
    with explained():
        ids = {name: opened.experiment(name) for name in experiment}
    _write_json(out, {"tracking_uri": opened.uri, "experiments": ids})
    print(f"MLflow store {opened.uri}: {', '.join(ids)}")


@app.command()
def publish(
    record: Path = typer.Argument(help="A record's folder."),
    figure: list[Path] = typer.Option([], help="A figure of it; `overview.*` in the folder comes by itself."),
    out: Path | None = typer.Option(None, help="Where to write, last, what was published (JSON)."),
) -> None:
    """Mirror one record into MLflow; nothing happens when it is there already."""
    loaded = load(record)
    opened = connect()
    done = publish_record(opened, loaded, figure)
    if out:
        _write_json(out, {"record_digest": done.digest, "run_id": done.run_id, "tracking_uri": opened.uri})
    print(_line(done))


@app.command()
def publish_all(
    results: Path = typer.Argument(Path("results"), help="The folder to look for records in."),
) -> None:
    """Mirror every complete record below a folder into MLflow, and register the reader if there is one."""
    folders = complete_records(results)
    if not folders:
        raise UserError(f"no complete record below {results}/. Make them first: make replicate")
    opened, unreadable, final = connect(), [], None
    outcomes: Counter[str] = Counter()
    for folder in folders:
        try:
            record = load(folder)
        except UserError as error:  # one broken record keeps no other from being published
            unreadable.append(str(error))
            continue
        final = record if folder == results / RECORD else final
        done = publish_record(opened, record)
        outcomes[done.outcome] += 1
        print(_line(done), flush=True)
    if final and (results / READER).exists():
        print(_registered(register_model(opened, results / READER, final, example(results / CELLS))))
    print(f"MLflow store {opened.uri}: " + ", ".join(f"{n} {outcome}" for outcome, n in sorted(outcomes.items())))
    if unreadable:
        raise UserError("not published:\n  " + "\n  ".join(unreadable))


@app.command()
def register(
    reader: Path = typer.Argument(help="The reader of digits, a reader.pt."),
    record: Path = typer.Option(..., help="The folder of the record that it comes from."),
    cells: Path = typer.Option(..., help="Labelled cells (npz); the first three are the example of a request."),
    name: str = typer.Option(NAME, help="Name of the registered model."),
    alias: str = typer.Option(ALIAS, help="Alias that the model's latest reader has."),
    out: Path | None = typer.Option(None, help="Where to write, last, what was registered (JSON)."),
) -> None:
    """Register a reader in MLflow's model registry; nothing happens when it is there already."""
    loaded, shown = load(record), example(cells)
    opened = connect()
    done = register_model(opened, reader, loaded, shown, name, alias)
    if out:
        _write_json(out, {"model": done.name, "version": done.version, "alias": done.alias,
                              "digest": done.digest, "tracking_uri": opened.uri})  # fmt: skip
    print(_registered(done))


@app.command()
def ui(port: int = typer.Option(5000, min=1, max=65535, help="Port on 127.0.0.1.")) -> None:
    """Show the runs in a browser until Ctrl-C."""
    serve(port)


def _registered(done: Registered) -> str:
    return f"{done.name} version {done.version}, {done.alias}: {done.outcome}"


def _line(done: Published) -> str:
    return f"{done.record}: {done.outcome} (run {done.run_id}, members: {done.members})"


def _write_json(path: Path, content: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.part")
    draft.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n")
    draft.replace(path)
