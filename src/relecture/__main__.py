"""The command `relecture`: a group of sub-commands for every package with a `cli.py`, imported when it is called."""

import ast
import io
import sys
from functools import cache
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import typer
from typer.core import TyperGroup

from relecture.errors import UserError

#: Groups that are no package: the module with their application, and a line of help.
MODULES = {
    "run": ("relecture.run_snakemake", "Run the workflow: Snakemake, with all its options."),
    "predict": ("relecture.predict", "Predict new rows by the model of a record."),
}


@cache
def packages() -> dict[str, str]:
    """Return the packages that have a command line, each with the first line of its docstring."""
    files = sorted(Path(__file__).parent.glob("*/cli.py"))
    sources = {file.parent.name: file.with_name("__init__.py").read_text(encoding="utf-8") for file in files}
    return {name: (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0] for name, source in sources.items()}


class _LazyGroup(TyperGroup):
    """Lists all groups without importing them; imports the one that is called."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        texts = {name: text for name, (_, text) in MODULES.items()} | packages()
        self.commands = {name: TyperGroup(name=name, help=text) for name, text in texts.items()}

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, command, rest = super().resolve_command(ctx, args)
        if name is None:  # an unknown group while the shell completes a line
            return name, command, rest
        module = MODULES[name][0] if name in MODULES else f"relecture.{name}.cli"
        return name, typer.main.get_command(resolve_name(f"{module}:app")), rest


app = typer.Typer(cls=_LazyGroup, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def _root() -> None:
    """Rerun the comparisons of a lecture from raw data."""


def main() -> None:
    """Run the command line; print a user error as one message and exit with code 1.

    Letters that the locale's encoding lacks are printed as escapes; the files have all letters, in UTF-8.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app(prog_name="relecture")
    except UserError as error:
        sys.exit(f"relecture: {error}")


if __name__ == "__main__":
    main()
