"""Many tests on one page: a seed for each, and which of them hold when all are counted."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from analysis.arrays import Flags, Floats
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


def holm_sentence(p: Sequence[float] | npt.NDArray[np.float64], level: float = 0.05) -> str:
    """Return in words how many tests there are and how many hold after Holm's step-down.

    Examples
    --------
    >>> holm_sentence([0.001, 0.03, 0.6])
    "3 tests; 2 have p of 0.05 or less, 1 of them after Holm's correction for 3 tests."
    >>> holm_sentence([0.2])
    '1 test; its p is above 0.05.'
    """
    require_level(level)
    given = np.asarray(p, dtype=float)
    count = int((~np.isnan(given)).sum())
    alone: Flags = given <= level
    held = int((holm(given) <= level).sum())
    if count == 0:
        return "No test."
    if count == 1:
        return f"1 test; its p is {'at most' if alone.any() else 'above'} {level:g}."
    if not alone.any():
        return f"{count} tests; none has a p of {level:g} or less."
    found = int(alone.sum())
    after = f"{held if held else 'none'} of them after Holm's correction for {count} tests"
    return f"{count} tests; {found} {'has' if found == 1 else 'have'} p of {level:g} or less, {after}."
