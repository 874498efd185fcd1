"""How sure is a share of all meetings, whose people and contacts overlap?

Meetings are not independent: one person is in many of them, and one new tie may close several. The variance
of their pooled share is therefore that of dyads which share people (Aronow, Samii & Assenova 2015, Political
Analysis 23, 564-577, eq. 6, of the residuals of a ratio), and the interval is Clopper and Pearson's at the
number of independent cases that has this variance (Korn & Graubard 1998, Survey Methodology 24, 193-201). It
has a width also where nothing, or everything, came about.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import beta, t

from analysis.arrays import Floats, Integers
from analysis.checks import require_level

__all__ = ["pooled_share_interval"]


def pooled_share_interval(
    part: Floats, whole: Floats, one: Integers, other: Integers, level: float = 0.95
) -> tuple[float, float]:
    """Return an interval of Σ part ÷ Σ whole over meetings of pairs of people.

    Parameters
    ----------
    part, whole : ndarray of float, shape (k,)
        What came about and what was possible, meeting by meeting.
    one, other : ndarray of int, shape (k,)
        Who met. Of a single meeting what was possible is taken for independent.
    level : float

    Returns
    -------
    (float, float)
        NaN where nothing was possible, or one single thing.

    Raises
    ------
    ValueError
        When the level is not between 0 and 1.

    Examples
    --------
    Of one meeting, what Clopper and Pearson give for 3 of 10:

    >>> part, whole = np.array([3.0]), np.array([10.0])
    >>> tuple(round(end, 3) for end in pooled_share_interval(part, whole, np.array([0]), np.array([1])))
    (0.067, 0.652)
    """
    require_level(level)
    possible = float(whole.sum())
    if possible <= 1:
        return np.nan, np.nan
    share = float(part.sum()) / possible
    cases = possible
    if len(part) > 1:
        cases = min(possible, _independent_cases(part, whole, one, other, share, level))
    number = share * cases
    tail = (1 - level) / 2
    low = 0.0 if number <= 0 else float(beta.ppf(tail, number, cases - number + 1))
    high = 1.0 if number >= cases else float(beta.ppf(1 - tail, number + 1, cases - number))
    return low, high


def _independent_cases(
    part: Floats, whole: Floats, one: Integers, other: Integers, share: float, level: float
) -> float:
    """Return how many independent cases have the variance of the share, fewer where few people met."""
    possible = float(whole.sum())
    residuals = part - share * whole
    people, ends = np.unique(np.concatenate([one, other]), return_inverse=True)
    by_person = np.bincount(ends, np.concatenate([residuals, residuals]), minlength=len(people))
    # Sums over people count a meeting with itself twice.
    own = float((residuals**2).sum())
    variance = max(float((by_person**2).sum()) - own, own) / possible**2
    cases = share * (1 - share) / variance if variance > 0 else possible
    quantile = 1 - (1 - level) / 2
    return cases * float(t.ppf(quantile, possible - 1) / t.ppf(quantile, max(len(people) - 1, 1))) ** 2
