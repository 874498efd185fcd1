"""The minimum of a discrepancy between what people answered and what a factor model says, by scoring.

Every estimator here weighs the distance between observed and implied moments, so that each gives the same two
things: residuals and their derivatives in units of equal weight. Gradient, information, standard errors and
score tests all follow from these (Browne 1984, British Journal of Mathematical and Statistical Psychology 37,
62-83).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from analysis.arrays import Floats
from analysis.checks import NotEstimable
from analysis.measurement.factor_structure import Structure

__all__ = ["Discrepancy", "Minimum", "added_directions", "minimise"]

_STEPS = 500
_CLOSE = 1e-20
_ROUNDING = 1e-12
_HEAVIEST = 1e12
_SINGULAR = 1e-10
_ADDED = 1e-7


class Discrepancy(Protocol):
    """Observed moments, and how far a model is from them."""

    def value(self, structure: Structure, theta: Floats) -> float:
        """Return half the discrepancy per person, infinite where the model is no distribution."""

    def weighted(self, structure: Structure, theta: Floats) -> tuple[Floats, Floats]:
        """Return derivatives (q × m) and residuals (m) of the moments, in units of equal weight."""


@dataclass(frozen=True)
class Minimum:
    """Where the discrepancy is least: the parameters, half the discrepancy, and their information."""

    theta: Floats
    value: float
    information: Floats


def minimise(discrepancy: Discrepancy, structure: Structure, start: Floats) -> Minimum:
    """Return the minimum, by scoring with steps shortened until they gain (Levenberg & Marquardt).

    Parameters
    ----------
    discrepancy : Discrepancy
    structure : Structure
    start : array of q floats

    Raises
    ------
    NotEstimable
        When the search does not converge, or the parameters are not determined.
    """
    theta, damping = start.copy(), 1e-3
    value = discrepancy.value(structure, theta)
    if not np.isfinite(value):
        raise NotEstimable("the search has no start: the first guess at the model is no distribution")
    for _ in range(_STEPS):
        derivatives, residuals = discrepancy.weighted(structure, theta)
        information, gradient = derivatives @ derivatives.T, derivatives @ residuals
        diagonal = np.maximum(np.diag(information), 1e-12)
        # Where the parameters are determined this is twice what a full step would gain.
        gain = float(gradient @ _step(information, diagonal, gradient, 1e-12))
        if gain < _CLOSE:
            break
        while damping < _HEAVIEST:
            step = _step(information, diagonal, gradient, damping)
            tried = discrepancy.value(structure, theta + step)
            if tried < value:
                break
            damping *= 8
        else:
            # What is left to gain may be less than the discrepancy's last digit.
            if gain < _ROUNDING:
                break
            raise NotEstimable("the search for the best fitting model stopped where no step improves the fit")
        theta, value, damping = theta + step, tried, max(damping / 16, 1e-10)
    else:
        raise NotEstimable(f"the search for the best fitting model did not converge in {_STEPS} steps")
    _require_determined(information, structure)
    return Minimum(theta, value, information)


def _step(information: Floats, diagonal: Floats, gradient: Floats, damping: float) -> Floats:
    return np.asarray(np.linalg.solve(information + damping * np.diag(diagonal), gradient), dtype=float)


def _require_determined(information: Floats, structure: Structure) -> None:
    scale = 1 / np.sqrt(np.maximum(np.diag(information), 1e-300))
    values, vectors = np.linalg.eigh(information * np.outer(scale, scale))
    if values.size and values[0] < _SINGULAR:
        heavy = np.abs(vectors[:, 0]) > 0.1
        named = ", ".join(" ".join(map(str, structure.labels[place])) for place in np.flatnonzero(heavy)[:6])
        raise NotEstimable(f"the answers do not determine the parameters: {named}")


def added_directions(added: Floats, narrower: Floats) -> Floats:
    """Return an orthonormal basis (m × d) of what further derivatives add to a model's own.

    Parameters
    ----------
    added, narrower : arrays, a × m and q × m
        Weighted derivatives at the same moments.

    Examples
    --------
    >>> added = np.array([[1.0, 1.0], [2.0, 2.0]])
    >>> np.abs(added_directions(added, np.array([[1.0, 0.0]]))).round(12).tolist()
    [[0.0], [1.0]]
    """
    inner, _ = np.linalg.qr(narrower.T)
    outside = added.T - inner @ (inner.T @ added.T)
    left, sizes, _ = np.linalg.svd(outside, full_matrices=False)
    basis: Floats = left[:, sizes > _ADDED * max(float(np.linalg.norm(added, axis=1).max(initial=0)), 1e-300)]
    return basis
