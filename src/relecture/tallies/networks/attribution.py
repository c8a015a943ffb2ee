"""Attribution: how much each pixel of a cell adds to the logit of its predicted digit."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch
from captum.attr import IntegratedGradients, Occlusion

from relecture.tallies import IMAGE_SIZE
from relecture.tallies.networks.digit_classifier import DigitClassifier

N_STEPS = 64  # points of the integral between an empty cell and the cell
WINDOW, STRIDE = 6, 2  # pixels: side of the occluding window, and its step


@dataclass(frozen=True)
class Attributions:
    """Contribution of each pixel to the logit of the predicted digit.

    Attributes:
        predicted: Predicted digits, (n,).
        integrated_gradients: Gradients integrated from empty paper to the cell, (n, 28, 28), in logits (Sundararajan,
            Taly and Yan 2017, "Axiomatic Attribution for Deep Networks"). They sum to the logit's gain from the ink.
        occlusion: Loss of the logit when a window around the pixel is covered with paper, averaged over windows,
            (n, 28, 28).
    """

    predicted: np.ndarray
    integrated_gradients: np.ndarray
    occlusion: np.ndarray


def attribute(classifier: DigitClassifier, images: np.ndarray) -> Attributions:
    """Return the attributions of images (n, 28, 28), uint8."""
    predicted = classifier.logits(images).argmax(-1)
    if not len(images):
        return Attributions(predicted, *np.empty((2, 0, IMAGE_SIZE, IMAGE_SIZE), np.float32))
    network = classifier.network.eval()
    device = next(network.parameters()).device
    inputs = torch.from_numpy(images).reshape(-1, 1, IMAGE_SIZE, IMAGE_SIZE).to(device).float() / 255
    target = torch.from_numpy(predicted).to(device)
    paper = torch.zeros_like(inputs)
    gradients = IntegratedGradients(network).attribute(
        inputs, paper, target=target, n_steps=N_STEPS, internal_batch_size=256
    )
    with torch.inference_mode():
        occlusion = Occlusion(network).attribute(
            inputs, (1, WINDOW, WINDOW), strides=(1, STRIDE, STRIDE), baselines=paper, target=target
        )
    return Attributions(predicted, *(values.detach().cpu().numpy()[:, 0] for values in (gradients, occlusion)))


def select_pairs(predictions: pd.DataFrame, n_pairs: int) -> pd.DataFrame:
    """Return the most confidently misclassified cells, each with a correctly classified cell of the same digit.

    Args:
        predictions: The columns cell, label, predicted, probability.
        n_pairs: Maximum number of pairs.

    Returns:
        A row per pair: label, and for `wrong` and `right` the cell, its predicted digit and the probability:
        wrong_cell, wrong_predicted, wrong_probability, right_cell, ... The right cell is the most confident of its
        digit that is not in an earlier pair; misclassified cells without such a cell are skipped.
    """
    ranked = predictions.sort_values(["probability", "cell"], ascending=[False, True])
    wrong, right = ranked[ranked.label != ranked.predicted], ranked[ranked.label == ranked.predicted]
    keys = ("cell", "predicted", "probability")
    pairs: list[dict[str, Any]] = []
    used: set[int] = set()
    for case in wrong.itertuples():
        match = right[(right.label == case.label) & ~right.cell.isin(used)].head(1)
        if len(pairs) == n_pairs or match.empty:
            continue
        used.add(match.cell.item())
        pair = {"label": case.label}
        for name, row in (("wrong", case), ("right", next(match.itertuples()))):
            pair |= {f"{name}_{key}": getattr(row, key) for key in keys}
        pairs.append(pair)
    return pd.DataFrame(pairs, columns=["label", *(f"{name}_{key}" for name in ("wrong", "right") for key in keys)])
