"""Read configuration files and merge them as Snakemake does."""

from collections.abc import Iterable, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import yaml

from relecture.errors import UserError


class _Loader(yaml.SafeLoader):
    """YAML in which a repeated key is an error; plain YAML silently takes the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [key for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for earlier, key in combinations(names, 2):
            if earlier.value == key.value:
                problem = f"`{key.value}` is repeated in this block"
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
        return super().construct_mapping(node, deep)


def read(path: Path) -> dict[Any, Any]:
    """Return the content of one file.

    Raises:
        UserError: If there is no such file, it is not YAML (with the line), or it holds no keys.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    except FileNotFoundError:
        raise UserError(f"there is no configuration file {path}") from None
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from None
    except yaml.MarkedYAMLError as error:
        mark, problem = error.problem_mark, str(error.problem)
        location = f", line {mark.line + 1}, column {mark.column + 1}," if mark else ""
        hint = " (indent with spaces, not with tabs)" if r"'\t'" in problem else ""
        raise UserError(f"{path}{location} cannot be read: {problem}{hint}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # odd bytes, no such date, endless nesting
        raise UserError(f"{path} cannot be read: {' '.join(str(error).split())}") from None
    if not isinstance(content, dict):
        content_type = "nothing" if content is None else f"a {type(content).__name__}"
        raise UserError(f"{path} must hold settings, such as `preset: quick`; it holds {content_type}")
    return content


def read_all(paths: Iterable[Path]) -> dict[Any, Any]:
    """Return the merged content of several files, each laid over those before it."""
    merged: dict[Any, Any] = {}
    for path in paths:
        merged = merge(merged, read(path))
    return merged


def as_in_a_file(value: Any) -> Any:
    """Return a value of `--config` with numbers and booleans as in a file; in blocks Snakemake leaves them text."""
    if isinstance(value, Mapping):
        return {key: as_in_a_file(below) for key, below in value.items()}
    if isinstance(value, list | tuple):
        return [as_in_a_file(below) for below in value]
    if not isinstance(value, str):
        return value
    try:
        parsed = yaml.load(value, _Loader)
    except (yaml.YAMLError, ValueError, RecursionError):
        return value
    return parsed if isinstance(parsed, bool | int | float) else value


def merge(below: Mapping[Any, Any], above: Mapping[Any, Any]) -> dict[Any, Any]:
    """Return `above` laid over `below`: blocks are merged key by key, other values replaced."""
    merged = dict(below)
    for key, value in above.items():
        if isinstance(value, Mapping):
            old = merged.get(key, {})
            # An empty block changes nothing, not even a value that is no block.
            value = merge(old if isinstance(old, Mapping) else {}, value) if value else old
        merged[key] = value
    return merged
