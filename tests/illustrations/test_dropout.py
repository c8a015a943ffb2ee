"""Units that dropout leaves out."""

import numpy as np
import pytest

from relecture.illustrations.dropout import RATES, SIZES, passes


@pytest.mark.parametrize("seed", range(5))
def test_units_are_dropped_in_training_only_and_those_kept_are_scaled_up(seed):
    factors = {name: [layer.numpy() for layer in layers] for name, layers in passes(seed).items()}
    assert list(factors) == ["training step 1", "training step 2", "test"]
    for layers in factors.values():
        assert [len(layer) for layer in layers] == list(SIZES)
        assert (layers[0] == 1).all()
        assert (layers[-1] == 1).all()
    assert all((layer == 1).all() for layer in factors["test"])
    for step in ("training step 1", "training step 2"):
        for layer, rate in zip(factors[step][1:-1], RATES, strict=True):
            np.testing.assert_allclose(layer[layer > 0], 1 / (1 - rate), rtol=1e-6)


def test_a_share_of_the_units_equal_to_the_rate_is_dropped_and_the_mean_factor_is_1():
    hidden = [passes(seed)[f"training step {i}"][1:-1] for seed in range(60) for i in (1, 2)]
    for layer, rate in enumerate(RATES):
        factors = np.stack([layers[layer].numpy() for layers in hidden])
        assert (factors == 0).mean() == pytest.approx(rate, abs=4 * np.sqrt(rate * (1 - rate) / factors.size))
        assert factors.mean() == pytest.approx(1, abs=0.12)


def test_two_steps_drop_different_units(standard):
    first, second, _ = passes(standard.illustrations.seed).values()
    assert any((a != b).any() for a, b in zip(first, second, strict=True))
