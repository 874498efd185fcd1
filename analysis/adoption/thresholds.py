"""Thresholds: how exposed people were when they adopted; and who was followed by whom.

Networks are as in `analysis.adoption.exposure_weights`, times of adoption and periods as in
`analysis.adoption.adopters`. Exposure is a description: see `analysis.adoption.exposure.HOMOPHILY`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.adoption.adopters import adoption_ranks, checked_periods, checked_times
from analysis.adoption.exposure import (
    ExposureWeights,
    checked_network_lag,
    layers_of,
    scaled,
    tie_ends,
    weighted_layers,
)
from analysis.adoption.exposure_weights import Network, ObservedNetwork
from analysis.arrays import Floats, Integers
from analysis.checks import require_count, require_one_of

__all__ = ["NeverAdopters", "infection_susceptibility", "thresholds"]

NeverAdopters = Literal["missing", "last period", "one period later"]


def thresholds(
    network: Network | Sequence[Network],
    adoption_time: npt.ArrayLike,
    periods: npt.ArrayLike,
    *,
    never: NeverAdopters,
    lag: int = 0,
    network_lag: int | None = None,
    weights: ExposureWeights = "row-normalised",
    valued: bool = False,
    no_alters: float = 0.0,
) -> Floats:
    """Return each person's exposure in the period of adoption (Valente 1996, Social Networks 18, 69–89).

    Parameters
    ----------
    network, adoption_time, periods, lag, network_lag, weights, valued, no_alters
        As `exposure`.
    never : {"missing", "last period", "one period later"}
        What who had not adopted by the last period gets: NaN; the exposure of the last period, which the
        threshold at least reaches; or exposure one period later with all of them counted as adopters then,
        as netdiffuseR does with data that give them the period after the last as their time. The last is a
        convention that puts thresholds near 1, and no observation.

    Returns
    -------
    ndarray of shape (n,)

    Raises
    ------
    ValueError
        As `exposure`, or when `never` is unknown.

    Examples
    --------
    >>> network = [[0, 1, 1], [0, 0, 1], [0, 0, 0]]
    >>> thresholds(network, [2, 2, 1], [1, 2, 3], never="missing")
    array([1., 1., 0.])
    """
    require_one_of("never", never, get_args(NeverAdopters))
    times, bounds = checked_times(adoption_time), checked_periods(periods)
    layers = weighted_layers(network, len(times), len(bounds), weights, valued)
    shift = checked_network_lag(lag, network_lag)
    ranks = adoption_ranks(times, bounds)
    late = ranks == len(bounds)
    own = np.where(late & (never == "last period"), len(bounds) - 1, ranks) - lag
    # The period whose network it is; one beyond the last has the last.
    of = np.minimum(own + lag - shift, len(bounds) - 1)
    known = (own >= 0) & (of >= 0)
    if never == "missing":
        known &= ~late
    result = np.full(len(times), np.nan)
    for place, layer in enumerate(layers):
        rows = known if len(layers) == 1 else known & (of == place)
        result[rows] = _at_own_time(layer, ranks, own, weights, no_alters)[rows]
    return result


def infection_susceptibility(
    network: Network,
    adoption_time: npt.ArrayLike,
    periods: npt.ArrayLike,
    *,
    window: int = 1,
    normalised: bool = True,
) -> pd.DataFrame:
    """Return who was followed by those who name them, and who followed those they name.

    With k = 1 … window and discount 1/k: **infection** of i is the (discounted) share, among those who name i
    and had not adopted k − 1 periods after i, of those who adopted k periods after; **susceptibility** is the
    share, among those i names who had adopted k periods before i or earlier, of those who did so exactly k
    before. Both sum over k above and below the line. Normalised: divided by how many of all n adopted then
    (an adoption in a rush says less).

    Parameters
    ----------
    network : (n, n) matrix
        Static; ties count 1.
    adoption_time : array-like of length n
    periods : array-like of length T
        Increasing numbers; times are taken by their period.
    window : int
        At least 1.
    normalised : bool

    Returns
    -------
    DataFrame
        Columns ``infection`` and ``susceptibility``, a row per actor; NaN for who did not adopt in these
        periods; 0 where there was nobody to infect or to follow.

    Raises
    ------
    ValueError
        As `exposure`, or when the window is below 1.

    References
    ----------
    Myers, D. J. (2000). The diffusion of collective violence. American Journal of Sociology, 106, 173–208;
    Valente et al. (2015). R netdiffuseR's ``infection`` and ``susceptibility``, which put never-adopters in
    the period after the last: give them that time, and its period, to get its numbers.

    Examples
    --------
    >>> infection_susceptibility([[0, 1, 1], [0, 0, 1], [0, 0, 0]], [3, 2, 1], [1, 2, 3])
       infection  susceptibility
    0        0.0             0.5
    1        1.0             1.0
    2        0.5             0.0
    """
    require_count("periods of window", window)
    times, bounds = checked_times(adoption_time), checked_periods(periods)
    ties = layers_of(network, len(times), None)[0].ties
    senders, receivers = tie_ends(ties)
    ranks = adoption_ranks(times, bounds)
    adopters_by_rank = np.bincount(ranks, minlength=len(bounds) + 1)[: len(bounds)]
    adopted = ranks < len(bounds)
    gap = ranks[senders] - ranks[receivers]
    result = {}
    for name, owners, others, sign in (
        ("infection", receivers, senders, 1),
        ("susceptibility", senders, receivers, -1),
    ):
        top, bottom, all_then = (np.zeros(len(times)) for _ in range(3))
        for step in range(1, window + 1):
            then = ranks + sign * step
            inside = adopted & (then >= 0) & (then < len(bounds))
            weight = np.where(inside, 1 / step, 0.0)
            top += weight * np.bincount(owners[(gap == step) & adopted[others]], minlength=len(times))
            bottom += weight * np.bincount(owners[gap >= step], minlength=len(times))
            all_then += weight * adopters_by_rank[np.where(inside, then, 0)]
        bottom = bottom * all_then if normalised else bottom
        share = np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0)
        result[name] = np.where(adopted, share, np.nan)
    return pd.DataFrame(result)


def _at_own_time(
    layer: ObservedNetwork, ranks: Integers, own: Integers, weights: ExposureWeights, no_alters: float
) -> Floats:
    """Return exposure in the period `own` of each row; one beyond the last finds everybody an adopter."""
    senders, receivers = tie_ends(layer.ties)
    reached = np.where(ranks[receivers] <= own[senders], layer.ties.data, 0.0)
    found = np.bincount(senders, weights=reached, minlength=len(ranks)).astype(float)
    return scaled(found[:, None], layer, weights, no_alters)[:, 0]
