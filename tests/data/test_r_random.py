"""Expected values are R's own output (R 4.2.2)."""

import numpy as np
import pytest
from hypothesis import given, settings
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


@given(seed=st.integers(0, 2**31 - 1), n=st.integers(1, 3_000), data=st.data())
@settings(max_examples=30, deadline=None)
def test_sample_draws_as_r_does_one_number_after_the_other_and_leaves_the_stream_there(seed, n, data):
    # R's R_unif_index: 16 bits from each uniform number, until there are enough; then rejection.
    size = data.draw(st.integers(0, n))
    stream, other = RStream(seed), RStream(seed)
    pool, expected = list(range(n)), []
    for left in range(n, n - size, -1):
        bits, chosen = (left - 1).bit_length(), left
        while chosen >= left:
            chosen = 0
            for _ in range(bits // 16 + 1):
                chosen = 65536 * chosen + int(np.floor(other.runif(1)[0] * 65536))
            chosen %= 2**bits
        expected.append(pool[chosen])
        pool[chosen] = pool[left - 1]
    assert stream.sample(range(n), size) == expected
    assert stream.runif(2).tolist() == other.runif(2).tolist()
