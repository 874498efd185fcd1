"""Intervals of a share."""

from __future__ import annotations

from statsmodels.stats.proportion import proportion_confint

__all__ = ["wilson_interval"]


def wilson_interval(number: float, of: float, level: float) -> tuple[float, float]:
    """Return Wilson's interval of a share, as if those counted were independent with one chance each.

    Parameters
    ----------
    number, of : float
        How many of how many; at least 1. No whole number where those counted are not independent, and are
        worth fewer.
    level : float

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. Journal of the
    American Statistical Association, 22, 209–212.

    Examples
    --------
    >>> tuple(round(end, 3) for end in wilson_interval(3, 10, 0.95))
    (0.108, 0.603)
    """
    low, high = proportion_confint(number, of, alpha=1 - level, method="wilson")
    # Where none or all did, the bound is 0 or 1 but for rounding.
    return (float(low) if number else 0.0, float(high) if number < of else 1.0)
