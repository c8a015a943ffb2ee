"""Real data: the US states, and handwritten digits."""

from pathlib import Path
from typing import Any

import numpy as np

from relecture.clusters.data import Dataset, made, standardised
from relecture.errors import UserError

#: The columns of statecrime, in words.
RATES = {
    "violent": "violent crimes per 100,000",
    "murder": "murders per 100,000",
    "hs_grad": "high-school graduates, %",
    "poverty": "poor, %",
    "single": "single-parent households, %",
    "white": "white, %",
    "urban": "urban, %",
}


def statecrime(spec: dict[str, Any], source: Path | None = None) -> Dataset:
    """50 US states and DC in 2009, seven rates, standardised."""
    from statsmodels.datasets import statecrime

    table = statecrime.load_pandas().data[list(RATES)]
    words, states = list(RATES.values()), [str(name).strip() for name in table.index]
    return standardised("statecrime", table.to_numpy(float), "statecrime (statsmodels)", words, states)


def images(spec: dict[str, Any], source: Path | None = None) -> Dataset:
    """Training images of MNIST drawn at random, as rows of 784 numbers from 0 to 1; the groups are the digits."""
    from relecture.data import mnist

    if source is None:
        raise UserError("the images need the manifest of MNIST: --source resources/mnist.json")
    loaded = mnist.load(source)
    count = min(spec["images"], len(loaded.train_labels))
    drawn = np.sort(np.random.RandomState(spec["seed"]).permutation(len(loaded.train_labels))[:count])
    return made(
        "images",
        loaded.train_images[drawn].reshape(count, 784) / 255,
        loaded.name,
        [f"pixel {row},{column}" for row in range(28) for column in range(28)],
        rows=np.array([f"image {i}" for i in drawn]),
        groups=loaded.train_labels[drawn].astype(str),
        sample=loaded.sample,
    )
