"""R's random numbers, to draw again the samples that published analyses drew with `set.seed` and `sample`.

R fills the state of a Mersenne Twister (Matsumoto & Nishimura 1998, ACM Transactions on Modeling and Computer
Simulation 8, 3-30) from a congruential generator, and since version 3.6.0 picks a position by rejection:
random bits, drawn again while they name none. Versions before that rounded and drew other samples.
"""

from __future__ import annotations

import numpy as np

from analysis.arrays import Integers
from analysis.checks import require_count

__all__ = ["RGenerator"]

_WORDS = 624
_STEPS_BEFORE = 50
_SCALE = 2.3283064365386963e-10
_CHUNK = 16


class RGenerator:
    """The stream of R (3.6.0 or later, default kinds) after `set.seed`.

    Parameters
    ----------
    seed : int
        As given to `set.seed`.

    Examples
    --------
    >>> generator = RGenerator(1)
    >>> round(generator.uniform(), 7)
    0.2655087
    >>> RGenerator(42).sample(5).tolist()
    [0, 4, 3, 2, 1]
    """

    def __init__(self, seed: int) -> None:
        state = seed & 0xFFFFFFFF
        words = []
        for step in range(_STEPS_BEFORE + _WORDS + 1):
            state = (69069 * state + 1) & 0xFFFFFFFF
            # The first word after these steps is R's place in the state, which it overwrites.
            if step > _STEPS_BEFORE:
                words.append(state)
        self._twister = np.random.MT19937()
        key = np.array(words, dtype=np.uint32)
        self._twister.state = {"bit_generator": "MT19937", "state": {"key": key, "pos": _WORDS}}

    def uniform(self) -> float:
        """Return the next number between 0 and 1, as `runif(1)` does."""
        drawn = int(self._twister.random_raw()) * _SCALE
        return min(max(drawn, 0.5 * _SCALE), 1 - 0.5 * _SCALE)

    def sample(self, size: int, draws: int | None = None, *, replace: bool = False) -> Integers:
        """Return positions drawn from `size`, counted from zero.

        Parameters
        ----------
        size : int
            How many there are to draw from.
        draws : int, optional
            How many are drawn; all, in a random order, where not given.
        replace : bool
            Whether a position may be drawn again.

        Returns
        -------
        array of draws ints
            One less than R's `sample.int(size, draws, replace)`.

        Raises
        ------
        ValueError
            When there is nothing to draw from, or more are drawn than there are.
        """
        wanted = size if draws is None else draws
        require_count("positions to draw from", size)
        require_count("draws", wanted)
        if replace:
            return np.array([self._position(size) for _ in range(wanted)], dtype=np.int64)
        if wanted > size:
            raise ValueError(f"found {wanted} draws; allowed: at most {size}, each position once")
        left = np.arange(size, dtype=np.int64)
        drawn = np.empty(wanted, dtype=np.int64)
        for draw in range(wanted):
            place = self._position(size - draw)
            drawn[draw] = left[place]
            left[place] = left[size - draw - 1]
        return drawn

    def _position(self, size: int) -> int:
        bits = (size - 1).bit_length()
        while True:
            value = 0
            for _ in range(bits // _CHUNK + 1):
                value = (value << _CHUNK) + int(self.uniform() * (1 << _CHUNK))
            value &= (1 << bits) - 1
            if value < size:
                return value
