"""Monte Carlo p-values, their error, intervals over replicates, and when two numbers count as equal.

Every comparison of an observed statistic with simulated ones, and of estimates that may be tied, goes through
`tied`. The last bit of a sum depends on the order in which a processor adds, so that replicates which equal
the observed statistic on one machine lie a rounding error above or below it on another. Statistics of
networks are ratios of small whole numbers and tie often; compared as they are, the last bit would decide
whether hundreds of replicates count.

A p-value is (1 + b) / (1 + m), b of m replicates being at least as extreme as the observed statistic, ties
among them (Davison & Hinkley 1997, *Bootstrap Methods and their Application*, eq. 4.11; Phipson & Smyth 2010,
Statistical Applications in Genetics and Molecular Biology 9, 39).
"""

from __future__ import annotations

import math
from typing import Literal, TypeVar, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr, ndtri

from analysis.arrays import Flags, Floats
from analysis.checks import require_count, require_level, require_one_of

__all__ = [
    "Alternative",
    "bias_corrected_interval",
    "normal_interval",
    "p_error",
    "p_value",
    "replicate_interval",
    "tied",
]

Alternative = Literal["greater", "less", "about_zero", "about_centre", "doubled"]
"""What counts as extreme: the last three are two-sided, each with a meaning of its own (see `p_value`)."""

T = TypeVar("T", float, Floats, "pd.Series[float]")

_TOLERANCE = 1e-10


def tied(values: npt.ArrayLike, reference: float, *, scale: float = 1.0) -> Flags:
    """Return which values equal a reference but for rounding.

    Two numbers are tied when they agree in about ten significant digits, or to 1e-10 where they are below 1
    (the statistics here, shares, correlations, log odds, are of order one). That is some hundred times what
    rounding makes of the worst of them, and far below any difference that two networks of people can have.

    Parameters
    ----------
    values : array-like of any shape
        Infinite values are tied with the same infinity; NaN with nothing.
    reference : float
    scale : float
        Size of the numbers that both were differences of, where that is above 1.

    Returns
    -------
    ndarray of bool
        In the shape of `values`.

    Examples
    --------
    >>> tied([0.1 + 0.2, 0.31, float("inf")], 0.3).tolist()
    [True, False, False]
    """
    near = _TOLERANCE * max(1.0, abs(scale))
    close: Flags = np.isclose(np.asarray(values, dtype=float), reference, rtol=_TOLERANCE, atol=near)
    return close


def p_value(
    replicates: npt.ArrayLike, observed: float, alternative: Alternative, *, centre: float | None = None
) -> float:
    """Return how often chance does as much: (1 + b) / (1 + m).

    Parameters
    ----------
    replicates : array-like of shape (m,)
        The statistic under the null. A missing one (NaN) cannot speak against chance and counts as extreme;
        leave those out beforehand that should not count at all.
    observed : float
        If NaN, so is the p-value.
    alternative : {"greater", "less", "about_zero", "about_centre", "doubled"}
        Extreme is a replicate

        - ``"greater"``, ``"less"``: at or above, at or below what was observed (one-sided);
        - ``"about_zero"``: as far from 0 or farther, for a statistic that is 0 without an association, such
          as a correlation or a t statistic;
        - ``"about_centre"``: as far from `centre` or farther, for a statistic whose expectation under the
          null is another number;
        - ``"doubled"``: none of these; p is twice the smaller of the one-sided p-values, at most 1, for a
          statistic whose null distribution may be lopsided.
    centre : float, optional
        Of ``"about_centre"`` alone: the statistic's expectation under the null; by default the mean of the
        replicates that are finite.

    Returns
    -------
    float
        From 1 / (1 + m) to 1.

    Raises
    ------
    ValueError
        For no replicate, an alternative that is none of these, or a centre without ``"about_centre"``.

    Examples
    --------
    >>> drawn = [-2.0, -1.0, 0.0, 1.0, 2.0, 2.0, 2.0, 3.0, 4.0]
    >>> [p_value(drawn, 3.0, side) for side in ("greater", "less", "about_zero", "doubled")]
    [0.3, 0.9, 0.3, 0.6]
    >>> p_value(drawn, 3.0, "about_centre", centre=1.0)
    0.5
    """
    drawn = np.asarray(replicates, dtype=float)
    require_one_of("alternative", alternative, get_args(Alternative))
    require_count("replicates", drawn.size)
    if centre is not None and alternative != "about_centre":
        raise ValueError(f"found centre {centre} for {alternative!r}; allowed for 'about_centre' alone")
    if math.isnan(observed):
        return math.nan
    if alternative == "doubled":
        return min(1.0, 2 * min(p_value(drawn, observed, "greater"), p_value(drawn, observed, "less")))
    middle = 0.0
    if alternative == "about_centre":
        finite = drawn[np.isfinite(drawn)]
        middle = centre if centre is not None else float(finite.mean()) if finite.size else 0.0
    if alternative in ("about_zero", "about_centre"):
        drawn, observed = np.abs(drawn - middle), abs(observed - middle)
    beyond = drawn < observed if alternative == "less" else drawn > observed
    extreme = beyond | tied(drawn, observed, scale=middle) | np.isnan(drawn)
    return (1 + int(extreme.sum())) / (1 + drawn.size)


