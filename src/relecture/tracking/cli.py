"""`relecture tracking`: create the store, sync records to it, look at the runs."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from relecture.atomic_files import write_json
from relecture.cli import Command
from relecture.errors import UserError
from relecture.tracking.store import connect, translate_store_errors
from relecture.tracking.sync import complete_records, forget_superseded, load_record, sync_record

app = Command(help=__doc__)

RESULTS = Path("results")


@app.command()
def store(
    experiment: Annotated[list[str], typer.Option(help="An experiment to create; may be given several times.")],
    out: Annotated[Path, typer.Option(help="File for the store's address and the experiments' ids (JSON).")],
) -> None:
    """Create the store and its experiments before other processes write to them."""
    opened = connect()
    with translate_store_errors():
        ids = {name: opened.experiment(name) for name in experiment}
    write_json(out, {"tracking_uri": opened.uri, "experiments": ids})
    print(f"MLflow store {opened.uri}: {', '.join(ids)}")


@app.command()
def sync(
    record: Annotated[list[Path] | None, typer.Argument(help="Folders of records; all of --results if none.")] = None,
    results: Annotated[Path, typer.Option(help="The results folder whose complete records are synced.")] = RESULTS,
    figure: Annotated[list[Path] | None, typer.Option(help="A figure of the record, besides its overview.*")] = None,
    out: Annotated[Path | None, typer.Option(help="File for the runs of the records (JSON), written last.")] = None,
    forget: Annotated[bool, typer.Option("--forget", help="Delete the runs of earlier versions afterwards.")] = False,
    keep: Annotated[int, typer.Option(min=0, help="With --forget: the number of earlier versions to keep.")] = 0,
) -> None:
    """Mirror records into MLflow; runs of unchanged records stay as they are, and those of earlier versions too."""
    single = record is not None and len(record) == 1
    if figure and not single:
        raise UserError("--figure belongs to one record: give its folder, and no other")
    folders = record or complete_records(results)
    if not folders:
        raise UserError(f"there is no complete record in {results}/. Make them first: make replicate")
    opened = connect()
    errors: list[str] = []
    outcomes: Counter[str] = Counter()
    synced = {}
    for folder in folders:
        try:
            loaded = load_record(folder)
        except UserError as error:  # the other records are synced all the same
            errors.append(str(error))
            continue
        result = sync_record(opened, loaded, figure or [])
        outcomes[result.outcome] += 1
        synced[str(folder)] = {"record_digest": result.digest, "run_id": result.run_id}
        print(result, flush=True)
        if forget and (n_forgotten := forget_superseded(opened, loaded, keep)):
            outcomes["forgotten"] += n_forgotten
    if not single:
        print(f"MLflow store {opened.uri}: " + ", ".join(f"{n} {outcome}" for outcome, n in sorted(outcomes.items())))
    if errors:
        raise UserError("not synced:\n  " + "\n  ".join(errors))
    if out:
        write_json(out, {"tracking_uri": opened.uri, "records": synced})


@app.command()
def follow(
    results: Annotated[Path, typer.Option(help="The results folder of the run.")] = RESULTS,
    since: Annotated[float, typer.Option(help="Records written before are left alone; seconds since 1970.")] = 0.0,
) -> None:
    """Show running fits in MLflow, and sync records as soon as they are complete, until standard input ends."""
    from relecture.tracking.follower import follow as follow_run

    follow_run(results, since)


@app.command()
def ui(port: Annotated[int, typer.Option(min=1, max=65535, help="Port on 127.0.0.1.")] = 5000) -> None:
    """Show the runs in a browser until Ctrl-C."""
    from relecture.tracking.ui import serve

    serve(port)
