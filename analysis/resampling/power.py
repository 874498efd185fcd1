"""What a few units could show: the power of a correlation."""

from __future__ import annotations

import math

from scipy.stats import norm

from analysis.checks import require_count, require_level

__all__ = ["correlation_power", "smallest_correlation"]


def correlation_power(correlation: float, units: int, *, level: float = 0.95) -> float:
    """Return how often a correlation of this size is found (two-sided test) with so many units.

    Parameters
    ----------
    correlation : float
        Between -1 and 1, in the population; two normal values a unit.
    units : int
        At least 4.
    level : float
        1 less the test's level.

    Raises
    ------
    ValueError
        When the correlation is not between -1 and 1, units are too few, or the level is not between 0 and 1.

    References
    ----------
    Fisher, R. A. (1921). On the "probable error" of a coefficient of correlation deduced from a small sample.
    Metron, 1, 3-32 (the transformation; its variance is 1 ÷ (n − 3)).

    Examples
    --------
    >>> round(correlation_power(0.5, 15), 2)
    0.48
    """
    require_count("units", units, 4)
    require_level(level)
    if not -1 < correlation < 1:
        raise ValueError(f"found correlation {correlation}; allowed: between -1 and 1")
    shift = math.atanh(correlation) * math.sqrt(units - 3)
    edge = float(norm.ppf((1 + level) / 2))
    return float(norm.sf(edge - shift) + norm.cdf(-edge - shift))


def smallest_correlation(units: int, *, power: float = 0.8, level: float = 0.95) -> float:
    """Return the smallest correlation that so many units find with a given power.

    The chance of a significant correlation of the wrong sign is left out: below one in a hundred thousand for
    a power of .8.

    Parameters
    ----------
    units : int
        At least 4.
    power, level : float
        As for `correlation_power`.

    Raises
    ------
    ValueError
        As for `correlation_power`.

    Examples
    --------
    >>> [round(smallest_correlation(units), 2) for units in (15, 40, 85)]
    [0.67, 0.43, 0.3]
    """
    require_count("units", units, 4)
    require_level(level)
    require_level(power)
    edge, reach = float(norm.ppf((1 + level) / 2)), float(norm.ppf(power))
    return math.tanh((edge + reach) / math.sqrt(units - 3))
