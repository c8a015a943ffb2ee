"""The command `relecture`: a group of sub-commands for every package with a `cli.py`, imported when it is called."""

import ast
import sys
from functools import cache
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import typer
from typer.core import TyperGroup

from relecture.errors import UserError

#: Groups that are no package: the module with their application, and a line of help.
MODULES = {"run": ("relecture.run_snakemake", "Run the workflow: Snakemake, with all its options.")}


@cache
def packages() -> dict[str, str]:
    """The packages that have a command line, each with the first line of its docstring."""
    files = sorted(Path(__file__).parent.glob("*/cli.py"))
    sources = {file.parent.name: file.with_name("__init__.py").read_text(encoding="utf-8") for file in files}
    return {name: (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0] for name, source in sources.items()}


class _LazyGroup(TyperGroup):
    """Lists all groups without importing them; imports the one that is called."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*MODULES, *packages()]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        text = MODULES[cmd_name][1] if cmd_name in MODULES else packages().get(cmd_name)
        return None if text is None else TyperGroup(name=cmd_name, help=text)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, _, rest = super().resolve_command(ctx, args)
        module = MODULES[name][0] if name in MODULES else f"relecture.{name}.cli"
        return name, typer.main.get_command(resolve_name(f"{module}:app")), rest


app = typer.Typer(cls=_LazyGroup, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def _root() -> None:
    """Rerun the comparisons of a lecture from raw data."""


def main() -> None:
    """Run the command line; print a user error as one message and exit with code 1."""
    try:
        app(prog_name="relecture")
    except UserError as error:
        sys.exit(f"relecture: {error}")


if __name__ == "__main__":
    main()
