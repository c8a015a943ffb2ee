"""The exception for mistakes that the user can correct, and a suggestion for misspelt names."""

import difflib
from collections.abc import Iterable


class UserError(Exception):
    """Something the user can correct: a setting, a file, a server.

    The message says what is wrong, where, and what to do. Command lines print it without a traceback
    and exit with code 1.
    """


def closest(name: str, names: Iterable[str]) -> str | None:
    """Return the one of `names` that was probably meant, whatever its case; None if none is similar."""
    lower = {candidate.lower(): candidate for candidate in names}
    near = difflib.get_close_matches(name.lower(), lower, n=1)
    return lower[near[0]] if near else None
