"""What the reader looks at: which pixels speak for the digit that it read."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch
from captum.attr import IntegratedGradients, Occlusion

from relecture.tallies.networks.digit_classifier import SIDE, Recognizer

STEPS = 64  # points on the way from an empty cell to the written one
WINDOW, STRIDE = 6, 2  # pixels: what is covered at once, and how far the cover moves


@dataclass(frozen=True)
class Explanation:
    """How much each pixel adds to the logit of the digit that was read; both (n, 28, 28), in logits.

    `integrated`: gradients summed on the straight way from empty paper to the cell (Sundararajan, Taly and Yan 2017,
    "Axiomatic Attribution for Deep Networks"); over all pixels they add up to what the ink adds to the logit.
    `occlusion`: what the logit loses when a window around the pixel is covered with paper, averaged over windows.
    """

    predicted: np.ndarray
    integrated: np.ndarray
    occlusion: np.ndarray


def explain(recognizer: Recognizer, images: np.ndarray) -> Explanation:
    """Explain what `recognizer` read in images (n, 28, 28), uint8."""
    predicted = recognizer.logits(images).argmax(-1)
    if not len(images):
        return Explanation(predicted, *np.empty((2, 0, SIDE, SIDE), np.float32))
    network = recognizer.network.eval()
    device = next(network.parameters()).device
    inputs = torch.from_numpy(images).reshape(-1, 1, SIDE, SIDE).to(device).float() / 255
    target = torch.from_numpy(predicted).to(device)
    paper = torch.zeros_like(inputs)
    integrated = IntegratedGradients(network).attribute(
        inputs, paper, target=target, n_steps=STEPS, internal_batch_size=256
    )
    with torch.inference_mode():
        occluded = Occlusion(network).attribute(
            inputs, (1, WINDOW, WINDOW), strides=(1, STRIDE, STRIDE), baselines=paper, target=target
        )
    return Explanation(predicted, *(found.detach().cpu().numpy()[:, 0] for found in (integrated, occluded)))


def pairs(predictions: pd.DataFrame, count: int) -> pd.DataFrame:
    """The misread cells that the reader was surest of, each with a cell of the same digit that it read right.

    `predictions` has the columns cell, label, predicted, probability. At most `count` rows: label, and for `wrong`
    and `right` the cell, what it was read as and the probability: wrong_cell, wrong_predicted, wrong_probability,
    right_cell, ... The right one is the surest of its digit that is not taken yet; misread cells of a digit of which
    none is left are passed over.
    """
    ranked = predictions.sort_values(["probability", "cell"], ascending=[False, True])
    wrong, right = ranked[ranked.label != ranked.predicted], ranked[ranked.label == ranked.predicted]
    rows: list[dict[str, Any]] = []
    taken: set[int] = set()
    for case in wrong.itertuples():
        match = right[(right.label == case.label) & ~right.cell.isin(taken)].head(1)
        if len(rows) == count or match.empty:
            continue
        taken.add(match.cell.item())
        found = {"label": case.label}
        for name, row in (("wrong", case), ("right", next(match.itertuples()))):
            found |= {f"{name}_{key}": getattr(row, key) for key in ("cell", "predicted", "probability")}
        rows.append(found)
    columns = [f"{name}_{key}" for name in ("wrong", "right") for key in ("cell", "predicted", "probability")]
    return pd.DataFrame(rows, columns=["label", *columns])
