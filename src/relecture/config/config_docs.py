"""config/README.md, written from the models and the three configurations."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from relecture.config import STANDARD, Config
from relecture.config.error_messages import dotted
from relecture.config.schema import Rules
from relecture.config.yaml_files import read

OVERLAYS = ("quick", "full")

_HEAD = """\
# Settings

<!-- Written by: relecture config document > config/README.md. Edit the models, not this file. -->

`config.yaml` is the standard configuration: the lecture as it was given, with enough seeds and splits for
error bars. `quick.yaml` and `full.yaml` are laid over it and change budgets only: how many seeds, splits and
epochs.

**To change something**, change it in `config.yaml` and run `make replicate` again: only what depends on it
is made again. Or keep your changes in a file of your own, say `config/mine.yaml`, with nothing in it but
what differs:

```yaml
budget: mine
digits:
  seeds: 3
  training: {epochs: 10}
```

and run `make replicate CONFIG=config/mine.yaml`. Blocks are merged key by key, a list is replaced as a whole.
A small number may be written as `0.001` or `1e-3`. For one run, values may also
stand in the command, behind what is to be made. (Text that looks like a number has to be in a file.)

```
snakemake digits --config budget=mine 'digits={seeds: 3}'
```

**To check** without running anything (every mistake is shown at once, with what would be right):

```
.venv/bin/relecture config check config/config.yaml config/mine.yaml
```

Below, a column `quick` or `full` appears where that configuration differs from the standard.
"""


def document(folder: Path) -> str:
    """The reference of all settings, as Markdown.

    Args:
        folder: Where config.yaml, quick.yaml and full.yaml are.
    """
    rules = Rules(Config)
    values = {name: read(folder / f"{name}.yaml") for name in (STANDARD.stem, *OVERLAYS)}
    blocks = [location for location in [(), *rules.locations()] if rules.keys(location)]
    return "\n".join([_HEAD, *(_section(block, rules, values) for block in blocks)])


def _section(block: tuple[str, ...], rules: Rules, values: dict[str, dict]) -> str:
    node = rules.node(block)
    keys = [key for key in rules.keys(block) if not rules.keys((*block, key))]
    changed = [name for name in OVERLAYS if any(_value(values[name], (*block, key)) is not None for key in keys)]
    head = ["key", "meaning", "allowed", "standard", *changed]
    rows = []
    for key in keys:
        location = (*block, key)
        shown = [_shown(_value(values[name], location)) for name in (STANDARD.stem, *changed)]
        rows.append([f"`{key}`", rules.node(location)["description"], rules.allowed(location), *shown])
    title = f"`{dotted(block)}`" if block else "The whole run"
    # A block's field says what it is for, its model what it is.
    text = dict.fromkeys([node["description"], rules.block(node)["description"]])  # the same for the whole
    table = [head, ["---"] * len(head), *rows] if rows else []  # a block may hold nothing but blocks
    lines = [f"{'#' * max(2, len(block) + 1)} {title}", "", " ".join(text), ""]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in table), ""])


def _value(config: dict, location: tuple[str, ...]) -> Any:
    value: Any = config
    for key in location:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _shown(value: Any) -> str:
    return "" if value is None else f"`{_yaml(value)}`"


def _yaml(value: Any) -> str:
    """A value as a person would write it in the file: 0.00001 rather than 1e-05, and 1e-7."""
    if isinstance(value, list):
        return f"[{', '.join(map(_yaml, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}" if value >= 1e-5 else repr(value).replace("e-0", "e-")
    return str(value)
