"""The model that reads digits: a network, its temperature and its name in one file, `reader.pt`.

The file holds tensors and plain values only, so loading it runs no code of whoever made it.
"""

import io
import os
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from relecture.errors import UserError
from relecture.tallies.networks.cnn import cnn

SIDE, CLASSES, BATCH = 28, 10, 256
KEYS = ("architecture", "weights", "temperature", "name", "learned")
EQUAL = (1 / CLASSES,) * CLASSES


@dataclass(frozen=True)
class Recognizer:
    """Reads cells (28 x 28 grey values, 0 = paper, 255 = ink) as digits.

    `architecture` is that of `cnn`. Logits are divided by `temperature` before they become probabilities: above 1 it
    makes a network less sure of itself, and never changes which digit is read (Guo et al. 2017, "On Calibration of
    Modern Neural Networks"). `learned` (10 numbers) says how frequent each digit was among those it learned from.
    """

    network: nn.Module
    architecture: dict[str, Any]
    name: str
    temperature: float = 1.0
    learned: tuple[float, ...] = EQUAL

    @classmethod
    def load(cls, path: Path, accelerator: str = "auto") -> "Recognizer":
        """Read what `save` wrote; `accelerator` is `auto` (a GPU where there is one), `cpu` or `cuda`.

        Raises UserError for a file that is missing or holds no reader.
        """
        try:
            content = torch.load(path, map_location="cpu", weights_only=True)
            missing = [key for key in KEYS if key not in content]
            if missing:
                raise ValueError(f"it lacks {', '.join(missing)}")
            network = cnn(content["architecture"], seed=0)
            network.load_state_dict(content["weights"])
        except FileNotFoundError as error:
            raise UserError(f"there is no reader {path}. Make one first: snakemake tallies") from error
        except (OSError, ValueError, KeyError, TypeError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
            reason = " ".join(str(error).split())[:200]
            raise UserError(
                f"{path} is no reader of digits ({reason}). A reader is made by: snakemake tallies"
            ) from error
        if accelerator == "auto":
            accelerator = "cuda" if torch.cuda.is_available() else "cpu"
        network = network.eval().to(accelerator).to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # PyTorch's own types leave memory_format out
        temperature, learned = float(content["temperature"]), tuple(content["learned"])
        return cls(network, content["architecture"], content["name"], temperature, learned)

    def save(self, path: Path) -> None:
        """Write the reader to `path`, whole or not at all; the same reader gives the same bytes."""
        weights = {key: value.detach().cpu().contiguous() for key, value in self.network.state_dict().items()}
        content = {
            "architecture": self.architecture,
            "weights": weights,
            "temperature": float(self.temperature),
            "name": self.name,
            "learned": list(self.learned),
        }
        memory = io.BytesIO()  # a file's own name would be part of what torch writes
        torch.save(content, memory)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.part")
        draft.write_bytes(memory.getvalue())
        draft.replace(path)

    def logits(self, images: np.ndarray) -> np.ndarray:
        """What the network answers before temperature: images (..., 28, 28) uint8 -> (..., 10) float32.

        Raises ValueError for images of another shape or kind.
        """
        images = np.asarray(images)
        if images.dtype != np.uint8 or images.shape[-2:] != (SIDE, SIDE):
            raise ValueError(f"cells are uint8 (..., {SIDE}, {SIDE}), not {images.dtype} {images.shape}")
        flat = torch.from_numpy(np.ascontiguousarray(images)).reshape(-1, 1, SIDE, SIDE)
        torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
        found, network = torch.empty(len(flat), CLASSES), self.network.eval()
        device = next(network.parameters()).device
        with torch.inference_mode():
            for start in range(0, len(flat), BATCH):
                batch = flat[start : start + BATCH].to(device).float() / 255
                found[start : start + BATCH] = network(batch.contiguous(memory_format=torch.channels_last)).cpu()
        return found.numpy().reshape(*images.shape[:-2], CLASSES)

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """The probability of each digit: images (..., 28, 28) uint8 -> (..., 10) float32, each row summing to 1."""
        return softmax(self.logits(images), self.temperature)


def shares(labels: np.ndarray) -> tuple[float, ...]:
    """How frequent each digit is among `labels` (n,); one that is missing counts as seen once."""
    counts = np.maximum(np.bincount(labels, minlength=CLASSES), 1)
    return tuple((counts / counts.sum()).tolist())


def softmax(logits: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """Probabilities from logits (..., classes), divided by `temperature` first; float32."""
    scaled = logits.astype(np.float64) / temperature
    odds = np.exp(scaled - scaled.max(-1, keepdims=True))
    return (odds / odds.sum(-1, keepdims=True)).astype(np.float32)
