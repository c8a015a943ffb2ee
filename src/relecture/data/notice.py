"""A box of text that nobody overlooks, for the start and the end of a run on a stand-in."""

from collections.abc import Sequence


def box(lines: Sequence[str]) -> str:
    """The lines inside an edge of number signs, all of the same width."""
    width = max(map(len, lines))
    edge = "#" * (width + 8)
    return "\n".join([edge, *(f"##  {line:<{width}}  ##" for line in lines), edge])
