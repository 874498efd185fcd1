"""Thresholds and polychoric correlations of ordinal items, with their covariance.

Behind each item lies a normal response cut at thresholds (Olsson 1979, Psychometrika 44, 443-460): thresholds
come from each item alone, then a correlation from each pair. What they owe to chance comes from casewise
scores (outer products), as Muthén (1984, Psychometrika 49, 115-132) chains the two steps.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from analysis.arrays import Floats, Integers
from analysis.checks import NotEstimable

__all__ = ["OrdinalMoments", "bivariate_normal", "ordinal_moments"]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)
_LARGEST = 0.999
_ALIKE = 0.99
_STEPS = 200
_FAR = 37.0


@dataclass(frozen=True)
class OrdinalMoments:
    """What ordinal answers of one group say.

    Attributes
    ----------
    people : int
    thresholds : array of t floats
        Item by item.
    threshold_items : array of t ints
        The item of each.
    correlations : array, p × p
        Polychoric.
    covariance : array, m × m
        Of √N times thresholds, then the correlations below the diagonal, row by row.
    """

    people: int
    thresholds: Floats
    threshold_items: Integers
    correlations: Floats
    covariance: Floats


def bivariate_normal(first: Floats, second: Floats, correlation: float) -> Floats:
    """Return the chance that both of two standard normal values lie below the given ones.

    By integration over the correlation's arcsine (Drezner & Wesolowsky 1990, Journal of Statistical
    Computation and Simulation 35, 101-107), with 64 nodes.

    Examples
    --------
    >>> round(float(bivariate_normal(np.array(0.0), np.array(0.0), 0.5)), 12)
    0.333333333333
    """
    h, k = (np.clip(np.asarray(value, dtype=float), -_FAR, _FAR)[..., None] for value in (first, second))
    half = math.asin(correlation) / 2
    angles = half * (_NODES + 1)
    sine, cosine = np.sin(angles), np.cos(angles) ** 2
    integrand = np.exp(-(h * h + k * k - 2 * h * k * sine) / (2 * cosine))
    found: Floats = (ndtr(h) * ndtr(k))[..., 0] + half * (integrand @ _WEIGHTS) / (2 * math.pi)
    return found


def ordinal_moments(codes: Integers, items: Sequence[Hashable] | None = None) -> OrdinalMoments:
    """Return thresholds and polychoric correlations of a group's answers, with their covariance.

    Parameters
    ----------
    codes : array of ints, n × p
        Categories counted from zero, each used by somebody.
    items : sequence of length p, optional
        Names, for messages.

    Raises
    ------
    NotEstimable
        When two items' correlation runs into ±1: they order people alike, or leave cells of a small table
        empty.

    Examples
    --------
    >>> answers = np.repeat([[0, 0], [0, 1], [1, 0], [1, 1]], [20, 10, 10, 20], axis=0)
    >>> moments = ordinal_moments(answers)
    >>> moments.thresholds.tolist(), round(float(moments.correlations[1, 0]), 4)
    ([0.0, 0.0], 0.5)
    """
    people, p = codes.shape
    bounds = []
    for item in range(p):
        shares = np.bincount(codes[:, item]) / people
        bounds.append(np.concatenate([[-np.inf], ndtri(np.cumsum(shares)[:-1]), [np.inf]]))
    counts = [len(own) - 2 for own in bounds]
    starts = np.concatenate([[0], np.cumsum(counts)])
    rows, columns = np.tril_indices(p, -1)
    t, pairs = int(starts[-1]), len(rows)
    scores = np.zeros((people, t + pairs))
    bread = np.zeros((t + pairs, t + pairs))
    for item in range(p):
        own = slice(starts[item], starts[item + 1])
        scores[:, own] = _threshold_scores(bounds[item])[codes[:, item]]
        bread[own, own] = scores[:, own].T @ scores[:, own]
    correlations = np.eye(p)
    for pair, (i, j) in enumerate(zip(rows, columns, strict=True)):
        table = np.zeros((counts[i] + 1, counts[j] + 1))
        np.add.at(table, (codes[:, i], codes[:, j]), 1.0)
        rho = _correlation(table, bounds[i], bounds[j])
        # Towards ±1 the likelihood of such a table grows flat: no search gets all the way.
        if abs(rho) > _ALIKE:
            pair_names = " and ".join(str(items[int(place)] if items else place + 1) for place in (j, i))
            raise NotEstimable(f"items {pair_names} order people alike: their correlation runs to ±1")
        correlations[i, j] = correlations[j, i] = rho
        by_rho, by_first, by_second = _pair_scores(bounds[i], bounds[j], rho)
        place = t + pair
        own_scores = by_rho[codes[:, i], codes[:, j]]
        scores[:, place] = own_scores
        bread[place, starts[i] : starts[i + 1]] = own_scores @ by_first[codes[:, i], codes[:, j]]
        bread[place, starts[j] : starts[j + 1]] = own_scores @ by_second[codes[:, i], codes[:, j]]
        bread[place, place] = own_scores @ own_scores
    chained = np.linalg.solve(bread, scores.T)
    return OrdinalMoments(
        people=people,
        thresholds=np.concatenate([own[1:-1] for own in bounds]),
        threshold_items=np.repeat(np.arange(p), counts),
        correlations=correlations,
        covariance=people * chained @ chained.T,
    )


def _density(value: Floats) -> Floats:
    found: Floats = np.exp(-(np.clip(value, -_FAR, _FAR) ** 2) / 2) / math.sqrt(2 * math.pi)
    return np.where(np.isinf(value), 0.0, found)


def _threshold_scores(bounds: Floats) -> Floats:
    """Return, by category, derivatives of the log-chance of an answer by the item's thresholds."""
    chance, density = np.diff(ndtr(bounds)), _density(bounds)
    found = np.zeros((len(chance), len(bounds)))
    for category in range(len(chance)):
        found[category, category + 1] = density[category + 1] / chance[category]
        found[category, category] = -density[category] / chance[category]
    return found[:, 1:-1]


