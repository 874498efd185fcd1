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
    same = (len(inner), width - random, width - random)

    def solved(theta: Floats) -> tuple[float, Floats, Floats, tuple[Floats, bool], Floats, float]:
        ratio = theta[-1] ** 2
        factor = np.zeros((random, random))
        factor[lower] = theta[:-1]
        crossed = inner - np.tensordot(ratio / (1 + ratio * kinds), outer, axes=1)
        between = crossed[:, :random, :random]
        outside = crossed[:, :random, random:]
        core = np.eye(random) + factor.T @ between @ factor
        shrunk = factor @ np.linalg.inv(core)
        taken = shrunk @ factor.T
        lifted = taken @ outside
        total = crossed[:, random:, random:].sum(axis=0) - (outside.transpose(0, 2, 1) @ lifted).sum(axis=0)
        held = cho_factor(total[:fixed, :fixed], lower=True)
        effects = cho_solve(held, total[:fixed, fixed])
        left = float(total[fixed, fixed] - total[:fixed, fixed] @ effects)
        if left <= 0:
            raise NotEstimable("found nothing that the fixed and random effects leave to explain")
        spread = float(np.linalg.slogdet(core)[1].sum() + numbers @ np.log1p(ratio * kinds))
        if restricted:
            spread += 2 * float(np.log(np.diag(held[0])).sum())
        deviance = spread + free * (1 + math.log(2 * math.pi * left / free))
        # How the deviance moves with the sums of squares and products that are left of design and values.
        away = np.append(-effects, 1.0)
        pull = free / left * np.outer(away, away)
        if restricted:
            pull[:fixed, :fixed] += cho_solve(held, np.eye(fixed))
        seen = outside @ pull @ outside.transpose(0, 2, 1)
        kept = np.eye(random) - between @ taken
        slope = 2 * (between @ shrunk - kept @ seen @ shrunk).sum(axis=0)
        moved = np.tensordot((1 + ratio * kinds) ** -2, outer, axes=1)
        reach = np.concatenate([-lifted, np.broadcast_to(np.eye(width - random), same)], axis=1)
        by_ratio = float(numbers @ (kinds / (1 + ratio * kinds)))
        by_ratio -= float((taken * moved[:, :random, :random]).sum())
        by_ratio -= float(((reach.transpose(0, 2, 1) @ moved @ reach).sum(axis=0) * pull).sum())
        gradient = np.append(slope[lower], 2 * theta[-1] * by_ratio)
        return deviance, gradient, effects, held, factor, left / free

    start = np.append(np.eye(random)[lower] * 0.5, 0.7)
    try:
        # No side is barred, as signs say nothing: on a bound at zero, where it is flat, a search would stay.
        tried = [
            minimize(
                lambda theta: solved(theta)[:2],
                begin,
                method="L-BFGS-B",
                jac=True,
                options={"ftol": 0.0, "gtol": 1e-7, "maxiter": 500},
            )
            for begin in (start, start * 0.2)
        ]
    except np.linalg.LinAlgError as fault:
        raise NotEstimable(f"found no maximum of the likelihood: {fault}") from fault
    best = min(tried, key=lambda search: float(search.fun))
    if not np.isfinite(best.fun):
        raise NotEstimable("found no maximum of the likelihood: the search did not come to an end")
    deviance, _, effects, held, factor, residual = solved(best.x)
    covariance = cho_solve(held, np.eye(fixed)) * residual
    return (
        effects,
        covariance,
        float(best.x[-1] ** 2 * residual),
        residual,
        factor @ factor.T * residual,
        -deviance / 2,
    )
