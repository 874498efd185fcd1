"""Many tests on one page: a seed for each, and which of them hold when all are counted."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from analysis.arrays import Floats
from analysis.checks import require_level

__all__ = ["derived_seed", "holm", "holm_sentence"]


def derived_seed(seed: int, *labels: object) -> int:
    """Return a seed of its own for one of several tests, from the page's seed and what the test is of.

    Tests that share a seed share their draws: their p-values then err together. The labels alone decide, so
    that a further relation or wave moves no other test's numbers.

    Parameters
    ----------
    seed : int
        The page's.
    *labels
        What sets this test apart, such as relation and wave.

    Examples
    --------
    >>> derived_seed(1, "advice", 2) == derived_seed(1, "advice", 2)
    True
    >>> derived_seed(1, "advice", 2) == derived_seed(1, "advice", 3)
    False
    """
    told = "\x1f".join([str(seed), *(str(label) for label in labels)])
    return int.from_bytes(hashlib.sha256(told.encode()).digest()[:6], "big")


def holm(p: Sequence[float] | npt.NDArray[np.float64]) -> Floats:
    """Return p-values adjusted by Holm's step-down, which holds for tests that depend on one another.

    Parameters
    ----------
    p : sequence of float, length k
        NaN where there is no test; it counts as none and stays NaN.

    Returns
    -------
    ndarray of float, shape (k,)
        At most 1. A test holds at level α after all are counted when its adjusted p is at most α.

    References
    ----------
    Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal of
    Statistics, 6, 65–70.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03, float("nan")]).round(3).tolist()
    [0.03, 0.06, 0.06, nan]
    """
    given = np.asarray(p, dtype=float)
    adjusted: Floats = np.full(given.shape, np.nan)
    known = np.flatnonzero(~np.isnan(given))
    order = known[np.argsort(given[known], kind="stable")]
    factors = len(order) - np.arange(len(order))
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(factors * given[order]))
    return adjusted


def holm_sentence(p: Mapping[str, float], level: float = 0.05) -> str:
    """Return in words how many tests a page makes and which of them hold after Holm's step-down.

    Parameters
    ----------
    p : mapping of str to float
        The p-value of each test under the words for it; NaN is no test.
    level : float
        Of all tests together.

    Examples
    --------
    >>> holm_sentence({"help, wave 1": 0.001, "help, wave 2": 0.03, "help, wave 3": 0.6})
    "3 tests; 2 have p of 0.05 or less. After Holm's correction 1 holds: help, wave 1."
    >>> holm_sentence({"help": 0.2})
    '1 test; its p is above 0.05.'
    """
    require_level(level)
    tests = {words: value for words, value in p.items() if value == value}
    alone = [words for words, value in tests.items() if value <= level]
    adjusted = holm(list(tests.values()))
    held = [words for words, value in zip(tests, adjusted, strict=True) if value <= level]
    if len(tests) < 2:
        told = f"1 test; its p is {'at most' if alone else 'above'} {level:g}."
        return told if tests else "No test."
    if not alone:
        return f"{len(tests)} tests; none has a p of {level:g} or less."
    found = f"{len(tests)} tests; {len(alone)} {'has' if len(alone) == 1 else 'have'} p of {level:g} or less."
    if not held:
        return f"{found} After Holm's correction none holds."
    if len(held) == len(alone):
        return f"{found} {'It holds' if len(held) == 1 else 'All of them hold'} after Holm's correction."
    hold = "holds" if len(held) == 1 else "hold"
    return f"{found} After Holm's correction {len(held)} {hold}: {'; '.join(held)}."