def _cells(first: Floats, second: Floats, rho: float) -> Floats:
    grid = np.meshgrid(first, second, indexing="ij")
    below = bivariate_normal(*grid, rho)
    return np.maximum(np.diff(np.diff(below, axis=0), axis=1), 1e-300)


def _cells_by_rho(first: Floats, second: Floats, rho: float) -> Floats:
    h, k = np.meshgrid(first, second, indexing="ij")
    rest = 1 - rho * rho
    h, k = np.clip(h, -_FAR, _FAR), np.clip(k, -_FAR, _FAR)
    height = np.exp(-(h * h + k * k - 2 * rho * h * k) / (2 * rest)) / (2 * math.pi * math.sqrt(rest))
    edge = np.isinf(first)[:, None] | np.isinf(second)[None, :]
    return np.diff(np.diff(np.where(edge, 0.0, height), axis=0), axis=1)


def _correlation(table: Floats, first: Floats, second: Floats) -> float:
    """Return the most likely correlation of a table, by scoring with steps halved until they gain."""
    people, rho = table.sum(), 0.0
    likelihood = float((table * np.log(_cells(first, second, rho))).sum())
    for _ in range(_STEPS):
        cells, slopes = _cells(first, second, rho), _cells_by_rho(first, second, rho)
        gradient = float((table * slopes / cells).sum())
        information = people * float((slopes**2 / cells).sum())
        if gradient * gradient / information < 1e-14:
            break
        step = gradient / information
        while True:
            tried = min(max(rho + step, -_LARGEST), _LARGEST)
            gained = float((table * np.log(_cells(first, second, tried))).sum())
            if gained >= likelihood or abs(step) < 1e-12:
                break
            step /= 2
        if abs(tried - rho) < 1e-13:
            break
        rho, likelihood = tried, gained
    return rho


def _pair_scores(first: Floats, second: Floats, rho: float) -> tuple[Floats, Floats, Floats]:
    """Return, by cell, derivatives of its log-chance: by correlation, first's, second's thresholds."""
    cells = _cells(first, second, rho)
    by_first = _by_own(first, second, rho) / cells[:, :, None]
    by_second = _by_own(second, first, rho).transpose(1, 0, 2) / cells[:, :, None]
    return _cells_by_rho(first, second, rho) / cells, by_first[:, :, 1:-1], by_second[:, :, 1:-1]


def _by_own(own: Floats, other: Floats, rho: float) -> Floats:
    """Return derivatives of each cell's chance (own × other) with regard to each of own's bounds."""
    spread = math.sqrt(1 - rho * rho)
    inner = np.clip(own, -_FAR, _FAR)
    given = ndtr((other[None, :] - rho * inner[:, None]) / spread)
    slope = _density(own)[:, None] * np.diff(given, axis=1)
    found = np.zeros((len(own) - 1, len(other) - 1, len(own)))
    for category in range(len(own) - 1):
        found[category, :, category + 1] = slope[category + 1]
        found[category, :, category] = -slope[category]
    return found
