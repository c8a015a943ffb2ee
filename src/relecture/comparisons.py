"""What the layers above the comparisons need of them, found by the comparison's name."""

from importlib.util import find_spec
from pathlib import Path
from pkgutil import resolve_name

from relecture.exhibit import Exhibits


def load_exhibits(comparison: str) -> Exhibits | None:
    """Return the exhibits of a comparison; None if it has none."""
    module = f"relecture.{comparison}.exhibits"
    exhibits: Exhibits | None = resolve_name(f"{module}:EXHIBITS") if find_spec(module) else None
    return exhibits


def conclude(comparison: str, results: Path) -> tuple[str, list[tuple[str, str]]]:
    """Return the question of a comparison, and its conclusions, each after the name of the figure that shows it.

    They are made from the tables below a folder of results.
    """
    module = f"relecture.{comparison}.conclusions"
    question: str = resolve_name(f"{module}:question")(results)
    conclusions = resolve_name(f"{module}:conclusions")(results)
    return question, list(zip(resolve_name(f"{module}:FIGURES"), conclusions, strict=True))
