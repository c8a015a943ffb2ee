"""The Gaussian mixture that k-means is compared with: round components, each with its own variance and weight."""

import numpy as np
from sklearn.mixture import GaussianMixture

#: A point is uncertain above this entropy of its membership; it is that of a probability of 89 % in two clusters.
UNCERTAIN_BITS = 0.5


def fit_gmm(x: np.ndarray, n_components: int, n_init: int, random: np.random.RandomState) -> GaussianMixture:
    """Fit the likeliest Gaussian mixture of round components from some k-means++ starts."""
    return GaussianMixture(
        n_components,
        covariance_type="spherical",
        n_init=n_init,
        init_params="k-means++",
        max_iter=500,
        random_state=random.randint(2**31),
    ).fit(x)