def p_error(p: float, replicates: int, alternative: Alternative = "greater") -> float:
    """Return the Monte Carlo standard error of a p-value: how much another seed would move it.

    Parameters
    ----------
    p : float
        From 0 to 1; NaN gives NaN.
    replicates : int
        m, that it rests on.
    alternative : str
        As for `p_value`. A doubled p is twice a proportion, and so is its error. That a centre which is the
        mean of the replicates moves with the seed as well is not in it.

    Returns
    -------
    float
        sqrt(p (1 − p) / m); of a doubled p, 2 sqrt(p/2 (1 − p/2) / m).

    Examples
    --------
    >>> p_error(0.5, 100), p_error(0.5, 100, "doubled")
    (0.05, 0.08660254037844387)
    """
    require_one_of("alternative", alternative, get_args(Alternative))
    require_count("replicates", replicates)
    times = 2 if alternative == "doubled" else 1
    share = p / times
    return times * math.sqrt(share * (1 - share) / replicates)


def replicate_interval(replicates: npt.ArrayLike, level: float = 0.95) -> tuple[float, float]:
    """Return the middle part of the replicates, between two of their quantiles.

    Parameters
    ----------
    replicates : array-like of shape (m,)
        Missing ones are left out. Quantiles are interpolated, so that no rank hangs on the last bit.
    level : float
        Share in the middle, between 0 and 1.

    Returns
    -------
    tuple of float
        Lower and upper end; NaN without a replicate.

    Examples
    --------
    >>> replicate_interval(range(101), 0.5)
    (25.0, 75.0)
    """
    require_level(level)
    drawn = np.asarray(replicates, dtype=float)
    known = drawn[~np.isnan(drawn)]
    if not known.size:
        return math.nan, math.nan
    lower, upper = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return float(lower), float(upper)


def bias_corrected_interval(
    replicates: npt.ArrayLike, estimate: float, level: float = 0.95
) -> tuple[float, float]:
    """Return the bias-corrected percentile interval of a bootstrap.

    The ends are the replicates at Φ(2 z₀ ± z), z₀ being Φ⁻¹ of the share of replicates below the estimate
    (Efron 1981, Canadian J. Statistics 9, 139-172). Replicates tied with the estimate count half.

    Parameters
    ----------
    replicates : array-like of shape (m,)
        May be infinite, never missing; an end is always one of them.
    estimate : float
        May be infinite.
    level : float
        Between 0 and 1.

    Raises
    ------
    ValueError
        For no replicate, a missing one, or a level out of bounds.

    Examples
    --------
    >>> bias_corrected_interval(range(100), 49.5, 0.9)
    (4.0, 94.0)
    >>> bias_corrected_interval(range(100), 60, 0.9)
    (13.0, 98.0)
    """
    drawn: Floats = np.sort(np.asarray(replicates, dtype=float))
    require_level(level)
    require_count("replicates", drawn.size)
    if np.isnan(drawn).any() or math.isnan(estimate):
        raise ValueError("found a missing replicate or estimate; allowed: finite or infinite numbers")
    same = tied(drawn, estimate)
    below = float(((drawn < estimate) & ~same).mean() + same.mean() / 2)
    shift = 2 * ndtri(np.clip(below, 0.5 / drawn.size, 1 - 0.5 / drawn.size))
    ends = ndtr(shift + ndtri(np.array([(1 - level) / 2, (1 + level) / 2])))
    # The rank of a quantile that falls on a replicate must not hang on the last bit of Φ.
    ranks = np.clip(np.ceil(ends * drawn.size - 1e-9), 1, drawn.size).astype(int)
    return float(drawn[ranks[0] - 1]), float(drawn[ranks[1] - 1])


def normal_interval(estimate: T, error: T, level: float = 0.95) -> tuple[T, T]:
    """Return estimate ± z × standard error, for estimates that are as good as normally distributed.

    Parameters
    ----------
    estimate, error : float, array or Series
        The ends are of the same kind.
    level : float
        Between 0 and 1.

    Examples
    --------
    >>> [round(end, 3) for end in normal_interval(1.0, 0.5)]
    [0.02, 1.98]
    """
    require_level(level)
    reach = float(ndtri((1 + level) / 2)) * error
    return estimate - reach, estimate + reach
