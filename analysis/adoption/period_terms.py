"""How a hazard may rise and fall with the period, whatever else is known."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from analysis.arrays import Floats
from analysis.checks import require_one_of

__all__ = ["SPLINES", "PeriodEffects", "natural_spline"]

PeriodEffects = Literal["automatic", "each", "spline of 3", "spline of 2", "linear"]
"""A constant for each period; a spline of so many terms; a straight line. Automatic: what adoptions bear."""

SPLINES = {"spline of 3": (0.05, 0.35, 0.65, 0.95), "spline of 2": (0.1, 0.5, 0.9)}
"""Quantiles of the periods of adoption at which each may bend (Harrell 2015, table 2.3)."""


def natural_spline(periods: npt.ArrayLike, adopted_in: npt.ArrayLike, form: str) -> Floats:
    """Return the terms of a natural cubic spline of the period: cubic between its knots, straight outside.

    Parameters
    ----------
    periods : array-like of length N
        Of the person-periods.
    adopted_in : array-like
        Periods of the adoptions. The knots are quantiles of them, or of the different ones where these
        coincide.
    form : {"spline of 3", "spline of 2"}

    Returns
    -------
    ndarray of shape (N, k)
        The period, then a term for each knot but two, on the scale of the period; one column, a straight
        line, for adoptions in fewer than three periods.

    References
    ----------
    Harrell, F. E. (2015). Regression Modeling Strategies (2nd ed.), eq. 2.25.

    Examples
    --------
    >>> natural_spline([1, 2, 3, 4, 5], [1, 2, 3, 4, 5], "spline of 2").round(3).tolist()
    [[1.0, 0.0], [2.0, 0.021], [3.0, 0.4], [4.0, 1.521], [5.0, 3.0]]
    """
    require_one_of("form", form, tuple(SPLINES))
    at = np.asarray(periods, dtype=float)
    events, quantiles = np.asarray(adopted_in, dtype=float), SPLINES[form]
    columns = [at]
    for given in (events, np.unique(events)):
        knots = np.unique(np.quantile(given, quantiles)) if len(given) else np.empty(0)
        if len(knots) == len(quantiles):
            break
    if len(knots) > 2:
        before, last = knots[-2:]
        size = (last - knots[0]) ** 2

        def above(knot: float) -> Floats:
            return np.maximum(at - knot, 0.0) ** 3

        for knot in knots[:-2]:
            one, other = (last - knot) / (last - before), (before - knot) / (last - before)
            columns.append((above(knot) - one * above(before) + other * above(last)) / size)
    return np.column_stack(columns)
