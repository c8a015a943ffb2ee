"""The description of a fitted model that goes into MLflow's model registry."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

#: One tensor of a model's input or output: name (None where there is only one), dtype, shape (-1 = any number).
Tensor = tuple[str | None, str, tuple[int, ...]]


@dataclass(frozen=True)
class RegisteredModel:
    """What the registry has to know about a model; the comparison that fits the model defines one.

    Attributes:
        name: Name in the registry, `tally-digits`.
        alias: Alias of the version to use, `champion`.
        description: Markdown for the model's page.
        file: File of the model, relative to a results folder.
        record: Folder of the record that the model comes from, relative to a results folder.
        example: Returns an example of an input, read from a results folder.
        loader_module: Module with `_load_pyfunc(path)`, which loads `file` and returns an object with `predict`.
        inputs: Tensors of the input.
        outputs: Tensors of the output.
        packages: Packages that `loader_module` needs; their installed versions become the model's requirements.
        score: Metric of the record by which versions on the same data are compared, the higher the better.
    """

    name: str
    alias: str
    description: str
    file: Path
    record: Path
    example: Callable[[Path], np.ndarray]
    loader_module: str
    inputs: Sequence[Tensor]
    outputs: Sequence[Tensor]
    packages: tuple[str, ...]
    score: str = ""
