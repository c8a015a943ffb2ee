"""Labelled cells: pictures of one handwritten digit each, with the digit that stands there, in three parts."""

import hashlib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from relecture.data.mnist import Mnist

#: To learn from; to make every choice on; to read once, at the end.
PARTS = ("train", "validation", "test")
SIDE = 28  # pixels, as MNIST's


@dataclass(frozen=True)
class Cells:
    """Cells and what they show.

    Images are uint8 (n, 28, 28), 0 = paper, 255 = ink; labels are int64 (n,), 0..9; `parts` is one of PARTS for
    each. `name`, `sample` (true where the handwriting is a stand-in) and `digest` say which data these are.
    """

    images: np.ndarray
    labels: np.ndarray
    parts: np.ndarray
    name: str
    sample: bool
    digest: str

    def part(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Images and labels of one part, in their order."""
        own = self.parts == name
        return self.images[own], self.labels[own]

    def described(self, mnist: Mnist | None = None) -> dict[str, Any]:
        """What a record says of its data: these cells, and `mnist` where that was learned from as well."""
        if mnist is None:
            return {"name": self.name, "digest": self.digest, "sample": self.sample}
        name = f"{mnist.name}, {self.name}" if mnist.sample else self.name
        return {"name": name, "digest": f"{mnist.digest}-{self.digest}", "sample": mnist.sample or self.sample}

    def save(self, path: Path) -> None:
        """Keep the cells as one uncompressed file: the same bytes for the same cells."""
        with path.open("wb") as file:
            np.savez(file, **{field.name: getattr(self, field.name) for field in fields(self)})

    @classmethod
    def load(cls, path: Path) -> "Cells":
        """Read what `save` kept."""
        with np.load(path) as file:
            arrays = {name: file[name] for name in file.files}
        plain = {name: str(arrays.pop(name)) for name in ("name", "digest")}
        return cls(**{**arrays, **plain, "sample": bool(arrays["sample"])})


def digest(*arrays: np.ndarray) -> str:
    """Sixteen hexadecimal digits of what the arrays hold."""
    content = hashlib.sha256()
    for array in arrays:
        content.update(repr((array.dtype.str, array.shape)).encode())
        content.update(np.ascontiguousarray(array).tobytes())
    return content.hexdigest()[:16]
