"""How exposed people were to adopters: a share, a number or a mean of those they are tied to.

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
from scipy import sparse

from analysis.adoption.adopters import adoption_ranks, checked_periods, checked_times
from analysis.adoption.exposure_weights import Network, ObservedNetwork, equivalence, observed_network
from analysis.arrays import Floats, Integers
from analysis.checks import require_one_of

__all__ = [
    "HOMOPHILY",
    "ExposureWeights",
    "checked_network_lag",
    "exposure",
    "layers_of",
    "scaled",
    "tie_ends",
    "upcoming_exposure",
    "weighted_layers",
]


ExposureWeights = Literal["row-normalised", "unnormalised", "structural equivalence"]

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

    Examples
    --------
    >>> network = [[0, 1, 1], [0, 0, 1], [0, 0, 0]]
    >>> exposure(network, [3, 2, 1], [1, 2, 3], lag=0)  # a row per person, a column per period
    array([[0.5, 1. , 1. ],
           [1. , 1. , 1. ],
           [0. , 0. , 0. ]])
    """
    times, bounds = checked_times(adoption_time), checked_periods(periods)
    layers = weighted_layers(network, len(times), len(bounds), weights, valued)
    shift = checked_network_lag(lag, network_lag)
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


def upcoming_exposure(
    network: Network | Sequence[Network],
    adoption_time: npt.ArrayLike,
    periods: npt.ArrayLike,
    *,
    network_lag: int = 0,
    weights: ExposureWeights = "row-normalised",
    valued: bool = False,
    no_alters: float = 0.0,
) -> Floats:
    """Return how much each person is tied to people who adopt in the *next* period: a placebo.

    Parameters and errors are those of `exposure`. Nobody can have followed an adopter who is yet to come.

    Returns
    -------
    ndarray of shape (n, T)
        The last column is NaN: what came next was not observed.

    Examples
    --------
    >>> upcoming_exposure([[0, 1, 1], [0, 0, 1], [0, 0, 0]], [1, 2, 3], [1, 2, 3])[0].tolist()
    [0.5, 0.5, nan]
    """
    times, bounds = checked_times(adoption_time), checked_periods(periods)
    ranks = adoption_ranks(times, bounds)
    earlier = np.append(bounds, np.inf)[np.where(ranks < len(bounds), np.maximum(ranks - 1, 0), len(bounds))]
    by_next, by_now = (
        exposure(
            network,
            moments,
            bounds,
            lag=0,
            network_lag=network_lag,
            weights=weights,
            valued=valued,
            no_alters=no_alters,
        )
        for moments in (earlier, times)
    )
    by_next[:, -1] = np.nan
    return by_next - by_now


def checked_network_lag(lag: int, network_lag: int | None) -> int:
    """Return the lag of the network, after both are checked."""
    for name, value in (("lag", lag), ("network_lag", 0 if network_lag is None else network_lag)):
        if value < 0 or int(value) != value:
            raise ValueError(f"{name} is {value}; allowed: a whole number of periods, 0 or more")
    return lag if network_lag is None else network_lag


def layers_of(network: Network | Sequence[Network], size: int, periods: int | None) -> list[ObservedNetwork]:
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


def weighted_layers(
    network: Network | Sequence[Network], size: int, periods: int, weights: ExposureWeights, valued: bool
) -> list[ObservedNetwork]:
    """Return the network, or that of each period, with the weights by which others count."""
    return [_weighted(layer, weights, valued) for layer in layers_of(network, size, periods)]


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
    return scaled(found, layer, weights, no_alters)


def scaled(found: Floats, layer: ObservedNetwork, weights: ExposureWeights, no_alters: float) -> Floats:
    """Return sums over others as shares, unless unnormalised; NaN for who has no cell observed."""
    if weights != "unnormalised":
        total = layer.ties.sum(axis=1)[:, None]
        share = np.divide(found, total, out=np.zeros_like(found), where=total > 0)
        # Sums of many weights may pass 1 by a rounding error.
        found = np.where(total > 0, np.minimum(share, 1.0), no_alters)
    found[layer.silent] = np.nan
    return found


def tie_ends(ties: sparse.csr_array) -> tuple[Integers, Integers]:
    """Return the rows and columns of the ties, in the order of their values."""
    rows = np.repeat(np.arange(ties.shape[0]), np.diff(ties.indptr))
    return rows.astype(np.int64), ties.indices.astype(np.int64)
