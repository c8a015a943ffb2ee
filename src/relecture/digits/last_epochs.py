"""Errors after each of the last epochs of a fit, whose mean is less a matter of chance than the last one's."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytorch_lightning as pl
import torch
from torch import nn

from relecture.digits.config import N_LAST_EPOCHS
from relecture.training.fit import predict
from relecture.training.losses import zero_one_loss

#: Images (n, pixels) and their labels (n,).
LabelledImages = tuple[torch.Tensor, torch.Tensor]


class LastEpochsErrors(pl.Callback):
    """Classifies sets of images after each of the last epochs and keeps the errors; training takes no notice of it.

    `error_rates` has for each set the share of misclassified images after each of the epochs, and `n_errors` the number
    of these epochs after which each image is misclassified (n,).
    """

    def __init__(self, image_sets: Mapping[str, LabelledImages], n_epochs: int = N_LAST_EPOCHS):
        self.image_sets, self.n_epochs = image_sets, n_epochs
        self.error_rates: dict[str, list[float]] = {name: [] for name in image_sets}
        self.n_errors = {name: torch.zeros(len(labels), dtype=torch.int16) for name, (_, labels) in image_sets.items()}

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Classify the images if this epoch is one of the last."""
        if trainer.current_epoch < (trainer.max_epochs or 0) - self.n_epochs:
            return
        network = pl_module.network
        assert isinstance(network, nn.Module)
        network.eval()
        for name, (images, labels) in self.image_sets.items():
            outputs = predict(network, images.to(pl_module.device), torch.arange(len(labels), device=pl_module.device))
            is_wrong = zero_one_loss(outputs.cpu(), labels)
            self.error_rates[name].append(is_wrong.double().mean().item())
            self.n_errors[name] += is_wrong.to(torch.int16)
        network.train()

    def scores(self) -> dict[str, float]:
        """Return the mean of each set's error over the epochs, and the standard deviation of the error within the fit.

        The standard deviation (n - 1) is NaN of one epoch.
        """
        scores = {}
        for name, rates in self.error_rates.items():
            scores[f"{name}_error_last_ten"] = float(np.mean(rates))
            scores[f"{name}_error_within_run_sd"] = float(np.std(rates, ddof=1)) if len(rates) > 1 else np.nan
        return scores

    def state_dict(self) -> dict[str, Any]:
        """Return the state for a checkpoint."""
        return {"error_rates": self.error_rates, "n_errors": self.n_errors}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Restore the state from a checkpoint."""
        self.error_rates, self.n_errors = state_dict["error_rates"], state_dict["n_errors"]
