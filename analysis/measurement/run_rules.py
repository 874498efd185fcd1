"""The rules of run charts: their limits, how often a random series breaks them, how often a step is found."""

from __future__ import annotations

from math import comb

import numpy as np
from scipy.stats import binom

from analysis.arrays import Flags, Integers
from analysis.checks import require_count

__all__ = [
    "FEWEST",
    "SHIFT",
    "TREND",
    "crossings_limit",
    "false_alarms",
    "longest_run_limit",
    "step_found",
]

FEWEST = 10
"""Points about the median below which a chart is too short for its limits (Anhøj & Olesen 2014)."""
SHIFT = 6
"""Points in a row on one side of the median that the shift rule calls a change (Perla et al. 2011)."""
TREND = 5
"""Points in a row, all rising or all falling, that the trend rule calls a change (Perla et al. 2011)."""


def longest_run_limit(useful: int) -> int:
    """Return the longest run about the median that is no signal: log2(n) + 3, rounded.

    Parameters
    ----------
    useful : int
        Points not on the median, at least one.

    References
    ----------
    Anhøj, J. & Olesen, A. V. (2014). Run charts revisited. PLoS ONE 9(11), e113825.

    Examples
    --------
    >>> [longest_run_limit(n) for n in (10, 12, 24, 48)]
    [6, 7, 8, 9]
    """
    require_count("useful points", useful)
    return int(np.rint(np.log2(useful) + 3))


def crossings_limit(useful: int) -> int:
    """Return the fewest crossings of the median that are no signal.

    The lower 5 % point of the binomial distribution of n - 1 trials with probability one half.

    References
    ----------
    Anhøj & Olesen (2014); Chen, Z. (2010). A note on the runs test. Model Assisted Statistics and
    Applications 5(2), 73-77.

    Examples
    --------
    >>> [crossings_limit(n) for n in (10, 12, 24, 48)]
    [2, 3, 8, 18]
    """
    require_count("useful points", useful)
    return int(binom.ppf(0.05, useful - 1, 0.5)) if useful > 1 else 0


def false_alarms(points: int, *, longest: int, crossings: int = 0) -> float:
    """Return how likely a random series is flagged, exactly.

    Of an even number of different values half lie above the median, half below, and every order is as likely
    as any other. Orders are counted by their runs: so many runs above, so many below, none too long.

    Parameters
    ----------
    points : int
        Useful points, an even number (of an odd one the middle value is the median itself).
    longest : int
        A longer run is a signal; five for the rule of six in a row.
    crossings : int
        Fewer crossings are a signal; 0: not looked at.

    Examples
    --------
    >>> n = 12
    >>> round(false_alarms(n, longest=longest_run_limit(n), crossings=crossings_limit(n)), 4)
    0.013
    >>> round(false_alarms(48, longest=5), 3)
    0.427
    """
    require_count("points", points, 2)
    require_count("points in the longest run", longest)
    if points % 2:
        raise ValueError(f"found {points} points; allowed: an even number")
    half = points // 2
    ways = [_compositions(half, runs, longest) for runs in range(half + 2)]
    quiet = 0
    for runs in range(max(2, crossings + 1), points + 1):
        fewer, more = runs // 2, runs - runs // 2
        quiet += 2 * ways[fewer] * ways[more]
    return 1 - quiet / comb(points, half)


def _compositions(total: int, parts: int, largest: int) -> int:
    """Return how many ways a total has of being a sum of parts from 1 to the largest, in order."""
    if parts == 0:
        return int(total == 0)
    return sum(
        (-1) ** over * comb(parts, over) * comb(total - over * largest - 1, parts - 1)
        for over in range(parts + 1)
        if total - over * largest >= parts
    )


def step_found(points: int, step: float, *, draws: int, seed: int) -> dict[str, float]:
    """Return how often a step in the middle of a series is found, by Anhøj's limits and by six in a row.

    Parameters
    ----------
    points : int
        Of which the second half is higher.
    step : float
        How much, in standard deviations of normal variation about it.
    draws, seed : int

    Returns
    -------
    dict
        ``limits`` and ``six``: shares of the series drawn.

    Examples
    --------
    >>> step_found(24, 3.0, draws=200, seed=1)["limits"] > 0.9
    True
    """
    require_count("points", points, 2)
    require_count("draws", draws)
    values = np.random.default_rng(seed).normal(size=(draws, points))
    values[:, points // 2 :] += step
    above = values > np.median(values, axis=1, keepdims=True)
    useful = points - points % 2
    limits = _longest_of_each(above) > longest_run_limit(useful)
    limits |= (above[:, 1:] != above[:, :-1]).sum(axis=1) < crossings_limit(useful)
    return {"limits": float(limits.mean()), "six": float((_longest_of_each(above) >= SHIFT).mean())}


def _longest_of_each(above: Flags) -> Integers:
    """Return the longest run on one side in each row."""
    run = np.ones(len(above), dtype=np.int64)
    longest = run.copy()
    for place in range(1, above.shape[1]):
        run = np.where(above[:, place] == above[:, place - 1], run + 1, 1)
        longest = np.maximum(longest, run)
    return longest
