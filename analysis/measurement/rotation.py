"""Rotations of factor loadings: varimax, oblimin, geomin.

By gradient projection (Jennrich 2001, 2002, Psychometrika 66, 289-306; 67, 7-19). Geomin has local minima;
the best of several starts is kept, and starts come from an explicit seed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from analysis.arrays import Floats
from analysis.checks import NotEstimable, require_count, require_one_of

__all__ = ["Rotated", "Rotation", "rotate"]

Rotation = Literal["none", "varimax", "oblimin", "geomin"]
_Criterion: TypeAlias = Callable[[Floats], tuple[float, Floats]]

_STEPS = 5_000
_CLOSE = 1e-8
_GEOMIN_EPSILON = 0.001


@dataclass(frozen=True)
class Rotated:
    """Rotated loadings (items × factors) and the correlations of the factors."""

    loadings: Floats
    factor_correlations: Floats


def rotate(loadings: Floats, rotation: Rotation, *, starts: int = 30, seed: int = 1) -> Rotated:
    """Return rotated loadings, the factor with the largest sum of squares first, each with a positive sum.

    Parameters
    ----------
    loadings : array, items × factors
        Of uncorrelated factors.
    rotation : {"none", "varimax", "oblimin", "geomin"}
        Varimax with rows scaled to communality 1 (Kaiser 1958, Psychometrika 23, 187-200); direct oblimin
        with γ = 0 (Jennrich & Sampson 1966, Psychometrika 31, 313-323); geomin with ε = .001 (Yates 1987).
        Oblimin and geomin let factors correlate.
    starts, seed : int
        How many starts, the first of which is the loadings as they are; and the seed of the others.

    Raises
    ------
    ValueError
        When the rotation is none of these or there is no start.
    NotEstimable
        When no start converges.

    Examples
    --------
    >>> turn = np.array([[0.8, 0.6], [-0.6, 0.8]])
    >>> simple = np.array([[0.9, 0.0], [0.8, 0.0], [0.0, 0.7], [0.0, 0.6]])
    >>> np.abs(rotate(simple @ turn, "varimax").loadings).round(6).tolist()
    [[0.9, 0.0], [0.8, 0.0], [0.0, 0.7], [0.0, 0.6]]
    """
    require_one_of("rotation", rotation, Rotation)
    require_count("starts", starts)
    m = loadings.shape[1]
    if rotation == "none" or m < 2:
        return _ordered(loadings, np.eye(m))
    scale = np.sqrt((loadings**2).sum(axis=1, keepdims=True)) if rotation == "varimax" else 1.0
    normal = loadings / scale
    generator = np.random.default_rng(seed)
    best: tuple[float, Floats] | None = None
    for start in range(starts):
        first = np.eye(m) if not start else np.linalg.qr(generator.normal(size=(m, m)))[0]
        found = _projected(normal, first, _CRITERIA[rotation], oblique=rotation != "varimax")
        if found is not None and (best is None or found[0] < best[0] - 1e-10):
            best = found
    if best is None:
        raise NotEstimable(f"the {rotation} rotation did not converge from any of {starts} starts")
    turn = best[1]
    return _ordered(scale * (normal @ np.linalg.inv(turn).T), turn.T @ turn)


def _projected(
    loadings: Floats, turn: Floats, criterion: _Criterion, *, oblique: bool
) -> tuple[float, Floats] | None:
    """Return criterion and transformation at a minimum, or nothing where the search did not get there."""
    step = 1.0
    inverse = np.linalg.inv(turn)
    value, slope = criterion(loadings @ inverse.T)
    for _ in range(_STEPS):
        rotated = loadings @ inverse.T
        gradient = -(rotated.T @ slope @ inverse).T
        if oblique:
            projected = gradient - turn * (turn * gradient).sum(axis=0)
        else:
            product = turn.T @ gradient
            projected = gradient - turn @ (product + product.T) / 2
        size = float(np.linalg.norm(projected))
        if size < _CLOSE:
            return value, turn
        step *= 2
        while True:
            tried = turn - step * projected
            if oblique:
                tried = tried / np.sqrt((tried**2).sum(axis=0))
            else:
                left, _, right = np.linalg.svd(tried)
                tried = left @ right
            inverse = np.linalg.inv(tried)
            new_value, new_slope = criterion(loadings @ inverse.T)
            if new_value < value - 0.5 * size**2 * step or step < 1e-12:
                break
            step /= 2
        if step < 1e-12:
            # Rounding hides what is left to gain.
            return (value, turn) if size < 1e-5 else None
        turn, value, slope = tried, new_value, new_slope
    return None


def _varimax(loadings: Floats) -> tuple[float, Floats]:
    squares = loadings**2
    centred = squares - squares.mean(axis=0)
    return -float((centred**2).sum()) / 4, -loadings * centred


def _oblimin(loadings: Floats) -> tuple[float, Floats]:
    squares = loadings**2
    others = squares.sum(axis=1, keepdims=True) - squares
    return float((squares * others).sum()) / 4, loadings * others


def _geomin(loadings: Floats) -> tuple[float, Floats]:
    squares = loadings**2 + _GEOMIN_EPSILON
    means = np.exp(np.log(squares).mean(axis=1, keepdims=True))
    return float(means.sum()), 2 / loadings.shape[1] * loadings / squares * means


_CRITERIA: dict[str, _Criterion] = {"varimax": _varimax, "oblimin": _oblimin, "geomin": _geomin}


def _ordered(loadings: Floats, correlations: Floats) -> Rotated:
    signs = np.where(loadings.sum(axis=0) < 0, -1.0, 1.0)
    order = np.argsort(-(loadings**2).sum(axis=0), kind="stable")
    return Rotated(
        (loadings * signs)[:, order], (correlations * np.outer(signs, signs))[np.ix_(order, order)]
    )
