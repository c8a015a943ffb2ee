"""Expected values are R's own output (R 4.2.2)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relecture.data.r_random import RStream


def test_runif_after_seed_1():
    assert RStream(1).runif(3) == pytest.approx([0.2655087, 0.3721239, 0.5728534], abs=5e-8)


def test_rnorm_after_seed_1():
    assert RStream(1).rnorm(3) == pytest.approx([-0.6264538, 0.1836433, -0.8356286], abs=5e-8)


def test_sample_after_seed_42():
    assert RStream(42).sample(range(1, 11)) == [1, 5, 10, 8, 2, 4, 6, 9, 7, 3]


def test_the_book_s_split_starts_with_the_players_r_draws():
    assert RStream(13).sample(range(1, 264), 87)[:5] == [259, 74, 205, 132, 221]


def test_draws_continue_one_stream():
    together, apart = RStream(7).runif(10), RStream(7)
    assert np.array_equal(together, np.concatenate([apart.runif(4), apart.runif(6)]))


@given(seed=st.integers(0, 2**31 - 1), n=st.integers(1, 300))
def test_a_full_sample_is_a_permutation(seed, n):
    assert sorted(RStream(seed).sample(range(n))) == list(range(n))


@given(seed=st.integers(0, 2**31 - 1), n=st.integers(1, 300), data=st.data())
def test_a_sample_has_no_repeats(seed, n, data):
    size = data.draw(st.integers(0, n))
    drawn = RStream(seed).sample(range(n), size)
    assert len(drawn) == len(set(drawn)) == size
