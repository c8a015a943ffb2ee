"""The digit classifier: a network or several, their temperature and their name in one file, `classifier.pt`.

The file holds tensors and plain values only, so that loading it cannot run code.
"""

import io
import math
import os
import pickle
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import scipy.special
import torch
from torch import nn

from relecture.atomic_files import atomic_write
from relecture.errors import UserError
from relecture.tallies import IMAGE_SIZE
from relecture.tallies.config import Architecture
from relecture.tallies.networks.cnn import N_CLASSES, cnn

BATCH_SIZE = 256
KEYS = ("architecture", "weights", "temperature", "name", "train_prior")
FIRST_MEMBER = "seed-00"
UNIFORM_PRIOR = (1 / N_CLASSES,) * N_CLASSES


class Ensemble(nn.Module):
    """Several networks of one architecture: its logits are the means of theirs."""

    def __init__(self, networks: Sequence[nn.Module]):
        super().__init__()
        self.networks = nn.ModuleList(networks)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the mean logits of images (n, 1, 28, 28)."""
        return torch.stack([network(x) for network in self.networks]).mean(0)


@dataclass(frozen=True)
class DigitClassifier:
    """Classifies cells (28 x 28 grey values, 0 = paper, 255 = ink) as digits, or as MARK if it has this class.

    Attributes:
        network: Maps images (n, 1, 28, 28) from 0 to 1 to logits (n, classes): 10, or 11 with MARK.
        architecture: What `cnn` builds the network from.
        name: What the network was trained on, in words.
        temperature: Logits are divided by it before softmax. A temperature above 1 lowers the probability of the
            predicted digit and never changes the digit (Guo et al. 2017, "On Calibration of Modern Neural Networks").
        train_prior: Relative frequencies of the classes in the training data.
        test_quality: Mean of the highest probabilities of its own test cells; NaN if that is not known.
    """

    network: nn.Module
    architecture: Architecture
    name: str
    temperature: float = 1.0
    train_prior: tuple[float, ...] = UNIFORM_PRIOR
    test_quality: float = math.nan

    @classmethod
    def load(cls, path: Path, accelerator: str = "auto") -> "DigitClassifier":
        """Read the file that `save` wrote.

        Args:
            path: The file.
            accelerator: `auto` (a GPU if there is one), `cpu` or `cuda`.

        Raises:
            UserError: The file is missing, or it is not a digit classifier.
        """
        try:
            content = torch.load(path, map_location="cpu", weights_only=True)
            missing = [key for key in KEYS if key not in content]
            if missing:
                raise ValueError(f"it lacks {', '.join(missing)}")
            n_classes, n_networks = len(content["train_prior"]), content.get("n_networks", 1)
            networks = [cnn(content["architecture"], seed=0, n_classes=n_classes) for _ in range(n_networks)]
            network: nn.Module = networks[0] if n_networks == 1 else Ensemble(networks)
            network.load_state_dict(content["weights"])
            temperature, train_prior = float(content["temperature"]), tuple(content["train_prior"])
            if not all(value.isfinite().all() for value in network.state_dict().values()):
                raise ValueError("a weight is not finite")
            if not 0 < temperature < math.inf:
                raise ValueError(f"its temperature is {temperature}")
            if not all(0 < share < math.inf for share in train_prior):
                raise ValueError("a frequency of its training labels is not positive")
        except FileNotFoundError as error:
            raise UserError(f"there is no digit classifier {path}. Make it first: snakemake tallies") from error
        except (OSError, ValueError, KeyError, TypeError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
            reason = " ".join(str(error).split())[:200]
            raise UserError(f"{path} is not a digit classifier ({reason}). Make one with: snakemake tallies") from error
        if accelerator == "auto":
            accelerator = "cuda" if torch.cuda.is_available() else "cpu"
        network = network.eval().to(accelerator).to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # PyTorch's own types leave memory_format out
        test_quality = float(content.get("test_quality", math.nan))
        return cls(network, content["architecture"], content["name"], temperature, train_prior, test_quality)

    def save(self, path: Path) -> None:
        """Write the classifier to `path`; the same classifier gives the same bytes."""
        weights = {key: value.detach().cpu().contiguous() for key, value in self.network.state_dict().items()}
        content = {
            "architecture": self.architecture,
            "weights": weights,
            "temperature": float(self.temperature),
            "name": self.name,
            "train_prior": list(self.train_prior),
            "test_quality": float(self.test_quality),
        }
        if isinstance(self.network, Ensemble):
            content["n_networks"] = len(self.network.networks)
        memory = io.BytesIO()  # torch writes a file's own name into the file
        torch.save(content, memory)
        with atomic_write(path) as draft:
            draft.write_bytes(memory.getvalue())

    @property
    def n_classes(self) -> int:
        """The number of classes: 10, or 11 with MARK."""
        return len(self.train_prior)

    def logits(self, images: np.ndarray) -> np.ndarray:
        """Return the network's logits before temperature: images (..., 28, 28) uint8 -> (..., classes) float32.

        Raises:
            ValueError: The images have another shape or type.
        """
        images = np.asarray(images)
        if images.dtype != np.uint8 or images.shape[-2:] != (IMAGE_SIZE, IMAGE_SIZE):
            raise ValueError(f"cells are uint8 (..., {IMAGE_SIZE}, {IMAGE_SIZE}), not {images.dtype} {images.shape}")
        flat = torch.from_numpy(np.ascontiguousarray(images)).reshape(-1, 1, IMAGE_SIZE, IMAGE_SIZE)
        torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
        logits, network = torch.empty(len(flat), self.n_classes), self.network.eval()
        device = next(network.parameters()).device
        with torch.inference_mode():
            for start in range(0, len(flat), BATCH_SIZE):
                batch = flat[start : start + BATCH_SIZE].to(device).float() / 255
                logits[start : start + BATCH_SIZE] = network(batch.contiguous(memory_format=torch.channels_last)).cpu()
        return logits.numpy().reshape(*images.shape[:-2], self.n_classes)

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """Return the probability of each class: images (..., 28, 28) uint8 -> (..., classes) float32, rows sum to 1."""
        return softmax(self.logits(images), self.temperature)


def ensemble(classifiers: Sequence[DigitClassifier]) -> DigitClassifier:
    """Return the classifier whose logits are the means of those of classifiers that differ in their seed."""
    first = classifiers[0]
    if len(classifiers) == 1:
        return first
    networks = Ensemble([classifier.network for classifier in classifiers])
    return replace(first, network=networks, name=f"the mean of {len(classifiers)} networks: {first.name}")


def classifier_file(member: str) -> str:
    """Return the file name of a member's classifier in the final record's model: classifier.pt for the first."""
    return "classifier.pt" if member == FIRST_MEMBER else f"{member}.pt"


def digit_frequencies(labels: np.ndarray, n_classes: int = N_CLASSES) -> tuple[float, ...]:
    """Return the relative frequency of each class in `labels` (n,); a missing class counts as one label."""
    counts = np.maximum(np.bincount(labels, minlength=n_classes), 1)
    return tuple((counts / counts.sum()).tolist())


def softmax(logits: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """Return the probabilities float32 (..., classes) of logits that are divided by `temperature`, in float64."""
    probabilities: np.ndarray = scipy.special.softmax(logits.astype(np.float64) / temperature, axis=-1)
    return probabilities.astype(np.float32)
