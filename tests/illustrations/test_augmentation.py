"""Affine transforms of a digit."""

import numpy as np
import pytest

from relecture.illustrations.augmentation import (
    MAX_ROTATION,
    MAX_SHIFT,
    MAX_ZOOM,
    N_TRANSFORMS,
    AffineTransform,
    random_transforms,
)


@pytest.fixture(scope="module")
def digit(images) -> np.ndarray:
    """The first training image of the sample, 0 to 1."""
    return images.train_images[0] / 255


def test_the_default_transform_does_not_change_the_digit(digit):
    np.testing.assert_allclose(AffineTransform().apply(digit), digit, atol=1e-12)


def test_a_quarter_turn_and_a_shift_by_whole_pixels_are_exact(digit):
    np.testing.assert_allclose(AffineTransform(rotation=90).apply(digit), np.rot90(digit), atol=1e-9)
    shifted = np.roll(digit, (2, -1), (0, 1))
    np.testing.assert_allclose(AffineTransform(shift_down=2, shift_right=-1).apply(digit), shifted, atol=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_transforms_differ_stay_within_their_limits_and_preserve_the_ink(digit, seed):
    transforms = random_transforms(N_TRANSFORMS, seed)
    assert len(set(transforms)) == N_TRANSFORMS == 9
    assert transforms == random_transforms(N_TRANSFORMS, seed)
    for transform in transforms:
        assert abs(transform.rotation) <= MAX_ROTATION
        assert max(abs(transform.shift_down), abs(transform.shift_right)) <= MAX_SHIFT
        assert 1 / MAX_ZOOM <= transform.zoom <= MAX_ZOOM
        assert transform.apply(digit).sum() == pytest.approx(digit.sum() * transform.zoom**2, rel=0.05)
