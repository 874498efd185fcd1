"""People in schools over waves: random effects of schools, people within them, by their likelihood.

A general mixed model works through the rows of every school again at each step of its search, and stops short
where a variance is zero; here sums over people are enough, and zero is a place like any other.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize

from analysis.arrays import Floats, Integers
from analysis.checks import NotEstimable

__all__ = ["nested_effects"]


def nested_effects(
    values: Floats, design: Floats, groups: Integers, varying: Floats, parts: Integers, *, restricted: bool
) -> tuple[Floats, Floats, float, float, Floats, float]:
    """Return fixed effects, their covariance, variances of parts and what is left, those between groups.

    Parameters
    ----------
    values : ndarray of shape (n,)
    design : ndarray of shape (n, p)
    groups : int array of length n
        0, 1, …
    varying : ndarray of shape (n, q)
        Columns whose effects vary between groups, correlated.
    parts : int array of length n
        Each lies in one group; a part has one deviation.
    restricted : bool

    Returns
    -------
    effects, covariance : ndarray
        The covariance takes the variances as known.
    part, residual : float
        Variances.
    between : ndarray of shape (q, q)
        Covariance between groups.
    log_likelihood : float

    Raises
    ------
    NotEstimable
        When the search does not come to an end, or nothing is left to explain.

    Notes
    -----
    The profiled deviance of Bates, Mächler, Bolker & Walker (2015, Journal of Statistical Software 67, 1,
    eqs 34 and 42), in the factor of the covariances' ratio to the residual variance. The inverse of a part's
    own covariance is I − λ ÷ (1 + λ m) for its m rows, so that sums over the part are all it takes.

    Examples
    --------
    >>> values = np.array([1.0, 1.2, 2.9, 3.3, 2.0, 2.1, 4.0, 4.4])
    >>> groups, parts = np.repeat([0, 1], 4), np.repeat([0, 1, 2, 3], 2)
    >>> ones = np.ones((8, 1))
    >>> effects, _, part, residual, _, _ = nested_effects(values, ones, groups, ones, parts, restricted=True)
    >>> effects.round(2).tolist(), round(part, 3), round(residual, 3)
    ([2.61], 1.764, 0.046)
    """
    count, fixed = design.shape
    random = varying.shape[1]
    both = np.column_stack([varying, design, values])
    width = both.shape[1]
    home = np.zeros(parts.max() + 1, dtype=int)
    home[parts] = groups
    sizes = np.bincount(parts).astype(float)
    sums = np.zeros((len(sizes), width))
    np.add.at(sums, parts, both)
    inner = np.zeros((groups.max() + 1, width, width))
    for group in range(len(inner)):
        own = both[groups == group]
        inner[group] = own.T @ own
    # People with the same number of rows count alike: their sums are put together once.
    kinds = np.unique(sizes)
    outer = np.zeros((len(kinds), *inner.shape))
    for place, size in enumerate(kinds):
        at = sizes == size
        np.add.at(outer[place], home[at], sums[at][:, :, None] * sums[at][:, None, :])
    of_size = np.searchsorted(kinds, sizes)
    numbers = np.bincount(of_size)
    lower = np.tril_indices(random)
    free = count - fixed if restricted else count

    def solved(theta: Floats) -> tuple[float, Floats, tuple[Floats, bool], Floats, float]:
        ratio = theta[-1] ** 2
        factor = np.zeros((random, random))
        factor[lower] = theta[:-1]
        weights = ratio / (1 + ratio * kinds)
        crossed = inner - np.tensordot(weights, outer, axes=1)
        between = crossed[:, :random, :random]
        outside = crossed[:, :random, random:]
        core = np.eye(random) + factor.T @ between @ factor
        lifted = factor.T @ outside
        taken = np.einsum("gqa,gqb->ab", lifted, np.linalg.solve(core, lifted))
        total = crossed[:, random:, random:].sum(axis=0) - taken
        held = cho_factor(total[:fixed, :fixed], lower=True)
        effects = cho_solve(held, total[:fixed, fixed])
        left = float(total[fixed, fixed] - total[:fixed, fixed] @ effects)
        if left <= 0:
            raise NotEstimable("found nothing that the fixed and random effects leave to explain")
        spread = float(np.linalg.slogdet(core)[1].sum() + numbers @ np.log1p(ratio * kinds))
        if restricted:
            spread += 2 * float(np.log(np.diag(held[0])).sum())
        deviance = spread + free * (1 + math.log(2 * math.pi * left / free))
        return deviance, effects, held, factor, left / free

    start = np.append(np.eye(random)[lower] * 0.5, 0.7)
    bounds = [(0.0, None) if row == column else (None, None) for row, column in zip(*lower, strict=True)]
    try:
        # From two places: on a side where a variance is zero a search may stay for good.
        tried = [
            minimize(
                lambda theta: solved(theta)[0],
                begin,
                method="L-BFGS-B",
                bounds=[*bounds, (0.0, None)],
                options={"ftol": 1e-13, "gtol": 1e-6, "maxiter": 500},
            )
            for begin in (start, start * 0.2)
        ]
    except np.linalg.LinAlgError as fault:
        raise NotEstimable(f"found no maximum of the likelihood: {fault}") from fault
    best = min(tried, key=lambda search: float(search.fun))
    # Differences in place of a gradient may end a search early where the likelihood is flat.
    for _ in range(3):
        best = minimize(
            lambda theta: solved(theta)[0],
            best.x,
            method="Nelder-Mead",
            bounds=[*bounds, (0.0, None)],
            options={"xatol": 1e-9, "fatol": 1e-12, "maxiter": 2000},
        )
    if not np.isfinite(best.fun):
        raise NotEstimable("found no maximum of the likelihood: the search did not come to an end")
    deviance, effects, held, factor, residual = solved(best.x)
    covariance = cho_solve(held, np.eye(fixed)) * residual
    return (
        effects,
        covariance,
        float(best.x[-1] ** 2 * residual),
        residual,
        factor @ factor.T * residual,
        -deviance / 2,
    )
