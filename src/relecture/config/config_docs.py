"""Write config/README.md from the models and the three configurations."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from relecture.config import STANDARD, Config
from relecture.config.error_messages import dotted
from relecture.config.schema import SchemaRules
from relecture.config.yaml_files import read

OVERLAYS = ("quick", "full")

_HEAD = """\
# Configuration

<!-- Written by: relecture config docs > config/README.md. Edit the models, not this file. -->

`config.yaml` is the standard configuration: the lecture as it was given, with enough seeds and splits for
error bars. `quick.yaml` and `full.yaml` are laid over it and change only how much is computed: how many seeds,
splits and epochs. Each of them writes to a folder of its own, `results/<name>/`, which the key `run` names.

**To change something**, change it in `config.yaml` and run `make replicate` again: only what depends on it
is computed again. Or keep your changes in a file, say `config/mine.yaml`, that has only what differs:

```yaml
preset: mine
run: {name: mine}
digits:
  n_seeds: 3
  training: {epochs: 10}
```

and run `make replicate CONFIG=config/mine.yaml`; its results are in `results/mine/`. Blocks are merged key by key, a
list is replaced as a whole. A small number may be written as `0.001` or `1e-3`. For one run, values may also follow
the target in the command. (Text that looks like a number has to be in a file.)

```
snakemake digits --config preset=mine 'run={name: mine}' 'digits={n_seeds: 3}'
```

**To check** without running anything (every mistake is shown at once, with what is allowed):

```
.venv/bin/relecture config check config/config.yaml config/mine.yaml
```

Editors complete and check the keys with `schema.json`, which the first line of each file names.

Below, a column `quick` or `full` appears where that configuration differs from the standard.
"""


def reference(folder: Path) -> str:
    """Return the reference of the configuration, as Markdown.

    Args:
        folder: The folder of config.yaml, quick.yaml and full.yaml.
    """
    rules = SchemaRules(Config)
    values = {name: read(folder / f"{name}.yaml") for name in (STANDARD.stem, *OVERLAYS)}
    blocks = [location for location in [(), *rules.locations()] if rules.keys(location)]
    return "\n".join([_HEAD, *(_section(block, rules, values) for block in blocks)])


def _section(block: tuple[str, ...], rules: SchemaRules, values: dict[str, dict[Any, Any]]) -> str:
    node = rules.node(block)
    keys = [key for key in rules.keys(block) if not rules.keys((*block, key))]
    changed = [name for name in OVERLAYS if any(_value(values[name], (*block, key)) is not None for key in keys)]
    head = ["key", "meaning", "allowed", "standard", *changed]
    rows = []
    for key in keys:
        location = (*block, key)
        defaults = [_code(_value(values[name], location)) for name in (STANDARD.stem, *changed)]
        rows.append([f"`{key}`", rules.node(location)["description"], rules.allowed(location), *defaults])
    title = f"`{dotted(block)}`" if block else "The whole run"
    # The field says what the block is for, the model what it is.
    block_text = rules.block(node)["description"]
    text = dict.fromkeys([node.get("description", block_text), block_text])  # pydantic leaves out an equal one
    table = [head, ["---"] * len(head), *rows] if rows else []  # a block may hold only blocks
    lines = [f"{'#' * max(2, len(block) + 1)} {title}", "", " ".join(text), ""]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in table), ""])


def _value(config: dict[Any, Any], location: tuple[str, ...]) -> Any:
    value: Any = config
    for key in location:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _code(value: Any) -> str:
    return "" if value is None else f"`{_yaml(value)}`"


def _yaml(value: Any) -> str:
    """Return a value as it is written in the file: 0.00001 rather than 1e-05, and 1e-7."""
    if isinstance(value, list):
        return f"[{', '.join(map(_yaml, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}" if value >= 1e-5 else repr(value).replace("e-0", "e-")
    return str(value)
