"""The Bass curve of adoption: by oneself, and after others."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import least_squares

from analysis.adoption.adopters import cumulative_adoption
from analysis.arrays import Floats
from analysis.checks import NotEstimable
from analysis.resampling.monte_carlo import normal_interval
from analysis.result import Result

__all__ = ["BassCurve", "bass"]


@dataclass(frozen=True, repr=False, eq=False)
class BassCurve(Result):
    """A Bass curve fitted to the share of adopters.

    Attributes
    ----------
    innovation, imitation, ceiling : float
        p, q and m: m F(t), F(t) = (1 − e^−(p+q)t) / (1 + (q/p) e^−(p+q)t), t = 1 in the first period.
    innovation_se, imitation_se, ceiling_se : float
        Of least squares over shares that are sums of one another: with n people who adopt independently by
        the curve, cov(s, t) = F(s)(1 − F(t)) / n for s ≤ t, carried through the Jacobian. As if the points
        were independent they would be too small by half and more. NaN for a fixed ceiling, and for all
        where a parameter or its 95 % interval reaches a bound, as for a curve that has not yet bent: such
        intervals held the truth in two of three made-up groups only.
    periods, observed, fitted : ndarray of shape (T,)
    residual_sum : float
        Of squares.
    """

    innovation: float
    imitation: float
    ceiling: float
    innovation_se: float
    imitation_se: float
    ceiling_se: float
    periods: Floats
    observed: Floats
    fitted: Floats
    residual_sum: float

    @property
    def peak(self) -> float:
        """When most adopt, in periods from just before the first; NaN if the rate only falls (q ≤ p)."""
        p, q = self.innovation, self.imitation
        return math.log(q / p) / (p + q) if q > p else math.nan

    def tidy(self) -> pd.DataFrame:
        """Return one row per parameter."""
        names = ("innovation", "imitation", "ceiling")
        return pd.DataFrame(
            {
                "parameter": names,
                "estimate": [getattr(self, name) for name in names],
                "standard_error": [getattr(self, f"{name}_se") for name in names],
            }
        )

    def summary(self) -> str:
        """Return the parameters as a sentence."""
        return (
            f"innovation p = {self.innovation:.4f}, imitation q = {self.imitation:.4f}, ceiling "
            f"{self.ceiling:.3f} over {len(self.periods)} periods; imitation is a shape of the "
            "curve, no evidence of influence"
        )


def bass(adoption_time: npt.ArrayLike, periods: npt.ArrayLike, *, ceiling: float | None = 1.0) -> BassCurve:
    """Fit a Bass curve to the share of adopters by nonlinear least squares.

    Parameters
    ----------
    adoption_time : array-like of length n
        NaN or infinite for who never adopted: part of n, never of the adopters.
    periods : array-like of length T
        Evenly spaced.
    ceiling : float, optional
        Share that will adopt in the end, as in netdiffuseR's ``fitbass`` all; None estimates it, at most 1.

    Raises
    ------
    ValueError
        When periods are uneven, or the ceiling is not in (0, 1].
    NotEstimable
        When there are no more periods than parameters, nobody adopted, or the fit does not converge.

    References
    ----------
    Bass, F. M. (1969). A new product growth model for consumer durables. Management Science, 15, 215–227.

    Examples
    --------
    >>> times = np.repeat(np.arange(1, 9), [1, 2, 5, 10, 15, 16, 11, 6])
    >>> bass(times, range(1, 9))
    <BassCurve: innovation p = 0.0057, imitation q = 1.0510, ceiling 1.000 over 8 periods; imitation is a
    shape of the curve, no evidence of influence>
    """
    count = 2 + (ceiling is None)
    bounds = np.asarray(periods, dtype=float)
    curve = cumulative_adoption(adoption_time, bounds)
    share = curve["share"].to_numpy(dtype=float)
    gaps = np.diff(bounds)
    if len(gaps) and not np.allclose(gaps, gaps[0]):
        raise ValueError(f"found gaps from {gaps.min():g} to {gaps.max():g}; allowed: evenly spaced periods")
    if ceiling is not None and not 0 < ceiling <= 1:
        raise ValueError(f"ceiling is {ceiling}; allowed: above 0 and up to 1, or None")
    if len(bounds) <= count:
        raise NotEstimable(f"found {len(bounds)} periods; needed: more than {count}")
    if not share[-1] > 0:
        raise NotEstimable("found no adopter in these periods; needed: one or more")
    clock = np.arange(1.0, len(bounds) + 1)

    def shape(parameters: Floats) -> Floats:
        p, q = parameters[:2]
        fall = np.exp(-(p + q) * clock)
        top = ceiling if ceiling is not None else parameters[2]
        return np.asarray(top * (1 - fall) / (1 + (q / p) * fall))

    highest = [10.0, 10.0, 1.0][:count]
    fits = [
        least_squares(
            lambda parameters: shape(parameters) - share,
            start[:count],
            bounds=([1e-9, 0.0, 1e-6][:count], highest),
            x_scale=[0.01, 0.1, 0.5][:count],
            xtol=1e-14,
            ftol=1e-14,
            gtol=1e-14,
            max_nfev=5000,
        )
        for start in ([0.05, 0.1, 0.9], [0.01, 0.5, 0.6], [0.2, 0.01, 0.99])
    ]
    best = min(fits, key=lambda fit: float(fit.cost))
    if not best.success:
        raise NotEstimable(f"the Bass curve did not converge: {best.message}")
    errors = _standard_errors(best, shape(best.x), len(np.atleast_1d(adoption_time)))
    low, high = normal_interval(best.x, errors)
    if (low < 0).any() or (high > highest).any():
        errors = np.full(count, np.nan)
    return BassCurve(
        innovation=float(best.x[0]),
        imitation=float(best.x[1]),
        ceiling=float(ceiling if ceiling is not None else best.x[2]),
        innovation_se=float(errors[0]),
        imitation_se=float(errors[1]),
        ceiling_se=float(errors[2]) if ceiling is None else math.nan,
        periods=bounds,
        observed=share,
        fitted=shape(best.x),
        residual_sum=float(2 * best.cost),
    )


def _standard_errors(fit: Any, share: Floats, people: int) -> Floats:
    """Return standard errors of least squares over the shares of one group; NaN where one is at a bound."""
    jacobian = fit.jac
    if (fit.active_mask != 0).any() or np.linalg.matrix_rank(jacobian) < jacobian.shape[1]:
        return np.full(len(fit.x), np.nan)
    covariance = (np.minimum.outer(share, share) - np.outer(share, share)) / people
    weights = np.linalg.pinv(jacobian)
    found: Floats = np.sqrt(np.diag(weights @ covariance @ weights.T))
    return found
