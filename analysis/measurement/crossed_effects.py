"""Random intercepts of parts that cross (pupils in a primary and in a secondary school), by their likelihood.

A general mixed model works through rows; here sums over parts are enough, so that thousands of rows cost what
the number of parts costs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.linalg import cho_factor, solve_triangular
from scipy.optimize import minimize

from analysis.arrays import Floats, Integers
from analysis.checks import NotEstimable

__all__ = ["crossed_effects"]


def crossed_effects(
    values: Floats, design: Floats, codes: Sequence[Integers], *, restricted: bool
) -> tuple[Floats, Floats, Floats, float]:
    """Return fixed effects, their covariance, the variances (of each kind of part, then what is left), and
    the log-likelihood.

    Parameters
    ----------
    values : ndarray of shape (n,)
    design : ndarray of shape (n, p)
    codes : sequence of int arrays of length n
        Of each kind of part, which one (0, 1, …).
    restricted : bool

    Raises
    ------
    NotEstimable
        When the search does not come to an end, or nothing is left to explain.

    Notes
    -----
    The profiled deviance of Bates, Mächler, Bolker & Walker (2015, Journal of Statistical Software 67, 1,
    eqs 34 and 42), in the ratios of each part's standard deviation to the residual's.

    Examples
    --------
    >>> values = np.array([1.0, 1.2, 2.9, 3.3, 2.0, 2.1])
    >>> parts = [np.array([0, 0, 1, 1, 2, 2])]
    >>> effects, _, variances, _ = crossed_effects(values, np.ones((6, 1)), parts, restricted=True)
    >>> effects.round(3).tolist(), variances.round(3).tolist()
    ([2.083], [0.983, 0.035])
    """
    sizes = [int(own.max()) + 1 for own in codes]
    parts = np.hstack([np.equal.outer(own, np.arange(size)) for own, size in zip(codes, sizes, strict=True)])
    parts = parts.astype(float)
    both = np.column_stack([design, values])
    inner, across, within = parts.T @ parts, parts.T @ both, both.T @ both
    count, fixed = design.shape
    free = count - fixed if restricted else count

    def at(ratios: Floats) -> tuple[float, Floats, float]:
        scale = np.repeat(ratios, sizes)
        factor = cho_factor(scale[:, None] * inner * scale + np.eye(len(scale)), lower=True)[0]
        turned = solve_triangular(factor, scale[:, None] * across, lower=True)
        left = within - turned.T @ turned
        top = np.linalg.cholesky(left[:fixed, :fixed])
        coefficient = np.linalg.solve(top, left[:fixed, fixed])
        squares = float(left[fixed, fixed] - coefficient @ coefficient)
        if not squares > 0:
            raise NotEstimable("found values that the parts and effects explain to the last digit")
        deviance = 2 * float(np.log(np.diag(factor)).sum())
        deviance += 2 * float(np.log(np.diag(top)).sum()) if restricted else 0.0
        return deviance + free * (1 + math.log(2 * math.pi * squares / free)), left, squares

    found = minimize(
        lambda ratios: at(ratios)[0] / count,
        np.full(len(sizes), 0.5),
        method="L-BFGS-B",
        bounds=[(0.0, None)] * len(sizes),
        options={"ftol": 1e-15, "gtol": 1e-9},
    )
    polished = minimize(
        lambda ratios: at(np.abs(ratios))[0] / count,
        found.x,
        method="Nelder-Mead",
        options={"xatol": 1e-8, "fatol": 1e-13, "maxiter": 2000},
    )
    if not polished.success:
        raise NotEstimable("found no maximum of the likelihood: the search did not come to an end")
    ratios = np.abs(polished.x)
    deviance, left, squares = at(ratios)
    residual = squares / free
    inverse = np.linalg.inv(left[:fixed, :fixed])
    effects = np.asarray(inverse @ left[:fixed, fixed])
    variances = np.append(ratios**2 * residual, residual)
    return effects, inverse * residual, variances, -deviance / 2
