"""Options of a command of which one of two has to be given."""

from typing import TypeVar

from relecture.errors import UserError

Value = TypeVar("Value")


def needed(value: Value | None, either: str) -> Value:
    """An option's value, where its alternative was not given.

    Args:
        value: None where this one was not given either.
        either: Both options, `--network or --selected`.

    Raises:
        UserError: Neither was given.
    """
    if value is None:
        raise UserError(f"one of two options is needed: give {either}")
    return value
