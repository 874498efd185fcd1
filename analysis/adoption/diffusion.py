"""How an innovation spread over a network: exposure, thresholds, infection and susceptibility.

Networks are as in `analysis.adoption.exposure_weights`, times of adoption and periods as in
`analysis.adoption.adopters`: missing is never "no tie", and who never adopted is nowhere counted as an
adopter, unless an option that has to be spelt out says so.

Exposure is a description. It cannot separate contagion from homophily: see `HOMOPHILY`.

References
----------
Valente, T. W. (1995). Network Models of the Diffusion of Innovations. Hampton Press.
Valente, T. W., Dyal, S. R., Chu, K.-H., Wipfli, H., & Fujimoto, K. (2015). Diffusion of innovations theory
applied to global tobacco control treaty ratification. Social Science & Medicine, 145, 89–97.
Shalizi, C. R., & Thomas, A. C. (2011). Homophily and contagion are generically confounded in observational
social network studies. Sociological Methods & Research, 40, 211–239.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from analysis.adoption.adopters import adoption_ranks, checked_periods, checked_times
from analysis.adoption.exposure_weights import Network, ObservedNetwork, equivalence, observed_network
from analysis.arrays import Floats, Integers
from analysis.checks import require_count, require_one_of

__all__ = [
    "HOMOPHILY",
    "ExposureWeights",
    "NeverAdopters",
    "exposure",
    "infection_susceptibility",
    "thresholds",
]


ExposureWeights = Literal["row-normalised", "unnormalised", "structural equivalence"]

NeverAdopters = Literal["missing", "last period", "one period later"]

HOMOPHILY = (
    "Exposure cannot separate contagion from homophily: people alike may be tied and may adopt alike without "
    "any influence (Shalizi & Thomas 2011)."
)


def exposure(
    network: Network | Sequence[Network],
    adoption_time: npt.ArrayLike,
    periods: npt.ArrayLike,
    *,
    lag: int,
    network_lag: int | None = None,
    weights: ExposureWeights = "row-normalised",
    valued: bool = False,
    no_alters: float = 0.0,
) -> Floats:
    """Return how much each person was exposed to adopters in each period.

    E_it = Σ_j w_ij a_j,t−lag, with a_jt = 1 once j has adopted; row-normalised: ÷ Σ_j w_ij.

    Parameters
    ----------
    network : (n, n) matrix, or one for each period
    adoption_time : array-like of length n
    periods : array-like of length T
        Increasing numbers.
    lag : int
        By how many periods the adopters come earlier. The first `lag` columns are NaN: what came before was
        not observed.
    network_lag : int, optional
        By how many periods a network that changes comes earlier; by default as many as the adopters, as in
        netdiffuseR. With 0 it is of the period itself: whom one met then, who had adopted `lag` periods
        before.
    weights : {"row-normalised", "unnormalised", "structural equivalence"}
        Share of those named who have adopted; their number (or sum of values); or a mean over everybody
        weighted by `structural_equivalence_weights`.
    valued : bool
        Whether ties count with their values; otherwise each counts 1.
    no_alters : float
        Row-normalised exposure of who names nobody: 0 as in netdiffuseR, or NaN, since there is none.

    Returns
    -------
    ndarray of shape (n, T)
        Between 0 and 1 unless unnormalised. NaN for who has no cell observed.

    Raises
    ------
    ValueError
        When shapes do not fit, a value is negative or infinite, periods do not increase, the lag is negative.
    """
    times, bounds = checked_times(adoption_time), checked_periods(periods)
    layers = [_weighted(layer, weights, valued) for layer in _layers(network, len(times), len(bounds))]
    shift = _network_lag(lag, network_lag)
    ranks = adoption_ranks(times, bounds)
    adopted = (ranks[:, None] <= np.arange(len(bounds))).astype(float)
    result = np.full((len(times), len(bounds)), np.nan)
    if len(layers) == 1:
        last = max(len(bounds) - lag, 0)
        result[:, len(bounds) - last :] = _mean_over(layers[0], adopted[:, :last], weights, no_alters)
        return result
    for period in range(max(lag, shift), len(bounds)):
        layer = layers[period - shift]
        result[:, period] = _mean_over(layer, adopted[:, [period - lag]], weights, no_alters)[:, 0]
    return result


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
    """
    require_one_of("never", never, get_args(NeverAdopters))
    times, bounds = checked_times(adoption_time), checked_periods(periods)
    layers = [_weighted(layer, weights, valued) for layer in _layers(network, len(times), len(bounds))]
    shift = _network_lag(lag, network_lag)
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
        Columns ``infection`` and ``susceptibility``, a row an actor; NaN for who did not adopt in these
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
    """
    require_count("periods of window", window)
    times, bounds = checked_times(adoption_time), checked_periods(periods)
    ties = _layers(network, len(times), None)[0].ties
    senders, receivers = _ends(ties)
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


def _network_lag(lag: int, network_lag: int | None) -> int:
    """Return the lag of the network, after both are checked."""
    for name, value in (("lag", lag), ("network_lag", 0 if network_lag is None else network_lag)):
        if value < 0 or int(value) != value:
            raise ValueError(f"{name} is {value}; allowed: a whole number of periods, 0 or more")
    return lag if network_lag is None else network_lag


def _layers(network: Network | Sequence[Network], size: int, periods: int | None) -> list[ObservedNetwork]:
    """Return the one network, or that of each period, checked against the number of actors and periods."""
    several = isinstance(network, (list, tuple)) and any(map(sparse.issparse, network))
    if not several and not sparse.issparse(network):
        several = np.ndim(network) == 3
    if several and periods is None:
        raise ValueError("found a network for each period; needed: a single one")
    if several and len(network) != periods:
        raise ValueError(f"there are {len(network)} networks for {periods} periods; one each is needed")
    layers = [observed_network(layer) for layer in (network if several else [network])]
    for layer in layers:
        if layer.ties.shape[0] != size:
            raise ValueError(
                f"there are {size} adoption times for {layer.ties.shape[0]} actors; one each is needed"
            )
    return layers


def _weighted(layer: ObservedNetwork, weights: ExposureWeights, valued: bool) -> ObservedNetwork:
    require_one_of("weights", weights, get_args(ExposureWeights))
    if weights == "structural equivalence":
        return ObservedNetwork(equivalence(layer, 1.0, valued), 0, layer.silent)
    if valued:
        return layer
    ties = layer.ties.copy()
    ties.data = np.ones_like(ties.data)
    return ObservedNetwork(ties, layer.missing, layer.silent)


def _mean_over(layer: ObservedNetwork, adopted: Floats, weights: ExposureWeights, no_alters: float) -> Floats:
    found: Floats = layer.ties @ adopted
    return _scaled(found, layer, weights, no_alters)


def _at_own_time(
    layer: ObservedNetwork, ranks: Integers, own: Integers, weights: ExposureWeights, no_alters: float
) -> Floats:
    """Return exposure in the period `own` of each row; one beyond the last finds everybody an adopter."""
    senders, receivers = _ends(layer.ties)
    reached = np.where(ranks[receivers] <= own[senders], layer.ties.data, 0.0)
    found = np.bincount(senders, weights=reached, minlength=len(ranks)).astype(float)
    return _scaled(found[:, None], layer, weights, no_alters)[:, 0]


def _scaled(found: Floats, layer: ObservedNetwork, weights: ExposureWeights, no_alters: float) -> Floats:
    if weights != "unnormalised":
        total = layer.ties.sum(axis=1)[:, None]
        share = np.divide(found, total, out=np.zeros_like(found), where=total > 0)
        # Sums of many weights may pass 1 by a rounding error.
        found = np.where(total > 0, np.minimum(share, 1.0), no_alters)
    found[layer.silent] = np.nan
    return found


def _ends(ties: sparse.csr_array) -> tuple[Integers, Integers]:
    """Return the rows and columns of the ties, in the order of their values."""
    rows = np.repeat(np.arange(ties.shape[0]), np.diff(ties.indptr))
    return rows.astype(np.int64), ties.indices.astype(np.int64)
