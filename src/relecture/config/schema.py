"""The JSON schema of the configuration, and what it allows in plain words."""

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel

Step = str | int
Node = dict[str, Any]

_ONE = {"integer": "a whole number", "number": "a number", "string": "text", "boolean": "true or false"}
_MANY = {"integer": "whole numbers", "number": "numbers", "string": "texts", "boolean": "true or false"}


def json_schema(model: type[BaseModel]) -> Node:
    """Return the JSON schema of configuration files for editors; no key is required, since files are merged."""
    schema = model.model_json_schema()
    for block in [schema, *schema.get("$defs", {}).values()]:
        block.pop("required", None)
        for node in block.get("properties", {}).values():
            node.pop("allowed", None)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


class SchemaRules:
    """The keys of a model and of the blocks below it, and the values that each allows."""

    def __init__(self, model: type[BaseModel]) -> None:
        self._schema: Node = model.model_json_schema()

    def node(self, location: Sequence[Step]) -> Node:
        """Return the schema at a location such as ("digits", "hidden", 0); in a list of blocks, that of any block."""
        node = self._schema
        for step in location:
            node = self.resolved(node)
            node = node["items"] if isinstance(step, int) else self.block(node)["properties"][step]
        return node

    def resolved(self, node: Node) -> Node:
        """Return the block that a schema refers to, or the schema itself."""
        reference = node.get("$ref")
        return dict(self._schema["$defs"][reference.rpartition("/")[2]]) if reference else node

    def block(self, node: Node) -> Node:
        """Return the block of a schema: itself, the one it refers to, or any one of a list."""
        node = self.resolved(node)
        return self.resolved(node["items"]) if "items" in node else node

    def keys(self, location: Sequence[Step]) -> list[str]:
        """Return the keys of the block, or of each block of the list, at a location; none for a value."""
        return list(self.block(self.node(location)).get("properties", {}))

    def locations(self, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
        """Yield every key of every block, from above to below."""
        for key in self.keys(above):
            yield (*above, key)
            yield from self.locations((*above, key))

    def allowed(self, location: Sequence[Step]) -> str:
        """Return what is allowed at a location, in plain words."""
        node = self.resolved(self.node(location))
        if node["type"] == "object":
            return f"a block with the keys {', '.join(self.keys(location))}"
        if node["type"] == "array":
            return f"a list{', not empty,' if node.get('minItems') else ''} of {self._many(location, node['items'])}"
        return _one(node)

    def _many(self, location: Sequence[Step], item: Node) -> str:
        keys = self.keys(location)
        return f"blocks with the keys {', '.join(keys)}" if keys else _many(item)


def _one(node: Node) -> str:
    if "enum" in node:
        return f"one of {', '.join(node['enum'])}"
    return node.get("allowed") or _ONE[node["type"]] + _bounds(node)


def _many(node: Node) -> str:
    if "enum" in node:
        return f"these: {', '.join(node['enum'])}"
    return node.get("allowed") or _MANY[node["type"]] + _bounds(node)


def _bounds(node: Node) -> str:
    if "minimum" in node and "maximum" in node:
        return f" from {node['minimum']:,} to {node['maximum']:,}"
    words = {
        "minimum": "of at least",
        "exclusiveMinimum": "above",
        "maximum": "of at most",
        "exclusiveMaximum": "below",
    }
    return " and".join(f" {word} {node[bound]:,}" for bound, word in words.items() if bound in node)
